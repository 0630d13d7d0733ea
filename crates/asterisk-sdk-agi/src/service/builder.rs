//! The settings of a service.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::ToSocketAddrs;

use super::{Service, Shared};
use crate::connection::PreludeLimits;
use crate::fastagi::{BindError, Server};
use crate::handler::{BoxedHandler, Handler};
use crate::layer::Layer;
use crate::routes::{RouteError, Routes};
use crate::session::ReplyTimeouts;

/// Collects the routes, layers and limits of a [`Service`].
#[must_use]
#[derive(Default)]
pub struct ServiceBuilder {
    routes: Vec<(String, BoxedHandler)>,
    fallback: Option<BoxedHandler>,
    layers: Vec<Arc<dyn Layer>>,
    limits: Limits,
}

impl ServiceBuilder {
    /// Adds a route: a regular expression over the path of the URL, percent-decoded and without its
    /// leading `/`. Anchor it (`^…$`), or it matches inside a path. Of several routes that match,
    /// the one added first wins. [`Service::routes`] changes them later.
    pub fn route<Args>(mut self, pattern: impl Into<String>, handler: impl Handler<Args>) -> Self {
        self.routes.push((pattern.into(), BoxedHandler::new(handler)));
        self
    }

    /// The handler for calls that no route matches. Without one they fail.
    pub fn fallback<Args>(mut self, handler: impl Handler<Args>) -> Self {
        self.fallback = Some(BoxedHandler::new(handler));
        self
    }

    /// Puts a [layer](crate::layer) around all routes and the fallback, inside those that were added
    /// before.
    pub fn layer(mut self, layer: impl Layer) -> Self {
        self.layers.push(Arc::new(layer));
        self
    }

    /// How many calls run at once, 10,000 by default and at least 1. Further calls are not refused:
    /// they wait, those of FastAGI in the listening socket, until a call ends.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.limits.connections = u32::try_from(connections).unwrap_or(u32::MAX).max(1);
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

    /// Makes the service, for whatever brings it calls.
    ///
    /// # Errors
    ///
    /// A route is not a valid expression.
    pub fn build(self) -> Result<Service, RouteError> {
        let routes = Routes::new(self.routes, self.fallback)?;
        let shared = Shared { routes, layers: self.layers.into(), limits: self.limits };
        Ok(Service { shared: Arc::new(shared) })
    }

    /// Makes the service, and listens for its calls at an address. Asterisk's default port is 4573, and
    /// port 0 takes a free one. Connections are taken once the server is [served](Server::serve).
    ///
    /// # Errors
    ///
    /// A route is not a valid expression, or the address cannot be listened at.
    pub async fn bind(self, address: impl ToSocketAddrs) -> Result<Server, BindError> {
        Server::bind(self.build()?, address).await
    }
}

impl fmt::Debug for ServiceBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let routes: Vec<_> = self.routes.iter().map(|(pattern, _)| pattern).collect();
        f.debug_struct("ServiceBuilder")
            .field("routes", &routes)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(super) connections: u32,
    pub(crate) prelude: PreludeLimits,
    pub(crate) prelude_timeout: Duration,
    pub(crate) reply_bytes: usize,
    pub(crate) replies: ReplyTimeouts,
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
