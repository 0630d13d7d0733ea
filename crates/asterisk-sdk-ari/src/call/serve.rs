//! Runs sessions.

use std::any::Any;
use std::future::{Future, IntoFuture, pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::Instrument;

use super::{Call, Scope, Shared};
use crate::client::Client;
use crate::error::RestError;
use crate::events::{Offer, Offered, Offers, Outcome, Subscribe};
use crate::rest::channels::HangupReason;
use crate::transport::BoxFuture;

/// What happens to calls that are one too many, or come while the sessions are drained.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// They are hung up, for this reason.
    HangUp(HangupReason),
    /// They go on in the dialplan behind `Stasis()`.
    Continue,
}

/// What happens to a channel whose session is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenDone {
    /// It goes on in the dialplan behind `Stasis()`, which hangs up a channel that has no dialplan.
    Continue,
    /// It is hung up.
    HangUp,
}

/// What happens to channels that are in the application already, with nobody who looks after them: a
/// program that ran before has left them behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Orphans {
    /// Nothing: they may belong to something else in this program.
    Leave,
    /// They are hung up.
    HangUp,
    /// They go on in the dialplan behind `Stasis()`.
    Continue,
    /// Each gets a session, as if it entered the application now, with the arguments that it once
    /// entered with.
    Adopt,
}

/// What became of the calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Served {
    /// How many sessions ran.
    pub sessions: u64,
    /// How many of them ended by a panic or an error other than the hangup.
    pub failed: u64,
    /// How many calls were refused.
    pub refused: u64,
    /// How many sessions had to be ended at the drain deadline.
    pub aborted: u64,
}

impl Served {
    /// Adds those of another connection; nothing if its task has panicked.
    pub(crate) fn add(&mut self, other: Option<Self>) {
        let Some(other) = other else {
            tracing::error!("the sessions of a connection could not be ended");
            return;
        };
        self.sessions += other.sessions;
        self.failed += other.failed;
        self.refused += other.refused;
        self.aborted += other.aborted;
    }
}

/// Runs a function for each call that enters the application; made by [`Client::serve`].
///
/// Awaiting it runs it until the event connection has ended; [`until`](Self::until) until something else
/// happens. Further sessions may run beside, for other applications of the same client.
///
/// # Cancel safety
///
/// Dropping the future ends all sessions at an await point and cleans up nothing.
#[must_use = "no call is taken until it is awaited"]
pub struct Serve<F> {
    client: Client,
    session: Arc<F>,
    app: Option<String>,
    settings: Settings,
    refusal: Refusal,
    max_sessions: usize,
    drain: Duration,
    orphans: Orphans,
}

#[derive(Debug, Clone, Copy)]
struct Settings {
    capacity: usize,
    when_done: WhenDone,
}

