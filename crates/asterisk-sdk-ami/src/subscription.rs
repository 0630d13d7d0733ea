//! Events to those who asked: one bounded queue for each subscription.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use asterisk_proto::ami::{AmiEvent, Event};
use futures_core::Stream;

use crate::manager::Shared;

/// What a subscription did not get to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Missed {
    /// The subscription's queue was full: this many of its oldest events were dropped.
    #[error("{0} events were dropped because the queue was full")]
    Lagged(u64),
    /// An event over the limit on messages was skipped. Every subscription is told, because what
    /// was skipped is not looked into.
    #[error("an event over the size limit was skipped")]
    Oversized,
}

/// Which events a subscription gets.
#[derive(Debug)]
enum Filter {
    All,
    Name(Box<str>),
}

impl Filter {
    fn admits(&self, event: &Event) -> bool {
        match self {
            Self::All => true,
            Self::Name(name) => event.name().eq_ignore_ascii_case(name),
        }
    }
}

/// All subscriptions of a connection.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    queues: Mutex<Vec<Arc<Queue>>>,
}

impl Hub {
    pub(crate) fn publish(&self, event: &Event) {
        for queue in &*lock(&self.queues) {
            if queue.filter.admits(event) {
                queue.push(Ok(event.clone()));
            }
        }
    }

    pub(crate) fn report(&self, missed: Missed) {
        for queue in &*lock(&self.queues) {
            queue.push(Err(missed));
        }
    }

    /// Ends all subscriptions, now and to come.
    pub(crate) fn close(&self) {
        for queue in lock(&self.queues).drain(..) {
            queue.close();
        }
    }

    fn add(&self, queue: Arc<Queue>) {
        lock(&self.queues).push(queue);
    }

    fn remove(&self, queue: &Arc<Queue>) {
        lock(&self.queues).retain(|other| !Arc::ptr_eq(other, queue));
    }
}

/// The queue between the socket's task and one subscriber.
#[derive(Debug)]
struct Queue {
    filter: Filter,
    capacity: usize,
    state: Mutex<QueueState>,
}

#[derive(Debug, Default)]
struct QueueState {
    items: VecDeque<Result<Event, Missed>>,
    dropped: u64,
    closed: bool,
    waker: Option<Waker>,
}

impl Queue {
    fn push(&self, item: Result<Event, Missed>) {
        let mut state = lock(&self.state);
        if state.items.len() >= self.capacity {
            state.items.pop_front();
            state.dropped += 1;
        }
        state.items.push_back(item);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    fn poll_pop(&self, context: &Context<'_>) -> Poll<Option<Result<Event, Missed>>> {
        let mut state = lock(&self.state);
        // What was dropped is older than all that is queued.
        if state.dropped > 0 {
            let dropped = std::mem::take(&mut state.dropped);
            return Poll::Ready(Some(Err(Missed::Lagged(dropped))));
        }
        match state.items.pop_front() {
            Some(item) => Poll::Ready(Some(item)),
            None if state.closed => Poll::Ready(None),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// No code of a user runs under these locks, so a poisoned one is sound.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Chooses which events to subscribe to; made by [`Manager::events`](crate::Manager::events).
#[derive(Debug)]
#[must_use = "a subscription begins when the kind of events is chosen"]
pub struct Subscribe<'a> {
    shared: &'a Arc<Shared>,
    capacity: usize,
}

impl<'a> Subscribe<'a> {
    /// How many events a subscription holds for a consumer that is behind.
    pub const DEFAULT_CAPACITY: usize = 4096;

    pub(crate) fn new(shared: &'a Arc<Shared>) -> Self {
        Self { shared, capacity: Self::DEFAULT_CAPACITY }
    }

    /// How many events to hold; when there are more, the oldest is dropped and counted. At least 1.
    pub fn capacity(mut self, events: usize) -> Self {
        self.capacity = events.max(1);
        self
    }

    /// All events.
    pub fn all(self) -> EventStream<Event> {
        self.subscribe(Filter::All, |event| event)
    }

    /// The events of one type. Only they are queued, and they are decoded when they are taken.
    pub fn of<E: AmiEvent>(self) -> EventStream<E> {
        self.subscribe(Filter::Name(E::NAME.into()), |event| E::from_event(&event))
    }

    /// The events of one name, typed or not.
    pub fn named(self, name: impl Into<String>) -> EventStream<Event> {
        self.subscribe(Filter::Name(name.into().into_boxed_str()), |event| event)
    }

    fn subscribe<T>(self, filter: Filter, decode: fn(Event) -> T) -> EventStream<T> {
        let state = Mutex::new(QueueState::default());
        let queue = Arc::new(Queue { filter, capacity: self.capacity, state });
        self.shared.hub.add(Arc::clone(&queue));
        // The task closes the hub when it ends; a subscription made after that ends here.
        if self.shared.has_ended() {
            queue.close();
        }
        EventStream { queue, shared: Arc::clone(self.shared), decode }
    }
}

/// The events of a subscription, in the order in which the server sent them.
///
/// It begins when it is made, so events that an action causes afterwards are seen. It ends when the
/// connection does, after what is queued. The connection lives as long as a subscription does, or a
/// [`Manager`](crate::Manager).
///
/// A slow consumer delays neither responses nor other subscriptions: its queue is bounded, and what
/// does not fit is reported as [`Missed::Lagged`] in the place of what was dropped.
#[derive(Debug)]
#[must_use = "dropping it ends the subscription"]
pub struct EventStream<T = Event> {
    queue: Arc<Queue>,
    shared: Arc<Shared>,
    decode: fn(Event) -> T,
}

impl<T> EventStream<T> {
    /// The next event; `None` when the connection has ended.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<T, Missed>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<T> Stream for EventStream<T> {
    type Item = Result<T, Missed>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.queue.poll_pop(context).map(|item| Some(item?.map(self.decode)))
    }
}

impl<T> Drop for EventStream<T> {
    fn drop(&mut self) {
        self.shared.hub.remove(&self.queue);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use asterisk_proto::ami::Message;

    fn event(n: usize) -> Event {
        let text = format!("Event: Hangup\r\nCause: {n}\r\n");
        Event::new(Message::parse(text.into()).unwrap()).unwrap()
    }

    fn queue(capacity: usize) -> Queue {
        Queue { filter: Filter::All, capacity, state: Mutex::default() }
    }

    fn pop(queue: &Queue) -> Option<Result<Event, Missed>> {
        match queue.poll_pop(&Context::from_waker(Waker::noop())) {
            Poll::Ready(item) => item,
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_full_queue_drops_its_oldest_and_says_so() {
        let queue = queue(3);
        for n in 0..10 {
            queue.push(Ok(event(n)));
        }
        assert_eq!(pop(&queue), Some(Err(Missed::Lagged(7))));
        for n in 7..10 {
            assert_eq!(pop(&queue), Some(Ok(event(n))));
        }
        assert_eq!(pop(&queue), None);
    }

    #[test]
    fn what_is_queued_comes_before_the_end() {
        let queue = queue(3);
        queue.push(Ok(event(1)));
        queue.close();
        assert_eq!(pop(&queue), Some(Ok(event(1))));
        let end = queue.poll_pop(&Context::from_waker(Waker::noop()));
        assert_eq!(end, Poll::Ready(None));
    }

    #[test]
    fn filters_by_name_without_regard_to_case() {
        let filter = Filter::Name("hangup".into());
        assert!(filter.admits(&event(1)));
        assert!(!Filter::Name("Newchannel".into()).admits(&event(1)));
    }
}
