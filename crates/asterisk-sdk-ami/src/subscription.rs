//! Events to those who asked.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use asterisk_proto::ami::{AmiEvent, Event, Response};
use asterisk_proto::{ChannelId, LinkedId};
use futures_core::Stream;

use crate::hub::Subscriber;
use crate::manager::Shared;
use crate::queue::Queue;
use crate::state::CloseReason;

/// What a subscription did not get to see.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Missed {
    /// The subscription's queue was full: this many of its oldest events were dropped.
    #[error("{0} events were dropped because the queue was full")]
    Lagged(u64),
    /// An event over the limit on messages was skipped. Every subscription is told, because what
    /// was skipped is not looked into.
    #[error("an event over the size limit was skipped")]
    Oversized,
    /// The connection was lost and made again. What happened in between is not known: the server
    /// repeats nothing.
    #[error("{0}")]
    Gap(Gap),
    /// The subscription was closed because it held up the reader for too long
    /// ([`Overflow::Wait`]). It is the last item.
    #[error("the subscription was closed because it was too slow")]
    TooSlow,
}

/// A time without a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// When the server was last heard before the connection was lost.
    pub from: SystemTime,
    /// When the new session was ready.
    pub to: SystemTime,
    /// Why the connection was lost.
    pub cause: CloseReason,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.to.duration_since(self.from).unwrap_or_default();
        write!(f, "events of {length:.1?} are missing because of the connection: {}", self.cause)
    }
}

/// What happens when a subscription's queue is full.
///
/// A subscriber that takes events, however slowly, makes the reader wait for a moment; what counts
/// here is one that does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// The oldest event is dropped and counted ([`Missed::Lagged`]). Others do not notice.
    #[default]
    DropOldest,
    /// The reader, and with it every other subscription and action of the connection, waits. If the
    /// subscriber takes nothing for this long, its subscription is closed ([`Missed::TooSlow`]).
    Wait {
        /// How long; keep it short, for Asterisk drops a client that does not read.
        deadline: Duration,
    },
}

/// Which events a subscription gets.
pub(crate) enum Filter {
    All,
    Name(Box<str>),
    Header(&'static str, Box<str>),
    AnyHeader(&'static [&'static str], Box<str>),
    Predicate(Box<dyn Fn(&Event) -> bool + Send + Sync>),
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("All"),
            Self::Name(name) => write!(f, "Name({name})"),
            Self::Header(header, value) => write!(f, "Header({header}: {value})"),
            Self::AnyHeader(headers, value) => write!(f, "AnyHeader({headers:?}: {value})"),
            Self::Predicate(_) => f.write_str("Predicate"),
        }
    }
}

impl Filter {
    pub(crate) fn admits(&self, event: &Event) -> bool {
        let is = |header, value: &str| {
            event.message().value(header).is_some_and(|found| found == value.as_bytes())
        };
        match self {
            Self::All => true,
            Self::Name(name) => event.name().eq_ignore_ascii_case(name),
            Self::Header(header, value) => is(header, value),
            Self::AnyHeader(headers, value) => headers.iter().any(|header| is(header, value)),
            Self::Predicate(admits) => {
                // It runs in the socket's task, which must not end by it.
                let call = std::panic::AssertUnwindSafe(|| admits(event));
                std::panic::catch_unwind(call).unwrap_or_else(|_| {
                    tracing::error!(event = %event.name(), "the predicate of a subscription panicked");
                    false
                })
            }
        }
    }
}

/// Where events name the channels that they are about.
const CHANNEL_IDS: &[&str] = &[
    "Uniqueid",
    "DestUniqueid",
    "LocalOneUniqueid",
    "LocalTwoUniqueid",
    "SourceUniqueid",
    "TargetUniqueid",
    "TransfererUniqueid",
    "TransfereeUniqueid",
    "TransferTargetUniqueid",
    "OrigTransfererUniqueid",
    "SecondTransfererUniqueid",
    "ParkeeUniqueid",
    "ParkerUniqueid",
    "RetrieverUniqueid",
    "SpyerUniqueid",
    "SpyeeUniqueid",
];

/// Chooses which events to subscribe to; made by [`Manager::events`](crate::Manager::events).
#[derive(Debug)]
#[must_use = "a subscription begins when the kind of events is chosen"]
pub struct Subscribe<'a> {
    shared: &'a Arc<Shared>,
    capacity: usize,
    overflow: Overflow,
}

impl<'a> Subscribe<'a> {
    /// How many events a subscription holds for a consumer that is behind.
    pub const DEFAULT_CAPACITY: usize = 4096;

    pub(crate) fn new(shared: &'a Arc<Shared>) -> Self {
        Self { shared, capacity: Self::DEFAULT_CAPACITY, overflow: Overflow::default() }
    }

    /// How many events to hold. At least 1.
    pub fn capacity(mut self, events: usize) -> Self {
        self.capacity = events.max(1);
        self
    }

    /// What to do when there are more.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
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

    /// The events of one channel, whatever role it has in them: `Uniqueid` with or without a
    /// prefix.
    pub fn channel(self, id: impl Into<ChannelId>) -> EventStream<Event> {
        self.subscribe(Filter::AnyHeader(CHANNEL_IDS, id.into().as_str().into()), |event| event)
    }

