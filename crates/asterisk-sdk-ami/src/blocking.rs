//! A manager for threads and scripts: the same actions and events without `async`.
//!
//! ```
//! use asterisk_sdk_ami::action::Command;
//! use asterisk_sdk_ami::blocking::Manager;
//! use asterisk_sdk_ami::event::Hangup;
//!
//! # use asterisk_sdk_testkit::FakeAsterisk;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let runtime = tokio::runtime::Runtime::new()?;
//! # let asterisk = FakeAsterisk::builder().login("admin", "secret").dialplan("[default]\nexten = 600,1,Answer()");
//! # let asterisk = runtime.block_on(asterisk.start())?;
//! # let address = asterisk.ami_address().to_string();
//! // The address is a host and a port: pbx.example:5038.
//! let manager = Manager::connect(Manager::builder(address).login("admin", "secret"))?;
//! for line in manager.send(Command::new("core show channels count"))?.lines() {
//!     println!("{line}");
//! }
//! let hangups = manager.events().of::<Hangup>();
//! # runtime.block_on(async { asterisk.place_call("600") })?;
//! for hangup in hangups {
//!     println!("{:?}", hangup?.cause);
//!     # break;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! One thread in the background keeps the connection, for all clones. In an asynchronous runtime
//! use [`crate::Manager`]: there, connecting and sending fail with `InsideRuntime` instead of
//! stopping the runtime's other tasks. That goes for tokio's `spawn_blocking` too.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use asterisk_proto::ami::event::OriginateResponse;
use asterisk_proto::ami::{AmiEvent, Event, Response};
use asterisk_proto::{ActionId, ChannelId, LinkedId};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::Send;
use crate::action::{Action, Aggregate, ListItem, Originate};
use crate::builder::Builder;
use crate::callbacks::Callbacks;
use crate::error::{ActionError, ConnectError};
use crate::state::CloseReason;
use crate::subscription::{self, Missed, Overflow};

/// A logged-in session with one Asterisk, for threads. Cloning it is cheap, and clones share the
/// connection and its thread; use them in as many threads as you like.
///
/// The connection ends with [`Manager::close`], or when the last clone and the last [`EventStream`]
/// are dropped; so does its thread.
#[derive(Debug, Clone)]
pub struct Manager {
    // Before the thread, which ends the connection's task as it finds it.
    inner: crate::Manager,
    background: Arc<Background>,
}

impl Manager {
    /// Begins to set up a connection to `address`, a host and a port: `pbx.example:5038`. The same
    /// as [`crate::Manager::builder`]; [`Manager::connect`] takes what comes of it.
    pub fn builder(address: impl Into<String>) -> Builder {
        crate::Manager::builder(address)
    }

    /// Connects and logs in, and starts the thread that keeps the connection.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::connect`], and [`ConnectError::InsideRuntime`] in an asynchronous
    /// runtime.
    pub fn connect(builder: Builder) -> Result<Self, ConnectError> {
        if inside_runtime() {
            return Err(ConnectError::InsideRuntime);
        }
        let background = Background::start().map_err(|source| ConnectError::NoThread { source })?;
        let inner = background.wait(builder.connect())?;
        Ok(Self { inner, background: Arc::new(background) })
    }

    /// The server's first line, as [`crate::Manager::banner`].
    #[must_use]
    pub fn banner(&self) -> &str {
        self.inner.banner()
    }

