//! The handle that applications hold.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use asterisk_proto::ami::event::OriginateResponse;
use tokio::sync::{mpsc, watch};

use crate::action::{self, Action, Aggregate, ListItem, Logoff, Originate};
use crate::builder::Builder;
use crate::driver::Request;
use crate::error::ActionError;
use crate::hub::Hub;
use crate::id::IdSource;
use crate::list::ListStream;
use crate::send::Send;
use crate::state::{CloseReason, ConnectionState, StateWatch};
use crate::subscription::Subscribe;

/// A logged-in session with one Asterisk. Cloning it is cheap, and clones share the connection.
///
/// The connection ends with [`Manager::close`], or when the last clone and the last
/// [`EventStream`](crate::EventStream) are dropped.
#[derive(Clone)]
pub struct Manager {
    shared: Arc<Shared>,
}

/// What handles and subscriptions share.
pub(crate) struct Shared {
    pub(crate) requests: mpsc::Sender<Request>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) state: watch::Receiver<ConnectionState>,
    pub(crate) banner: String,
    pub(crate) action_timeout: Duration,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("banner", &self.banner).finish_non_exhaustive()
    }
}

impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manager")
            .field("banner", &self.shared.banner)
            .field("connected", &self.is_connected())
            .finish()
    }
}

impl Manager {
    /// Begins to set up a connection to `address`, a host and a port: `pbx.example:5038`.
    pub fn builder(address: impl Into<String>) -> Builder {
        Builder::new(address.into())
    }

    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared: Arc::new(shared) }
    }

    /// The server's first line, such as `Asterisk Call Manager/11.0.0`. The number is the manager
    /// interface's, not Asterisk's.
    #[must_use]
    pub fn banner(&self) -> &str {
        &self.shared.banner
    }

    /// Whether there is a session, as far as is known.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        *self.shared.state.borrow() == ConnectionState::Connected
            && !self.shared.requests.is_closed()
    }

    /// Tells the connection's state and its changes.
    #[must_use]
    pub fn watch(&self) -> StateWatch {
        StateWatch(self.shared.state.clone())
    }

    /// Sends an action and waits for its output.
    ///
    /// ```
    /// # use asterisk_sdk_testkit::FakeAsterisk;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let asterisk = FakeAsterisk::start().await?;
    /// # let manager = asterisk_sdk_ami::Manager::builder(asterisk.ami_address().to_string());
    /// # let manager = manager.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
    /// use asterisk_sdk_ami::action::Command;
    ///
    /// for line in manager.send(Command::new("core show channels count")).await?.lines() {
    ///     println!("{line}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Any number may be in flight. Asterisk answers in order, so one that it takes its time over
    /// (`WaitEvent`, an `Originate` that is not in the background) holds up all behind it, events
    /// included.
    ///
    /// # Errors
    ///
    /// See [`ActionError`], which says whether the server may have acted on the action.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not undo the action: once it was sent, the server acts on it, and
    /// its answer is thrown away when it comes.
    pub fn send<A: Action>(&self, action: A) -> Send<'_, A> {
        Send::new(&self.shared, action)
    }

    /// Sends an action that answers with a list, and gives its items as they come.
    ///
    /// The server writes a list in one go, so while nobody takes the items, the reader waits, and
    /// with it everything else on this connection; it does so for at most
    /// [`ListStream::PATIENCE`]. The whole list has to come within the action timeout.
    ///
    /// ```
    /// # use asterisk_sdk_testkit::FakeAsterisk;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let asterisk = FakeAsterisk::builder().dialplan("[default]\nexten = 600,1,Answer()").start().await?;
    /// # let manager = asterisk_sdk_ami::Manager::builder(asterisk.ami_address().to_string());
    /// # let manager = manager.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
    /// # asterisk.place_call("600")?;
    /// use asterisk_sdk_ami::action::CoreShowChannels;
    ///
    /// let mut channels = manager.stream(CoreShowChannels::new()).await?;
    /// while let Some(item) = channels.next().await {
    ///     println!("{:?}", item?.channel.channel);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the action cannot be sent; all others come as the last item of the stream.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future or the stream does not undo the action; what is left of the list is thrown
    /// away.
    pub async fn stream<T, A>(&self, action: A) -> Result<ListStream<T>, ActionError>
    where
        T: ListItem,
        A: Action<Output = Aggregate<T>>,
    {
        ListStream::open(&self.shared, &action).await
    }

    /// Calls a channel, and waits for how it came out: answered, busy, no answer … are all
    /// outcomes, told by [`OriginateResponse::reason`].
    ///
    /// ```
    /// # use asterisk_sdk_testkit::FakeAsterisk;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let asterisk = FakeAsterisk::builder().dialplan("[default]\nexten = 600,1,Answer()").start().await?;
    /// # let manager = asterisk_sdk_ami::Manager::builder(asterisk.ami_address().to_string());
    /// # let manager = manager.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
    /// # asterisk.endpoint("PJSIP/100");
    /// use asterisk_sdk_ami::action::Originate;
    /// use asterisk_sdk_ami::event::OriginateReason;
    ///
    /// let call = Originate::to("PJSIP/100").exten("default", "600", 1).caller_id("Reception <600>");
    /// let outcome = manager.originate(call).await?;
    /// assert_eq!(outcome.reason, Some(OriginateReason::Answered));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The outcome is waited for as long as the call may ring, and the action timeout on top.
    ///
    /// # Errors
    ///
    /// [`ActionError::Refused`] when the server does not even try (no such extension, bad channel).
    /// Others as for [`Manager::send`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not stop the call.
    pub async fn originate(&self, originate: Originate) -> Result<OriginateResponse, ActionError> {
        let timeout = originate.rings_for() + self.shared.action_timeout;
        self.send(action::AwaitedOriginate(originate)).timeout(timeout).await
    }

    /// Subscribes to events.
    ///
    /// ```
    /// # use asterisk_sdk_testkit::FakeAsterisk;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let asterisk = FakeAsterisk::builder().dialplan("[default]\nexten = 600,1,Answer()").start().await?;
    /// # let manager = asterisk_sdk_ami::Manager::builder(asterisk.ami_address().to_string());
    /// # let manager = manager.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
    /// use asterisk_sdk_ami::event::Hangup;
    ///
    /// let mut hangups = manager.events().of::<Hangup>();
    /// # asterisk.place_call("600")?;
    /// while let Some(hangup) = hangups.next().await {
    ///     match hangup {
    ///         Ok(hangup) => println!("{:?} ended: {:?}", hangup.channel.channel, hangup.cause),
    ///         Err(missed) => eprintln!("{missed}"),
    ///     }
    ///     # break;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self) -> Subscribe<'_> {
        Subscribe::new(&self.shared)
    }

    /// Waits until the connection has ended for good, and says why.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn closed(&self) -> CloseReason {
        let mut state = self.shared.state.clone();
        let closed = state.wait_for(|state| matches!(state, ConnectionState::Closed(_))).await;
        match closed.as_deref() {
            Ok(ConnectionState::Closed(reason)) => reason.clone(),
            // The task is gone without a word: the runtime has stopped it.
            _ => CloseReason::Local,
        }
    }

    /// Logs off and closes the connection for all clones. Actions in flight behind it fail as
    /// disconnected.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not stop the logoff once it was sent.
    pub async fn close(&self) {
        // Whatever becomes of the logoff, the connection ends.
        if let Err(error) = self.send(Logoff::new()).await {
            tracing::debug!(%error, "logoff without goodbye");
        }
        if self.shared.requests.send(Request::Close).await.is_ok() {
            self.closed().await;
        }
    }
}
