//! Functions that are called for events.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use asterisk_proto::ami::{AmiEvent, Event};
use tokio::sync::oneshot;

use crate::manager::Manager;
use crate::queue::lock;
use crate::subscription::{EventStream, Missed};

/// Functions that are called for events, one after the other, in the order in which they were
/// registered.
///
/// They run in a task of their own, on one subscription: a slow one delays the others here and nobody
/// else, and what it makes them miss is told to [`Callbacks::on_missed`]. One that panics is logged
/// and called again at the next event. Dropping the value ends all of them, but not the one that is running just
/// then.
///
/// Threads have theirs from `blocking::Manager::callbacks`.
///
/// ```
/// # use asterisk_sdk_testkit::FakeAsterisk;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let asterisk = FakeAsterisk::builder().dialplan("[default]\nexten = 600,1,Answer()").start().await?;
/// # let manager = asterisk_sdk_ami::Manager::builder(asterisk.ami_address().to_string());
/// # let manager = manager.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
/// use asterisk_sdk_ami::Callbacks;
/// use asterisk_sdk_ami::event::Hangup;
///
/// let callbacks = Callbacks::new(&manager);
/// callbacks.on(|hangup: Hangup| println!("{:?}", hangup.cause));
/// let all = callbacks.on_any(|event| println!("{}", event.name()));
/// all.unregister();
/// # let mut hangups = manager.events().of::<Hangup>();
/// # asterisk.place_call("600")?;
/// # hangups.next().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "dropping it ends the callbacks"]
pub struct Callbacks {
    registry: Arc<Registry>,
    _stop: oneshot::Sender<()>,
}

/// What calls the functions: with each item in turn, until it is over.
#[derive(Debug)]
pub(crate) struct Caller {
    events: EventStream<Event>,
    registry: Arc<Registry>,
    stopped: oneshot::Receiver<()>,
}

#[derive(Debug, Default)]
struct Registry {
    entries: Mutex<Vec<Arc<Entry>>>,
    next: AtomicU64,
}

type Call = Box<dyn Fn(Result<&Event, &Missed>) + Send + Sync>;

struct Entry {
    id: u64,
    when: When,
    call: Call,
}

#[derive(Debug, PartialEq, Eq)]
enum When {
    Any,
    Name(Box<str>),
    Missed,
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("id", &self.id)
            .field("when", &self.when)
            .finish_non_exhaustive()
    }
}

impl Entry {
    fn wants(&self, item: Result<&Event, &Missed>) -> bool {
        match (&self.when, item) {
            (When::Any, Ok(_)) | (When::Missed, Err(_)) => true,
            (When::Name(name), Ok(event)) => event.name().eq_ignore_ascii_case(name),
            _ => false,
        }
    }
}

impl Callbacks {
    /// No callbacks yet; events are seen from now on.
    ///
    /// Must run inside a tokio runtime.
    pub fn new(manager: &Manager) -> Self {
        let (callbacks, mut caller) = Self::begin(manager);
        tokio::spawn(async move {
            while let Some(item) = caller.next().await {
                caller.call(&item);
            }
        });
        callbacks
    }

    pub(crate) fn begin(manager: &Manager) -> (Self, Caller) {
        let registry = Arc::new(Registry::default());
        let (stop, stopped) = oneshot::channel();
        let caller =
            Caller { events: manager.events().all(), registry: Arc::clone(&registry), stopped };
        (Self { registry, _stop: stop }, caller)
    }

    /// Calls `call` with every event of one type.
    pub fn on<E: AmiEvent>(&self, call: impl Fn(E) + Send + Sync + 'static) -> Registration {
        let name = When::Name(E::NAME.into());
        self.add(name, move |event| call(E::from_event(event)))
    }

    /// Calls `call` with every event of one name, typed or not.
    pub fn on_name(
        &self,
        name: impl Into<String>,
        call: impl Fn(&Event) + Send + Sync + 'static,
    ) -> Registration {
        self.add(When::Name(name.into().into_boxed_str()), call)
    }

    /// Calls `call` with every event.
    pub fn on_any(&self, call: impl Fn(&Event) + Send + Sync + 'static) -> Registration {
        self.add(When::Any, call)
    }

    /// Calls `call` with everything that was missed: dropped events, lost connections.
    pub fn on_missed(&self, call: impl Fn(&Missed) + Send + Sync + 'static) -> Registration {
        self.registry.add(When::Missed, move |item| {
            if let Err(missed) = item {
                call(missed);
            }
        })
    }

    fn add(&self, when: When, call: impl Fn(&Event) + Send + Sync + 'static) -> Registration {
        self.registry.add(when, move |item| {
            if let Ok(event) = item {
                call(event);
            }
        })
    }
}

impl Caller {
    /// The next item; nothing when the connection has ended, or nobody wants the callbacks any more.
    pub(crate) async fn next(&mut self) -> Option<Result<Event, Missed>> {
        tokio::select! {
            biased;
            // Nothing is ever sent; the sender is dropped.
            _ = &mut self.stopped => None,
            item = self.events.next() => item,
        }
    }

    pub(crate) fn call(&self, item: &Result<Event, Missed>) {
        self.registry.call(item.as_ref());
    }
}

impl Registry {
    fn add(
        self: &Arc<Self>,
        when: When,
        call: impl Fn(Result<&Event, &Missed>) + Send + Sync + 'static,
    ) -> Registration {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.entries).push(Arc::new(Entry { id, when, call: Box::new(call) }));
        Registration { id, registry: Arc::downgrade(self) }
    }

    /// Runs no callback under the lock, so that one may register and unregister.
    fn call(&self, item: Result<&Event, &Missed>) {
        let entries: Vec<_> =
            lock(&self.entries).iter().filter(|entry| entry.wants(item)).cloned().collect();
        for entry in entries {
            if catch_unwind(AssertUnwindSafe(|| (entry.call)(item))).is_err() {
                let event = item.map(|event| event.name().into_owned()).unwrap_or_default();
                tracing::error!(event, "a callback panicked");
            }
        }
    }
}

/// One registered callback. Dropping this leaves it registered.
#[derive(Debug, Clone)]
pub struct Registration {
    id: u64,
    registry: Weak<Registry>,
}

impl Registration {
    /// Ends the callback. One that is running just now runs to its end.
    pub fn unregister(&self) {
        if let Some(registry) = self.registry.upgrade() {
            lock(&registry.entries).retain(|entry| entry.id != self.id);
        }
    }
}
