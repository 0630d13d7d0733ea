//! Functions that are called for events.

use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::Poll;

use asterisk_proto::ari::{AriEvent, Event};

use super::queue::{Missed, Queue, lock};
use super::stream::EventStream;
use crate::client::Client;

/// Functions that are called for events.
///
/// Each runs in a task of its own on a subscription of its own, with a queue of
/// [`DEFAULT_CAPACITY`](crate::Subscribe::DEFAULT_CAPACITY) events: called with one event after the
/// other, in the order in which the server sent them, and delaying nobody else. What takes as long
/// as a call should be given to another task. They are plain or asynchronous, and may return an error
/// ([`Callback`]); an error or a panic is logged, and the function is called again at the next event.
/// Dropping the value ends all of them; what is running just now runs to its end.
///
/// ```
/// # use asterisk_sdk_testkit::FakeAsterisk;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let asterisk = FakeAsterisk::builder().dialplan("[default]\nexten = 600,1,Stasis(demo)").start().await?;
/// # let ari = asterisk_sdk_ari::Client::builder(asterisk.ari_url()).app("demo");
/// # let ari = ari.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
/// use asterisk_sdk_ari::event::{StasisEnd, StasisStart};
/// use asterisk_sdk_ari::{Callbacks, RestError};
///
/// let callbacks = Callbacks::new(&ari);
/// callbacks.on(|end: StasisEnd| println!("{} has left", end.channel.name));
/// let client = ari.clone();
/// let answering = callbacks.on(move |start: StasisStart| {
///     let channel = client.channel(start.channel.id);
///     async move {
///         channel.answer().await?;
///         Ok::<_, RestError>(())
///     }
/// });
/// # assert!(asterisk.place_call("600")?.answered().await);
/// // …
/// answering.unregister();
/// # Ok(())
/// # }
/// ```
#[must_use = "dropping it ends the callbacks"]
pub struct Callbacks {
    client: Client,
    registry: Arc<Registry>,
}

#[derive(Default)]
struct Registry {
    running: Mutex<Vec<(u64, Arc<Stop>)>>,
    missed: Mutex<Vec<(u64, Arc<OnMissed>)>>,
    next: AtomicU64,
}

type OnMissed = dyn Fn(&Missed) + Send + Sync;

/// Ends one task.
struct Stop {
    stopped: AtomicBool,
    queue: Arc<Queue>,
}

impl Stop {
    fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        // Wakes the task if it waits for an event.
        self.queue.close();
    }
}

/// A function for [`Callbacks`]: plain or asynchronous, returning nothing or a `Result<(), E>` whose
/// error can be displayed.
///
/// It is implemented for all closures of these four kinds; `Kind` tells them apart and is found by
/// the compiler.
pub trait Callback<T, Kind>: Send + Sync + 'static {
    /// Calls it; the text is that of its error.
    fn call(&self, value: T) -> impl Future<Output = Result<(), String>> + Send;
}

/// What a [`Callback`] may return: `()`, or `Result<(), E>` with an error that can be displayed.
pub trait Outcome {
    /// Looks whether it is an error.
    ///
    /// # Errors
    ///
    /// The text of the error, if it is one.
    fn error(self) -> Result<(), String>;
}

impl Outcome for () {
    fn error(self) -> Result<(), String> {
        Ok(())
    }
}

impl<E: fmt::Display> Outcome for Result<(), E> {
    fn error(self) -> Result<(), String> {
        self.map_err(|error| error.to_string())
    }
}

/// The kind of plain functions.
#[derive(Debug)]
#[non_exhaustive]
pub struct Plain;

/// The kind of asynchronous functions.
#[derive(Debug)]
#[non_exhaustive]
pub struct Asynchronous;

impl<T, F, O> Callback<T, Plain> for F
where
    T: Send,
    F: Fn(T) -> O + Send + Sync + 'static,
    O: Outcome,
{
    async fn call(&self, value: T) -> Result<(), String> {
        self(value).error()
    }
}

impl<T, F, R> Callback<T, Asynchronous> for F
where
    T: Send,
    F: Fn(T) -> R + Send + Sync + 'static,
    R: Future<Output: Outcome> + Send,
{
    async fn call(&self, value: T) -> Result<(), String> {
        let running = self(value);
        running.await.error()
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callbacks")
            .field("running", &lock(&self.registry.running).len())
            .finish_non_exhaustive()
    }
}

