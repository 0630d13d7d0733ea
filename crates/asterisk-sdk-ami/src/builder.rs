//! How a connection is set up.

use std::sync::Arc;
use std::time::Duration;

use asterisk_proto::Secret;
use tokio::sync::{mpsc, watch};
use tracing::Instrument;

use crate::action::EventMask;
use crate::driver::{Driver, Settings};
use crate::error::ConnectError;
use crate::hub::Hub;
use crate::id::IdSource;
use crate::link::Target;
use crate::login::{Credentials, LoginMethod};
use crate::manager::{Manager, Shared};
use crate::session::ListLimits;
use crate::state::ConnectionState;
use asterisk_proto::Reconnect;

/// How many requests may wait for the connection's task.
const REQUESTS: usize = 1024;

/// A connection to be made, by [`Builder::connect`]. Made by [`Manager::builder`].
#[derive(Debug, Clone)]
#[must_use = "nothing happens until it is connected"]
pub struct Builder {
    settings: Settings,
    action_timeout: Duration,
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

    /// See [`Builder::ping`].
    pub const DEFAULT_PING_INTERVAL: Duration = Duration::from_secs(10);
    /// See [`Builder::ping`].
    pub const DEFAULT_PING_TIMEOUT: Duration = Duration::from_secs(5);

    pub(crate) fn new(address: String) -> Self {
        let credentials = Credentials {
            username: String::new(),
            secret: Secret::from(""),
            method: LoginMethod::default(),
            events: None,
        };
        Self {
            settings: Settings {
                target: Target {
                    address,
                    credentials,
                    timeout: Self::DEFAULT_CONNECT_TIMEOUT,
                    max_message: Self::DEFAULT_MAX_MESSAGE,
                    #[cfg(feature = "tls")]
                    tls: None,
                },
                list: ListLimits {
                    items: Self::DEFAULT_MAX_LIST_ITEMS,
                    bytes: Self::DEFAULT_MAX_LIST_BYTES,
                },
                in_flight: Self::DEFAULT_MAX_IN_FLIGHT,
                ping_interval: Some(Self::DEFAULT_PING_INTERVAL),
                ping_timeout: Self::DEFAULT_PING_TIMEOUT,
                reconnect: Some(Reconnect::default()),
            },
            action_timeout: Self::DEFAULT_ACTION_TIMEOUT,
        }
    }

    /// The user and the password of manager.conf.
    pub fn login(mut self, username: impl Into<String>, secret: impl Into<Secret>) -> Self {
        self.settings.target.credentials.username = username.into();
        self.settings.target.credentials.secret = secret.into();
        self
    }

    /// How to log in; by MD5 challenge unless told otherwise.
    pub fn login_method(mut self, method: LoginMethod) -> Self {
        self.settings.target.credentials.method = method;
        self
    }

    /// Which events the server sends from the start. Without it the user's rights decide.
    pub fn event_mask(mut self, mask: impl Into<EventMask>) -> Self {
        self.settings.target.credentials.events = Some(mask.into());
        self
    }

    /// Connects over TLS, to the port that manager.conf calls `tlsbindaddr`. (That port says nothing
    /// to a client without TLS, which runs into [`Builder::connect_timeout`].) The system's authorities are
    /// read anew for each connection.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use asterisk_sdk_ami::{Manager, Tls};
    ///
    /// let tls = Tls::new().private_ca(std::fs::read("/etc/pbx/ca.pem")?).server_name("pbx");
    /// let manager = Manager::builder("10.0.0.7:5039").login("admin", "secret").tls(tls);
    /// let manager = manager.connect().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: asterisk_sdk_tls::Tls) -> Self {
        self.settings.target.tls = Some(tls);
        self
    }

    /// How long opening the connection, the server's first line and the login may take together.
    /// The server answers a wrong password after one second.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.target.timeout = timeout;
        self
    }

    /// How long an action may take, unless it says otherwise.
    pub fn action_timeout(mut self, timeout: Duration) -> Self {
        self.action_timeout = timeout;
        self
    }

    /// The longest message in bytes, at most 128 MiB. A longer response fails its action, a longer event
    /// is skipped and reported as [`Missed::Oversized`](crate::Missed::Oversized).
    pub fn max_message(mut self, bytes: usize) -> Self {
        self.settings.target.max_message = bytes;
        self
    }

    /// The most items of one list; one with more fails its action.
    pub fn max_list_items(mut self, items: usize) -> Self {
        self.settings.list.items = items;
        self
    }

    /// The most bytes of one list; one with more fails its action.
    pub fn max_list_bytes(mut self, bytes: usize) -> Self {
        self.settings.list.bytes = bytes;
        self
    }

    /// The most actions in flight; further ones wait for their turn, within their timeout.
    pub fn max_in_flight(mut self, actions: usize) -> Self {
        self.settings.in_flight = actions.max(1);
        self
    }

    /// How long the server may say nothing before it is asked for a sign of life, and how long it
    /// then has for it. A server that does not answer counts as lost.
    ///
    /// Asterisk answers in order, so behind an action that takes its time a ping waits too.
    pub fn ping(mut self, interval: Duration, timeout: Duration) -> Self {
        self.settings.ping_interval = Some(interval);
        self.settings.ping_timeout = timeout;
        self
    }

    /// Does not ask: a peer that vanished without closing the connection is only noticed by actions
    /// that run out of time.
    pub fn no_ping(mut self) -> Self {
        self.settings.ping_interval = None;
        self
    }

    /// How to connect again when the connection is lost; it does so unless told otherwise.
    ///
    /// The new session has the event mask and filters of the old one. Actions in flight fail,
    /// actions sent meanwhile fail as not sent, and subscriptions are told
    /// ([`Missed::Gap`](crate::Missed::Gap)). Only a refused login is final.
    pub fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.settings.reconnect = Some(reconnect);
        self
    }

    /// Lets a lost connection be the end.
    pub fn no_reconnect(mut self) -> Self {
        self.settings.reconnect = None;
        self
    }

    /// Connects and logs in. The first attempt is the only one.
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
        let span = tracing::debug_span!("ami", peer = %self.settings.target.address);
        let ids = Arc::new(IdSource::new());
        let link = self.settings.target.connect(&ids).instrument(span.clone()).await?;
        let banner = link.banner.clone();
        let hub = Arc::new(Hub::default());
        let (requests, inbox) = mpsc::channel(REQUESTS);
        let (state, watched) = watch::channel(ConnectionState::Connected);
        let driver = Driver {
            settings: self.settings,
            inbox,
            hub: Arc::clone(&hub),
            ids: Arc::clone(&ids),
            state,
            filters: Vec::new(),
            sees_boot: false,
        };
        tokio::spawn(driver.run(link).instrument(span));
        let action_timeout = self.action_timeout;
        let state = watched;
        Ok(Manager::new(Shared { requests, hub, ids, state, banner, action_timeout }))
    }
}