    /// The events of one call: all channels with this `Linkedid`.
    pub fn call(self, id: impl Into<LinkedId>) -> EventStream<Event> {
        const LINKED_IDS: &[&str] = &["Linkedid", "DestLinkedid", "LocalOneLinkedid"];
        self.subscribe(Filter::AnyHeader(LINKED_IDS, id.into().as_str().into()), |event| event)
    }

    /// The events that carry an ActionID: those of one action that are no items of its list. Anybody
    /// can raise a user event that carries it too.
    pub fn action(self, id: impl Into<asterisk_proto::ActionId>) -> EventStream<Event> {
        self.subscribe(Filter::Header("ActionID", id.into().as_str().into()), |event| event)
    }

    /// The events that pass a test. It runs in the task that reads the socket, before anything is
    /// queued, so it has to be quick. If it panics, the event counts as not passed.
    pub fn matching(
        self,
        admits: impl Fn(&Event) -> bool + Send + Sync + 'static,
    ) -> EventStream<Event> {
        self.subscribe(Filter::Predicate(Box::new(admits)), |event| event)
    }

    /// Responses that nobody waits for: late ones whose action ran out of time or was dropped, and
    /// refusals without an ActionID.
    pub fn orphans(self) -> OrphanStream {
        let queue = Arc::new(Queue::new(self.capacity, Overflow::DropOldest));
        self.shared.hub.add_orphans(Arc::clone(&queue));
        OrphanStream { queue, shared: Arc::clone(self.shared) }
    }

    fn subscribe<T>(self, filter: Filter, decode: fn(Event) -> T) -> EventStream<T> {
        let queue = Arc::new(Queue::new(self.capacity, self.overflow));
        let subscriber = Arc::new(Subscriber { filter, queue });
        self.shared.hub.add(Arc::clone(&subscriber));
        EventStream { subscriber, shared: Arc::clone(self.shared), decode }
    }
}

/// The events of a subscription, in the order in which the server sent them.
///
/// It begins when it is made, so events that an action causes afterwards are seen. It lasts over
/// reconnects, which are told in their place ([`Missed::Gap`]), and ends when the connection does for
/// good, after what is queued. The connection lives as long as a subscription does, or a
/// [`Manager`](crate::Manager).
///
/// Its queue is bounded. A consumer that takes events loses none: when its queue is full, the reader
/// waits for a moment. One that is stuck delays neither responses nor other subscriptions, and is told
/// what it missed ([`Missed::Lagged`]), unless it chose otherwise ([`Subscribe::overflow`]).
#[derive(Debug)]
#[must_use = "dropping it ends the subscription"]
pub struct EventStream<T = Event> {
    subscriber: Arc<Subscriber>,
    shared: Arc<Shared>,
    decode: fn(Event) -> T,
}

impl<T> EventStream<T> {
    /// The next event; `None` when the connection has ended for good.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<T, Missed>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

#[cfg(feature = "live")]
impl EventStream {
    /// Asks for a list whose items come in line with these events.
    pub(crate) async fn list<A: crate::action::Action>(
        &self,
        action: &A,
    ) -> Result<crate::send::Sent, crate::ActionError> {
        let items = crate::session::Items::InLine(Arc::clone(&self.subscriber.queue));
        let timeout = self.shared.action_timeout;
        self.shared.hand_over(action, self.shared.ids.next(), timeout, items).await
    }
}

impl<T> Stream for EventStream<T> {
    type Item = Result<T, Missed>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let (item, room) = self.subscriber.queue.poll_pop(context);
        if room {
            self.shared.hub.notify_room();
        }
        item.map(|item| Some(item?.map(self.decode)))
    }
}

impl<T> Drop for EventStream<T> {
    fn drop(&mut self) {
        self.shared.hub.remove(&self.subscriber);
    }
}

/// Responses that nobody waits for; made by [`Subscribe::orphans`].
#[derive(Debug)]
#[must_use = "dropping it ends the subscription"]
pub struct OrphanStream {
    queue: Arc<Queue<Response>>,
    shared: Arc<Shared>,
}

impl OrphanStream {
    /// The next response; `None` when the connection has ended for good.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<Response, Missed>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for OrphanStream {
    type Item = Result<Response, Missed>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.queue.poll_pop(context).0
    }
}

impl Drop for OrphanStream {
    fn drop(&mut self) {
        self.shared.hub.remove_orphans(&self.queue);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use asterisk_proto::ami::Message;

    fn event(text: &'static str) -> Event {
        Event::new(Message::parse(text.into()).unwrap()).unwrap()
    }

    #[test]
    fn filters() {
        let dial = event(
            "Event: DialEnd\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\nDestUniqueid: 1.2\r\nDestLinkedid: 1.1\r\n",
        );
        assert!(Filter::All.admits(&dial));
        assert!(Filter::Name("dialend".into()).admits(&dial));
        assert!(!Filter::Name("Dial".into()).admits(&dial));
        for (id, admitted) in [("1.1", true), ("1.2", true), ("1", false)] {
            assert_eq!(Filter::AnyHeader(CHANNEL_IDS, id.into()).admits(&dial), admitted, "{id}");
        }
        assert!(!Filter::Header("ActionID", "7".into()).admits(&dial));
        let odd = Filter::Predicate(Box::new(|event| event.get("Uniqueid").unwrap() == "1.1"));
        assert!(odd.admits(&dial));
        // Panics, because there is no such header.
        assert!(!odd.admits(&event("Event: x\r\n")));
    }
}