impl Callbacks {
    /// No callbacks yet. As long as there are any, they hold the event connection open.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone(), registry: Arc::default() }
    }

    /// Calls `call` with every event of one type, from now on.
    ///
    /// Must run inside a tokio runtime.
    pub fn on<E, K>(&self, call: impl Callback<E, K>) -> Registration
    where
        E: AriEvent + Send + 'static,
        K: 'static,
    {
        self.run(self.client.events().of::<E>(), call)
    }

    /// Calls `call` with every event of one name, typed or not, from now on.
    ///
    /// Must run inside a tokio runtime.
    pub fn on_name<K: 'static>(
        &self,
        name: impl Into<String>,
        call: impl Callback<Event, K>,
    ) -> Registration {
        self.run(self.client.events().named(name), call)
    }

    /// Calls `call` with every event, from now on.
    ///
    /// Must run inside a tokio runtime.
    pub fn on_any<K: 'static>(&self, call: impl Callback<Event, K>) -> Registration {
        self.run(self.client.events().all(), call)
    }

    /// Calls `call` with everything that one of the callbacks here missed, each time for each of
    /// them: events that its queue had no place for, and messages that were no events.
    pub fn on_missed(&self, call: impl Fn(&Missed) + Send + Sync + 'static) -> Registration {
        let id = self.registry.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.registry.missed).push((id, Arc::new(call)));
        self.registration(id)
    }

    fn run<T, K>(&self, mut events: EventStream<T>, call: impl Callback<T, K>) -> Registration
    where
        T: Send + 'static,
        K: 'static,
    {
        let id = self.registry.next.fetch_add(1, Ordering::Relaxed);
        let stop = Arc::new(Stop { stopped: AtomicBool::new(false), queue: events.queue() });
        lock(&self.registry.running).push((id, Arc::clone(&stop)));
        let registry = Arc::downgrade(&self.registry);
        tokio::spawn(async move {
            while let Some(item) = events.next().await {
                if stop.stopped.load(Ordering::Acquire) {
                    break;
                }
                match item {
                    Ok(event) => contained(call.call(event)).await,
                    Err(missed) => {
                        tracing::warn!(%missed, "a callback missed events");
                        if let Some(registry) = registry.upgrade() {
                            registry.tell(&missed);
                        }
                    }
                }
            }
            if let Some(registry) = registry.upgrade() {
                registry.remove(id);
            }
        });
        self.registration(id)
    }

    fn registration(&self, id: u64) -> Registration {
        Registration { id, registry: Arc::downgrade(&self.registry) }
    }
}

/// Runs a callback; what goes wrong in it is logged.
async fn contained(call: impl Future<Output = Result<(), String>>) {
    let mut call = pin!(call);
    let result =
        poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(context))) {
            Ok(poll) => poll.map(Some),
            Err(_) => Poll::Ready(None),
        });
    match result.await {
        Some(Ok(())) => {}
        Some(Err(error)) => tracing::error!(error, "a callback failed"),
        None => tracing::error!("a callback panicked"),
    }
}

impl Drop for Callbacks {
    fn drop(&mut self) {
        for (_, stop) in std::mem::take(&mut *lock(&self.registry.running)) {
            stop.stop();
        }
    }
}

impl Registry {
    fn remove(&self, id: u64) {
        let mut running = lock(&self.running);
        if let Some(at) = running.iter().position(|(known, _)| *known == id) {
            running.swap_remove(at).1.stop();
        }
        drop(running);
        lock(&self.missed).retain(|(known, _)| *known != id);
    }

    /// Runs no callback under the lock, so that one may register and unregister.
    fn tell(&self, missed: &Missed) {
        let calls: Vec<_> = lock(&self.missed).iter().map(|(_, call)| Arc::clone(call)).collect();
        for call in calls {
            if catch_unwind(AssertUnwindSafe(|| call(missed))).is_err() {
                tracing::error!("a callback panicked");
            }
        }
    }
}

/// One registered callback. Dropping this leaves it registered.
#[derive(Clone)]
pub struct Registration {
    id: u64,
    registry: Weak<Registry>,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Registration {
    /// Ends the callback: it is not called again, not even with events that are queued already. If
    /// it is running just now, it runs to its end.
    pub fn unregister(&self) {
        if let Some(registry) = self.registry.upgrade() {
            registry.remove(self.id);
        }
    }
}
