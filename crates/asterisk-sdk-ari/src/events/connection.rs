//! The task that keeps an event connection: one socket after the other.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::SystemTime;

use asterisk_proto::Reconnect;
use fastwebsockets::Role;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, sleep};
use tracing::Instrument;

use super::gap::{Gap, read_back};
use super::queue::Missed;
use super::socket::{self, Socket, SocketLimits};
use super::state::{CloseReason, ConnectionState};
use super::{Router, handshake};
use crate::error::RestError;
use crate::transport::{HttpTransport, SocketTransport};

/// What an event connection needs for its whole life.
pub(crate) struct Connection {
    pub(crate) transport: Arc<HttpTransport>,
    /// What sends its requests over the sockets, if anything does.
    pub(crate) over_socket: Option<Arc<SocketTransport>>,
    pub(crate) router: Arc<Router>,
    pub(crate) subscribe_all: bool,
    pub(crate) limits: SocketLimits,
    pub(crate) reconnect: Option<Reconnect>,
    pub(crate) stopped: watch::Receiver<bool>,
    pub(crate) state: watch::Sender<ConnectionState>,
}

/// Ends the subscriptions and tells why, however the task ends.
struct Ending<'a> {
    router: &'a Router,
    state: &'a watch::Sender<ConnectionState>,
    reason: CloseReason,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        // The reason comes first: whoever sees the end of a stream can ask for it.
        self.state.send_replace(ConnectionState::Closed(self.reason.clone()));
        self.router.close();
    }
}

/// A socket that Asterisk has opened, and opens again by itself.
pub(crate) struct Dialed {
    pub(crate) router: Arc<Router>,
    pub(crate) limits: SocketLimits,
    pub(crate) stopped: watch::Receiver<bool>,
    pub(crate) state: watch::Sender<ConnectionState>,
    /// Its place among the connections that are allowed.
    pub(crate) slot: OwnedSemaphorePermit,
}

impl Dialed {
    /// Begins to read it in a task of its own.
    pub(crate) fn start(self, socket: Socket, span: tracing::Span) {
        let task = async move {
            let Self { router, limits, stopped, state, slot: _slot } = self;
            let reason = CloseReason::Local;
            let mut ending = Ending { router: &router, state: &state, reason };
            ending.reason = socket::run(socket, &router, &limits, stopped).await;
            tracing::debug!(reason = %ending.reason, "the event connection has ended");
        };
        tokio::spawn(task.instrument(span));
    }
}

impl Connection {
    /// Opens a socket for the events of the applications that are still ours, and begins to read it in a
    /// task of its own.
    ///
    /// # Errors
    ///
    /// The server cannot be reached, or refuses.
    pub(crate) async fn start(self, span: tracing::Span) -> Result<(), RestError> {
        let socket = self.open().instrument(span.clone()).await?;
        let task = async move {
            let reason = CloseReason::Local;
            let mut ending = Ending { router: &self.router, state: &self.state, reason };
            ending.reason = self.live(socket).await;
            tracing::debug!(reason = %ending.reason, "the event connection has ended");
        };
        tokio::spawn(task.instrument(span));
        Ok(())
    }

    async fn open(&self) -> Result<Socket, RestError> {
        let request = handshake(&self.router.apps(), self.subscribe_all);
        let (link, early) = self.transport.upgrade(&request.request, request.headers).await?;
        // Requests wait in its queue from now on, until the socket is read.
        let requests = self.over_socket.as_ref().map(|transport| transport.attach());
        Ok(Socket { link, early, role: Role::Client, requests })
    }

    async fn live(&self, mut socket: Socket) -> CloseReason {
        let mut failures = 0;
        loop {
            let began = Instant::now();
            let stopped = self.stopped.clone();
            let cause = socket::run(socket, &self.router, &self.limits, stopped).await;
            let from = SystemTime::now();
            let lasting = matches!(cause, CloseReason::Local | CloseReason::Replaced);
            let Some(reconnect) = self.reconnect.filter(|_| !lasting) else {
                return cause;
            };
            tracing::warn!(%cause, "lost the event connection, connecting again");
            if began.elapsed() >= reconnect.stable_after {
                failures = 0;
            }
            let mut stopped = self.stopped.clone();
            let again = tokio::select! {
                // An error means that nobody can say it any more.
                _ = stopped.wait_for(|stopped| *stopped) => Err(CloseReason::Local),
                again = self.again(&reconnect, &mut failures, from, &cause) => again,
            };
            socket = match again {
                Ok(socket) => socket,
                Err(reason) => return reason,
            };
        }
    }

    /// Connects again, however long it takes, and tells the subscriptions what they have missed.
    async fn again(
        &self,
        reconnect: &Reconnect,
        failures: &mut u32,
        since: SystemTime,
        cause: &CloseReason,
    ) -> Result<Socket, CloseReason> {
        let mut attempts = 0;
        let socket = loop {
            let cause = cause.clone();
            self.state.send_replace(ConnectionState::Reconnecting { since, cause, attempts });
            let random = RandomState::new().hash_one(*failures);
            sleep(reconnect.pause(*failures, random)).await;
            *failures = failures.saturating_add(1);
            attempts += 1;
            match self.open().await {
                Ok(socket) => break socket,
                Err(error) if error.is_unauthorized() || error.is_forbidden() => {
                    return Err(CloseReason::Unauthorized);
                }
                Err(error) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, attempts, "no luck");
                }
            }
        };
        // Events of the new connection wait in the socket meanwhile.
        let found = read_back(&*self.transport, &self.router).await;
        let (to, cause) = (SystemTime::now(), cause.clone());
        self.router.report(&Missed::Gap(Arc::new(Gap { from: since, to, cause, found })));
        self.state.send_replace(ConnectionState::Connected);
        Ok(socket)
    }
}
