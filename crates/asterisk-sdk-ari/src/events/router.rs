//! Which event goes to whom.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asterisk_proto::ari::event::StasisStart;
use asterisk_proto::ari::{AriEvent, Event, Resource, Subject};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::offers::{self, OfferQueue};
use super::queue::{Missed, Queue, lock};
use super::subscriptions::{Subscriptions, Topic};

/// Among how many events one that is repeated is looked for: repetitions follow each other closely.
const RECENT: usize = 8;

/// Where the part of a time is that changes most: `1:00.222` of `2026-11-21T05:01:00.222+0000`.
const SECONDS: Range<usize> = 15..23;

/// How often it is looked for whether a queue is full at all, while one was.
const LOOK: Duration = Duration::from_millis(100);

/// How many channels that were given up are kept in mind until they enter: most never do.
const RELEASED: usize = 1024;

/// How many events wait for the first who asks.
const EARLY: usize = 4096;

/// Gives the events of a connection to those who asked for them.
#[derive(Debug, Default)]
pub(crate) struct Router {
    routes: Mutex<Routes>,
    /// The applications whose events it is to get.
    apps: Mutex<Vec<String>>,
    /// Some queue was full when it was last looked at.
    full: AtomicBool,
    /// A queue that held the reader has room again.
    room: Notify,
}

#[derive(Debug, Default)]
struct Routes {
    subscriptions: Subscriptions,
    /// Those who want calls that enter an application.
    offers: Vec<Arc<OfferQueue>>,
    /// Channels that somebody made for a purpose: they are offered to nobody. Whether they have entered.
    claimed: HashMap<Box<str>, bool>,
    /// Those that were given up before they had entered.
    released: VecDeque<Box<str>>,
    /// What has come before anybody asked for calls or all events, where a server tells of a call before
    /// anybody can have asked.
    early: Option<VecDeque<Event>>,
    /// The last events, each with a part of its time.
    recent: VecDeque<(u64, Event)>,
    /// When all queues were last looked at for whether one is full.
    looked: Option<Instant>,
    closed: bool,
}

impl Router {
    pub(crate) fn new(apps: Vec<String>) -> Self {
        Self { apps: Mutex::new(apps), ..Self::default() }
    }

    /// For a connection that Asterisk opens: its first events wait for those who ask first.
    pub(crate) fn patient() -> Self {
        let early = Some(VecDeque::new());
        Self { routes: Mutex::new(Routes { early, ..Routes::default() }), ..Self::default() }
    }

    /// The server says that this application is ours.
    pub(super) fn registered(&self, app: &str) {
        let mut apps = lock(&self.apps);
        if !apps.iter().any(|ours| ours == app) {
            apps.push(app.to_owned());
        }
    }

    /// The applications that are still ours.
    pub(crate) fn apps(&self) -> Vec<String> {
        lock(&self.apps).clone()
    }

    /// Another client has taken over an application; tells whether it was the last one.
    pub(super) fn replaced(&self, app: &str) -> bool {
        let mut apps = lock(&self.apps);
        apps.retain(|ours| ours != app);
        apps.is_empty()
    }

    /// The objects that somebody subscribed to.
    pub(super) fn subjects(&self) -> HashSet<Subject> {
        lock(&self.routes).subscriptions.subjects()
    }

    /// Waits until a queue that held the reader has room. Cancel safe.
    pub(super) async fn room(&self) {
        self.room.notified().await;
    }

    /// Says that it has.
    pub(super) fn notify_room(&self) {
        self.room.notify_one();
    }

    /// Gives events to those who asked for them, in order. Tells until when the reader should wait before
    /// the rest, because a queue that the next one is for is full and its subscriber makes progress.
    pub(super) fn publish(&self, events: &mut VecDeque<Event>) -> Option<Instant> {
        let mut routes = lock(&self.routes);
        while let Some(event) = events.front() {
            if self.full.load(Ordering::Relaxed)
                && let Some(until) = self.hold(&mut routes, event)
            {
                return Some(until);
            }
            if routes.publish(event) {
                self.full.store(true, Ordering::Relaxed);
            }
            events.pop_front();
        }
        None
    }