    /// Whether there is a session, as far as is known.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.inner.is_connected()
    }

    /// Sends an action and waits for its output, for as long as [`Builder::action_timeout`] says.
    ///
    /// # Errors
    ///
    /// Those of [`crate::Manager::send`], and [`ActionError::InsideRuntime`] in an asynchronous
    /// runtime.
    pub fn send<A>(&self, action: A) -> Result<A::Output, ActionError>
    where
        A: Action + std::marker::Send + Sync,
    {
        self.send_with(action, |send| send)
    }

    /// The same with a timeout or an ActionID of your own.
    ///
    /// ```no_run
    /// # fn example(manager: asterisk_sdk_ami::blocking::Manager) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use asterisk_sdk_ami::action::Command;
    ///
    /// let reload = Command::new("module reload");
    /// manager.send_with(reload, |send| send.timeout(Duration::from_secs(120)))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Manager::send`].
    pub fn send_with<A>(
        &self,
        action: A,
        options: impl for<'a> FnOnce(Send<'a, A>) -> Send<'a, A>,
    ) -> Result<A::Output, ActionError>
    where
        A: Action + std::marker::Send + Sync,
    {
        if inside_runtime() {
            return Err(ActionError::InsideRuntime);
        }
        self.background.wait(options(self.inner.send(action)).into_future())
    }

    /// Sends an action that answers with a list, and gives its items as they come; see
    /// [`crate::Manager::stream`] about taking them in time.
    ///
    /// # Errors
    ///
    /// Those of [`crate::Manager::stream`], and [`ActionError::InsideRuntime`] in an asynchronous
    /// runtime.
    pub fn stream<T, A>(&self, action: A) -> Result<ListStream<T>, ActionError>
    where
        T: ListItem,
        A: Action<Output = Aggregate<T>>,
    {
        if inside_runtime() {
            return Err(ActionError::InsideRuntime);
        }
        let inner = self.background.wait(self.inner.stream(action))?;
        Ok(ListStream { inner, background: Arc::clone(&self.background) })
    }

    /// Calls a channel, and waits for how it came out, as [`crate::Manager::originate`] does.
    ///
    /// # Errors
    ///
    /// Those of [`crate::Manager::originate`], and [`ActionError::InsideRuntime`] in an
    /// asynchronous runtime.
    pub fn originate(&self, originate: Originate) -> Result<OriginateResponse, ActionError> {
        if inside_runtime() {
            return Err(ActionError::InsideRuntime);
        }
        self.background.wait(self.inner.originate(originate))
    }

    /// Subscribes to events.
    pub fn events(&self) -> Subscribe<'_> {
        Subscribe { inner: self.inner.events(), background: &self.background }
    }

    /// Functions that are called for events, in a thread of their own: they may send actions, and a slow
    /// one delays the other ones there and nobody else.
    ///
    /// ```
    /// # use asterisk_sdk_testkit::FakeAsterisk;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = tokio::runtime::Runtime::new()?;
    /// # let asterisk = FakeAsterisk::builder().login("admin", "secret").dialplan("[default]\nexten = 600,1,Answer()");
    /// # let asterisk = runtime.block_on(asterisk.start())?;
    /// # let address = asterisk.ami_address().to_string();
    /// # let manager = asterisk_sdk_ami::blocking::Manager::builder(address).login("admin", "secret");
    /// # let manager = asterisk_sdk_ami::blocking::Manager::connect(manager)?;
    /// use asterisk_sdk_ami::event::Hangup;
    ///
    /// let callbacks = manager.callbacks()?;
    /// callbacks.on(|hangup: Hangup| println!("{:?}", hangup.cause));
    /// # manager.close();
    /// manager.closed();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When there can be no thread more.
    pub fn callbacks(&self) -> std::io::Result<Callbacks> {
        let (callbacks, mut caller) = Callbacks::begin(&self.inner);
        let background = Arc::clone(&self.background);
        thread::Builder::new().name("asterisk-ami-callbacks".to_owned()).spawn(move || {
            while let Some(item) = background.wait(caller.next()) {
                caller.call(&item);
            }
        })?;
        Ok(callbacks)
    }

    /// Waits until the connection has ended for good, and says why. In an asynchronous runtime it
    /// holds up the runtime's other tasks.
    #[must_use]
    pub fn closed(&self) -> CloseReason {
        self.background.wait(self.inner.closed())
    }

    /// Logs off and closes the connection for all clones. It waits for that, except in an
    /// asynchronous runtime.
    pub fn close(&self) {
        let manager = self.inner.clone();
        let closing = self.background.handle.spawn(async move { manager.close().await });
        if !inside_runtime() && self.background.wait(closing).is_err() {
            tracing::error!("closing the connection panicked");
        }
    }
}

/// Chooses which events to subscribe to; made by [`Manager::events`].
#[derive(Debug)]
#[must_use = "a subscription begins when the kind of events is chosen"]
pub struct Subscribe<'a> {
    inner: subscription::Subscribe<'a>,
    background: &'a Arc<Background>,
}

impl Subscribe<'_> {
    /// How many events to hold, at least 1; [`crate::Subscribe::DEFAULT_CAPACITY`] if not told.
    pub fn capacity(mut self, events: usize) -> Self {
        self.inner = self.inner.capacity(events);
        self
    }

    /// What to do when there are more.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.inner = self.inner.overflow(overflow);
        self
    }

    /// All events.
    pub fn all(self) -> EventStream<Event> {
        EventStream::new(self.inner.all(), self.background)
    }

    /// The events of one type. Only they are queued, and they are decoded when they are taken.
    pub fn of<E: AmiEvent>(self) -> EventStream<E> {
        EventStream::new(self.inner.of(), self.background)
    }

    /// The events of one name, typed or not.
    pub fn named(self, name: impl Into<String>) -> EventStream<Event> {
        EventStream::new(self.inner.named(name), self.background)
    }

    /// The events of one channel, as [`crate::Subscribe::channel`].
    pub fn channel(self, id: impl Into<ChannelId>) -> EventStream<Event> {
        EventStream::new(self.inner.channel(id), self.background)
    }

    /// The events of one call: all channels with this `Linkedid`.
    pub fn call(self, id: impl Into<LinkedId>) -> EventStream<Event> {
        EventStream::new(self.inner.call(id), self.background)
    }

    /// The events that carry an ActionID, as [`crate::Subscribe::action`].
    pub fn action(self, id: impl Into<ActionId>) -> EventStream<Event> {
        EventStream::new(self.inner.action(id), self.background)
    }

    /// The events that pass a test, as [`crate::Subscribe::matching`]. It runs in the connection's
    /// thread, so it has to be quick.
    pub fn matching(
        self,
        admits: impl Fn(&Event) -> bool + std::marker::Send + Sync + 'static,
    ) -> EventStream<Event> {
        EventStream::new(self.inner.matching(admits), self.background)
    }

    /// Responses that nobody waits for, as [`crate::Subscribe::orphans`].
    pub fn orphans(self) -> OrphanStream {
        let background = Arc::clone(self.background);
        OrphanStream { inner: self.inner.orphans(), background }
    }
}

