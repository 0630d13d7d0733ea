//! Subscriptions that were made before their object, and waiting for an object's end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use asterisk_proto::ari::{Event, Resource};
use tokio::time::timeout;

use crate::events::{EventStream, Missed};

/// A subscription that was made before its object, for the first who wants it.
#[derive(Debug, Clone, Default)]
pub(super) struct Staged(Arc<Mutex<Option<EventStream<Event>>>>);

/// What became of waiting.
pub(super) enum Wait<T> {
    /// The event came.
    Ended(T),
    /// It did not come in time; the subscription is staged again.
    TimedOut,
    /// The object ended while the event connection was lost.
    Gone,
    /// The event connection has ended.
    Disconnected,
}

impl Staged {
    pub(super) fn new(events: EventStream<Event>) -> Self {
        Self(Arc::new(Mutex::new(Some(events))))
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<EventStream<Event>>> {
        // Nothing that panics runs under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self) -> Option<EventStream<Event>> {
        self.slot().take()
    }

    /// Waits for the event that `end` makes something of; `object` is what it is about.
    pub(super) async fn wait<T>(
        &self,
        mut events: EventStream<Event>,
        object: (Resource, &str),
        limit: Duration,
        end: impl Fn(&Event) -> Option<T>,
    ) -> Wait<T> {
        let ended = async {
            while let Some(item) = events.next().await {
                if let Err(Missed::Gap(gap)) = &item
                    && gap.is_gone(object.0, object.1)
                {
                    return Wait::Gone;
                }
                // The end is the last event of an object, so it is never dropped for a newer one.
                if let Some(end) = item.ok().as_ref().and_then(&end) {
                    return Wait::Ended(end);
                }
            }
            Wait::Disconnected
        };
        if let Ok(result) = timeout(limit, ended).await {
            return result;
        }
        *self.slot() = Some(events);
        Wait::TimedOut
    }
}
