//! All subscriptions of a connection.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use asterisk_proto::ami::{Event, Response};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::queue::{Pressure, Queue, lock};
use crate::subscription::{Filter, Missed};

/// One subscription.
#[derive(Debug)]
pub(crate) struct Subscriber {
    pub(crate) filter: Filter,
    pub(crate) queue: Arc<Queue<Event>>,
}

/// Gives events to those who asked for them.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    subscribers: Mutex<Subscribers>,
    /// Some queue was full when it was last looked at.
    full: AtomicBool,
    /// A queue that held the reader has room again.
    room: Notify,
}

#[derive(Debug, Default)]
struct Subscribers {
    list: Vec<Arc<Subscriber>>,
    orphans: Vec<Arc<Queue<Response>>>,
    closed: bool,
}

impl Hub {
    /// Until when the reader should wait before it publishes an event, because a queue that it is
    /// for is full and its subscriber makes progress. Subscribers whose time is over are closed.
    pub(crate) fn hold(&self, event: &Event, now: impl FnOnce() -> Instant) -> Option<Instant> {
        if !self.full.load(Ordering::Relaxed) {
            return None;
        }
        let now = now();
        let mut subscribers = lock(&self.subscribers);
        let mut until = None;
        let mut full = false;
        subscribers.list.retain(|subscriber| {
            full |= subscriber.queue.is_full();
            if !subscriber.filter.admits(event) {
                return true;
            }
            match subscriber.queue.pressure(now) {
                Pressure::None => true,
                Pressure::Hold(time) => {
                    until = until.max(Some(time));
                    true
                }
                Pressure::Close => {
                    subscriber.queue.close(Some(Missed::TooSlow));
                    false
                }
            }
        });
        self.full.store(full, Ordering::Relaxed);
        until
    }

    /// Gives an event to those who asked for it. They are woken by [`Hub::wake`].
    pub(crate) fn publish(&self, event: &Event) {
        for subscriber in &lock(&self.subscribers).list {
            if subscriber.filter.admits(event) && subscriber.queue.push(Ok(event.clone())) {
                self.full.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Wakes all subscribers that wait and have something to take: once for many events.
    pub(crate) fn wake(&self) {
        for subscriber in &lock(&self.subscribers).list {
            subscriber.queue.wake();
        }
    }

    /// Tells all subscribers that something was missed.
    pub(crate) fn report(&self, missed: &Missed) {
        for subscriber in &lock(&self.subscribers).list {
            subscriber.queue.push(Err(missed.clone()));
            subscriber.queue.wake();
        }
    }

    /// Ends all subscriptions, now and to come.
    pub(crate) fn close(&self) {
        let mut subscribers = lock(&self.subscribers);
        subscribers.closed = true;
        for subscriber in subscribers.list.drain(..) {
            subscriber.queue.close(None);
        }
        for orphans in subscribers.orphans.drain(..) {
            orphans.close(None);
        }
    }

    /// Shows a response that nobody waits for.
    pub(crate) fn orphan(&self, response: &Response) {
        for orphans in &lock(&self.subscribers).orphans {
            orphans.push(Ok(response.clone()));
            orphans.wake();
        }
    }

    pub(crate) fn add_orphans(&self, orphans: Arc<Queue<Response>>) {
        let mut subscribers = lock(&self.subscribers);
        if subscribers.closed {
            orphans.close(None);
        } else {
            subscribers.orphans.push(orphans);
        }
    }

    pub(crate) fn remove_orphans(&self, orphans: &Arc<Queue<Response>>) {
        lock(&self.subscribers).orphans.retain(|other| !Arc::ptr_eq(other, orphans));
    }

    pub(crate) fn add(&self, subscriber: Arc<Subscriber>) {
        let mut subscribers = lock(&self.subscribers);
        if subscribers.closed {
            subscriber.queue.close(None);
        } else {
            subscribers.list.push(subscriber);
        }
    }

    pub(crate) fn remove(&self, subscriber: &Arc<Subscriber>) {
        lock(&self.subscribers).list.retain(|other| !Arc::ptr_eq(other, subscriber));
        // The reader may wait for the one that has gone.
        self.room.notify_one();
    }

    /// Says that a queue which held the reader has room.
    pub(crate) fn notify_room(&self) {
        self.room.notify_one();
    }

    /// Waits for that. Cancel safe.
    pub(crate) async fn room(&self) {
        self.room.notified().await;
    }
}
