//! What is going on in Asterisk, always current: channels, bridges and calls, queues and agents, parked
//! calls, conferences, states and mailboxes.
//!
//! [`Live::attach`] asks the server for its lists and keeps them current by its events. After a lost
//! connection it asks again, and tells what is different as changes like all others.
//!
//! ```
//! # use asterisk_sdk_testkit::FakeAsterisk;
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let asterisk = FakeAsterisk::builder().dialplan("[default]\nexten = 600,1,Answer()").start().await?;
//! # let manager = asterisk_sdk_ami::Manager::builder(asterisk.ami_address().to_string());
//! # let manager = manager.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
//! use asterisk_sdk_ami::live::{Call, Change, Live};
//!
//! let live = Live::attach(&manager).await?;
//! let mut calls = live.changes().of::<Call>();
//! println!("{} calls now", live.snapshot().count::<Call>());
//! # asterisk.place_call("600")?;
//! while let Some(Ok(change)) = calls.next().await {
//!     # let over = matches!(change, Change::Removed(_));
//!     match change {
//!         Change::Added(call) => println!("{:?} calls {:?}", call.caller.number, call.exten),
//!         Change::Removed(call) => println!("{} has ended", call.id),
//!         _ => {}
//!     }
//!     # if over { break }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! It is as right as the server's events: what changes without one is found by a reconciliation, which
//! compares with the lists at an interval ([`Attach::reconcile_every`]).

mod agent;
mod bridge;
mod call;
mod calls;
mod channel;
mod conference;
mod feed;
mod list;
#[cfg(feature = "metrics")]
mod metrics;
mod model;
#[cfg(test)]
mod oddities;
mod parking;
mod picture;
mod queue;
mod state;
mod table;
mod task;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::agent::Agent;
pub use self::bridge::Bridge;
pub use self::call::{Call, CompletedCall, Direction, Leg, Step, What};
pub use self::channel::Channel;
pub use self::conference::{Conference, ConferenceUser};
pub use self::feed::{Feed, Watch};
use self::model::Model;
pub use self::parking::ParkedCall;
use self::picture::AllListeners;
pub use self::picture::{Freshness, Snapshot};
pub use self::queue::{Queue, QueueCaller, QueueMember};
pub use self::state::{Device, Endpoint, Extension, Mailbox, Presence};
pub use self::table::{Change, Object};
use crate::error::ActionError;
use crate::manager::Manager;

/// What to keep track of. Only that is asked for and kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// [`Channel`], [`Bridge`], [`Call`] and [`CompletedCall`]. Needs events of the classes `call` and
    /// `dialplan` (`agent` for what queues do with calls), and the privilege `system` or `reporting`.
    Calls,
    /// [`Queue`](struct@Queue), [`QueueMember`] and [`QueueCaller`]. Needs events of the class `agent`.
    Queues,
    /// [`Agent`]. Needs events of the classes `agent` and `call`, and the privilege `agent`.
    Agents,
    /// [`ParkedCall`]. Needs events of the class `call`.
    Parking,
    /// [`Conference`] and [`ConferenceUser`]. Needs events of the class `call`, and the privilege
    /// `reporting`.
    Conferences,
    /// [`Device`]. Needs events of the class `call`, and the privilege `call` or `reporting`.
    Devices,
    /// [`Extension`]. Needs what devices need.
    Extensions,
    /// [`Presence`]. Needs what devices need.
    Presences,
    /// [`Endpoint`]. Needs events of the classes `call` and `system`, and the privilege `system`.
    Endpoints,
    /// [`Mailbox`]. Needs events of the class `call`, and the privilege `call` or `reporting`. Those
    /// that `app_voicemail` doesn't keep are seen when their messages change.
    Mailboxes,
}

impl Kind {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Calls,
        Self::Queues,
        Self::Agents,
        Self::Parking,
        Self::Conferences,
        Self::Devices,
        Self::Extensions,
        Self::Presences,
        Self::Endpoints,
        Self::Mailboxes,
    ];
}

/// A set of kinds.
#[derive(Debug, Clone, Copy, Default)]
struct Kinds(u16);

impl Kinds {
    fn of(kinds: impl IntoIterator<Item = Kind>) -> Self {
        Self(kinds.into_iter().fold(0, |set, kind| set | 1 << kind as u16))
    }

    fn add(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u16;
    }

    fn is_only(self, kind: Kind) -> bool {
        self.0 == 1 << kind as u16
    }

    fn contains(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u16 != 0
    }
}

/// What handles, feeds and the updater share.
#[derive(Debug)]
#[doc(hidden)]
pub struct Shared {
    model: RwLock<Model>,
    listeners: AllListeners,
    /// Changes with the picture.
    version: watch::Sender<u64>,
    counters: Counters,
}

#[derive(Debug, Default)]
struct Counters {
    events: AtomicU64,
    changes: AtomicU64,
    snapshots: AtomicU64,
    gaps: AtomicU64,
    corrections: AtomicU64,
}

impl Shared {
    // No code of a user runs while the lock is held to write, so a poisoned one is sound.
    fn read(&self) -> RwLockReadGuard<'_, Model> {
        self.model.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Model> {
        self.model.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn statistics(&self) -> Statistics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = &self.counters;
        Statistics {
            events: read(&counters.events),
            changes: read(&counters.changes),
            snapshots: read(&counters.snapshots),
            gaps: read(&counters.gaps),
            corrections: read(&counters.corrections),
        }
    }