    fn hold(&self, routes: &mut Routes, event: &Event) -> Option<Instant> {
        let now = Instant::now();
        // A queue that stays full must not have all others looked at for every event.
        if routes.looked.is_none_or(|looked| now - looked >= LOOK) {
            routes.looked = Some(now);
            let full = routes.subscriptions.iter().any(|queue| queue.is_full());
            self.full.store(full, Ordering::Relaxed);
        }
        routes.subscriptions.concerned(event).filter_map(|queue| queue.pressure(now)).max()
    }

    /// Gives calls that enter an application to this queue, each with a subscription of its own that
    /// begins behind the `StasisStart`: nothing that the server says next can be missed.
    pub(super) fn offer_to(&self, offers: Arc<OfferQueue>) {
        let mut routes = lock(&self.routes);
        if routes.closed {
            offers.close();
        } else {
            routes.offers.push(offers);
            for event in routes.early.take().into_iter().flatten() {
                // To their subscribers they went when they came, and to that of the call just now.
                routes.offer_early(&event);
            }
        }
    }

    pub(super) fn withdraw(&self, offers: &Arc<OfferQueue>) {
        lock(&self.routes).offers.retain(|queue| !Arc::ptr_eq(queue, offers));
    }

    /// Claims a channel that nobody looks after, and subscribes to its events in the same moment: whatever
    /// enters from now on is in the queue, and offered to nobody.
    pub(super) fn adopt(&self, channel: &str, capacity: usize) -> Option<Arc<Queue>> {
        let mut routes = lock(&self.routes);
        let known = routes.subscriptions.about(Resource::Channel, channel).next().is_some();
        if routes.closed || known || routes.claimed.contains_key(channel) {
            return None;
        }
        routes.claimed.insert(channel.into(), false);
        let queue = Arc::new(Queue::new(Topic::about(Resource::Channel, channel), capacity));
        routes.subscriptions.add(Arc::clone(&queue));
        Some(queue)
    }

    /// Whether a claimed channel has entered since.
    pub(crate) fn has_entered(&self, channel: &str) -> bool {
        lock(&self.routes).claimed.get(channel) == Some(&true)
    }

    /// Offers it again, unless it has entered, which is told.
    pub(crate) fn unclaim_unless_entered(&self, channel: &str) -> bool {
        let mut routes = lock(&self.routes);
        let entered = routes.claimed.get(channel) == Some(&true);
        if !entered {
            routes.claimed.remove(channel);
        }
        entered
    }

    /// Keeps a channel from being offered when it enters an application.
    pub(crate) fn claim(&self, channel: &str) {
        lock(&self.routes).claimed.insert(channel.into(), false);
    }

    /// Offers it again, whenever it enters.
    pub(crate) fn unclaim(&self, channel: &str) {
        lock(&self.routes).claimed.remove(channel);
    }

    /// Offers it when it enters once more: its first entering may still be on the way, even if it was
    /// hung up already.
    pub(crate) fn release(&self, channel: &str) {
        let mut routes = lock(&self.routes);
        if let Some((channel, false)) = routes.claimed.remove_entry(channel) {
            if routes.released.len() >= RELEASED {
                routes.released.pop_front();
            }
            routes.released.push_back(channel);
        }
    }

    /// Tells everybody that something was missed.
    pub(super) fn report(&self, missed: &Missed) {
        let routes = lock(&self.routes);
        for queue in routes.subscriptions.iter() {
            queue.push(Err(missed.clone()));
        }
        if matches!(missed, Missed::Gap(_)) {
            for offers in &routes.offers {
                offers.gap();
            }
        }
    }

