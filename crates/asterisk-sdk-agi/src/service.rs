//! What runs calls, whatever they come over: routes, layers and limits.

mod builder;
mod calls;

use std::any::Any;
use std::fmt;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use tracing::field::Empty;
use tracing::{Instrument, Span, debug, debug_span, error, warn};

pub use builder::ServiceBuilder;
pub use calls::{Calls, Drained, Slot};

use crate::call::Call;
use crate::connection::PreludeError;
use crate::ending::Ending;
use crate::layer::{Layer, Next};
use crate::link::Link;
use crate::routes::Routes;
use crate::script::Script;
use crate::session::Session;
pub(crate) use builder::Limits;

/// The last line of a script that failed: it sets `AGISTATUS` to `FAILURE`.
const FAILURE: &[u8] = b"failure\n";

/// How long that line may take to be written.
const FAILURE_GRACE: Duration = Duration::from_secs(1);

/// Runs calls: finds the handler of each by its routes, puts the layers around it, and contains its
/// errors and panics.
///
/// A service knows nothing of where calls come from. [`fastagi::Server`](crate::fastagi::Server) runs it
/// on connections; [`run`](Self::run) does it on anything that speaks AGI. Clones are the same service.
#[derive(Clone)]
pub struct Service {
    shared: Arc<Shared>,
}

struct Shared {
    routes: Routes,
    layers: Arc<[Arc<dyn Layer>]>,
    limits: Limits,
}

impl Service {
    /// A service without routes yet.
    pub fn builder() -> ServiceBuilder {
        ServiceBuilder::default()
    }

    /// The routes, which may be changed while calls run.
    #[must_use]
    pub fn routes(&self) -> &Routes {
        &self.shared.routes
    }

    /// Runs one call from its first byte to its end: the other side of `stream` is an Asterisk that
    /// begins with the variables of the call. `peer` is where it came from, if it came over a network.
    ///
    /// What goes wrong is logged and ends the call: its connection is closed, and the dialplan goes on.
    /// If no route matches, a handler returns an error that is not the hangup, or panics, Asterisk is
    /// told so first and sets `AGISTATUS` to `FAILURE`; otherwise it is `SUCCESS`, or `HANGUP` (see
    /// [what the dialplan sees](crate::fastagi#what-the-dialplan-sees)).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the handler at an await point, and closes the stream.
    pub fn run<S>(
        &self,
        stream: S,
        peer: Option<SocketAddr>,
    ) -> impl Future<Output = ()> + Send + use<S>
    where
        S: AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static,
    {
        self.run_holding((), stream, peer)
    }

    /// Does that and holds something until the call is over. (An async block that awaits a future it was
    /// given has room for it twice.)
    fn run_holding<S, H>(
        &self,
        held: H,
        stream: S,
        peer: Option<SocketAddr>,
    ) -> impl Future<Output = ()> + Send + use<S, H>
    where
        S: AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static,
        H: Send,
    {
        let shared = Arc::clone(&self.shared);
        // As one field, so that a span without a peer has none.
        let span =
            debug_span!("agi_call", peer = Empty, channel = Empty, path = Empty, route = Empty);
        if let Some(peer) = peer {
            span.record("peer", tracing::field::display(peer));
        }
        let session = Session::new(Link::new(stream), &shared.limits);
        run(held, shared, Call::new(session, peer, Ending::default())).instrument(span)
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("routes", &self.shared.routes)
            .field("limits", &self.shared.limits)
            .finish_non_exhaustive()
    }
}

async fn run<H>(_held: H, shared: Arc<Shared>, call: Call) {
    let ending = call.ending().clone();
    let Some((route, handling)) = begin(&shared, call).await else {
        return;
    };
    drop(shared);
    let route = || route.as_ref().map_or("fallback", |route| route.as_str());
    debug!("call began");
    let (ended, left) = supervise(handling, &ending).await;
    match ended {
        Ok(Ok(())) => {
            debug!("call ended");
            return;
        }
        Ok(Err(error)) if error.is_hangup() => {
            debug!(%error, "the handler ended at the hangup");
            return;
        }
        Ok(Err(error)) => warn!(route = route(), %error, "the handler failed"),
        Err(panic) => error!(route = route(), panic = message(&*panic), "the handler panicked"),
    }
    if let Some(stream) = left {
        // In a box, because calls that do not fail need no room for it.
        Box::pin(fail(stream)).await;
    }
}

type Route = Option<Arc<regex::Regex>>;

/// Reads the variables and finds the handler: gives its route and its future.
async fn begin(
    shared: &Shared,
    mut call: Call,
) -> Option<(Route, impl Future<Output = crate::Result> + use<>)> {
    let opened = call.open(&shared.limits).await;
    let peer = || call.peer().map(tracing::field::display);
    match opened {
        Some(Ok(())) => {}
        // As a port scan or a health check does.
        Some(Err(error @ (PreludeError::Closed | PreludeError::Io(_)))) => {
            debug!(error = &error as &dyn std::error::Error, "not a call");
            return None;
        }
        Some(Err(error)) => {
            warn!(peer = peer(), %error, "not a call");
            return None;
        }
        None => {
            warn!(peer = peer(), "the AGI variables did not come in time");
            return None;
        }
    }
    let script = Script::parse(call.environment().network_script().unwrap_or_default());
    call.set_script(script);
    let span = Span::current();
    // Looking for the channel takes time that is lost when nobody records it.
    if !span.is_disabled() {
        span.record("channel", call.environment().channel()).record("path", call.path());
    }
    let Some(found) = shared.routes.find(call.path()) else {
        warn!(path = call.path(), "no route");
        if let Some(stream) = call.take_stream() {
            Box::pin(fail(stream)).await;
        }
        return None;
    };
    span.record("route", found.route.as_ref().map_or("fallback", |route| route.as_str()));
    call.set_route(found.route.clone());
    let (handler, layers) = (found.handler, Arc::clone(&shared.layers));
    // A handler that panics before its first await point does so in here.
    let handling = async move {
        if layers.is_empty() {
            handler.run(call).await
        } else {
            Next::new(layers, handler).run(call).await
        }
    };
    Some((found.route, handling))
}

/// Tells Asterisk that the script failed.
pub(crate) async fn fail(mut stream: Link) {
    let telling = async {
        stream.write_all(FAILURE).await?;
        stream.shutdown().await
    };
    if let Ok(Err(error)) = timeout(FAILURE_GRACE, telling).await {
        debug!(%error, "the failure could not be told");
    }
}

/// How a handler ended: with its result, or with a panic.
pub(crate) type Ended = Result<crate::Result, Box<dyn Any + Send>>;

/// Runs a handler; gives how it ended, and the stream of the call that ended with it.
pub(crate) async fn supervise(
    handling: impl Future<Output = crate::Result>,
    ending: &Ending,
) -> (Ended, Option<Link>) {
    let mut handling = pin!(handling);
    poll_fn(|cx| {
        ending.begin_poll();
        // The future is not polled again after a panic, so nobody sees what it left half done.
        let polled = catch_unwind(AssertUnwindSafe(|| handling.as_mut().poll(cx)));
        let left = ending.end_poll();
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(result)) => Poll::Ready((Ok(result), left)),
            Err(panic) => Poll::Ready((Err(panic), left)),
        }
    })
    .await
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests;
