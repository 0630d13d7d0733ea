//! The queue between the socket's task and one subscriber.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use asterisk_proto::ari::Event;
use asterisk_proto::error::ParseError;

/// What a subscription did not get to see.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
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
}

/// A bounded queue that drops its oldest.
#[derive(Debug)]
pub(super) struct Queue {
    capacity: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Result<Event, Missed>>,
    dropped: u64,
    closed: bool,
    waker: Option<Waker>,
}

impl Queue {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, state: Mutex::default() }
    }

    pub(super) fn push(&self, item: Result<Event, Missed>) {
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

    pub(super) fn close(&self) {
        let mut state = lock(&self.state);
        state.closed = true;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    pub(super) fn poll_pop(&self, context: &Context<'_>) -> Poll<Option<Result<Event, Missed>>> {
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
        match queue.poll_pop(&Context::from_waker(Waker::noop())) {
            Poll::Ready(item) => item,
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_full_queue_drops_its_oldest_and_says_so() {
        let queue = Queue::new(3);
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
        let queue = Queue::new(3);
        queue.push(Ok(event(1)));
        queue.close();
        assert_eq!(pop(&queue), Some(Ok(event(1))));
        assert_eq!(queue.poll_pop(&Context::from_waker(Waker::noop())), Poll::Ready(None));
    }
}
