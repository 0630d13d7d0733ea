//! The task that keeps a picture current.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use asterisk_proto::ami::Event;
use asterisk_proto::ami::event::CoreShowChannel;
use futures_core::Stream;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use super::channel::Channel;
use super::list::{List, names};
use super::model::Model;
use super::picture::{Changes, Freshness};
use super::queue::NOBODY;
use super::{Kinds, Shared};
use crate::action::{
    Agents, BridgeList, ConfbridgeList, ConfbridgeListRooms, CoreShowChannels, DeviceStateList,
    ExtensionStateList, ParkedCalls, PjsipShowEndpoints, PresenceStateList, QueueStatus, Reply,
    VoicemailUsersList,
};
use crate::error::ActionError;
use crate::manager::Manager;
use crate::send::Sent;
use crate::state::{ConnectionState, StateWatch};
use crate::subscription::{EventStream, Missed};

/// How many events the updater may be behind. The connection's task waits a moment for it when it is
/// further behind, as for any subscription.
const CAPACITY: usize = 16_384;

/// After so many events, those who wait for changes are woken, and other tasks have their turn.
const BATCH: usize = 256;

/// How long to wait after a list that failed, and no longer than that.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// How long to wait before what events don't tell is asked for: it is asked for once for all of them.
const REFRESH: Duration = Duration::from_secs(1);

/// What has come of a list.
#[derive(Debug)]
enum Items {
    /// There are many, so that only what is kept of them is.
    Channels(Vec<Channel>),
    Events(Vec<Event>),
}

/// Why lists are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To know what there is.
    Snapshot,
    /// To find what is wrong.
    Reconciliation,
    /// Because events don't tell it.
    Refresh,
}

/// A list that is on its way.
struct Listing {
    list: List,
    sent: Sent,
    items: Items,
}

pub(super) struct Updater {
    shared: Arc<Shared>,
    kinds: Kinds,
    events: EventStream,
    connection: StateWatch,
    /// Who waits for the first picture.
    ready: Option<oneshot::Sender<Result<(), ActionError>>>,
    listing: Option<Listing>,
    /// What else is to be listed.
    lists: VecDeque<List>,
    purpose: Purpose,
    reconcile: Option<Duration>,
    /// When to begin with the lists.
    next: Option<Instant>,
    /// When to ask for what events don't tell.
    refresh: Option<Instant>,
    failures: u32,
    changes: Changes,
    /// What was told of the figures so far.
    #[cfg(feature = "metrics")]
    reported: super::Statistics,
}

impl Updater {
    pub(super) fn new(
        manager: &Manager,
        shared: &Arc<Shared>,
        kinds: Kinds,
        reconcile: Option<Duration>,
    ) -> (Self, oneshot::Receiver<Result<(), ActionError>>) {
        let (ready, receiver) = oneshot::channel();
        let names = names(kinds);
        let events = manager
            .events()
            .capacity(CAPACITY)
            .matching(move |event| names.contains_key(&*event.message().subject()));
        let updater = Self {
            shared: Arc::clone(shared),
            kinds,
            events,
            connection: manager.watch(),
            ready: Some(ready),
            listing: None,
            lists: VecDeque::new(),
            purpose: Purpose::Snapshot,
            refresh: None,
            reconcile,
            next: None,
            failures: 0,
            changes: Changes::default(),
            #[cfg(feature = "metrics")]
            reported: super::Statistics::default(),
        };
        (updater, receiver)
    }

