//! What belongs to whom: the pure part of a session, without socket and clock.
//!
//! Asterisk answers strictly in the order of the requests, and writes a response, the items of its
//! list and the list's end without anything in between. What is in flight is found by ActionID all
//! the same, because live events, user events above all, may carry anybody's.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use asterisk_proto::ActionId;
use asterisk_proto::ami::{Event, Kind, Message, Response};
use asterisk_proto::error::Delivery;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::action::{Expect, Reply};
use crate::queue::Queue;

/// Why an action in flight ends without a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    TimedOut(Delivery),
    Disconnected(Delivery),
    TooManyItems(usize),
    TooManyBytes(usize),
    IdInUse(ActionId),
}

pub(crate) type Outcome = Result<Reply, Failure>;

/// Where the items of an action's list go.
#[derive(Debug, Clone)]
pub(crate) enum Items {
    /// Into the reply.
    Collect,
    /// To whoever waits, as many at a time as have arrived. The limits on lists bound them.
    Batches(mpsc::UnboundedSender<Vec<Event>>),
    /// Into the reply, and to the subscribers.
    Publish,
    /// One by one to whoever takes them from here; its end is the list's.
    Stream(Arc<Queue<Event>>),
    /// In line with the events of a subscription, so that it is known which of them the list has in it
    /// already. An event without a name follows behind the last.
    #[cfg(feature = "live")]
    InLine(Arc<Queue<Event>>),
}

impl Items {
    /// The queue that takes the items one by one.
    pub(crate) fn queue(&self) -> Option<&Arc<Queue<Event>>> {
        match self {
            Self::Stream(queue) => Some(queue),
            #[cfg(feature = "live")]
            Self::InLine(queue) => Some(queue),
            _ => None,
        }
    }

    /// Says where the items go one by one that the list has ended, or never began.
    pub(crate) fn end(&self, #[cfg_attr(not(feature = "live"), expect(unused))] id: &ActionId) {
        match self {
            Self::Stream(queue) => queue.close(None),
            #[cfg(feature = "live")]
            Self::InLine(queue) => {
                // No server sends it, for it has no name.
                let text = format!("Event: \r\nActionID: {id}\r\n");
                if let Ok(Ok(mark)) = Message::parse(text.into()).map(Event::new) {
                    queue.push(Ok(mark));
                    queue.wake();
                }
            }
            _ => {}
        }
    }
}

/// What a message turned out to be.
#[derive(Debug)]
pub(crate) enum Received<T> {
    /// An event that belongs to nobody in particular.
    Event(Event),
    /// It ends an action. An event that others may want to see as well comes along.
    Done { ticket: T, outcome: Outcome, event: Option<Event> },
    /// An item for whoever takes the list's items one by one.
    Item(Arc<Queue<Event>>, Event),
    /// A part of something in flight.
    Absorbed,
    /// An answer that nobody waits for any more, or nobody ever asked for.
    Orphan(Response),
    /// Neither response nor event.
    Noise(Message),
}

/// Limits on what one action may collect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListLimits {
    pub(crate) items: usize,
    pub(crate) bytes: usize,
}

/// The actions in flight on one connection; `T` is what to hand each outcome to.
#[derive(Debug)]
pub(crate) struct Session<T> {
    in_flight: HashMap<ActionId, InFlight<T>>,
    /// Their deadlines and where they begin on the connection, in order. Most have the same time, and end in
    /// the order in which they began.
    deadlines: VecDeque<(Instant, u64)>,
    /// The list whose items are arriving.
    list: Option<List>,
    limits: ListLimits,
}

#[derive(Debug)]
struct InFlight<T> {
    ticket: T,
    expect: Expect,
    deadline: Instant,
    /// The position of its first byte in all that is written on this connection.
    written_from: u64,
    items: Items,
    /// The response, where an event is still to come.
    response: Option<Response>,
}

#[derive(Debug)]
struct List {
    id: ActionId,
    response: Response,
    sink: Items,
    items: Vec<Event>,
    /// How many items have arrived, and their bytes.
    count: usize,
    bytes: usize,
}

