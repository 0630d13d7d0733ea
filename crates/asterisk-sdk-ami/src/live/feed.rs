//! Changes to those who asked.

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::picture::AllListeners;
use super::table::{Change, Object};
use super::{CompletedCall, Shared};
use crate::queue::{Pressure, Queue, lock};
use crate::subscription::{Missed, Overflow};

#[derive(Debug)]
struct Listener<I> {
    /// Only what is about this one.
    key: Option<Box<str>>,
    queue: Queue<I>,
}

impl<I> Listener<I> {
    fn wants(&self, key: &str) -> bool {
        self.key.as_deref().is_none_or(|wanted| wanted == key)
    }
}

/// Those who want to hear of changes of one kind.
#[derive(Debug)]
#[doc(hidden)]
pub struct Listeners<I> {
    list: Mutex<List<I>>,
    /// There are some at all.
    any: AtomicBool,
    /// A queue that held the updater has room again.
    room: Notify,
}

#[derive(Debug)]
struct List<I> {
    listeners: Vec<Arc<Listener<I>>>,
    closed: bool,
}

impl<I> Default for Listeners<I> {
    fn default() -> Self {
        let list = List { listeners: Vec::new(), closed: false };
        Self { list: Mutex::new(list), any: AtomicBool::new(false), room: Notify::new() }
    }
}

impl<I: Clone> Listeners<I> {
    fn add(&self, listener: Arc<Listener<I>>) {
        let mut list = lock(&self.list);
        if list.closed {
            listener.queue.close(None);
        } else {
            list.listeners.push(listener);
            self.any.store(true, Ordering::Relaxed);
        }
    }

    fn remove(&self, listener: &Arc<Listener<I>>) {
        let mut list = lock(&self.list);
        list.listeners.retain(|other| !Arc::ptr_eq(other, listener));
        self.any.store(!list.listeners.is_empty(), Ordering::Relaxed);
        drop(list);
        // The updater may wait for the one that has gone.
        self.room.notify_one();
    }

    /// Until when to wait before the item is given out, because a queue that it is for is full and
    /// its reader makes progress. Those whose time is over are closed.
    fn hold(&self, key: &str) -> Option<Instant> {
        let now = Instant::now();
        let mut until = None;
        lock(&self.list).listeners.retain(|listener| {
            if !listener.wants(key) {
                return true;
            }
            match listener.queue.pressure(now) {
                Pressure::None => true,
                Pressure::Hold(time) => {
                    until = until.max(Some(time));
                    true
                }
                Pressure::Close => {
                    listener.queue.close(Some(Missed::TooSlow));
                    false
                }
            }
        });
        until
    }

    pub(super) async fn publish(&self, key: &str, item: &I) {
        if !self.any.load(Ordering::Relaxed) {
            return;
        }
        while let Some(until) = self.hold(key) {
            // Its reader has to know that there is something to take.
            self.wake();
            tokio::select! {
                () = self.room.notified() => {}
                () = sleep_until(until) => {}
            }
        }
        for listener in &lock(&self.list).listeners {
            if listener.wants(key) {
                listener.queue.push(Ok(item.clone()));
            }
        }
    }

    pub(super) fn wake(&self) {
        if self.any.load(Ordering::Relaxed) {
            lock(&self.list).listeners.iter().for_each(|listener| listener.queue.wake());
        }
    }

    pub(super) fn close(&self) {
        let mut list = lock(&self.list);
        list.closed = true;
        list.listeners.drain(..).for_each(|listener| listener.queue.close(None));
    }
}

/// Chooses which changes to hear of; made by [`Live::changes`](super::Live::changes).
#[derive(Debug)]
#[must_use = "a feed begins when the kind of objects is chosen"]
pub struct Watch<'a> {
    shared: &'a Arc<Shared>,
    capacity: usize,
    overflow: Overflow,
}

impl<'a> Watch<'a> {
    /// How many changes a feed holds for a consumer that is behind.
    pub const DEFAULT_CAPACITY: usize = 4096;

    pub(super) fn new(shared: &'a Arc<Shared>) -> Self {
        Self { shared, capacity: Self::DEFAULT_CAPACITY, overflow: Overflow::default() }
    }

    /// How many changes to hold. At least 1.
    pub fn capacity(mut self, changes: usize) -> Self {
        self.capacity = changes.max(1);
        self
    }

    /// What to do when there are more. What waits here is the picture: it falls behind the server.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// The changes of all objects of one type.
    pub fn of<T: Object>(self) -> Feed<Change<T>> {
        self.open(None, T::listeners)
    }

    /// The changes of one object, which need not be there yet.
    pub fn object<T: Object>(self, key: impl AsRef<str>) -> Feed<Change<T>> {
        self.open(Some(key.as_ref().into()), T::listeners)
    }

    /// A record of each call that has ended, once it has. Needs [`Kind::Calls`](super::Kind::Calls).
    pub fn completed_calls(self) -> Feed<Arc<CompletedCall>> {
        self.open(None, |listeners| &listeners.completed)
    }

    fn open<I: Clone>(
        self,
        key: Option<Box<str>>,
        of: fn(&AllListeners) -> &Listeners<I>,
    ) -> Feed<I> {
        let queue = Queue::new(self.capacity, self.overflow);
        let listener = Arc::new(Listener { key, queue });
        of(&self.shared.listeners).add(Arc::clone(&listener));
        Feed { listener, shared: Arc::clone(self.shared), of, item: PhantomData }
    }
}

/// Changes in the order in which they came about.
///
/// It begins when it is made: what is there at that moment is in
/// [`Live::snapshot`](super::Live::snapshot), taken right after. It lasts over reconnects, whose
/// differences it tells as changes like others, and ends when the connection does for good, or when
/// the last [`Live`](super::Live) is dropped. Its queue is bounded: one who does not take what comes is told
/// so ([`Missed::Lagged`], or [`Missed::TooSlow`] with [`Overflow::Wait`]), and had better begin
/// again with a snapshot.
#[derive(Debug)]
#[must_use = "dropping it ends the feed"]
pub struct Feed<I: Clone> {
    listener: Arc<Listener<I>>,
    shared: Arc<Shared>,
    of: fn(&AllListeners) -> &Listeners<I>,
    item: PhantomData<fn() -> I>,
}

impl<I: Clone> Feed<I> {
    /// The next one; `None` when there will be no more.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<I, Missed>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<I: Clone> Stream for Feed<I> {
    type Item = Result<I, Missed>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let (item, room) = self.listener.queue.poll_pop(context);
        if room {
            (self.of)(&self.shared.listeners).room.notify_one();
        }
        item
    }
}

impl<I: Clone> Drop for Feed<I> {
    fn drop(&mut self) {
        (self.of)(&self.shared.listeners).remove(&self.listener);
    }
}