impl<F, Fut> Serve<F>
where
    F: Fn(Call) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: Outcome> + Send + 'static,
{
    /// How many sessions run at once when nothing else is said.
    pub const DEFAULT_MAX_SESSIONS: usize = 10_000;
    /// How long sessions may go on after the end was asked for, when nothing else is said.
    pub const DEFAULT_DRAIN: Duration = Duration::from_secs(30);

    pub(crate) fn new(client: Client, session: F) -> Self {
        Self {
            client,
            session: Arc::new(session),
            app: None,
            settings: Settings {
                capacity: Subscribe::DEFAULT_CAPACITY,
                when_done: WhenDone::Continue,
            },
            refusal: Refusal::HangUp(HangupReason::Congestion),
            max_sessions: Self::DEFAULT_MAX_SESSIONS,
            drain: Self::DEFAULT_DRAIN,
            orphans: Orphans::Leave,
        }
    }

    /// Only calls that enter this application; without it, those of all applications of the client.
    pub fn app(mut self, name: impl Into<String>) -> Self {
        self.app = Some(name.into());
        self
    }

    /// How many sessions run at once, 10,000 by default; further calls are [refused](Self::refusal).
    pub fn max_sessions(mut self, sessions: usize) -> Self {
        self.max_sessions = sessions;
        self
    }

    /// What happens to calls that are one too many: hung up for congestion by default.
    pub fn refusal(mut self, refusal: Refusal) -> Self {
        self.refusal = refusal;
        self
    }

    /// What happens to a channel whose session is done, or has failed: it goes on in the dialplan by
    /// default.
    pub fn when_done(mut self, when_done: WhenDone) -> Self {
        self.settings.when_done = when_done;
        self
    }

    /// What happens to channels that are in the application already when the sessions begin, or have
    /// entered unseen while the event connection was lost: they are left alone by default.
    ///
    /// Those that this client made or is subscribed to are not meant.
    pub fn orphans(mut self, orphans: Orphans) -> Self {
        self.orphans = orphans;
        self
    }

    /// How many events each session holds while it is behind; see
    /// [`Subscribe::DEFAULT_CAPACITY`]. At least 1.
    pub fn capacity(mut self, events: usize) -> Self {
        self.settings.capacity = events.max(1);
        self
    }

    /// How long sessions may go on after the end was asked for, 30 s by default. Those that are left then
    /// end at an await point, and are cleaned up.
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.drain = timeout;
        self
    }

    /// Runs sessions until `shutdown` completes. Then it refuses calls that come, lets sessions go on until
    /// the drain timeout, and ends those that are left. It also ends when the event connection does.
    ///
    /// # Cancel safety
    ///
    /// As told for [`Serve`].
    pub async fn until(self, shutdown: impl Future<Output = ()>) -> Served {
        let Self { client, session, app, settings, refusal, max_sessions, drain, orphans } = self;
        let mut offers = Offers::new(&client, app.as_deref(), settings.capacity);
        let (abort, aborted) = watch::channel(false);
        let mut running = Running { tasks: JoinSet::new(), sessions: 0, served: Served::default() };
        let mut shutdown = pin!(shutdown);
        let mut draining = false;
        let mut deadline = pin!(drain_over(None));
        let apps = app.map_or_else(|| client.apps(), |app| vec![app]);
        let find = find_orphans(client.clone(), apps.clone(), orphans, settings.capacity);
        let mut left = pin!(find);
        let mut found = std::collections::VecDeque::new();
        let mut finding = true;
        loop {
            if draining && running.sessions == 0 && running.tasks.is_empty() {
                break;
            }
            let (offer, orphan) = tokio::select! {
                biased;
                () = &mut shutdown, if !draining => {
                    draining = true;
                    tracing::info!(sessions = running.sessions, "draining");
                    deadline.set(drain_over(Some(drain)));
                    continue;
                }
                () = &mut deadline => {
                    running.served.aborted = running.sessions as u64;
                    abort.send_replace(true);
                    deadline.set(drain_over(None));
                    continue;
                }
                Some(task) = running.tasks.join_next() => {
                    running.ended(task.ok().as_ref());
                    continue;
                }
                orphans = &mut left, if finding => {
                    finding = false;
                    found.extend(orphans);
                    continue;
                }
                Some(orphan) = async { found.pop_front() } => (orphan, true),
                offered = offers.next() => match offered {
                    Some(Offered::Call(offer)) => (offer, false),
                    Some(Offered::Gap) => {
                        let app = apps.clone();
                        left.set(find_orphans(client.clone(), app, orphans, settings.capacity));
                        finding = true;
                        continue;
                    }
                    None => break,
                },
            };
            let client = client.clone();
            let refusal = match orphans {
                Orphans::HangUp if orphan => Some(Refusal::HangUp(HangupReason::Normal)),
                Orphans::Continue if orphan => Some(Refusal::Continue),
                _ if draining || running.sessions >= max_sessions => Some(refusal.clone()),
                _ => None,
            };
            if let Some(refusal) = refusal {
                running.served.refused += u64::from(!orphan);
                running.tasks.spawn(async move {
                    refuse(client, offer, refusal).await;
                    Task::Refusal
                });
            } else {
                running.sessions += 1;
                running.served.sessions += 1;
                let session =
                    supervise(client, offer, Arc::clone(&session), settings, aborted.clone());
                running.tasks.spawn(session);
            }
        }
        drop(offers);
        // The event connection has ended: the sessions see it, and may bring what they do to an end.
        let all = async {
            while let Some(task) = running.tasks.join_next().await {
                running.ended(task.ok().as_ref());
            }
        };
        if timeout(drain, all).await.is_err() {
            running.served.aborted += running.sessions as u64;
            abort.send_replace(true);
            while let Some(task) = running.tasks.join_next().await {
                running.ended(task.ok().as_ref());
            }
        }
        running.served
    }
}

impl<F, Fut> IntoFuture for Serve<F>
where
    F: Fn(Call) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: Outcome> + Send + 'static,
{
    type Output = Served;
    type IntoFuture = BoxFuture<'static, Served>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.until(pending()))
    }
}

/// Waits for the drain deadline, if there is one.
async fn drain_over(limit: Option<Duration>) {
    match limit {
        Some(limit) => tokio::time::sleep(limit).await,
        None => pending().await,
    }
}