    /// Ends all subscriptions, now and to come.
    pub(crate) fn close(&self) {
        let mut routes = lock(&self.routes);
        for queue in routes.subscriptions.iter() {
            queue.close();
        }
        for offers in &routes.offers {
            offers.close();
        }
        *routes = Routes { closed: true, ..Routes::default() };
    }

    /// How many subscriptions, places for them, claims and takers of calls there are.
    #[cfg(test)]
    pub(super) fn counted(&self) -> [usize; 4] {
        let routes = lock(&self.routes);
        let subscriptions = &routes.subscriptions;
        let count = subscriptions.iter().count();
        [count, subscriptions.places(), routes.claimed.len(), routes.offers.len()]
    }

    pub(super) fn add(&self, queue: Arc<Queue>) {
        let mut routes = lock(&self.routes);
        if routes.closed {
            queue.close();
            return;
        }
        routes.tell_early(&queue);
        routes.subscriptions.add(queue);
    }

    pub(super) fn remove(&self, queue: &Arc<Queue>) {
        lock(&self.routes).subscriptions.remove(queue);
        // The reader may wait for the one that has gone.
        self.room.notify_one();
    }
}

impl Routes {
    /// Gives an event to those who asked for it, and tells whether a queue is full then.
    fn publish(&mut self, event: &Event) -> bool {
        if self.is_repeated(event) {
            return false;
        }
        let mut full = false;
        for queue in self.subscriptions.concerned(event) {
            full |= queue.push(Ok(event.clone()));
        }
        if !self.offers.is_empty() {
            self.offer(event);
        }
        if let Some(early) = &mut self.early {
            if early.len() >= EARLY {
                early.pop_front();
                tracing::warn!("nobody asks for events, and the first ones are dropped");
            }
            early.push_back(event.clone());
        }
        full
    }

    /// Whether the same event came just now: where subscriptions of an application overlap, the server
    /// says everything as often as it was asked for.
    fn is_repeated(&mut self, event: &Event) -> bool {
        // Most of them happened at another time, which is soon compared.
        let time = event.timestamp();
        let time = time.as_str().as_bytes().get(SECONDS).unwrap_or_default();
        let time = time.first_chunk().map_or(0, |time| u64::from_le_bytes(*time));
        if self.recent.iter().any(|(then, recent)| *then == time && recent == event) {
            return true;
        }
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((time, event.clone()));
        false
    }

    /// Gives a new subscription what came before it.
    fn tell_early(&mut self, queue: &Queue) {
        let Some(early) = &self.early else { return };
        for event in early.iter().filter(|event| queue.topic.wants(event)) {
            queue.push(Ok(event.clone()));
        }
        if queue.topic.is_all() || queue.topic.only_name() == Some(StasisStart::NAME) {
            self.early = None;
        }
    }

    /// Offers a call that came before anybody asked, and gives it the events that came behind it.
    fn offer_early(&mut self, event: &Event) {
        for subject in event.subjects() {
            if subject.resource == Resource::Channel {
                for queue in self.offers.iter().filter_map(|offers| offers.queue_of(&subject.id)) {
                    queue.push(Ok(event.clone()));
                }
            }
        }
        self.offer(event);
    }