    /// Nothing will change any more.
    fn end(&self) {
        self.write().tables.freshness = Freshness::Ended;
        self.listeners.close();
        self.version.send_modify(|version| *version += 1);
    }
}

/// What an updater has done since it was attached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Events that were applied.
    pub events: u64,
    /// Objects that were added, changed or removed.
    pub changes: u64,
    /// How many times the server's lists were taken over, reconciliations included.
    pub snapshots: u64,
    /// How many times events were missing.
    pub gaps: u64,
    /// Differences that reconciliations found though no events were missing: what changed without
    /// an event, or was wrong.
    pub corrections: u64,
}

/// A picture of what is going on that is kept current. Cloning it is cheap, and clones share it.
///
/// Reading never waits for the server. A task keeps the picture, with its own subscription to the
/// manager's events; it ends when the last clone is dropped, and all feeds with it. As long as it
/// runs, it holds the connection as a [`Manager`] does.
#[derive(Clone)]
pub struct Live {
    shared: Arc<Shared>,
    task: Arc<Task>,
}

struct Task {
    handle: JoinHandle<()>,
    shared: Arc<Shared>,
}

impl Drop for Task {
    fn drop(&mut self) {
        self.handle.abort();
        self.shared.end();
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live")
            .field("freshness", &self.freshness())
            .field("running", &!self.task.handle.is_finished())
            .finish_non_exhaustive()
    }
}

impl Live {
    /// Begins to keep a picture of the server that `manager` is connected to. It begins when it is
    /// awaited, inside of a tokio runtime.
    pub fn attach(manager: &Manager) -> Attach<'_> {
        Attach { manager, kinds: Kind::ALL.to_vec(), reconcile: Some(Attach::RECONCILE) }
    }

    /// All that is tracked, as it is now: between two events, never in the midst of one.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.shared.read().tables.snapshot()
    }

    /// The object with this key, as it is now.
    pub fn get<T: Object>(&self, key: impl AsRef<str>) -> Option<Arc<T>> {
        // A snapshot of the one would keep the updater from changing the table in place.
        T::table(&self.shared.read().tables).get(key.as_ref()).cloned()
    }

    /// How current the picture is.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        self.shared.read().tables.freshness
    }

    /// Subscribes to changes.
    pub fn changes(&self) -> Watch<'_> {
        Watch::new(&self.shared)
    }

    /// Waits until the picture passes a test, and gives it as it is then; `None` when the connection
    /// has ended for good.
    ///
    /// The test runs for the picture as it is, and then after changes: quick ones may be seen as one.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn wait_until(&self, mut passes: impl FnMut(&Snapshot) -> bool) -> Option<Snapshot> {
        let mut version = self.shared.version.subscribe();
        loop {
            version.mark_unchanged();
            let snapshot = self.snapshot();
            if passes(&snapshot) {
                return Some(snapshot);
            }
            if snapshot.freshness == Freshness::Ended {
                return None;
            }
            drop(snapshot);
            version.changed().await.ok()?;
        }
    }

    /// What has been done so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.shared.statistics()
    }
}

/// How to keep a picture; made by [`Live::attach`], begun by `.await`.
#[derive(Debug)]
#[must_use = "nothing is tracked until it is awaited"]
pub struct Attach<'a> {
    manager: &'a Manager,
    kinds: Vec<Kind>,
    reconcile: Option<Duration>,
}

impl Attach<'_> {
    /// How often the picture is compared with the server's lists, unless set otherwise.
    pub const RECONCILE: Duration = Duration::from_secs(300);

    /// What to keep track of, instead of everything.
    pub fn track(mut self, kinds: impl IntoIterator<Item = Kind>) -> Self {
        self.kinds = kinds.into_iter().collect();
        self
    }

    /// How often to compare the picture with the server's lists, which costs what they cost. What is
    /// different is corrected, told as changes, and counted ([`Statistics::corrections`]).
    pub fn reconcile_every(mut self, interval: Duration) -> Self {
        self.reconcile = Some(interval);
        self
    }

    /// Never compares, so that what changes without an event stays wrong until there is one.
    pub fn no_reconcile(mut self) -> Self {
        self.reconcile = None;
        self
    }

    async fn run(self) -> Result<Live, ActionError> {
        let kinds = Kinds::of(self.kinds);
        let shared = Arc::new(Shared {
            model: RwLock::new(Model::new(kinds)),
            listeners: AllListeners::default(),
            version: watch::Sender::new(0),
            counters: Counters::default(),
        });
        let (updater, ready) = task::Updater::new(self.manager, &shared, kinds, self.reconcile);
        let handle = tokio::spawn(updater.run());
        // Dropping the future before it is ready ends the task, too.
        let task = Arc::new(Task { handle, shared: Arc::clone(&shared) });
        let disconnected =
            ActionError::Disconnected { delivery: asterisk_proto::error::Delivery::Unknown };
        ready.await.unwrap_or(Err(disconnected))?;
        Ok(Live { shared, task })
    }
}

impl<'a> IntoFuture for Attach<'a> {
    type Output = Result<Live, ActionError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    /// Makes the picture: done when the server's lists are taken over.
    ///
    /// # Errors
    ///
    /// As for [`Manager::send`], for the first list that fails. One whose module the server has not
    /// is empty.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future begins nothing.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