/// The events of a subscription, in the order in which the server sent them, as
/// [`crate::EventStream`]. It ends when the connection does for good.
///
/// Taking the next one blocks, also in an asynchronous runtime, whose other tasks it holds up.
#[derive(Debug)]
#[must_use = "dropping it ends the subscription"]
pub struct EventStream<T = Event> {
    inner: subscription::EventStream<T>,
    // Keeps the connection's thread, for the subscription keeps the connection.
    background: Arc<Background>,
}

impl<T> EventStream<T> {
    fn new(inner: subscription::EventStream<T>, background: &Arc<Background>) -> Self {
        Self { inner, background: Arc::clone(background) }
    }

    /// The next event; `None` when the connection has ended for good.
    ///
    /// ```
    /// # use asterisk_sdk_testkit::FakeAsterisk;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = tokio::runtime::Runtime::new()?;
    /// # let asterisk = FakeAsterisk::builder().login("admin", "secret").dialplan("[default]\nexten = 600,1,Answer()");
    /// # let asterisk = runtime.block_on(asterisk.start())?;
    /// # let address = asterisk.ami_address().to_string();
    /// # let manager = asterisk_sdk_ami::blocking::Manager::builder(address).login("admin", "secret");
    /// # let manager = asterisk_sdk_ami::blocking::Manager::connect(manager)?;
    /// use std::time::Duration;
    ///
    /// let mut events = manager.events().all();
    /// # runtime.block_on(async { asterisk.place_call("600") })?;
    /// while let Some(event) = events.next_timeout(Duration::from_secs(60))? {
    ///     println!("{}", event?.name());
    ///     # break;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`TimedOut`] when nothing came for so long; the subscription goes on.
    pub fn next_timeout(
        &mut self,
        timeout: Duration,
    ) -> Result<Option<Result<T, Missed>>, TimedOut> {
        // The timer has to be made where the runtime is known.
        let next = async { tokio::time::timeout(timeout, self.inner.next()).await };
        self.background.wait(next).map_err(|_| TimedOut)
    }
}

impl<T> Iterator for EventStream<T> {
    type Item = Result<T, Missed>;

    fn next(&mut self) -> Option<Self::Item> {
        self.background.wait(self.inner.next())
    }
}

/// Responses that nobody waits for; made by [`Subscribe::orphans`]. Taking the next one blocks.
#[derive(Debug)]
#[must_use = "dropping it ends the subscription"]
pub struct OrphanStream {
    inner: subscription::OrphanStream,
    background: Arc<Background>,
}

impl Iterator for OrphanStream {
    type Item = Result<Response, Missed>;

    fn next(&mut self) -> Option<Self::Item> {
        self.background.wait(self.inner.next())
    }
}

/// The items of a list as they come; made by [`Manager::stream`]. It ends with the list. An error,
/// if there is one, is its last item. Taking the next one blocks.
#[derive(Debug)]
#[must_use = "the list waits for somebody to take its items"]
pub struct ListStream<T> {
    inner: crate::ListStream<T>,
    background: Arc<Background>,
}

impl<T: ListItem> ListStream<T> {
    /// The response that announced the list; known at its end.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        self.inner.response()
    }

    /// The event that ended the list; known at its end.
    #[must_use]
    pub fn complete(&self) -> Option<&Event> {
        self.inner.complete()
    }
}

impl<T: ListItem> Iterator for ListStream<T> {
    type Item = Result<T, ActionError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.background.wait(self.inner.next())
    }
}

/// Nothing came in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nothing came in time")]
#[non_exhaustive]
pub struct TimedOut;

/// The thread that keeps a connection. It ends when this is dropped.
#[derive(Debug)]
struct Background {
    handle: Handle,
    _stop: oneshot::Sender<()>,
}

impl Background {
    fn start() -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        // Not joined at the end: the last handle may be dropped in that thread itself.
        thread::Builder::new().name("asterisk-ami".to_owned()).spawn(move || {
            // Nothing is ever sent; the sender is dropped.
            let _ = runtime.block_on(stopped);
            // A look-up of a name may take long, and nobody waits for it any more.
            runtime.shutdown_background();
        })?;
        Ok(Self { handle, _stop: stop })
    }

    /// Runs a future in the calling thread, with the runtime's timers and sockets. Tokio's own way
    /// to do so panics in a runtime.
    fn wait<F: Future>(&self, future: F) -> F::Output {
        let _entered = self.handle.enter();
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            match future.as_mut().poll(&mut context) {
                Poll::Ready(output) => return output,
                Poll::Pending => thread::park(),
            }
        }
    }
}

/// Wakes a thread that waits.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn inside_runtime() -> bool {
    Handle::try_current().is_ok()
}
