//! All calls of a server: brings events to calls, and calls to the service.

use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::time::Duration;

use asterisk_proto::ChannelId;
use asterisk_sdk_agi::{Calls, Drained, Service, Slot};
use asterisk_sdk_ami::event::{AsyncAgiEnd, AsyncAgiExec, AsyncAgiStart, VarSet};
use asterisk_sdk_ami::{ConnectionState, Event, EventStream, Manager, Missed, StateWatch};
use bytes::Bytes;
use tokio::sync::mpsc::{self, error::TryRecvError};
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;
use tracing::{debug, error, warn};

use super::TakeIf;
use super::adapter::{Adapter, Place, Told, release, release_lost};

/// How many events a call may be behind. One command runs at a time, so there are few of its own.
const INBOX: usize = 32;

/// How many calls may wait for their turn.
const WAITING: usize = 4096;

/// How much of a reply may wait to be read by the session.
const BUFFER: usize = 4096;

/// How long it may take to let calls go on when serving is over.
const RELEASE_GRACE: Duration = Duration::from_secs(5);

/// Whether an event is for us.
pub(super) fn is_wanted(event: &Event) -> bool {
    event.is::<AsyncAgiExec>()
        || event.is::<AsyncAgiStart>()
        || event.is::<AsyncAgiEnd>()
        || event.is::<VarSet>() && event.get("Variable").is_some_and(|name| name == "AGISTATUS")
}

/// A call that waits for its turn.
struct Waiting {
    place: Place,
    environment: Bytes,
    inbox: mpsc::Receiver<Told>,
}

/// What became of the calls of a task.
struct Left {
    /// The call that it was for.
    id: Option<ChannelId>,
    /// Calls that may wait in the server, for nobody.
    lost: Vec<Place>,
}

pub(super) struct Router {
    manager: Manager,
    events: EventStream<Event>,
    state: StateWatch,
    take_if: TakeIf,
    /// Whether calls are taken still.
    open: bool,
    /// What the ids of our commands begin with, so that no other program has the same.
    prefix: u64,
    started: u64,
    inboxes: HashMap<ChannelId, mpsc::Sender<Told>>,
    waiting: VecDeque<Waiting>,
    tasks: JoinSet<Left>,
    lost: Vec<Place>,
}

impl Router {
    pub(super) fn new(manager: Manager, events: EventStream<Event>, take_if: TakeIf) -> Self {
        Self {
            state: manager.watch(),
            manager,
            events,
            take_if,
            open: true,
            prefix: RandomState::new().hash_one(std::process::id()),
            started: 0,
            inboxes: HashMap::new(),
            waiting: VecDeque::new(),
            tasks: JoinSet::new(),
            lost: Vec::new(),
        }
    }

    pub(super) async fn serve(
        mut self,
        service: Service,
        shutdown: impl Future<Output = ()>,
    ) -> Drained {
        let mut calls = Calls::new(service);
        let mut shutdown = pin!(shutdown);
        loop {
            let slot = tokio::select! {
                biased;
                () = &mut shutdown => break,
                slot = calls.slot(), if !self.waiting.is_empty() => Some(slot),
                more = self.turn() => if more { None } else { break },
            };
            if let Some(slot) = slot {
                self.start(slot, &mut calls);
            }
        }
        self.close();
        let drained = {
            let mut drain = pin!(calls.drain());
            tokio::select! {
                drained = &mut drain => drained,
                // The connection is gone, and the handlers know it.
                () = async { while self.turn().await {} } => drain.await,
            }
        };
        let released = async { while !self.tasks.is_empty() && self.turn().await {} };
        if timeout(RELEASE_GRACE, released).await.is_err() {
            warn!(calls = self.tasks.len(), "calls may wait in Async AGI still");
        }
        drained
    }

    /// Waits for what happens next, and does what it asks for. `false` when nothing will any more.
    async fn turn(&mut self) -> bool {
        tokio::select! {
            biased;
            Some(state) = self.state.changed() => match state {
                ConnectionState::Connected => self.release_lost(),
                _ => self.lose_all(),
            },
            Some(left) = self.tasks.join_next() => self.left(left),
            event = self.events.next() => match event {
                Some(Ok(event)) => self.route(&event),
                // Not one of ours: they are small.
                Some(Err(Missed::Oversized)) => {}
                Some(Err(missed)) => {
                    warn!(%missed, calls = self.inboxes.len(), "events of Async AGI are missing");
                    self.lose_all();
                    self.release_lost();
                }
                None => {
                    self.lose_all();
                    return false;
                }
            },
        }
        true
    }

