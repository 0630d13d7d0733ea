//! The server: accepts connections, and runs each call in a task of its own.

use std::any::Any;
use std::future::{Future, pending, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::field::Empty;
use tracing::{Instrument, Span, debug, debug_span, error, info, warn};

use super::builder::{Limits, ServerBuilder};
use super::router::Router;
use crate::call::Call;
use crate::command::line_limit;
use crate::connection::{Connection, PreludeError};
use crate::script::Script;
use crate::session::Session;

/// How long to pause when a connection cannot be accepted for want of resources.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long calls that were aborted may take to come to an end.
const ABORT_GRACE: Duration = Duration::from_secs(1);

/// What became of the calls that were running at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// How many calls ended by themselves after the shutdown began.
    pub finished: usize,
    /// How many had to be aborted at the deadline.
    pub aborted: usize,
}

/// A FastAGI server.
///
/// Every connection runs in a task of its own: an error or a panic in a handler, and a peer that
/// sends garbage or nothing, end that connection only.
///
/// # Examples
///
/// ```no_run
/// use asterisk_sdk_agi::{self as agi, Call, fastagi};
///
/// async fn demo(mut call: Call) -> agi::Result {
///     let extension = call.capture("exten").unwrap_or_default().to_owned();
///     call.verbose(format!("demo for {extension}")).await?;
///     Ok(())
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), fastagi::BindError> {
/// let server = fastagi::Server::builder()
///     .route(r"^demo/(?<exten>\d+)$", demo)
///     .fallback(|call: Call| async move { println!("what is {}?", call.path()) })
///     .bind("127.0.0.1:4573")
///     .await?;
/// server.serve().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Server {
    pub(super) listener: TcpListener,
    pub(super) local_addr: SocketAddr,
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) router: Router,
    pub(super) limits: Limits,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Server {
    /// A server without routes yet.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
    }

    /// The address at which the server listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Serves calls, for ever.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the listening socket and aborts the running calls at once.
    pub async fn serve(self) {
        self.serve_with_shutdown(pending()).await;
    }

    /// Serves calls until `shutdown` completes. Then it takes no more connections, lets running calls
    /// go on until the drain timeout, and aborts those that are left: their handlers are dropped at
    /// an await point, and their dialplans go on.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the listening socket and aborts the running calls at once.
    pub async fn serve_with_shutdown(self, shutdown: impl Future<Output = ()>) -> Drained {
        let Self { listener, shared, .. } = self;
        let slots = Arc::new(Semaphore::new(shared.limits.connections));
        let mut calls = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            let (stream, peer, slot) = tokio::select! {
                biased;
                () = &mut shutdown => break,
                Some(_) = calls.join_next() => continue,
                accepted = accept(&listener, &slots) => accepted,
            };
            let shared = Arc::clone(&shared);
            calls.spawn(async move {
                let span =
                    debug_span!("agi_call", %peer, channel = Empty, path = Empty, route = Empty);
                run(&shared, stream, peer).instrument(span).await;
                drop(slot);
            });
        }
        drop(listener);
        drain(calls, shared.limits.drain).await
    }
}

/// Waits for a free slot, then for a connection.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let slot = Arc::clone(slots).acquire_owned().await;
    let slot = slot.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, slot),
            // The peer gave up while it waited.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                warn!(%error, "cannot accept a connection, trying again");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn drain(mut calls: JoinSet<()>, limit: Duration) -> Drained {
    // Those that have ended already are not part of it.
    while calls.try_join_next().is_some() {}
    let running = calls.len();
    info!(running, "shutting down");
    let all = async { while calls.join_next().await.is_some() {} };
    let _ = timeout(limit, all).await;
    let aborted = calls.len();
    if aborted > 0 {
        warn!(aborted, "calls were still running at the deadline");
        calls.abort_all();
        // A handler that never gets to an await point must not hold up the program.
        let _ = timeout(ABORT_GRACE, async { while calls.join_next().await.is_some() {} }).await;
    }
    Drained { finished: running - aborted, aborted }
}

/// One connection from its first byte to its end.
async fn run(shared: &Shared, stream: TcpStream, peer: SocketAddr) {
    // What is needed only to begin is gone by the time the handler runs.
    let Some((route, handling)) = begin(shared, stream, peer).await else {
        return;
    };
    debug!("call began");
    match catch_panic(handling).await {
        Ok(Ok(())) => debug!("call ended"),
        Ok(Err(error)) if error.is_hangup() => debug!(%error, "the handler ended at the hangup"),
        Ok(Err(error)) => warn!(route, %error, "the handler failed"),
        Err(panic) => error!(route, panic = message(&*panic), "the handler panicked"),
    }
}

/// Reads the variables and finds the handler: gives its route and its future.
async fn begin(
    shared: &Shared,
    stream: TcpStream,
    peer: SocketAddr,
) -> Option<(&str, impl Future<Output = crate::Result>)> {
    let limits = &shared.limits;
    // Commands are small and waited for.
    let _ = stream.set_nodelay(true);
    let mut connection = Connection::new(Box::new(stream), limits.reply_bytes);
    let environment =
        match timeout(limits.prelude_timeout, connection.prelude(limits.prelude)).await {
            Ok(Ok(environment)) => environment,
            // As a port scan or a health check does.
            Ok(Err(error @ (PreludeError::Closed | PreludeError::Io(_)))) => {
                debug!(error = &error as &dyn std::error::Error, "not a call");
                return None;
            }
            Ok(Err(error)) => {
                warn!(%peer, %error, "not a call");
                return None;
            }
            Err(_) => {
                warn!(%peer, "the AGI variables did not come in time");
                return None;
            }
        };
    let script = Script::parse(environment.network_script().unwrap_or_default());
    Span::current().record("channel", environment.channel()).record("path", script.path.as_str());
    let Some(found) = shared.router.find(&script.path) else {
        warn!(path = script.path, "no route");
        return None;
    };
    let route = found.route.unwrap_or("fallback");
    Span::current().record("route", route);

    let line_limit = line_limit(environment.major_version());
    let session = Session::new(connection, limits.replies, line_limit);
    let call = Call::new(session, environment, script, found.captures, Some(peer));
    let handler = found.handler;
    // A handler that panics before its first await point does so in here.
    Some((route, async move { handler(call).await }))
}

/// Runs a future, and turns a panic into an error.
async fn catch_panic<T>(future: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        // The future is not polled again after a panic, so nobody sees what it left half done.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(panic) => Poll::Ready(Err(panic)),
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
