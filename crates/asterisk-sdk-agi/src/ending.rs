//! What is left of a call when its handler ends.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::connection::Stream;

/// Where a call leaves its stream if it is dropped by its handler.
///
/// Asterisk takes the end of the connection for success. To tell it of a failure takes a last line, but
/// the call belongs to the handler and is gone before anybody knows how the handler ended. So the
/// stream stays here for the rest of the poll in which the call was dropped: if the handler ends with
/// that poll, its last line can be written, and if not, the stream is closed.
#[derive(Clone, Default)]
pub(crate) struct Ending(Arc<Mutex<State>>);

#[derive(Default)]
enum State {
    /// The handler is not being polled.
    #[default]
    Idle,
    /// The handler is being polled.
    Polled,
    /// The call was dropped meanwhile.
    Left(Box<dyn Stream>),
}

impl Ending {
    pub(crate) fn begin_poll(&self) {
        *self.lock() = State::Polled;
    }

    /// Gives the stream if the call was dropped since the poll began.
    pub(crate) fn end_poll(&self) -> Option<Box<dyn Stream>> {
        match mem::take(&mut *self.lock()) {
            State::Left(stream) => Some(stream),
            State::Idle | State::Polled => None,
        }
    }

    pub(crate) fn leave(&self, stream: Box<dyn Stream>) {
        let mut state = self.lock();
        if matches!(*state, State::Polled) {
            *state = State::Left(stream);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that panics runs under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
