//! The connections to a server.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use asterisk_proto::error::Delivery;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use super::address::Base;
use super::connection::Connection;
use super::link::Link;
use crate::error::RestError;

/// Limits of the HTTP transport.
#[derive(Debug, Clone)]
pub(crate) struct HttpLimits {
    pub(crate) connect_timeout: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) body_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) max_body: usize,
    pub(crate) max_connections: usize,
    /// How often an idempotent request is sent again.
    pub(crate) retries: u32,
}

/// What it takes to open a connection.
pub(super) struct Dialer {
    pub(super) base: Base,
    pub(super) timeout: Duration,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<asterisk_sdk_tls::Connector>,
}

impl Dialer {
    /// Opens a connection. All failures leave the request unsent.
    pub(super) async fn dial(&self) -> Result<Connection, RestError> {
        let limit = self.timeout;
        // Large and rare: in a box it takes no room in the futures of all requests.
        timeout(limit, Box::pin(self.open()))
            .await
            .unwrap_or(Err(RestError::Timeout { limit, delivery: Delivery::NotSent }))
    }

    async fn open(&self) -> Result<Connection, RestError> {
        let failed = |source| RestError::Transport { delivery: Delivery::NotSent, source };
        let address = (self.base.host(), self.base.port());
        let stream = TcpStream::connect(address).await.map_err(|error| failed(error.into()))?;
        // Requests are small and each is waited for.
        stream.set_nodelay(true).map_err(|error| failed(error.into()))?;
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            let stream = tls.connect(stream).await.map_err(|error| failed(refused(error)))?;
            return Connection::open(Link::Tls(Box::new(stream.into()))).await.map_err(failed);
        }
        Connection::open(Link::Plain(stream)).await.map_err(failed)
    }
}

/// A refusal by its own type, by which it is known again.
#[cfg(feature = "tls")]
fn refused(error: asterisk_sdk_tls::HandshakeError) -> Box<dyn std::error::Error + Send + Sync> {
    use asterisk_sdk_tls::HandshakeError;
    match error {
        HandshakeError::Refused(error) => error.into(),
        HandshakeError::Closed(error) => error.into(),
        error => error.into(),
    }
}

/// The connections that wait for a request, and how many there may be in all.
pub(super) struct Pool {
    pub(super) dialer: Dialer,
    /// One permit for each request under way.
    pub(super) slots: Arc<Semaphore>,
    idle: Mutex<Idle>,
    /// How long a connection may wait: Asterisk closes them after 15 seconds.
    idle_timeout: Duration,
}

#[derive(Default)]
struct Idle {
    /// The one used last is the last.
    connections: Vec<(Connection, Instant)>,
    /// Whether a task closes those that nobody wants.
    watched: bool,
}

impl Pool {
    pub(super) fn new(dialer: Dialer, limits: &HttpLimits) -> Self {
        Self {
            dialer,
            slots: Arc::new(Semaphore::new(limits.max_connections)),
            idle: Mutex::default(),
            idle_timeout: limits.idle_timeout,
        }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        // Nothing that panics runs under this lock.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection that has been used before, if there is one that the server has not closed.
    pub(super) async fn take(&self) -> Option<Connection> {
        loop {
            let (mut connection, since) = self.idle().connections.pop()?;
            // The server may be about to close it.
            if since.elapsed() < self.idle_timeout
                && poll_fn(|context| connection.is_usable(context).into()).await
            {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection whose reply has been read to its end.
    pub(super) fn put(self: &Arc<Self>, connection: Connection) {
        let mut idle = self.idle();
        idle.connections.push((connection, Instant::now()));
        if !std::mem::replace(&mut idle.watched, true) {
            let pool = Arc::downgrade(self);
            let pause = self.idle_timeout;
            tokio::spawn(async move {
                loop {
                    sleep(pause).await;
                    match pool.upgrade() {
                        Some(pool) if pool.tidy() => {}
                        _ => return,
                    }
                }
            });
        }
    }

    /// Closes what has waited too long. Says whether any is left.
    fn tidy(&self) -> bool {
        let mut idle = self.idle();
        idle.connections.retain(|(_, since)| since.elapsed() < self.idle_timeout);
        idle.watched = !idle.connections.is_empty();
        idle.watched
    }
}
