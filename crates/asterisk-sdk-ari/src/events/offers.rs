//! Calls that enter an application, each with its events from the first one on.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use asterisk_proto::ari::event::StasisStart;
use asterisk_proto::ari::{AriEvent, Event};

use super::queue::{Queue, lock};
use super::stream::EventStream;
use crate::client::Client;

/// How many calls may wait to be taken. Whoever takes them does nothing else, so that they never do.
const CAPACITY: usize = 65_536;

/// A call that has entered an application.
pub(crate) struct Offer {
    pub(crate) start: Box<StasisStart>,
    /// Its events behind the start.
    pub(crate) events: EventStream<Event>,
}

/// What comes to those who take calls.
pub(crate) enum Offered {
    Call(Offer),
    /// The connection was lost and is back: calls may have entered unseen.
    Gap,
}

/// Where the router leaves calls.
#[derive(Debug)]
pub(super) struct OfferQueue {
    /// The only application that is asked for.
    pub(super) app: Option<Box<str>>,
    /// How many events each call holds.
    pub(super) capacity: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<(Box<StasisStart>, Arc<Queue>)>,
    /// There was a gap: calls may have entered unseen.
    gap: bool,
    closed: bool,
    waker: Option<Waker>,
}

impl OfferQueue {
    pub(super) fn gap(&self) {
        let mut state = lock(&self.state);
        state.gap = true;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Takes a call; the oldest one that nobody took makes room, and is given back.
    pub(super) fn push(
        &self,
        start: Box<StasisStart>,
        queue: Arc<Queue>,
    ) -> Option<(Box<StasisStart>, Arc<Queue>)> {
        let mut state = lock(&self.state);
        state.waiting.push_back((start, queue));
        let lost = if state.waiting.len() > CAPACITY { state.waiting.pop_front() } else { None };
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        lost
    }

    /// The queue of a call that nobody has taken yet.
    pub(super) fn queue_of(&self, channel: &str) -> Option<Arc<Queue>> {
        let state = lock(&self.state);
        let mut waiting = state.waiting.iter();
        let (_, queue) = waiting.find(|(start, _)| start.channel.id == *channel)?;
        Some(Arc::clone(queue))
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
}

/// The calls that enter an application from now on. Each is given to one of those who ask.
pub(crate) struct Offers {
    client: Client,
    queue: Arc<OfferQueue>,
}

impl Offers {
    pub(crate) fn new(client: &Client, app: Option<&str>, capacity: usize) -> Self {
        let queue = OfferQueue { app: app.map(Into::into), capacity, state: Mutex::default() };
        let queue = Arc::new(queue);
        client.router().offer_to(Arc::clone(&queue));
        Self { client: client.clone(), queue }
    }

    /// The next call; `None` when the event connection has ended.
    pub(crate) async fn next(&mut self) -> Option<Offered> {
        let offered = poll_fn(|context| {
            let mut state = lock(&self.queue.state);
            if std::mem::take(&mut state.gap) {
                return Poll::Ready(Some(None));
            }
            match state.waiting.pop_front() {
                Some(offer) => Poll::Ready(Some(Some(offer))),
                None if state.closed => Poll::Ready(None),
                None => {
                    state.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await?;
        Some(match offered {
            Some((start, queue)) => Offered::Call(self.offer(start, queue)),
            None => Offered::Gap,
        })
    }

    fn offer(&self, start: Box<StasisStart>, queue: Arc<Queue>) -> Offer {
        Offer { start, events: EventStream::new(self.client.clone(), queue) }
    }
}

impl Drop for Offers {
    fn drop(&mut self) {
        self.client.router().withdraw(&self.queue);
        // Their streams leave the router.
        let waiting = std::mem::take(&mut lock(&self.queue.state).waiting);
        for (start, queue) in waiting {
            drop(self.offer(start, queue));
        }
    }
}

/// The start of a call, if the event is one.
pub(super) fn start(event: &Event) -> Option<Box<StasisStart>> {
    event.is::<StasisStart>().then(|| Box::new(StasisStart::from_event(event)))
}