/// Finds the channels that are in the applications already, if something is to be done with them.
async fn find_orphans(
    client: Client,
    apps: Vec<String>,
    orphans: Orphans,
    capacity: usize,
) -> Vec<Offer> {
    if orphans == Orphans::Leave {
        return Vec::new();
    }
    let mut found = Vec::new();
    for app in apps {
        match super::orphans::find(&client, &app, capacity).await {
            Ok(orphans) => found.extend(orphans),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, app, "cannot look for channels that were left behind");
            }
        }
    }
    found
}

struct Running {
    tasks: JoinSet<Task>,
    sessions: usize,
    served: Served,
}

enum Task {
    Refusal,
    Session(Ended),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Done,
    Failed,
}

impl Running {
    fn ended(&mut self, task: Option<&Task>) {
        match task {
            Some(Task::Refusal) => {}
            Some(Task::Session(ended)) => {
                self.sessions -= 1;
                self.served.failed += u64::from(*ended == Ended::Failed);
            }
            // Sessions contain their panics: it is the clean-up that failed.
            None => tracing::error!("a session could not be cleaned up"),
        }
    }
}

async fn refuse(client: Client, offer: Offer, refusal: Refusal) {
    let channel = client.channel(offer.start.channel.id.clone());
    tracing::warn!(channel = channel.id().as_str(), ?refusal, "no session for a channel");
    let refused = match refusal {
        Refusal::HangUp(reason) => channel.hangup().reason(reason).await,
        Refusal::Continue => channel.continue_in_dialplan().await,
    };
    client.router().unclaim(channel.id().as_str());
    report("refused", refused);
}

/// Runs one session from its first event until what it made is gone.
async fn supervise<F, Fut>(
    client: Client,
    offer: Offer,
    session: Arc<F>,
    settings: Settings,
    mut aborted: watch::Receiver<bool>,
) -> Task
where
    F: Fn(Call) -> Fut + Send + Sync,
    Fut: Future<Output: Outcome> + Send,
{
    let scope = Arc::new(Scope::default());
    let shared = Arc::new(Shared::default());
    let id = offer.start.channel.id.clone();
    let span = tracing::debug_span!("ari_call", channel = id.as_str());
    let call =
        Call::new(client.scoped(Arc::clone(&scope)), offer, settings.capacity, Arc::clone(&shared));
    let running = async {
        tracing::debug!("session began");
        tokio::select! {
            ended = catch_panic(|| session(call)) => match ended {
                Ok(Ok(())) => Ended::Done,
                // That the caller is gone is no failure of the session.
                Ok(Err(_)) if shared.released.load(Ordering::Relaxed) => Ended::Done,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the session failed");
                    Ended::Failed
                }
                Err(panic) => {
                    tracing::error!(panic = message(&*panic), "the session panicked");
                    Ended::Failed
                }
            },
            _ = aborted.wait_for(|aborted| *aborted) => {
                tracing::warn!("the session was still running at the deadline");
                Ended::Done
            }
        }
    };
    let ended = running.instrument(span.clone()).await;
    // In a box: it is large, and most of a session's life is before it.
    let ending = Box::pin(async {
        scope.clean_up(&client).await;
        let channel = client.channel(id);
        if !shared.released.load(Ordering::Relaxed) {
            let done = match settings.when_done {
                WhenDone::Continue => channel.continue_in_dialplan().await,
                WhenDone::HangUp => channel.hangup().await,
            };
            report("released", done);
        }
        tracing::debug!("session ended");
        client.router().unclaim(channel.id().as_str());
    });
    ending.instrument(span).await;
    Task::Session(ended)
}

/// A channel that is gone already is no failure.
fn report(what: &str, result: Result<(), RestError>) {
    if let Err(error) = result
        && !error.is_not_found()
        && !error.is_conflict()
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "a channel could not be {what}");
    }
}

/// Runs a session, and turns a panic into an error.
async fn catch_panic<Fut: Future<Output: Outcome>>(
    session: impl FnOnce() -> Fut,
) -> Result<Result<(), String>, Box<dyn Any + Send>> {
    // In a box: futures that hold it, and each other, would make its size several times as large.
    let mut future = catch_unwind(AssertUnwindSafe(|| Box::pin(session())))?;
    poll_fn(|cx| {
        let poll = || future.as_mut().poll(cx).map(Outcome::error);
        // The future is not polled again after a panic, so nobody sees what it left half done.
        match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