    /// Gives an event to its call.
    fn route(&mut self, event: &Event) {
        if let Some(exec) = event.decode::<AsyncAgiExec>() {
            let chunk = exec.decoded_result().unwrap_or_default();
            let told = Told::Result { id: exec.command_id, chunk };
            self.tell(exec.channel.unique_id.as_ref(), told);
        } else if let Some(start) = event.decode::<AsyncAgiStart>() {
            self.begin(&start);
        } else if let Some(end) = event.decode::<AsyncAgiEnd>() {
            self.tell(end.channel.unique_id.as_ref(), Told::End);
        } else if let Some(set) = event.decode::<VarSet>() {
            let status = set.value.as_deref().unwrap_or_default().to_owned();
            self.tell(set.channel.unique_id.as_ref(), Told::Status(status));
        }
    }

    fn tell(&mut self, id: Option<&ChannelId>, told: Told) {
        let Some((id, inbox)) = id.and_then(|id| self.inboxes.get_key_value(id)) else { return };
        if let Err(error) = inbox.try_send(told) {
            if matches!(error, mpsc::error::TrySendError::Full(_)) {
                warn!(channel = id.as_str(), "a call is flooded with events");
            }
            // Without its inbox, a call counts as lost.
            let id = id.clone();
            self.inboxes.remove(&id);
        }
    }

    /// A call has come to us.
    fn begin(&mut self, start: &AsyncAgiStart) {
        let ours = self.open && self.is_ours(start);
        let Some(place) = Place::of(start).filter(|_| ours) else { return };
        let environment = start.decoded_env().unwrap_or_default();
        if self.waiting.len() >= WAITING {
            warn!(channel = place.id.as_str(), "too many calls wait in Async AGI");
            self.refuse(place);
            return;
        }
        let (sender, inbox) = mpsc::channel(INBOX);
        // The channel may have been here before; that call has been told its end.
        self.inboxes.insert(place.id.clone(), sender);
        self.waiting.push_back(Waiting { place, environment, inbox });
    }

    fn is_ours(&self, start: &AsyncAgiStart) -> bool {
        catch_unwind(AssertUnwindSafe(|| (self.take_if)(start))).unwrap_or_else(|_| {
            error!("the test that decides whether to take a call panicked");
            false
        })
    }

    /// The first call that waits and is still there.
    fn next_waiting(&mut self) -> Option<Waiting> {
        loop {
            let mut waiting = self.waiting.pop_front()?;
            loop {
                match waiting.inbox.try_recv() {
                    Err(TryRecvError::Empty) => return Some(waiting),
                    Ok(Told::End) => break,
                    Ok(_) => {}
                    Err(TryRecvError::Disconnected) => {
                        self.lost.push(waiting.place.clone());
                        break;
                    }
                }
            }
            let Waiting { place, inbox, .. } = waiting;
            drop(inbox);
            self.forget(&place.id);
        }
    }

    /// Starts the first call that waits.
    fn start(&mut self, slot: Slot, calls: &mut Calls) {
        let Some(Waiting { place, environment, inbox }) = self.next_waiting() else { return };
        self.started += 1;
        let ids = format!("{:016x}-{}-", self.prefix, self.started);
        let (ours, theirs) = tokio::io::duplex(BUFFER);
        calls.start(slot, theirs, None);
        let id = place.id.clone();
        let adapter = Adapter::new(self.manager.clone(), place, ids, inbox, ours);
        self.tasks.spawn(async move {
            let lost = adapter.run(environment).await;
            Left { id: Some(id), lost: Vec::from_iter(lost) }
        });
    }

    /// A task has ended.
    fn left(&mut self, left: Result<Left, JoinError>) {
        match left {
            Ok(left) => {
                if let Some(id) = &left.id {
                    self.forget(id);
                }
                self.lost.extend(left.lost);
                self.release_lost();
            }
            Err(error) => error!(%error, "a task of Async AGI failed"),
        }
    }

    /// Forgets a call, unless its channel has come back meanwhile.
    fn forget(&mut self, id: &ChannelId) {
        if self.inboxes.get(id).is_some_and(mpsc::Sender::is_closed) {
            self.inboxes.remove(id);
        }
    }

    /// There is no telling any more what becomes of the calls.
    fn lose_all(&mut self) {
        self.inboxes.clear();
        self.lost.extend(self.waiting.drain(..).map(|waiting| waiting.place));
    }

    /// Looks for lost calls in the server, if there is a connection.
    fn release_lost(&mut self) {
        if self.lost.is_empty() || self.state.current() != ConnectionState::Connected {
            return;
        }
        debug!(calls = self.lost.len(), "looking for calls that were lost");
        let (manager, lost) = (self.manager.clone(), std::mem::take(&mut self.lost));
        self.tasks
            .spawn(async move { Left { id: None, lost: release_lost(&manager, lost).await } });
    }

    fn refuse(&mut self, place: Place) {
        let manager = self.manager.clone();
        self.tasks.spawn(async move {
            let lost = release(&manager, place, true).await;
            Left { id: None, lost: Vec::from_iter(lost) }
        });
    }

    /// Takes no more calls.
    fn close(&mut self) {
        self.open = false;
        while let Some(Waiting { place, .. }) = self.next_waiting() {
            self.inboxes.remove(&place.id);
            self.refuse(place);
        }
    }
}
