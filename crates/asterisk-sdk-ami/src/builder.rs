//! How a connection is set up.

use std::time::Duration;

use asterisk_proto::Secret;
use tokio::net::TcpStream;

use crate::driver::{self, Limits};
use crate::error::{ConnectError, Stage};
use crate::login::{Credentials, LoginMethod};
use crate::manager::Manager;
use crate::session::ListLimits;

/// A connection to be made, by [`Builder::connect`]. Made by [`Manager::builder`].
#[derive(Debug, Clone)]
#[must_use = "nothing happens until it is connected"]
pub struct Builder {
    address: String,
    credentials: Credentials,
    connect_timeout: Duration,
    action_timeout: Duration,
    limits: Limits,
}

impl Builder {
    /// See [`Builder::connect_timeout`].
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    /// See [`Builder::action_timeout`].
    pub const DEFAULT_ACTION_TIMEOUT: Duration = Duration::from_secs(30);
    /// See [`Builder::max_message`].
    pub const DEFAULT_MAX_MESSAGE: usize = 16 * 1024 * 1024;
    /// See [`Builder::max_list_items`].
    pub const DEFAULT_MAX_LIST_ITEMS: usize = 1_000_000;
    /// See [`Builder::max_list_bytes`].
    pub const DEFAULT_MAX_LIST_BYTES: usize = 1024 * 1024 * 1024;
    /// See [`Builder::max_in_flight`].
    pub const DEFAULT_MAX_IN_FLIGHT: usize = 10_000;

    pub(crate) fn new(address: String) -> Self {
        Self {
            address,
            credentials: Credentials {
                username: String::new(),
                secret: Secret::from(""),
                method: LoginMethod::default(),
                events: None,
            },
            connect_timeout: Self::DEFAULT_CONNECT_TIMEOUT,
            action_timeout: Self::DEFAULT_ACTION_TIMEOUT,
            limits: Limits {
                message: Self::DEFAULT_MAX_MESSAGE,
                list: ListLimits {
                    items: Self::DEFAULT_MAX_LIST_ITEMS,
                    bytes: Self::DEFAULT_MAX_LIST_BYTES,
                },
                in_flight: Self::DEFAULT_MAX_IN_FLIGHT,
            },
        }
    }

    /// The user and the password of manager.conf.
    pub fn login(mut self, username: impl Into<String>, secret: impl Into<Secret>) -> Self {
        self.credentials.username = username.into();
        self.credentials.secret = secret.into();
        self
    }

    /// How to log in; by MD5 challenge unless told otherwise.
    pub fn login_method(mut self, method: LoginMethod) -> Self {
        self.credentials.method = method;
        self
    }

    /// Which events the server sends from the start: `on`, `off`, or class names with commas
    /// between. Without it the user's rights decide.
    pub fn event_mask(mut self, mask: impl Into<String>) -> Self {
        self.credentials.events = Some(mask.into());
        self
    }

    /// How long opening the connection, the server's first line and the login may take together.
    /// The server answers a wrong password after one second.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long an action may take, unless it says otherwise.
    pub fn action_timeout(mut self, timeout: Duration) -> Self {
        self.action_timeout = timeout;
        self
    }

    /// The longest message in bytes. A longer response fails its action, a longer event is skipped
    /// and reported as [`Missed::Oversized`](crate::Missed::Oversized).
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.limits.message = bytes;
        self
    }

    /// The most items of one list; one with more fails its action.
    pub fn max_list_items(mut self, items: usize) -> Self {
        self.limits.list.items = items;
        self
    }

    /// The most bytes of one list; one with more fails its action.
    pub fn max_list_bytes(mut self, bytes: usize) -> Self {
        self.limits.list.bytes = bytes;
        self
    }

    /// The most actions in flight; further ones wait for their turn, within their timeout.
    pub fn max_in_flight(mut self, actions: usize) -> Self {
        self.limits.in_flight = actions.max(1);
        self
    }

    /// Connects and logs in.
    ///
    /// # Errors
    ///
    /// See [`ConnectError`]: an address where nothing listens, a peer that is not a manager
    /// interface or says nothing, and a wrong password are told apart.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection.
    pub async fn connect(self) -> Result<Manager, ConnectError> {
        let mut stage = Stage::Connect;
        let after = self.connect_timeout;
        match tokio::time::timeout(after, self.establish(&mut stage)).await {
            Ok(manager) => manager,
            Err(_) => Err(ConnectError::TimedOut { stage, after }),
        }
    }

    async fn establish(&self, stage: &mut Stage) -> Result<Manager, ConnectError> {
        let stream = TcpStream::connect(&self.address).await;
        let unreachable =
            |source| ConnectError::Unreachable { address: self.address.clone(), source };
        let stream = stream.map_err(unreachable)?;
        // Actions are small, and are coalesced before they are written.
        stream.set_nodelay(true).map_err(unreachable)?;
        let (reader, writer) = stream.into_split();
        let span = tracing::debug_span!("ami", peer = %self.address);
        let io = driver::Io::new(reader, writer, self.limits.message);
        driver::start(io, &self.credentials, stage, self.action_timeout, self.limits, span).await
    }
}
