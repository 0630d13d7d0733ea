//! What is left of a call when its handler ends.

use std::mem;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::link::Link;

/// The handler is not being polled.
const IDLE: u8 = 0;
/// The handler is being polled.
const POLLED: u8 = 1;
/// The call was dropped meanwhile.
const LEFT: u8 = 2;

/// Where a call leaves its stream if it is dropped by its handler.
///
/// Asterisk takes the end of the connection for success. To tell it of a failure takes a last line, but
/// the call belongs to the handler and is gone before anybody knows how the handler ended. So the
/// stream stays here for the rest of the poll in which the call was dropped: if the handler ends with
/// that poll, its last line can be written, and if not, the stream is closed.
#[derive(Clone, Default)]
pub(crate) struct Ending(Arc<Place>);

#[derive(Default)]
struct Place {
    /// Beside the lock, because handlers are polled far more often than they end.
    state: AtomicU8,
    left: Mutex<Option<Link>>,
}

impl Ending {
    pub(crate) fn begin_poll(&self) {
        self.0.state.store(POLLED, Ordering::Release);
    }

    /// Gives the stream if the call was dropped since the poll began.
    pub(crate) fn end_poll(&self) -> Option<Link> {
        match self.0.state.swap(IDLE, Ordering::AcqRel) {
            LEFT => mem::take(&mut *self.left()),
            _ => None,
        }
    }

    pub(crate) fn leave(&self, stream: Link) {
        // Whoever finds that it was left waits for the lock until it is there.
        let mut left = self.left();
        let state = &self.0.state;
        if state.compare_exchange(POLLED, LEFT, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            *left = Some(stream);
        }
    }

    fn left(&self) -> MutexGuard<'_, Option<Link>> {
        // Nothing that panics runs under this lock.
        self.0.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
