//! The queue between the socket's task and one subscriber.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use asterisk_proto::ari::Event;
use asterisk_proto::error::ParseError;
use tokio::time::Instant;

use super::gap::Gap;
use super::subscriptions::Topic;

/// How long a full queue may hold the reader while its subscriber makes progress.
const HOLD: Duration = Duration::from_millis(50);

/// What a subscription did not get to see.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Missed {
    /// The subscription's queue was full: this many of its oldest events were dropped.
    #[error("{0} events were dropped because the queue was full")]
    Lagged(u64),
    /// An event over the size limit was skipped. Every subscription is told, because what was
    /// skipped is not looked into.
    #[error("an event over the size limit was skipped")]
    Oversized,
    /// A message was no event: not UTF-8, not a JSON object, or without a type. Every subscription
    /// is told.
    #[error("a message was not an event")]
    Unreadable(#[source] ParseError),
    /// The connection was lost and made again. What happened in between is not known, but what there is
    /// now. Every subscription is told once, before the first event of the new connection.
    #[error("{0}")]
    Gap(Arc<Gap>),
}

/// A bounded queue that drops its oldest.
#[derive(Debug)]
pub(super) struct Queue {
    /// What is put in.
    pub(super) topic: Topic,
    capacity: usize,
    state: Mutex<State>,
}

type Item = Result<Event, Box<Missed>>;

// Thousands of these wait at once, each touched now and then: what an event touches is to be small.
#[derive(Debug, Default)]
struct State {
    /// The oldest item, if it came to an empty queue: most need no more room than this at a time.
    first: Option<Item>,
    /// Those behind it.
    others: VecDeque<Item>,
    /// What was dropped since the subscriber last looked; older than all items.
    dropped: u64,
    closed: bool,
    waker: Option<Waker>,
    /// Nothing was taken in the time for which the reader was held, nor since.
    stuck: bool,
    /// Until when the reader is held for this queue.
    held: Option<Instant>,
}

impl State {
    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.others.len()
    }

    fn push(&mut self, item: Item) {
        if self.first.is_none() && self.others.is_empty() {
            self.first = Some(item);
        } else {
            self.others.push_back(item);
        }
    }

    fn pop(&mut self) -> Option<Item> {
        self.first.take().or_else(|| self.others.pop_front())
    }
}

impl Queue {
    pub(super) fn new(topic: Topic, capacity: usize) -> Self {
        Self { topic, capacity, state: Mutex::default() }
    }

    /// Until when the reader should wait before it puts in an event, if it should at all.
    ///
    /// A queue that is full holds the reader for a moment, again and again if its subscriber takes
    /// events meanwhile; one that is stuck holds nobody until it moves again.
    pub(super) fn pressure(&self, now: Instant) -> Option<Instant> {
        let mut state = lock(&self.state);
        if state.closed || state.len() < self.capacity {
            state.held = None;
            return None;
        }
        match state.held {
            Some(until) if now < until => {}
            Some(_) => {
                state.held = None;
                state.stuck = true;
            }
            None if state.stuck => {}
            None => state.held = Some(now + HOLD),
        }
        state.held
    }

    /// Whether there is no room.
    pub(super) fn is_full(&self) -> bool {
        lock(&self.state).len() >= self.capacity
    }

    /// Puts an item in, and says whether the queue is full then.
    pub(super) fn push(&self, item: Result<Event, Missed>) -> bool {
        let mut state = lock(&self.state);
        if state.len() >= self.capacity {
            state.pop();
            state.dropped += 1;
        }
        state.push(item.map_err(Box::new));
        let full = state.len() >= self.capacity;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        full
    }

    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Takes the next item, and whether the reader waits for room.
    pub(super) fn poll_pop(
        &self,
        context: &Context<'_>,
    ) -> (Poll<Option<Result<Event, Missed>>>, bool) {
        let mut state = lock(&self.state);
        // What was dropped is older than all that is queued.
        if state.dropped > 0 {
            let dropped = std::mem::take(&mut state.dropped);
            return (Poll::Ready(Some(Err(Missed::Lagged(dropped)))), false);
        }
        match state.pop() {
            Some(item) => {
                state.stuck = false;
                // Not at every item, so that reader and subscriber do not take turns.
                let room = state.held.is_some() && state.len() <= self.capacity / 2;
                (Poll::Ready(Some(item.map_err(|missed| *missed))), room)
            }
            None if state.closed => (Poll::Ready(None), false),
            None => {
                state.waker = Some(context.waker().clone());
                (Poll::Pending, false)
            }
        }
    }
}

/// No code of a user runs under these locks, so a poisoned one is sound.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(n: usize) -> Event {
        Event::new(format!(r#"{{"type":"StasisEnd","n":{n}}}"#).into()).unwrap()
    }

    fn pop(queue: &Queue) -> Option<Result<Event, Missed>> {
        match queue.poll_pop(&Context::from_waker(Waker::noop())).0 {
            Poll::Ready(item) => item,
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_full_queue_drops_its_oldest_and_says_so() {
        let queue = Queue::new(Topic::default(), 3);
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
    fn a_full_queue_holds_the_reader_while_its_subscriber_makes_progress() {
        let queue = Queue::new(Topic::default(), 2);
        let start = Instant::now();
        assert!(!queue.push(Ok(event(0))));
        assert_eq!(queue.pressure(start), None);
        assert!(queue.push(Ok(event(1))));
        assert_eq!(queue.pressure(start), Some(start + HOLD));
        // One taken: the reader goes on, and is held anew when it is full again.
        let (item, room) = queue.poll_pop(&Context::from_waker(Waker::noop()));
        assert_eq!((item, room), (Poll::Ready(Some(Ok(event(0)))), true));
        assert_eq!(queue.pressure(start), None);
        queue.push(Ok(event(2)));
        let later = start + HOLD;
        assert_eq!(queue.pressure(later), Some(later + HOLD));
        // None taken in time: stuck, and it holds nobody until one is.
        assert_eq!(queue.pressure(later + HOLD), None);
        assert_eq!(queue.pressure(later + HOLD), None);
        pop(&queue);
        queue.push(Ok(event(3)));
        assert_eq!(queue.pressure(later + HOLD), Some(later + 2 * HOLD));
    }

    #[test]
    fn what_is_queued_comes_before_the_end() {
        let queue = Queue::new(Topic::default(), 3);
        queue.push(Ok(event(1)));
        queue.close();
        assert_eq!(pop(&queue), Some(Ok(event(1))));
        assert_eq!(queue.poll_pop(&Context::from_waker(Waker::noop())).0, Poll::Ready(None));
    }
}
