//! The server that Asterisk connects to.

use std::fmt;
use std::future::{Future, pending};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use asterisk_proto::Secret;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::Instrument;

use super::handshake::{Logins, shake};
use crate::builder::Builder;
use crate::call::{Call, Serve, Served};
use crate::client::Client;
use crate::events::{Outcome, SocketLimits};
use crate::transport::Link;

/// How long to pause when a connection cannot be accepted for want of resources.
const PAUSE: Duration = Duration::from_millis(100);

/// Limits of a connection that Asterisk has opened.
#[derive(Debug, Clone)]
pub(crate) struct AcceptLimits {
    pub(crate) socket: SocketLimits,
    pub(crate) request_timeout: Duration,
    pub(crate) max_body: usize,
}

/// Settings of a [`Server`]; made by [`Server::builder`].
#[derive(Debug, Clone)]
#[must_use = "nothing happens until `bind`"]
pub struct ServerBuilder {
    logins: Vec<(String, Secret)>,
    max_connections: usize,
    handshake_timeout: Duration,
    limits: AcceptLimits,
}

impl ServerBuilder {
    /// How long a peer may take until it is a connected Asterisk.
    pub const DEFAULT_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
    /// How many connections there are at once, handshakes included.
    pub const DEFAULT_MAX_CONNECTIONS: usize = 10_000;

    /// A user and password that may connect, as `username` and `password` in `websocket_client.conf`. At
    /// least one is needed; calling it again adds another.
    pub fn login(mut self, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        self.logins.push((user.into(), password.into()));
        self
    }

    /// See [`Self::DEFAULT_MAX_CONNECTIONS`]. Further ones wait in the system's queue, until Asterisk
    /// loses patience (`connection_timeout`). At least 1.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// See [`Self::DEFAULT_HANDSHAKE_TIMEOUT`]. It covers TLS, the HTTP request, and Asterisk's answer to a
    /// first request.
    pub fn handshake_timeout(mut self, limit: Duration) -> Self {
        self.handshake_timeout = limit;
        self
    }

    /// How long a request may take, its turn and its reply included; see
    /// [`Builder::DEFAULT_REQUEST_TIMEOUT`](crate::Builder::DEFAULT_REQUEST_TIMEOUT).
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.limits.request_timeout = limit;
        self
    }

    /// See [`Builder::DEFAULT_MAX_BODY`](crate::Builder::DEFAULT_MAX_BODY).
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.limits.max_body = bytes;
        self
    }

    /// See [`Builder::max_event`](crate::Builder::max_event).
    pub fn max_event(mut self, bytes: usize) -> Self {
        self.limits.socket.max_event = bytes;
        self
    }

    /// See [`Builder::DEFAULT_PING_INTERVAL`](crate::Builder::DEFAULT_PING_INTERVAL). At least a
    /// millisecond.
    pub fn ping_interval(mut self, interval: Duration) -> Self {
        self.limits.socket.ping_interval = interval.max(Duration::from_millis(1));
        self
    }

    /// See [`Builder::ping_timeout`](crate::Builder::ping_timeout). While a request waits for its reply, the
    /// server may be silent for as long as that may take, as it answers pings in their turn.
    pub fn ping_timeout(mut self, limit: Duration) -> Self {
        self.limits.socket.ping_timeout = limit;
        self
    }

    /// Listens at an address; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// There is no login, or the address cannot be resolved or listened at.
    pub async fn bind(self, address: impl ToSocketAddrs) -> Result<Server, BindError> {
        if self.logins.is_empty() {
            return Err(BindError::InvalidSettings("there is no login"));
        }
        if self.logins.iter().any(|(user, _)| user.contains(':')) {
            return Err(BindError::InvalidSettings("the user's name has a colon"));
        }
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let settings = Settings {
            logins: Logins(self.logins),
            limits: self.limits,
            #[cfg(feature = "tls")]
            tls: None,
        };
        Ok(Server {
            listener,
            address,
            settings: Arc::new(settings),
            slots: Arc::new(Semaphore::new(self.max_connections)),
            handshake_timeout: self.handshake_timeout,
            handshakes: JoinSet::new(),
        })
    }
}

