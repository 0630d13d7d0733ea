//! What a server is made of: routes, limits, an address.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, ToSocketAddrs, lookup_host};
use tokio::sync::Semaphore;

use super::handler::{BoxedHandler, Handler, boxed};
use super::router::Router;
use super::server::{Server, Shared};
use crate::connection::PreludeLimits;
use crate::session::ReplyTimeouts;

/// As many connections may wait to be accepted: a burst of calls is not refused.
const BACKLOG: u32 = 4096;

/// Collects the routes and limits of a [`Server`].
#[must_use]
#[derive(Default)]
pub struct ServerBuilder {
    routes: Vec<(String, BoxedHandler)>,
    fallback: Option<BoxedHandler>,
    limits: Limits,
}

impl ServerBuilder {
    /// Adds a route: a regular expression over the path of the URL, percent-decoded and without its
    /// leading `/`. Anchor it (`^…$`), or it matches inside a path. Of several routes that match,
    /// the one added first wins.
    pub fn route<Args>(mut self, pattern: impl Into<String>, handler: impl Handler<Args>) -> Self {
        self.routes.push((pattern.into(), boxed(handler)));
        self
    }

    /// The handler for calls that no route matches. Without one their connections are closed.
    pub fn fallback<Args>(mut self, handler: impl Handler<Args>) -> Self {
        self.fallback = Some(boxed(handler));
        self
    }

    /// How many calls run at once, 10,000 by default and at least 1. Further connections are not
    /// refused: they wait in the listening socket until a call ends.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.limits.connections = connections.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// How long a peer may take to send its variables, 10 s by default.
    pub fn prelude_timeout(mut self, timeout: Duration) -> Self {
        self.limits.prelude_timeout = timeout;
        self
    }

    /// How large the variables may be, 64 KiB and 512 lines by default.
    pub fn prelude_limit(mut self, bytes: usize, lines: usize) -> Self {
        self.limits.prelude = PreludeLimits { bytes, lines };
        self
    }

    /// How long the reply to a command may be, 1 MiB by default and never less than 256 bytes. A
    /// longer one fails its command.
    pub fn reply_limit(mut self, bytes: usize) -> Self {
        self.limits.reply_bytes = bytes;
        self
    }

    /// How long to wait for the reply to a command that does not depend on a person, 30 s by default.
    pub fn command_timeout(mut self, timeout: Duration) -> Self {
        self.limits.replies.short = timeout;
        self
    }

    /// How long to wait for the reply to a command that plays, collects digits or runs an
    /// application, 24 h by default: `EXEC Dial` takes as long as the call.
    pub fn long_command_timeout(mut self, timeout: Duration) -> Self {
        self.limits.replies.long = timeout;
        self
    }

    /// How long running calls may go on after a shutdown began, 30 s by default.
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.limits.drain = timeout;
        self
    }

    /// Listens at an address; Asterisk's default port is 4573, and port 0 takes a free one.
    /// Connections are taken once the server is [served](Server::serve).
    ///
    /// # Errors
    ///
    /// A route is not a valid expression, or the address cannot be listened at.
    pub async fn bind(self, address: impl ToSocketAddrs) -> Result<Server, BindError> {
        let router = Router::new(self.routes, self.fallback)
            .map_err(|(pattern, source)| BindError::Route { pattern, source })?;
        let listener = listen(address).await?;
        let local_addr = listener.local_addr()?;
        let shared = Arc::new(Shared { router, limits: self.limits });
        Ok(Server { listener, local_addr, shared })
    }
}

async fn listen(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
    let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the name has no address");
    for address in lookup_host(address).await? {
        let listening = || {
            let socket = match address {
                SocketAddr::V4(_) => TcpSocket::new_v4()?,
                SocketAddr::V6(_) => TcpSocket::new_v6()?,
            };
            // A restart must not wait for the old connections to be forgotten.
            socket.set_reuseaddr(true)?;
            // Accepted sockets inherit it: a peer that vanished ends its session some day.
            socket.set_keepalive(true)?;
            socket.bind(address)?;
            socket.listen(BACKLOG)
        };
        match listening() {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

impl fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes: Vec<_> = self.routes.iter().map(|(pattern, _)| pattern).collect();
        f.debug_struct("ServerBuilder")
            .field("routes", &routes)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) connections: usize,
    pub(super) prelude: PreludeLimits,
    pub(super) prelude_timeout: Duration,
    pub(super) reply_bytes: usize,
    pub(super) replies: ReplyTimeouts,
    pub(super) drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            prelude: PreludeLimits { bytes: 64 * 1024, lines: 512 },
            prelude_timeout: Duration::from_secs(10),
            reply_bytes: 1024 * 1024,
            replies: ReplyTimeouts {
                short: Duration::from_secs(30),
                long: Duration::from_secs(24 * 60 * 60),
            },
            drain: Duration::from_secs(30),
        }
    }
}

/// Why a server could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// A route is not a valid regular expression.
    #[error("the route {pattern:?} is not a valid regular expression")]
    Route {
        /// The expression.
        pattern: String,
        /// What is wrong with it.
        source: regex::Error,
    },
    /// The address cannot be resolved or listened at.
    #[error("cannot listen")]
    Listen(#[from] io::Error),
}