    pub(super) async fn run(mut self) {
        let mut goes_on = self.begin(Purpose::Snapshot).await;
        while goes_on {
            let next = self.next.into_iter().chain(self.refresh).min();
            let timer = async {
                match next {
                    Some(next) => sleep_until(next).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                item = self.events.next() => {
                    let Some(item) = item else { break };
                    goes_on = self.batch(item).await;
                }
                Some(state) = self.connection.changed() => self.connection_is(&state).await,
                () = timer => {
                    goes_on = self.due().await;
                }
            }
        }
        self.release_calls().await;
        self.shared.end();
    }

    /// Begins with what it is time for. Whether to go on.
    async fn due(&mut self) -> bool {
        let now = Instant::now();
        let is_current = self.shared.read().tables.freshness == Freshness::Current;
        if self.next.is_some_and(|next| next <= now) {
            let purpose = if is_current { Purpose::Reconciliation } else { Purpose::Snapshot };
            return self.begin(purpose).await;
        }
        self.refresh = None;
        let stale = std::mem::take(&mut self.shared.write().stale);
        if !is_current || self.listing.is_some() {
            // What is on its way may hold it already, or not.
            self.lists.extend(stale);
            return true;
        }
        self.purpose = Purpose::Refresh;
        self.lists.extend(stale);
        self.next_list().await
    }

    /// Takes an item and what else is there. Whether there may be more.
    async fn batch(&mut self, first: Result<Event, Missed>) -> bool {
        let mut item = Some(first);
        let mut goes_on = true;
        let mut count = 0;
        while let Some(taken) = item.take() {
            if !self.take(taken).await {
                goes_on = false;
                break;
            }
            count += 1;
            if count == BATCH {
                break;
            }
            let events = &mut self.events;
            let more = std::future::poll_fn(|context| {
                Poll::Ready(Pin::new(&mut *events).poll_next(context))
            });
            item = match more.await {
                Poll::Ready(Some(item)) => Some(item),
                // An end is found again.
                Poll::Ready(None) | Poll::Pending => None,
            };
        }
        self.shared.listeners.wake();
        #[cfg(feature = "metrics")]
        super::metrics::report(&self.shared, &mut self.reported);
        self.shared.version.send_modify(|version| *version += 1);
        if count == BATCH {
            tokio::task::yield_now().await;
        }
        goes_on
    }

    /// Takes one item. Whether there may be more.
    async fn take(&mut self, item: Result<Event, Missed>) -> bool {
        match item {
            Ok(event) => {
                if let Some(id) = event.message().action_id() {
                    let ours =
                        self.listing.as_ref().is_some_and(|l| l.sent.id.as_str().as_bytes() == id);
                    if ours {
                        return self.list_item(&event).await;
                    }
                    // What is left of a list that was given up; live events have a privilege.
                    if event.message().value("Privilege").is_none() {
                        return true;
                    }
                }
                self.shared.counters.events.fetch_add(1, Ordering::Relaxed);
                self.apply(|model, now| model.event(&event, now)).await;
                true
            }
            Err(missed) => {
                tracing::info!(%missed, "the picture is made anew");
                self.shared.counters.gaps.fetch_add(1, Ordering::Relaxed);
                let since = match &missed {
                    Missed::Gap(gap) => gap.from,
                    _ => SystemTime::now(),
                };
                self.stale(since);
                self.apply(|model, _| model.gap(since)).await;
                self.failures = 0;
                self.begin(Purpose::Snapshot).await
            }
        }
    }

    fn stale(&self, since: SystemTime) {
        let freshness = &mut self.shared.write().tables.freshness;
        if *freshness == Freshness::Current {
            *freshness = Freshness::Stale { since };
        }
    }

    async fn connection_is(&mut self, state: &ConnectionState) {
        match state {
            ConnectionState::Reconnecting { since, .. } => {
                self.stale(*since);
                // It may be long until there are lists.
                self.release_calls().await;
                self.shared.version.send_modify(|version| *version += 1);
            }
            // Between the gap and this, a server that boots is asked nothing.
            ConnectionState::Connected if self.listing.is_none() && self.failures > 0 => {
                self.next = Some(Instant::now());
            }
            _ => {}
        }
    }

    /// Changes the model and tells what has changed; how much that is.
    async fn apply(&mut self, change: impl FnOnce(&mut Model, SystemTime)) -> usize {
        let now = SystemTime::now();
        let count = {
            let mut model = self.shared.write();
            change(&mut model, now);
            if self.refresh.is_none() && !model.stale.is_empty() {
                self.refresh = Some(Instant::now() + REFRESH);
            }
            model.tables.take(&mut self.changes)
        };
        self.shared.counters.changes.fetch_add(count as u64, Ordering::Relaxed);
        self.shared.listeners.publish(&mut self.changes).await;
        count
    }

    /// Tells of the calls that seem to have ended, without a list that says so.
    async fn release_calls(&mut self) {
        self.apply(|model, _| model.release_calls()).await;
        self.shared.listeners.wake();
    }

    /// Begins to ask for all lists. Whether to go on.
    async fn begin(&mut self, purpose: Purpose) -> bool {
        self.purpose = purpose;
        (self.next, self.refresh) = (None, None);
        {
            let mut model = self.shared.write();
            // All of it will be asked for.
            model.stale.clear();
            if purpose == Purpose::Snapshot {
                model.hold_calls();
            }
        }
        self.lists.clear();
        self.lists.extend(List::all(self.kinds));
        self.next_list().await
    }

    /// Asks for the next list; after the last, the picture is what the server says. Whether to go on.
    async fn next_list(&mut self) -> bool {
        self.listing = None;
        let Some(list) = self.lists.pop_front() else {
            self.complete().await;
            return true;
        };
        let events = &self.events;
        let sent = match &list {
            List::Channels => events.list(&CoreShowChannels::new()).await,
            List::Bridges => events.list(&BridgeList::new()).await,
            List::Queues => events.list(&QueueStatus::new()).await,
            List::QueueFigures(name, member) => {
                let member = member.as_deref().unwrap_or(NOBODY);
                events.list(&QueueStatus::new().queue(&**name).member(member)).await
            }
            List::Agents => events.list(&Agents::new()).await,
            List::ParkedCalls => events.list(&ParkedCalls::new()).await,
            List::Conferences => events.list(&ConfbridgeListRooms::new()).await,
            List::ConferenceUsers(name) => events.list(&ConfbridgeList::new(&**name)).await,
            List::Devices => events.list(&DeviceStateList::new()).await,
            List::Extensions => events.list(&ExtensionStateList::new()).await,
            List::Presences => events.list(&PresenceStateList::new()).await,
            List::Endpoints => events.list(&PjsipShowEndpoints::new()).await,
            List::Mailboxes => events.list(&VoicemailUsersList::new()).await,
        };
        match sent {
            Ok(sent) => {
                let items = match list {
                    List::Channels => Items::Channels(Vec::new()),
                    _ => Items::Events(Vec::new()),
                };
                self.listing = Some(Listing { list, sent, items });
                true
            }
            Err(error) => self.failed(error).await,
        }
    }

    async fn complete(&mut self) {
        self.failures = 0;
        if self.purpose == Purpose::Refresh {
            return;
        }
        self.shared.counters.snapshots.fetch_add(1, Ordering::Relaxed);
        self.apply(|model, _| {
            model.tables.freshness = Freshness::Current;
            model.release_calls();
        })
        .await;
        self.next = self.reconcile.map(|interval| Instant::now() + interval);
        if let Some(ready) = self.ready.take() {
            // An error says that nobody waits any more.
            let _ = ready.send(Ok(()));
        }
    }

    /// Takes an item of the list that is on its way, or its end. Whether there may be more.
    async fn list_item(&mut self, event: &Event) -> bool {
        let Some(listing) = &mut self.listing else { return true };
        if !event.message().subject().is_empty() {
            let now = SystemTime::now();
            match &mut listing.items {
                Items::Channels(items) => {
                    let item = event.decode::<CoreShowChannel>();
                    items.extend(item.and_then(|item| Channel::listed(&item, now)));
                }
                Items::Events(items) => items.push(event.clone()),
            }
            return true;
        }
        let Some(Listing { list, mut sent, items }) = self.listing.take() else { return true };
        // The outcome is told before the mark that stands behind the items.
        let outcome = sent.outcome.try_recv();
        let Ok(outcome) = outcome else { return true };
        match sent.read(Ok(outcome)) {
            Ok(reply) if is_cancelled(&reply) => {
                let response = Box::new(reply.response);
                return self.failed(ActionError::Incomplete { lacks: "its end", response }).await;
            }
            Ok(_) => {}
            Err(error) if is_empty(&error) => {}
            Err(error) => return self.failed(error).await,
        }
        let mut further = Vec::new();
        let count = self
            .apply(|model, now| match items {
                Items::Channels(items) => model.channels(items, now),
                Items::Events(items) => further = model.list(&list, &items, now),
            })
            .await;
        self.lists.extend(further);
        if self.purpose == Purpose::Reconciliation && count > 0 {
            tracing::info!(?list, count, "a reconciliation found differences");
            self.shared.counters.corrections.fetch_add(count as u64, Ordering::Relaxed);
        }
        self.next_list().await
    }

    /// A list failed. Whether to go on.
    async fn failed(&mut self, error: ActionError) -> bool {
        self.listing = None;
        self.lists.clear();
        self.release_calls().await;
        if let Some(ready) = self.ready.take() {
            let _ = ready.send(Err(error));
            return false;
        }
        tracing::warn!(%error, "the picture could not be made anew");
        // Once the connection is there again, a gap begins it before its time.
        self.stale(SystemTime::now());
        let pause = RETRY.0.saturating_mul(1 << self.failures.min(5)).min(RETRY.1);
        self.failures = self.failures.saturating_add(1);
        self.next = Some(Instant::now() + pause);
        true
    }
}

/// Whether a refusal means that there is nothing: no module, or nothing to list.
fn is_empty(error: &ActionError) -> bool {
    const NOTHING: &[&str] = &[
        "Dialplan hints not available",
        "Invalid/unknown command",
        "No Conference by that name found",
        "No active conferences",
        "No endpoints found",
    ];
    let ActionError::Refused { response } = error else { return false };
    let message = response.message().get("Message").unwrap_or_default();
    NOTHING.iter().any(|nothing| message.starts_with(nothing))
}

fn is_cancelled(reply: &Reply) -> bool {
    let end = reply.complete.as_ref().and_then(|complete| complete.message().value("EventList"));
    end.is_some_and(|end| end.eq_ignore_ascii_case(b"Cancelled"))
}
