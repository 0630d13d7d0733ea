//! Many calls at once.

use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::{info, warn};

use super::Service;

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

/// The running calls of a service, each in a task of its own and no more at once than the service's
/// limit: what a server of one's own needs beside its listening socket.
///
/// Dropping it aborts them: their handlers are dropped at an await point.
#[derive(Debug)]
pub struct Calls {
    service: Service,
    slots: Arc<Semaphore>,
    tasks: JoinSet<()>,
}

/// The right to [start](Calls::start) a call.
#[derive(Debug)]
pub struct Slot {
    _permit: OwnedSemaphorePermit,
}

impl Calls {
    /// No calls yet.
    #[must_use]
    pub fn new(service: Service) -> Self {
        let slots = Arc::new(Semaphore::new(service.shared.limits.connections));
        Self { service, slots, tasks: JoinSet::new() }
    }

    /// Waits until there may be one call more.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn slot(&self) -> Slot {
        match Arc::clone(&self.slots).acquire_owned().await {
            Ok(permit) => Slot { _permit: permit },
            // The semaphore is never closed.
            Err(_) => pending().await,
        }
    }

    /// Starts a call: the other side of `stream` is an Asterisk that begins with the variables of the
    /// call, as for [`Service::run`].
    pub fn start<S>(&mut self, slot: Slot, stream: S, peer: Option<SocketAddr>)
    where
        S: AsyncRead + AsyncWrite + Send + Sync + Unpin + 'static,
    {
        let run = self.service.run(stream, peer);
        self.tasks.spawn(async move {
            run.await;
            drop(slot);
        });
    }

    /// Frees what calls that have ended left behind, for ever: to be waited for beside the next call.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn reap(&mut self) {
        while self.tasks.join_next().await.is_some() {}
        pending::<()>().await;
    }

    /// Lets the calls go on until the service's drain timeout, and aborts those that are left: their
    /// handlers are dropped at an await point, and their dialplans go on.
    pub async fn drain(mut self) -> Drained {
        // Those that have ended already are not part of it.
        while self.tasks.try_join_next().is_some() {}
        let running = self.tasks.len();
        info!(running, "shutting down");
        let all = async { while self.tasks.join_next().await.is_some() {} };
        let _ = timeout(self.service.shared.limits.drain, all).await;
        let aborted = self.tasks.len();
        if aborted > 0 {
            warn!(aborted, "calls were still running at the deadline");
            self.tasks.abort_all();
            // A handler that never gets to an await point must not hold up the program.
            let all = async { while self.tasks.join_next().await.is_some() {} };
            let _ = timeout(ABORT_GRACE, all).await;
        }
        Drained { finished: running - aborted, aborted }
    }
}
