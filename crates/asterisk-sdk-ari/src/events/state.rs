//! Whether there is an event connection, and why not.

use std::time::SystemTime;

use tokio::sync::watch;

/// Why the event connection ended, or is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// [`Client::close`](crate::Client::close), or nobody held the connection any more.
    #[error("it was closed on this side")]
    Local,
    /// The client was made without an application, so it has no event connection.
    #[error("no application was named")]
    NoApplication,
    /// Another client has taken over the last application
    /// ([`ApplicationReplaced`](crate::event::ApplicationReplaced)). Connecting again would take it
    /// back, and the other would do the same.
    #[error("another client has taken over the application")]
    Replaced,
    /// The server closed it, with this code if it gave one: it shuts down, or dropped a client that
    /// it found too slow (1011).
    #[error("the server closed it{}", .0.map(|code| format!(" with code {code}")).unwrap_or_default())]
    Remote(Option<u16>),
    /// The server did not answer a ping in time.
    #[error("the server does not respond")]
    Unresponsive,
    /// The system reported an error, or the server broke the protocol.
    #[error("it failed: {0}")]
    Failed(String),
    /// When connecting again, the server refused user and password.
    #[error("user or password were refused")]
    Unauthorized,
}

/// Whether there is an event connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionState {
    /// There is one.
    Connected,
    /// There is none, and one is being made. Requests go on, each on its own account.
    Reconnecting {
        /// When the connection was found lost.
        since: SystemTime,
        /// Why it ended.
        cause: CloseReason,
        /// How many attempts have failed.
        attempts: u32,
    },
    /// It has ended for good, or was never wanted.
    Closed(CloseReason),
}

impl ConnectionState {
    pub(crate) fn close_reason(&self) -> Option<&CloseReason> {
        match self {
            Self::Closed(reason) => Some(reason),
            _ => None,
        }
    }
}

/// Tells changes of the connection's state; made by [`Client::watch`](crate::Client::watch).
#[derive(Debug, Clone)]
pub struct StateWatch(pub(crate) watch::Receiver<ConnectionState>);

impl StateWatch {
    /// The state now.
    #[must_use]
    pub fn current(&self) -> ConnectionState {
        self.0.borrow().clone()
    }

    /// Waits for a change since the last call, and gives the newest state: quick changes may be
    /// seen as one. After [`ConnectionState::Closed`] there is none, and it gives `None`.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn changed(&mut self) -> Option<ConnectionState> {
        self.0.changed().await.ok()?;
        Some(self.0.borrow_and_update().clone())
    }
}
