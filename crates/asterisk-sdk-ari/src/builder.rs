//! Settings of a client, and connecting.

use std::time::Duration;

use asterisk_proto::{Reconnect, Secret};

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
    user_agent: String,
    #[cfg(feature = "tls")]
    tls: Option<asterisk_sdk_tls::Tls>,
    http: HttpLimits,
    pub(crate) socket: SocketLimits,
    pub(crate) reconnect: Option<Reconnect>,
    pub(crate) rest_over_websocket: bool,
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
    /// How long the next piece of a reply's body may take.
    pub const DEFAULT_BODY_TIMEOUT: Duration = Duration::from_secs(10);
    /// How long a connection is kept for the next request.
    pub const DEFAULT_IDLE_TIMEOUT: Duration = Duration::from_secs(10);
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
            user_agent: concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")).to_owned(),
            #[cfg(feature = "tls")]
            tls: None,
            http: HttpLimits {
                connect_timeout: Self::DEFAULT_CONNECT_TIMEOUT,
                request_timeout: Self::DEFAULT_REQUEST_TIMEOUT,
                body_timeout: Self::DEFAULT_BODY_TIMEOUT,
                idle_timeout: Self::DEFAULT_IDLE_TIMEOUT,
                max_body: Self::DEFAULT_MAX_BODY,
                max_connections: Self::DEFAULT_MAX_CONNECTIONS,
                retries: 0,
            },
            socket: SocketLimits {
                max_event: Self::DEFAULT_MAX_EVENT,
                ping_interval: Self::DEFAULT_PING_INTERVAL,
                ping_timeout: Self::DEFAULT_PING_TIMEOUT,
            },
            reconnect: Some(Reconnect::default()),
            rest_over_websocket: false,
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

    /// How to speak TLS with a server at `https://…`. Without it the system's authorities are
    /// trusted, and the certificate has to be for the host of the address. Authorities are read once, by
    /// [`Builder::connect`].
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use asterisk_sdk_ari::{Client, Tls};
    ///
    /// let tls = Tls::new().private_ca(std::fs::read("/etc/pbx/ca.pem")?).server_name("pbx");
    /// let ari = Client::builder("https://10.0.0.7:8089").login("app", "secret").tls(tls);
    /// let ari = ari.connect().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: asterisk_sdk_tls::Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// What the client calls itself (`User-Agent`); this crate's name and version without it.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// See [`Builder::DEFAULT_CONNECT_TIMEOUT`]. It covers finding the host's address, TCP and TLS.
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

    /// See [`Builder::DEFAULT_BODY_TIMEOUT`]. It is all that limits the time of a
    /// [`Download`](crate::Download) once that has begun, and runs only while a piece is waited for.
    pub fn body_timeout(mut self, limit: Duration) -> Self {
        self.http.body_timeout = limit;
        self
    }

    /// See [`Builder::DEFAULT_IDLE_TIMEOUT`]. Asterisk closes a connection that was idle for 15
    /// seconds (`session_keep_alive` in `http.conf`), so it should be shorter than that: a request
    /// that meets the server's closing on its way fails with an unknown outcome. At least a
    /// millisecond.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.http.idle_timeout = limit.max(Duration::from_millis(1));
        self
    }

    /// How often a `GET` is sent again when its connection fails; 0 without it.
    ///
    /// Only reading is repeated, at once and within the one
    /// [request timeout](Builder::request_timeout), and only after
    /// [`RestError::Transport`](crate::RestError::Transport): no other request is, because a second
    /// one could do the thing twice or be refused for what the first has done. An answer of any
    /// status is not a failure of the connection. Downloads are not repeated.
    pub fn retry_reads(mut self, times: u32) -> Self {
        self.http.retries = times;
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

    /// How to open the event connection again when it is lost; that is done unless told otherwise.
    ///
    /// Subscriptions are told what is there then ([`Missed::Gap`](crate::Missed::Gap)): the server
    /// repeats nothing. Only wrong credentials and another client that has taken over all the
    /// applications are final.
    pub fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.reconnect = Some(reconnect);
        self
    }

    /// Lets a lost event connection be the end.
    pub fn no_reconnect(mut self) -> Self {
        self.reconnect = None;
        self
    }

    /// Sends requests over the event connection instead of connections of their own ("REST over
    /// WebSocket"). Asterisk 22; needs an [application](Self::app).
    ///
    /// Operations and handles are the same. What differs:
    ///
    /// - The server works requests off one after the other, and the reply to a request comes before the
    ///   events that it causes. 1,024 requests are under way at once; further ones wait for their turn
    ///   within their timeout.
    /// - What waits for a channel to be free (`answer`, setting variables of a channel, adding channels to
    ///   a bridge) goes over HTTP as before, because all other requests would wait behind it. So do
    ///   downloads, and requests over the 64 KiB that Asterisk reads at once.
    /// - When the connection is lost, requests under way fail: with an unknown outcome if they may have
    ///   been written, as not sent if not. New ones are not sent until there is a connection again.
    ///   [`retry_reads`](Self::retry_reads) does not apply.
    /// - A subscriber that holds the reader because its queue is full holds replies as well, for up to
    ///   50 ms at a time.
    pub fn rest_over_websocket(mut self) -> Self {
        self.rest_over_websocket = true;
        self
    }

    pub(crate) fn request_limit(&self) -> Duration {
        self.http.request_timeout
    }

    pub(crate) fn body_limit(&self) -> usize {
        self.http.max_body
    }

    /// Checks the server, user and password by asking for its version, then opens the event
    /// connection if there are applications. With
    /// [`rest_over_websocket`](Self::rest_over_websocket) it sends one request over that as well, and a
    /// server that reads none there is [`ConnectError::NoRestOverWebSocket`].
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
        #[cfg(feature = "tls")]
        let tls = match (base.secure(), &self.tls) {
            (true, tls) => {
                let tls = tls.clone().unwrap_or_default();
                Some(asterisk_sdk_tls::Connector::new(&tls, base.host()).await?)
            }
            (false, None) => None,
            (false, Some(_)) => {
                let why = "there are settings for TLS, but the address is not https://";
                return Err(ConnectError::InvalidSettings(why));
            }
        };
        let transport = HttpTransport::new(
            base,
            &self.user,
            &self.password,
            &self.user_agent,
            #[cfg(feature = "tls")]
            tls,
            self.http.clone(),
        )?;
        // Large, and applications connect in all sorts of places.
        Box::pin(Client::connect(self, transport, &peer)).await
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
