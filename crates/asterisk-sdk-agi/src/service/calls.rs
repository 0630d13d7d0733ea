//! Many calls at once.

use std::future::pending;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;
use tokio::time::{Instant, Sleep, sleep, timeout};
use tracing::{info, warn};

use super::Service;

/// How long calls that were aborted may take to come to an end.
const ABORT_GRACE: Duration = Duration::from_secs(1);

/// Earlier than calls time out, as a rule.
const PULSE: Duration = Duration::from_secs(1);

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
    /// Those that run, and some that have ended. A set that hears of each end would cost as much as
    /// starting a call does.
    tasks: Vec<AbortHandle>,
    /// When there are as many, those that have ended are forgotten.
    room: usize,
    /// Goes off once a second while calls come. The first timer of a runtime, and each that is earlier
    /// than all others, interrupts its waiting for sockets; with this one those of calls are not.
    pulse: Option<Pin<Box<Sleep>>>,
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
        let limit = usize::try_from(service.shared.limits.connections).unwrap_or(usize::MAX);
        let slots = Arc::new(Semaphore::new(limit.min(Semaphore::MAX_PERMITS)));
        Self { service, slots, tasks: Vec::new(), room: 0, pulse: None }
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
        if self.tasks.len() >= self.room {
            self.forget_ended();
        }
        self.beat();
        // A box is moved in place of the future, and is all that is left of an ended call for a while.
        let task = tokio::spawn(Box::pin(self.service.run_holding(slot, stream, peer)));
        self.tasks.push(task.abort_handle());
    }

    /// Lets the calls go on until the service's drain timeout, and aborts those that are left: their
    /// handlers are dropped at an await point, and their dialplans go on.
    ///
    /// A slot that was taken and not used is waited for like a call.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future aborts the calls at once.
    pub async fn drain(mut self) -> Drained {
        // Those that have ended already are not part of it.
        self.forget_ended();
        let running = self.tasks.len();
        info!(running, "shutting down");
        if timeout(self.service.shared.limits.drain, self.ended()).await.is_ok() {
            return Drained { finished: running, aborted: 0 };
        }
        self.forget_ended();
        let aborted = self.tasks.len();
        if aborted > 0 {
            warn!(aborted, "calls were still running at the deadline");
            self.abort();
            // A handler that never gets to an await point must not hold up the program.
            let _ = timeout(ABORT_GRACE, self.ended()).await;
        }
        Drained { finished: running - aborted, aborted }
    }

    /// Waits until all slots are free.
    async fn ended(&self) {
        // The semaphore is never closed.
        let _ = self.slots.acquire_many(self.service.shared.limits.connections).await;
    }

    /// Frees what ended calls left behind. That takes the longer the more run, and is done the less
    /// often; but when few run, their memory should be used again while it is in the processor's cache.
    fn forget_ended(&mut self) {
        self.tasks.retain(|task| !task.is_finished());
        self.room = 2 * self.tasks.len() + 16;
    }

    fn beat(&mut self) {
        if self.pulse.as_ref().is_none_or(|pulse| pulse.is_elapsed()) {
            let mut pulse = Box::pin(sleep(PULSE));
            // Nobody awaits it, and only this sets it.
            pulse.as_mut().reset(Instant::now() + PULSE);
            self.pulse = Some(pulse);
        }
    }

    fn abort(&self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        self.abort();
    }
}
