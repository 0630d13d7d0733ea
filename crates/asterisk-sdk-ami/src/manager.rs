//! The handle that applications hold.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use asterisk_proto::ActionId;
use asterisk_proto::ami::event::OriginateResponse;
use asterisk_proto::error::Delivery;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tracing::Instrument;

use crate::action::{self, Action, Logoff, Originate};
use crate::builder::Builder;
use crate::driver::{Lasting, Request};
use crate::error::ActionError;
use crate::hub::Hub;
use crate::id::IdSource;
use crate::session::Failure;
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
    /// ```no_run
    /// # async fn example(manager: asterisk_sdk_ami::Manager) -> Result<(), Box<dyn std::error::Error>> {
    /// use asterisk_sdk_ami::action::Command;
    ///
    /// for line in manager.send(Command::new("core show uptime")).await?.lines() {
    ///     println!("{line}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
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
        let timeout = self.shared.action_timeout;
        Send { manager: self, action, id: None, timeout }
    }

    /// Calls a channel, and waits for how it came out: answered, busy, no answer … are all
    /// outcomes, told by [`OriginateResponse::reason`].
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
    /// ```no_run
    /// # async fn example(manager: asterisk_sdk_ami::Manager) {
    /// use asterisk_sdk_ami::event::Hangup;
    ///
    /// let mut hangups = manager.events().of::<Hangup>();
    /// while let Some(hangup) = hangups.next().await {
    ///     match hangup {
    ///         Ok(hangup) => println!("{:?} ended: {:?}", hangup.channel.channel, hangup.cause),
    ///         Err(missed) => eprintln!("{missed}"),
    ///     }
    /// }
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

    async fn execute<A: Action>(
        &self,
        action: A,
        id: Option<ActionId>,
        timeout: Duration,
    ) -> Result<A::Output, ActionError> {
        let id = id.unwrap_or_else(|| self.shared.ids.next());
        let span = tracing::debug_span!("ami_action", name = action.name(), %id);
        let text = action::encode(&action, &id)?;
        let (ticket, outcome) = oneshot::channel();
        let deadline = Instant::now() + timeout;
        let name = id.clone();
        let lasting = Lasting::new(action.name(), &text);
        let expect = action.expect();
        let request = Request::Send { id, text, expect, lasting, deadline, ticket };
        async {
            match tokio::time::timeout_at(deadline, self.shared.requests.send(request)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => {
                    return Err(ActionError::Disconnected { delivery: Delivery::NotSent });
                }
                Err(_) => {
                    let delivery = Delivery::NotSent;
                    return Err(ActionError::TimedOut { delivery, after: timeout });
                }
            }
            // The task keeps the deadline, because it knows how much was written.
            let outcome = outcome
                .await
                .map_err(|_| ActionError::Disconnected { delivery: Delivery::Unknown })?;
            let reply = outcome.map_err(|failure| failed(failure, timeout, &name))?;
            if reply.response.is_error() {
                return Err(ActionError::Refused { response: Box::new(reply.response) });
            }
            A::output(reply)
        }
        .instrument(span)
        .await
    }
}

fn failed(failure: Failure, after: Duration, id: &ActionId) -> ActionError {
    match failure {
        Failure::TimedOut(delivery) => ActionError::TimedOut { delivery, after },
        Failure::Disconnected(delivery) => ActionError::Disconnected { delivery },
        Failure::TooManyItems(limit) => ActionError::TooLarge { limit, unit: "items" },
        Failure::TooManyBytes(limit) => ActionError::TooLarge { limit, unit: "bytes" },
        Failure::IdInUse => {
            crate::error::InvalidAction::IdInUse { id: id.as_str().to_owned() }.into()
        }
    }
}

/// An action about to be sent; made by [`Manager::send`], sent by `.await`.
#[derive(Debug)]
#[must_use = "an action is sent when it is awaited"]
pub struct Send<'a, A> {
    manager: &'a Manager,
    action: A,
    id: Option<ActionId>,
    timeout: Duration,
}

impl<A> Send<'_, A> {
    /// Sends the action under an id of your own choice. It must not be in flight already, and should
    /// not be one that another session might use.
    pub fn action_id(mut self, id: impl Into<ActionId>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// How long to wait for the answer, instead of the connection's action timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

impl<'a, A> IntoFuture for Send<'a, A>
where
    A: Action + std::marker::Send + Sync + 'a,
    A::Output: 'a,
{
    type Output = Result<A::Output, ActionError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + std::marker::Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.manager.execute(self.action, self.id, self.timeout))
    }
}