/// Why a server could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// A setting is missing or cannot be used.
    #[error("invalid settings: {0}")]
    InvalidSettings(&'static str),
    /// The address cannot be resolved or listened at.
    #[error("cannot listen")]
    Listen(#[from] io::Error),
}

/// A server that Asterisk connects to.
///
/// Each connection is a task of its own: a peer that sends garbage or nothing, or has the wrong password,
/// is logged and ends its own connection only.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    settings: Arc<Settings>,
    slots: Arc<Semaphore>,
    handshake_timeout: Duration,
    handshakes: JoinSet<Option<Accepted>>,
}

struct Settings {
    logins: Logins,
    limits: AcceptLimits,
    #[cfg(feature = "tls")]
    tls: Option<tokio_rustls::TlsAcceptor>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

/// A connection that Asterisk has opened.
#[derive(Debug)]
#[non_exhaustive]
pub struct Accepted {
    /// The client on it. The connection is closed when this and all that came of it are gone.
    pub client: Client,
    /// The path that Asterisk asked for, as it stands in `uri`: `/menu`.
    pub path: String,
    /// What stands behind the `?` of `uri`.
    pub query: Option<String>,
    /// Where it came from.
    pub peer: SocketAddr,
}

impl Server {
    /// Begins to set up a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder {
            logins: Vec::new(),
            max_connections: ServerBuilder::DEFAULT_MAX_CONNECTIONS,
            handshake_timeout: ServerBuilder::DEFAULT_HANDSHAKE_TIMEOUT,
            limits: AcceptLimits {
                socket: SocketLimits {
                    max_event: Builder::DEFAULT_MAX_EVENT,
                    ping_interval: Builder::DEFAULT_PING_INTERVAL,
                    ping_timeout: Builder::DEFAULT_PING_TIMEOUT,
                },
                request_timeout: Builder::DEFAULT_REQUEST_TIMEOUT,
                max_body: Builder::DEFAULT_MAX_BODY,
            },
        }
    }

    /// Speaks TLS with everybody who connects (`uri = wss://…` and `tls_enabled = yes` in
    /// `websocket_client.conf`). Needs the feature `tls`.
    ///
    /// Asterisk wants a certificate for the host in `uri`, which has to be a name: it does not look for
    /// addresses in certificates. Authorities other than the system's are named in `ca_list_file`.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use asterisk_sdk_ari::outbound::{Server, ServerTls};
    /// use std::fs::read;
    ///
    /// let tls = ServerTls::new(read("/etc/menu/chain.pem")?, read("/etc/menu/key.pem")?);
    /// let server = Server::builder().login("pbx", "secret").bind("0.0.0.0:8765").await?.tls(&tls)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// A certificate or the key cannot be used.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: &super::ServerTls) -> Result<Self, crate::TlsError> {
        let Settings { logins, limits, .. } = &*self.settings;
        let (logins, limits) = (Logins(logins.0.clone()), limits.clone());
        self.settings =
            Arc::new(Settings { logins, limits, tls: Some(asterisk_sdk_tls::acceptor(tls)?) });
        Ok(self)
    }

    /// The address at which the server listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The next connection: Asterisk has shown user and password, has named its applications
    /// ([`Client::apps`]) and answers requests. Others are refused meanwhile, and logged.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no connection.
    pub async fn accept(&mut self) -> Accepted {
        loop {
            tokio::select! {
                Some(done) = self.handshakes.join_next() => match done {
                    Ok(Some(accepted)) => return accepted,
                    Ok(None) => {}
                    Err(error) => tracing::error!(%error, "a handshake panicked"),
                },
                connection = next(&self.listener, &self.slots) => {
                    let Some((stream, peer, slot)) = connection else { continue };
                    let (settings, limit) = (Arc::clone(&self.settings), self.handshake_timeout);
                    let span = tracing::debug_span!("ari_outbound", %peer);
                    let handshake = async move {
                        let done = timeout(limit, open(stream, peer, slot, &settings)).await;
                        done.unwrap_or_else(|_| {
                            tracing::warn!("a peer took too long to connect");
                            None
                        })
                    };
                    self.handshakes.spawn(handshake.instrument(span));
                }
            }
        }
    }

    /// Serves calls on every connection that Asterisk opens, for ever. `sessions` says how, for each
    /// connection; limits that it sets hold for that connection.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the listening socket and all connections, and cleans up nothing.
    pub async fn serve<S, F, Fut>(self, sessions: S)
    where
        S: Fn(&Accepted) -> Serve<F>,
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output: Outcome> + Send + 'static,
    {
        self.serve_with_shutdown(sessions, pending()).await;
    }

    /// Serves calls until `shutdown` completes. Then it stops listening; on each connection no more calls
    /// are taken, and sessions go on until the
    /// [drain timeout](Serve::drain_timeout); after them it is closed with code 1000. Tells what
    /// became of the calls of all connections.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the listening socket and all connections, and cleans up nothing.
    pub async fn serve_with_shutdown<S, F, Fut>(
        mut self,
        sessions: S,
        shutdown: impl Future<Output = ()>,
    ) -> Served
    where
        S: Fn(&Accepted) -> Serve<F>,
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output: Outcome> + Send + 'static,
    {
        let (stop, stopped) = watch::channel(false);
        let mut running = JoinSet::new();
        let mut all = Served::default();
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                Some(served) = running.join_next() => all.add(served.ok()),
                accepted = self.accept() => {
                    let serve = sessions(&accepted);
                    let mut stopped = stopped.clone();
                    running.spawn(async move {
                        // An error means that nobody can say it any more.
                        let stop = async { drop(stopped.wait_for(|stop| *stop).await) };
                        let served = serve.until(stop).await;
                        accepted.client.close().await;
                        served
                    });
                }
            }
        }
        drop(self);
        stop.send_replace(true);
        while let Some(served) = running.join_next().await {
            all.add(served.ok());
        }
        all
    }
}

