//! The queue between the socket's task and one subscriber.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use crate::subscription::{Missed, Overflow};

/// How long a full queue may hold the reader while its subscriber makes progress.
const HOLD: Duration = Duration::from_millis(5);

/// What to do with an event for a full queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pressure {
    /// Put it in; what does not fit is dropped.
    None,
    /// Ask again when there is room, or then.
    Hold(Instant),
    /// The subscriber had its time: end the subscription.
    Close,
}

#[derive(Debug)]
pub(crate) struct Queue<T> {
    capacity: usize,
    overflow: Overflow,
    state: Mutex<State<T>>,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<Result<T, Missed>>,
    /// What was dropped since the subscriber last looked; older than all items.
    dropped: u64,
    closed: bool,
    waker: Option<Waker>,
    /// How many items were ever taken: whether the subscriber makes progress.
    taken: u64,
    /// `taken` when the queue was last found to be stuck, if it ever was.
    stuck_at: Option<u64>,
    /// Until when the reader is held for this queue, and `taken` when that began.
    held: Option<(Instant, u64)>,
}

/// No code of a user runs under these locks, so a poisoned one is sound.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<T> Queue<T> {
    pub(crate) fn new(capacity: usize, overflow: Overflow) -> Self {
        let state = State {
            items: VecDeque::new(),
            dropped: 0,
            closed: false,
            waker: None,
            taken: 0,
            stuck_at: None,
            held: None,
        };
        Self { capacity, overflow, state: Mutex::new(state) }
    }

    /// Whether an event may go in now.
    ///
    /// A queue that is full holds the reader for a moment, again and again if its subscriber takes
    /// events meanwhile; one that is stuck holds nobody until it moves again.
    pub(crate) fn pressure(&self, now: Instant) -> Pressure {
        let mut state = lock(&self.state);
        if state.closed || state.items.len() < self.capacity {
            state.held = None;
            return Pressure::None;
        }
        match (self.overflow, state.held) {
            (_, Some((until, _))) if now < until => Pressure::Hold(until),
            (Overflow::DropOldest, Some(_)) => {
                state.held = None;
                state.stuck_at = Some(state.taken);
                Pressure::None
            }
            (Overflow::DropOldest, None) if state.stuck_at == Some(state.taken) => Pressure::None,
            (Overflow::DropOldest, None) => Self::hold(&mut state, now + HOLD),
            (Overflow::Wait { .. }, Some((_, taken))) if state.taken == taken => Pressure::Close,
            (Overflow::Wait { deadline }, _) => Self::hold(&mut state, now + deadline),
        }
    }

    fn hold(state: &mut State<T>, until: Instant) -> Pressure {
        state.held = Some((until, state.taken));
        Pressure::Hold(until)
    }

    /// Whether there is no room.
    pub(crate) fn is_full(&self) -> bool {
        lock(&self.state).items.len() >= self.capacity
    }

    /// Puts an item in, and whether the queue is full then. The subscriber is woken by
    /// [`Queue::wake`].
    pub(crate) fn push(&self, item: Result<T, Missed>) -> bool {
        let mut state = lock(&self.state);
        if state.closed {
            return false;
        }
        if state.items.len() >= self.capacity {
            state.items.pop_front();
            state.dropped += 1;
        }
        state.items.push_back(item);
        state.items.len() >= self.capacity
    }

    /// Wakes the subscriber if it waits for something that is there.
    pub(crate) fn wake(&self) {
        let mut state = lock(&self.state);
        if state.items.is_empty() && !state.closed {
            return;
        }
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Ends the queue after what is in it.
    pub(crate) fn close(&self, last: Option<Missed>) {
        let mut state = lock(&self.state);
        if !state.closed {
            state.items.extend(last.map(Err));
            state.closed = true;
        }
        drop(state);
        self.wake();
    }

    /// Takes the next item, and whether the reader waits for room.
    pub(crate) fn poll_pop(
        &self,
        context: &Context<'_>,
    ) -> (Poll<Option<Result<T, Missed>>>, bool) {
        let mut state = lock(&self.state);
        // What was dropped is older than all that is queued.
        if state.dropped > 0 {
            let dropped = std::mem::take(&mut state.dropped);
            return (Poll::Ready(Some(Err(Missed::Lagged(dropped)))), false);
        }
        match state.items.pop_front() {
            Some(item) => {
                state.taken += 1;
                // Not at every item, so that reader and subscriber do not take turns.
                let room = state.held.is_some() && state.items.len() <= self.capacity / 2;
                (Poll::Ready(Some(item)), room)
            }
            None if state.closed => (Poll::Ready(None), false),
            None => {
                state.waker = Some(context.waker().clone());
                (Poll::Pending, false)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use asterisk_proto::ami::{Event, Message};

    fn event(n: usize) -> Event {
        let text = format!("Event: Hangup\r\nCause: {n}\r\n");
        Event::new(Message::parse(text.into()).unwrap()).unwrap()
    }

    fn pop(queue: &Queue<Event>) -> Option<Result<Event, Missed>> {
        match queue.poll_pop(&Context::from_waker(Waker::noop())).0 {
            Poll::Ready(item) => item,
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_full_queue_drops_its_oldest_and_says_so() {
        let queue = Queue::new(3, Overflow::DropOldest);
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
        let queue = Queue::new(3, Overflow::DropOldest);
        queue.push(Ok(event(1)));
        queue.close(Some(Missed::TooSlow));
        queue.push(Ok(event(2)));
        assert_eq!(pop(&queue), Some(Ok(event(1))));
        assert_eq!(pop(&queue), Some(Err(Missed::TooSlow)));
        let end = queue.poll_pop(&Context::from_waker(Waker::noop())).0;
        assert_eq!(end, Poll::Ready(None));
    }

    #[tokio::test]
    async fn a_subscriber_that_never_takes_anything_holds_the_reader_once() {
        let queue = Queue::new(1, Overflow::DropOldest);
        let now = Instant::now();
        queue.push(Ok(event(1)));
        assert_eq!(queue.pressure(now), Pressure::Hold(now + HOLD));
        assert_eq!(queue.pressure(now + HOLD), Pressure::None);
        queue.push(Ok(event(2)));
        assert_eq!(queue.pressure(now + HOLD), Pressure::None);
    }

    #[tokio::test]
    async fn one_that_makes_progress_holds_the_reader_for_a_moment() {
        let queue = Queue::new(2, Overflow::DropOldest);
        let now = Instant::now();
        let fill = || while !queue.push(Ok(event(1))) {};
        fill();
        pop(&queue);
        fill();
        assert_eq!(queue.pressure(now), Pressure::Hold(now + HOLD));
        assert_eq!(queue.pressure(now + HOLD / 2), Pressure::Hold(now + HOLD));
        // It took one meanwhile: there is room.
        pop(&queue);
        assert_eq!(queue.pressure(now + HOLD), Pressure::None);
        fill();
        let again = now + HOLD;
        assert_eq!(queue.pressure(again), Pressure::Hold(again + HOLD));
        // It did not: it is stuck, and holds nobody from now on.
        assert_eq!(queue.pressure(again + HOLD), Pressure::None);
        assert_eq!(queue.pressure(again + HOLD), Pressure::None);
        // Until it moves again.
        pop(&queue);
        fill();
        let later = again + 10 * HOLD;
        assert_eq!(queue.pressure(later), Pressure::Hold(later + HOLD));
    }

    #[tokio::test]
    async fn one_that_waits_is_closed_at_its_deadline() {
        let deadline = Duration::from_secs(1);
        let queue = Queue::new(1, Overflow::Wait { deadline });
        let now = Instant::now();
        queue.push(Ok(event(1)));
        assert_eq!(queue.pressure(now), Pressure::Hold(now + deadline));
        assert_eq!(queue.pressure(now + deadline / 2), Pressure::Hold(now + deadline));
        assert_eq!(queue.pressure(now + deadline), Pressure::Close);
        pop(&queue);
        assert_eq!(queue.pressure(now + deadline), Pressure::None);
    }
}
