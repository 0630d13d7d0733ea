//! Whether there is a connection, and why not.

use std::time::SystemTime;

use tokio::sync::watch;

/// Why a connection ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// [`Manager::close`](crate::Manager::close), or nobody held the connection any more.
    #[error("it was closed on this side")]
    Local,
    /// The server said that it shuts down.
    #[error("the server {}", if *.restart { "restarts" } else { "shuts down" })]
    Shutdown {
        /// Whether it means to come back.
        restart: bool,
    },
    /// The server closed it without a word, as it does with a client that it found too slow.
    #[error("the server closed it")]
    Remote,
    /// The server did not answer in time.
    #[error("the server does not respond")]
    Unresponsive,
    /// The system reported an error.
    #[error("it failed: {0}")]
    Failed(String),
    /// When connecting again, the server refused the login.
    #[error("the login was refused: {0}")]
    Authentication(String),
}

/// Whether there is a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionState {
    /// There is a session.
    Connected,
    /// There is none, and one is being made. Actions fail as not sent.
    Reconnecting {
        /// When the server was last heard.
        since: SystemTime,
        /// Why the connection ended.
        cause: CloseReason,
        /// How many attempts have failed.
        attempts: u32,
    },
    /// It has ended for good.
    Closed(CloseReason),
}

/// Tells changes of the connection's state; made by [`Manager::watch`](crate::Manager::watch).
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
