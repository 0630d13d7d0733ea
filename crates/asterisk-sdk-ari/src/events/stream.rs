//! Subscriptions to events.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use asterisk_proto::ari::event::StasisStart;
use asterisk_proto::ari::{AriEvent, Event, Resource};
use asterisk_proto::{BridgeId, ChannelId, PlaybackId};
use futures_core::Stream;

use super::queue::{Missed, Queue};
use super::subscriptions::Topic;
use crate::client::Client;

/// Chooses which events to subscribe to; made by [`Client::events`].
#[derive(Debug)]
#[must_use = "a subscription begins when the kind of events is chosen"]
pub struct Subscribe<'a> {
    client: &'a Client,
    capacity: usize,
    topic: Topic,
}

impl<'a> Subscribe<'a> {
    /// How many events a subscription holds for a consumer that is behind.
    pub const DEFAULT_CAPACITY: usize = 4096;

    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client, capacity: Self::DEFAULT_CAPACITY, topic: Topic::default() }
    }

    /// How many events to hold; when there are more, the oldest is dropped and counted. At least 1.
    pub fn capacity(mut self, events: usize) -> Self {
        self.capacity = events.max(1);
        self
    }

    /// Only events about this channel, those of playbacks on it included.
    pub fn channel(self, id: impl Into<ChannelId>) -> Self {
        self.about(Resource::Channel, id.into().as_str())
    }

    /// Only events about this bridge, those of playbacks on it included.
    pub fn bridge(self, id: impl Into<BridgeId>) -> Self {
        self.about(Resource::Bridge, id.into().as_str())
    }

    /// Only events about this playback.
    pub fn playback(self, id: impl Into<PlaybackId>) -> Self {
        self.about(Resource::Playback, id.into().as_str())
    }

    /// Only events about the recording of this name.
    pub fn recording(self, name: impl AsRef<str>) -> Self {
        self.about(Resource::Recording, name.as_ref())
    }

    /// Only events about this endpoint, by its technology and its name in it: `PJSIP`, `100`. Those
    /// of its channels are not.
    pub fn endpoint(self, technology: impl AsRef<str>, resource: impl AsRef<str>) -> Self {
        let id = format!("{}/{}", technology.as_ref(), resource.as_ref());
        self.about(Resource::Endpoint, &id)
    }

    /// Only events about the state of this device, by its name: `Stasis:lamp`.
    pub fn device(self, name: impl AsRef<str>) -> Self {
        self.about(Resource::Device, name.as_ref())
    }

    fn about(mut self, resource: Resource, id: &str) -> Self {
        self.topic = Topic::about(resource, id);
        self
    }

    /// Events of all types.
    pub fn all(self) -> EventStream<Event> {
        self.subscribe(|event| event)
    }

    /// Events of one type. Only they are queued, and they are decoded when they are taken.
    pub fn of<E: AriEvent>(mut self) -> EventStream<E> {
        self.topic = self.topic.named(E::NAME);
        self.subscribe(|event| E::from_event(&event))
    }

    /// Events of one type by its name, typed or not.
    pub fn named(mut self, name: impl Into<String>) -> EventStream<Event> {
        self.topic = self.topic.named(name.into());
        self.subscribe(|event| event)
    }

    fn subscribe<T>(self, decode: fn(Event) -> T) -> EventStream<T> {
        let queue = Arc::new(Queue::new(self.topic, self.capacity));
        self.client.router().add(Arc::clone(&queue));
        EventStream { queue, client: self.client.clone(), decode }
    }
}

/// The events of a subscription, in the order in which the server sent them.
///
/// It begins when it is made, so events that a request causes afterwards are seen, even those that
/// arrive before the request's reply. It ends when the event connection does, after what is queued;
/// [`Client::close_reason`] then says why.
///
/// A consumer that stands still delays neither requests nor other subscriptions: its queue is
/// bounded, and what does not fit is reported as [`Missed::Lagged`] in the place of what was
/// dropped. One that is slower than the server but takes events all the time loses nothing: when its
/// queue is full, reading stops for up to 50 ms at a time.
#[derive(Debug)]
#[must_use = "dropping it ends the subscription"]
pub struct EventStream<T = Event> {
    queue: Arc<Queue>,
    client: Client,
    decode: fn(Event) -> T,
}

impl EventStream<Event> {
    /// A subscription that the router has made already.
    pub(super) fn new(client: Client, queue: Arc<Queue>) -> Self {
        Self { queue, client, decode: |event| event }
    }

    /// The events of a channel that nobody looks after, which is claimed in the same moment.
    pub(crate) fn adopt(client: &Client, channel: &str, capacity: usize) -> Option<Self> {
        let queue = client.router().adopt(channel, capacity)?;
        Some(Self::new(client.clone(), queue))
    }

    /// Takes all that is queued up to the channel's entering an application, which is queued.
    pub(crate) async fn skip_to_start(&mut self) -> Option<Box<StasisStart>> {
        std::future::poll_fn(|context| {
            loop {
                match Pin::new(&mut *self).poll_next(context) {
                    Poll::Ready(Some(Ok(event))) if event.is::<StasisStart>() => {
                        return Poll::Ready(Some(Box::new(StasisStart::from_event(&event))));
                    }
                    Poll::Ready(Some(_)) => {}
                    Poll::Ready(None) | Poll::Pending => return Poll::Ready(None),
                }
            }
        })
        .await
    }
}

impl<T> EventStream<T> {
    pub(super) fn queue(&self) -> Arc<Queue> {
        Arc::clone(&self.queue)
    }

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
        let (item, room) = self.queue.poll_pop(context);
        if room {
            self.client.router().notify_room();
        }
        item.map(|item| Some(item?.map(self.decode)))
    }
}

impl<T> Drop for EventStream<T> {
    fn drop(&mut self) {
        self.client.router().remove(&self.queue);
    }
}