/// Events that carry an ActionID without being an item of a list.
fn is_never_an_item(event: &Event) -> bool {
    let name = event.name();
    name.eq_ignore_ascii_case("UserEvent") || name.eq_ignore_ascii_case("OriginateResponse")
}

fn action_id(message: &Message) -> Option<&str> {
    str::from_utf8(message.action_id()?).ok()
}

impl<T> Session<T> {
    pub(crate) fn new(limits: ListLimits) -> Self {
        Self { in_flight: HashMap::new(), deadlines: VecDeque::new(), list: None, limits }
    }

    /// How many actions are in flight.
    pub(crate) fn len(&self) -> usize {
        self.in_flight.len()
    }

    /// Notes an action whose first byte will be byte `written_from` of the connection, where no other begins.
    ///
    /// Gives the ticket back when its id is in use, and why it failed.
    pub(crate) fn begin(
        &mut self,
        id: ActionId,
        expect: Expect,
        deadline: Instant,
        written_from: u64,
        items: Items,
        ticket: T,
    ) -> Result<(), (T, Failure)> {
        let place = match self.in_flight.entry(id) {
            Entry::Vacant(place) => place,
            Entry::Occupied(other) => return Err((ticket, Failure::IdInUse(other.key().clone()))),
        };
        let due = (deadline, written_from);
        match self.deadlines.back() {
            Some(last) if *last > due => {
                let place = self.deadlines.partition_point(|earlier| *earlier < due);
                self.deadlines.insert(place, due);
            }
            _ => self.deadlines.push_back(due),
        }
        place.insert(InFlight { ticket, expect, deadline, written_from, items, response: None });
        Ok(())
    }