/// Waits for a connection, and for the right to have one more. Cancel safe.
async fn next(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    // The semaphore is never closed.
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, slot)),
        Err(error) => {
            tracing::warn!(%error, "a connection cannot be accepted");
            sleep(PAUSE).await;
            None
        }
    }
}

/// Brings a connection to the point where it is a client.
async fn open(
    stream: TcpStream,
    peer: SocketAddr,
    slot: OwnedSemaphorePermit,
    settings: &Settings,
) -> Option<Accepted> {
    // Frames are small and each is waited for.
    stream.set_nodelay(true).ok()?;
    let link = secure(stream, settings).await?;
    let shaken = shake(link, &settings.logins).await?;
    let span = tracing::Span::current();
    match Client::accepted(shaken.link, shaken.early, &settings.limits, slot, span).await {
        Ok(client) => Some(Accepted { client, path: shaken.path, query: shaken.query, peer }),
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "a peer that connected is not Asterisk");
            None
        }
    }
}

#[cfg(feature = "tls")]
async fn secure(stream: TcpStream, settings: &Settings) -> Option<Link> {
    let Some(acceptor) = &settings.tls else { return Some(Link::Plain(stream)) };
    match acceptor.accept(stream).await {
        Ok(stream) => Some(Link::Tls(Box::new(stream.into()))),
        Err(error) => {
            tracing::warn!(%error, "no TLS connection");
            None
        }
    }
}

#[cfg(not(feature = "tls"))]
#[expect(clippy::unused_async, reason = "with TLS it waits")]
async fn secure(stream: TcpStream, _: &Settings) -> Option<Link> {
    Some(Link::Plain(stream))
}
