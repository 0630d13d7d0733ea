//! Settings of a client, and connecting.

use std::time::Duration;

use asterisk_proto::Secret;

use crate::client::Client;
use crate::error::ConnectError;
use crate::events::SocketLimits;
use crate::transport::{Base, HttpLimits, HttpTransport};

/// Settings of a client; made by [`Client::builder`].
#[derive(Debug, Clone)]
#[must_use = "nothing happens until `connect`"]
pub struct Builder {
    url: Address,
    user: String,
    password: Secret,
    pub(crate) apps: Vec<String>,
    pub(crate) subscribe_all: bool,
    http: HttpLimits,
    pub(crate) socket: SocketLimits,
}

/// An address, which may be written with a password in it by mistake.
#[derive(Clone)]
struct Address(String);

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.contains(['@', '?']) { "***" } else { &self.0 })
    }
}

impl Builder {
    /// How long making a connection may take.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    /// How long a request may take, its reply included.
    pub const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
    /// The largest body of a reply, in bytes: 16 MiB.
    pub const DEFAULT_MAX_BODY: usize = 16 << 20;
    /// How many requests are under way at once, each on a connection of its own.
    pub const DEFAULT_MAX_CONNECTIONS: usize = 64;
    /// The largest event, in bytes: 1 MiB.
    pub const DEFAULT_MAX_EVENT: usize = 1 << 20;
    /// How often the event connection is checked by a ping.
    pub const DEFAULT_PING_INTERVAL: Duration = Duration::from_secs(15);
    /// How long after a ping the server may be silent.
    pub const DEFAULT_PING_TIMEOUT: Duration = Duration::from_secs(10);

    pub(crate) fn new(url: String) -> Self {
        Self {
            url: Address(url),
            user: String::new(),
            password: Secret::from(""),
            apps: Vec::new(),
            subscribe_all: false,
            http: HttpLimits {
                connect_timeout: Self::DEFAULT_CONNECT_TIMEOUT,
                request_timeout: Self::DEFAULT_REQUEST_TIMEOUT,
                max_body: Self::DEFAULT_MAX_BODY,
                max_connections: Self::DEFAULT_MAX_CONNECTIONS,
            },
            socket: SocketLimits {
                max_event: Self::DEFAULT_MAX_EVENT,
                ping_interval: Self::DEFAULT_PING_INTERVAL,
                ping_timeout: Self::DEFAULT_PING_TIMEOUT,
            },
        }
    }

    /// The user and password of `ari.conf`. They are sent in a header, never in an address.
    pub fn login(mut self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.user = user.into();
        self.password = password.into();
        self
    }

    /// An application whose events to receive; several may be named. Without any there is no event
    /// connection, only requests.
    ///
    /// Asterisk gives an application's events to one connection: whoever connects with the same
    /// name later takes them over ([`ApplicationReplaced`](crate::event::ApplicationReplaced)).
    pub fn app(mut self, name: impl Into<String>) -> Self {
        self.apps.push(name.into());
        self
    }

    /// Receives the events of all channels, bridges, endpoints and device states, whether or not
    /// they belong to the application.
    pub fn subscribe_all(mut self) -> Self {
        self.subscribe_all = true;
        self
    }

    /// See [`Builder::DEFAULT_CONNECT_TIMEOUT`].
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.http.connect_timeout = limit;
        self
    }

    /// See [`Builder::DEFAULT_REQUEST_TIMEOUT`]. `answer` and adding a channel to a bridge wait for
    /// what is being played to the channel, so it should be longer than prompts are.
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.http.request_timeout = limit;
        self
    }

    /// See [`Builder::DEFAULT_MAX_BODY`]. A channel in a list takes about 500 bytes.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.http.max_body = bytes;
        self
    }

    /// See [`Builder::DEFAULT_MAX_CONNECTIONS`]. Further requests wait for their turn within their
    /// timeout. Asterisk itself allows 100 sessions (`sessionlimit` in `http.conf`), event
    /// connections included. At least 1.
    pub fn max_connections(mut self, connections: usize) -> Self {
        // More than tokio's semaphore can count is no limit at all.
        self.http.max_connections = connections.clamp(1, tokio::sync::Semaphore::MAX_PERMITS);
        self
    }

    /// See [`Builder::DEFAULT_MAX_EVENT`]. A larger event is skipped, and subscriptions are told
    /// ([`Missed::Oversized`](crate::Missed::Oversized)). One over 64 MiB ends the connection.
    pub fn max_event(mut self, bytes: usize) -> Self {
        self.socket.max_event = bytes;
        self
    }

    /// See [`Builder::DEFAULT_PING_INTERVAL`]. At least a millisecond.
    pub fn ping_interval(mut self, interval: Duration) -> Self {
        self.socket.ping_interval = interval.max(Duration::from_millis(1));
        self
    }

    /// See [`Builder::DEFAULT_PING_TIMEOUT`]. After it the connection counts as lost
    /// ([`CloseReason::Unresponsive`](crate::CloseReason::Unresponsive)).
    pub fn ping_timeout(mut self, limit: Duration) -> Self {
        self.socket.ping_timeout = limit;
        self
    }

    /// Checks the server, user and password by asking for its version, then opens the event
    /// connection if there are applications.
    ///
    /// Must run inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// A wrong password, an unreachable server, one that is silent, one that is not Asterisk and
    /// one that refuses are told apart. Nothing is tried again.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes what was opened.
    pub async fn connect(self) -> Result<Client, ConnectError> {
        let base = Base::parse(&self.url.0)?;
        let peer = base.authority().to_owned();
        let transport = HttpTransport::new(base, &self.user, &self.password, self.http.clone())?;
        Client::connect(self, transport, &peer).await
    }
}

#[cfg(test)]
mod tests {
    use super::Builder;

    #[test]
    fn debug_shows_no_password() {
        let builder = Builder::new("http://a:s3cret@pbx".into()).login("app", "s3cret");
        assert!(!format!("{builder:?}").contains("s3cret"), "{builder:?}");
    }
}