    /// When the next action runs out of time.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.front().map(|(deadline, _)| *deadline)
    }

    /// When the last of them does.
    pub(crate) fn last_deadline(&self) -> Option<Instant> {
        self.deadlines.back().map(|(deadline, _)| *deadline)
    }

    /// Takes an action that has run out of time. What of it is not written yet still will be, so its
    /// outcome is unknown in any case.
    pub(crate) fn expire(&mut self, now: Instant) -> Option<(T, Failure)> {
        let (_, from) = *self.deadlines.front().filter(|(deadline, _)| *deadline <= now)?;
        let (id, _) = self.in_flight.iter().find(|(_, action)| action.written_from == from)?;
        let id = id.clone();
        let action = self.finish(id.as_str())?;
        Some((action.ticket, Failure::TimedOut(Delivery::Unknown)))
    }

    /// Takes any action in flight, because the connection has ended after `written` bytes.
    pub(crate) fn disconnect(&mut self, written: u64) -> Option<(T, Failure)> {
        let id = self.in_flight.keys().next()?.clone();
        let action = self.finish(id.as_str())?;
        Some((action.ticket, Failure::Disconnected(delivery(action.written_from, written))))
    }

    /// Finds out what a message is.
    pub(crate) fn receive(&mut self, message: Message) -> Received<T> {
        match Response::new(message) {
            Ok(response) => self.receive_response(response),
            Err(message) => match Event::new(message) {
                Ok(event) => self.receive_event(event),
                Err(message) => Received::Noise(message),
            },
        }
    }

    /// Hands on the items that have arrived of a list that is taken in batches; whether there were any.
    pub(crate) fn hand_on(&mut self) -> bool {
        if let Some(List { sink: Items::Batches(batches), items, .. }) = &mut self.list
            && !items.is_empty()
        {
            // Whoever waited may be gone; then they are nobody's.
            return batches.send(std::mem::take(items)).is_ok();
        }
        false
    }

    /// Finds out which action a message belonged to that was skipped, by its first lines.
    pub(crate) fn receive_skipped(&mut self, head: &Message) -> Option<T> {
        let id = action_id(head)?;
        let ours = match &self.list {
            Some(list) => list.id == id,
            None => head.kind() == Kind::Response,
        };
        if !ours {
            return None;
        }
        self.finish(id).map(|action| action.ticket)
    }

    fn receive_response(&mut self, response: Response) -> Received<T> {
        let Some(id) = action_id(response.message()) else {
            return Received::Orphan(response);
        };
        let Some(action) = self.in_flight.get_mut(id) else {
            return Received::Orphan(response);
        };
        if response.starts_list() {
            let id = ActionId::from(id);
            let bytes = response.message().as_bytes().len();
            let sink = action.items.clone();
            self.list = Some(List { id, response, sink, items: Vec::new(), count: 0, bytes });
            return Received::Absorbed;
        }
        if matches!(action.expect, Expect::Event(_)) && !response.is_error() {
            action.response = Some(response);
            return Received::Absorbed;
        }
        let action = self.finish(id);
        done(action, Reply::new(response, Vec::new(), None))
    }

    fn receive_event(&mut self, event: Event) -> Received<T> {
        if self.list.is_none() && self.in_flight.is_empty() {
            return Received::Event(event);
        }
        let id = action_id(event.message());
        let is_item = |list: &mut List| match id {
            Some(id) => list.id == id && !is_never_an_item(&event),
            // IAXpeers leaves the id out. Live events have a privilege, and none comes in a list.
            None => event.message().value("Privilege").is_none(),
        };
        if let Some(list) = self.list.take_if(is_item) {
            return self.receive_item(list, event);
        }
        let Some(id) = id else {
            return Received::Event(event);
        };
        let Some(action) = self.in_flight.get_mut(id) else {
            return Received::Event(event);
        };
        let Expect::Event(name) = action.expect else {
            return Received::Event(event);
        };
        if !event.name().eq_ignore_ascii_case(name) {
            return Received::Event(event);
        }
        let Some(response) = action.response.take() else {
            // It comes after the response; before it, it is somebody else's with the same id.
            return Received::Event(event);
        };
        let action = self.finish(id);
        match done(action, Reply::new(response, Vec::new(), Some(event.clone()))) {
            Received::Done { ticket, outcome, .. } => {
                Received::Done { ticket, outcome, event: Some(event) }
            }
            other => other,
        }
    }

    fn receive_item(&mut self, mut list: List, event: Event) -> Received<T> {
        let end = event.message().value("EventList");
        let ended = end.is_some_and(|end| {
            end.eq_ignore_ascii_case(b"Complete") || end.eq_ignore_ascii_case(b"Cancelled")
        });
        if ended {
            let List { id, response, items, .. } = list;
            return done(self.finish(id.as_str()), Reply::new(response, items, Some(event)));
        }
        if let Some(queue) = list.sink.queue() {
            let queue = Arc::clone(queue);
            self.list = Some(list);
            return Received::Item(queue, event);
        }
        list.count += 1;
        list.bytes += event.message().as_bytes().len();
        let published = matches!(list.sink, Items::Publish).then(|| event.clone());
        list.items.push(event);
        let failure = if list.count > self.limits.items {
            Failure::TooManyItems(self.limits.items)
        } else if list.bytes > self.limits.bytes {
            Failure::TooManyBytes(self.limits.bytes)
        } else {
            self.list = Some(list);
            return published.map_or(Received::Absorbed, Received::Event);
        };
        // The rest of the list is still to come, and is nobody's event.
        let ticket = self.finish(list.id.as_str()).map(|action| action.ticket);
        list.items = Vec::new();
        (list.count, list.bytes) = (0, 0);
        list.sink = Items::Collect;
        self.list = Some(list);
        match ticket {
            Some(ticket) => Received::Done { ticket, outcome: Err(failure), event: None },
            None => Received::Absorbed,
        }
    }

    fn finish(&mut self, id: &str) -> Option<InFlight<T>> {
        let action = self.in_flight.remove(id)?;
        let due = (action.deadline, action.written_from);
        if self.deadlines.front() == Some(&due) {
            self.deadlines.pop_front();
        } else if let Ok(place) = self.deadlines.binary_search(&due) {
            self.deadlines.remove(place);
        }
        Some(action)
    }
}

/// What a reply means for the action that it is to, unless that ran out of time while its list arrived.
fn done<T>(action: Option<InFlight<T>>, reply: Reply) -> Received<T> {
    match action {
        Some(action) => Received::Done { ticket: action.ticket, outcome: Ok(reply), event: None },
        None => Received::Absorbed,
    }
}

fn delivery(written_from: u64, written: u64) -> Delivery {
    if written > written_from { Delivery::Unknown } else { Delivery::NotSent }
}

#[cfg(test)]
mod tests;