    fn offer(&mut self, event: &Event) {
        let wants = |offers: &&Arc<OfferQueue>| {
            offers.app.as_deref().is_none_or(|app| app == event.application())
        };
        let Some(offers) = self.offers.iter().find(wants).cloned() else { return };
        let Some(start) = offers::start(event) else { return };
        let id = start.channel.id.as_str();
        if let Some(entered) = self.claimed.get_mut(id) {
            *entered = true;
            return;
        }
        if let Some(at) = self.released.iter().position(|released| **released == *id) {
            self.released.remove(at);
            return;
        }
        let topic = Topic::about(Resource::Channel, id);
        let queue = Arc::new(Queue::new(topic, offers.capacity));
        self.subscriptions.add(Arc::clone(&queue));
        if let Some((lost, queue)) = offers.push(start, queue) {
            let id = lost.channel.id.as_str();
            tracing::error!(channel = id, "a call was not taken in time");
            self.subscriptions.remove(&queue);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn subscribe(router: &Router, topic: Topic) -> Arc<Queue> {
        let queue = Arc::new(Queue::new(topic, 10));
        router.add(Arc::clone(&queue));
        queue
    }

    fn channel(id: &str) -> Topic {
        Topic::about(Resource::Channel, id)
    }

    fn publish(router: &Router, events: &[Event]) {
        assert_eq!(router.publish(&mut events.iter().cloned().collect()), None);
    }

    fn count(queue: &Queue) -> usize {
        let mut count = 0;
        while let Poll::Ready(Some(_)) = queue.poll_pop(&Context::from_waker(Waker::noop())).0 {
            count += 1;
        }
        count
    }

    fn event(name: &str, channel: &str) -> Event {
        let json = format!(
            r#"{{"channel":{{"id":"{channel}"}},"peer":{{"id":"{channel}"}},"type":"{name}"}}"#
        );
        Event::new(json.into()).unwrap()
    }

    #[test]
    fn events_go_to_those_who_asked_and_once() {
        let router = Router::default();
        let all = subscribe(&router, Topic::default());
        let ends = subscribe(&router, Topic::default().named("StasisEnd"));
        let one = subscribe(&router, channel("1"));
        let one_ends = subscribe(&router, channel("1").named("StasisEnd"));
        let two = subscribe(&router, channel("2"));
        let bridge = subscribe(&router, Topic::about(Resource::Bridge, "1"));
        publish(&router, &[event("StasisStart", "1"), event("StasisEnd", "1")]);
        publish(&router, &[event("StasisEnd", "3")]);
        assert_eq!(count(&all), 3);
        assert_eq!(count(&ends), 2);
        assert_eq!(count(&one), 2);
        assert_eq!(count(&one_ends), 1);
        assert_eq!(count(&two), 0);
        assert_eq!(count(&bridge), 0);

        router.report(&Missed::Oversized);
        assert_eq!((count(&all), count(&two), count(&bridge)), (1, 1, 1));
    }

    #[test]
    fn what_is_behind_an_event_that_has_to_wait_waits_too() {
        let router = Router::default();
        let small = Arc::new(Queue::new(channel("1"), 1));
        router.add(Arc::clone(&small));
        let other = subscribe(&router, channel("2"));
        let mut events = VecDeque::from([event("A", "1"), event("B", "1"), event("C", "2")]);
        assert!(router.publish(&mut events).is_some());
        assert_eq!((events.len(), count(&other)), (2, 0));
        assert_eq!(count(&small), 1);
        assert_eq!(router.publish(&mut events), None);
        assert_eq!((events.len(), count(&small), count(&other)), (0, 1, 1));
    }

    #[test]
    fn nothing_is_left_of_those_who_went() {
        let router = Router::default();
        let mut queues = Vec::new();
        for n in 0..100 {
            // Also several of one id, which go in another order than they came.
            let id = (n / 3).to_string();
            queues.push(subscribe(&router, channel(&id)));
        }
        queues.push(subscribe(
            &router,
            channel("a long one that has no room where others have theirs"),
        ));
        queues.push(subscribe(&router, Topic::default().named("StasisEnd")));
        queues.push(subscribe(&router, Topic::default()));
        assert_eq!(router.counted(), [103, 36, 0, 0]);
        for queue in queues.iter().step_by(2).chain(queues.iter().skip(1).step_by(2)) {
            router.remove(queue);
        }
        assert_eq!(router.counted(), [0; 4]);
    }

    #[test]
    fn a_closed_router_ends_who_comes_later() {
        let router = Router::default();
        router.close();
        let queue = subscribe(&router, Topic::default());
        let (end, _) = queue.poll_pop(&Context::from_waker(Waker::noop()));
        assert_eq!(end, Poll::Ready(None));
    }
}
