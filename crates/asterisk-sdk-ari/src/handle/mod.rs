//! Handles: one object each, and what can be done with it.
//!
//! A handle is an id and a client: cheap to clone, and no promise that the object still exists.
//! Handles of objects that were made through this crate have heard their events since before the
//! request was sent; until somebody takes them, a handle holds as many as a subscription does.

mod bridge;
mod channel;
mod playback;

use std::sync::{Arc, Mutex, PoisonError};

use asterisk_proto::ari::Event;
pub use bridge::Bridge;
pub use channel::Channel;
pub use playback::{Finished, Playback};

use crate::events::EventStream;

/// A subscription that was made before its object, for the first who wants it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Staged(Arc<Mutex<Option<EventStream<Event>>>>);

impl Staged {
    pub(crate) fn new(events: EventStream<Event>) -> Self {
        Self(Arc::new(Mutex::new(Some(events))))
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<EventStream<Event>>> {
        // Nothing that panics runs under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn take(&self) -> Option<EventStream<Event>> {
        self.slot().take()
    }

    /// Gives back one that is still of use.
    pub(crate) fn put(&self, events: EventStream<Event>) {
        *self.slot() = Some(events);
    }
}
