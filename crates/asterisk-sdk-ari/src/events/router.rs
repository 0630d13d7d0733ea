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

/// What a subscription is to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Topic {
    All,
    /// Events of one type.
    Name(Box<str>),
    /// Events about one object.
    Subject(Subject),
}

/// One subscription's entry.
#[derive(Debug, Clone)]
struct Entry {
    queue: Arc<Queue>,
    /// The only type that it wants, where the topic does not say so.
    name: Option<Box<str>>,
    /// What it is to, if that is one object.
    resource: Option<Resource>,
}

/// Those that want the same: seldom more than one, which is then found without another step.
#[derive(Debug, Default)]
struct Entries {
    first: Option<Entry>,
    others: Vec<Entry>,
}

impl Entries {
    fn push(&mut self, entry: Entry) {
        match self.first {
            None => self.first = Some(entry),
            Some(_) => self.others.push(entry),
        }
    }

    fn retain(&mut self, keep: impl Fn(&Entry) -> bool) {
        self.others.retain(&keep);
        if !self.first.as_ref().is_some_and(keep) {
            self.first = (!self.others.is_empty()).then(|| self.others.remove(0));
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.first.iter().chain(&self.others)
    }
}

/// All subscriptions of a connection, found by hash: one that an event does not concern costs
/// nothing.
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
    all: Entries,
    names: HashMap<Box<str>, Entries>,
    /// By the id alone, which different kinds of objects may share: of thousands, none is in the
    /// processor's cache, and each step from one place in memory to another shows.
    subjects: HashMap<Box<str>, Entries>,
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
    pub(super) fn subjects(&self) -> Vec<Subject> {
        let routes = lock(&self.routes);
        let mut subjects = Vec::new();
        for (id, entries) in &routes.subjects {
            let resources: HashSet<_> = entries.iter().filter_map(|entry| entry.resource).collect();
            subjects.extend(resources.into_iter().map(|resource| Subject::new(resource, &**id)));
        }
        subjects
    }

    /// Until when the reader should wait before it publishes an event, because a queue that it is
    /// for is full and its subscriber makes progress.
    pub(super) fn hold(&self, event: &Event) -> Option<Instant> {
        if !self.full.load(Ordering::Relaxed) {
            return None;
        }
        let now = Instant::now();
        let mut routes = lock(&self.routes);
        // A queue that stays full must not have all others looked at for every event.
        if routes.looked.is_none_or(|looked| now - looked >= LOOK) {
            routes.looked = Some(now);
            self.full.store(routes.entries().any(|entry| entry.queue.is_full()), Ordering::Relaxed);
        }
        routes.concerned(event).filter_map(|entry| entry.queue.pressure(now)).max()
    }

    /// Waits until a queue that held the reader has room. Cancel safe.
    pub(super) async fn room(&self) {
        self.room.notified().await;
    }

    /// Says that it has.
    pub(super) fn notify_room(&self) {
        self.room.notify_one();
    }

    /// Gives an event to those who asked for it.
    pub(super) fn publish(&self, event: &Event) {
        let mut routes = lock(&self.routes);
        if routes.is_repeated(event) {
            return;
        }
        for entry in routes.concerned(event) {
            if entry.queue.push(Ok(event.clone())) {
                self.full.store(true, Ordering::Relaxed);
            }
        }
        if !routes.offers.is_empty() {
            routes.offer(event);
        }
        if let Some(early) = &mut routes.early {
            if early.len() >= EARLY {
                early.pop_front();
                tracing::warn!("nobody asks for events, and the first ones are dropped");
            }
            early.push_back(event.clone());
        }
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

    pub(crate) fn is_subscribed_to_channel(&self, id: &str) -> bool {
        let routes = lock(&self.routes);
        routes.about(Resource::Channel, id).next().is_some()
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
        for entry in routes.entries() {
            entry.queue.push(Err(missed.clone()));
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
        for entry in routes.entries() {
            entry.queue.close();
        }
        for offers in &routes.offers {
            offers.close();
        }
        *routes = Routes { closed: true, ..Routes::default() };
    }

    /// How many subscriptions, objects with one, claims and takers of calls there are.
    #[cfg(test)]
    pub(super) fn counted(&self) -> [usize; 4] {
        let routes = lock(&self.routes);
        [routes.entries().count(), routes.subjects.len(), routes.claimed.len(), routes.offers.len()]
    }

    pub(super) fn add(&self, topic: &Topic, name: Option<Box<str>>, queue: Arc<Queue>) {
        let mut routes = lock(&self.routes);
        if routes.closed {
            queue.close();
            return;
        }
        let mut entry = Entry { queue, name, resource: None };
        routes.tell_early(topic, &entry);
        match topic {
            Topic::All => routes.all.push(entry),
            Topic::Name(name) => routes.names.entry(name.clone()).or_default().push(entry),
            Topic::Subject(subject) => {
                entry.resource = Some(subject.resource);
                routes.subjects.entry(subject.id.as_str().into()).or_default().push(entry);
            }
        }
    }

    pub(super) fn remove(&self, topic: &Topic, queue: &Arc<Queue>) {
        let mut routes = lock(&self.routes);
        let keep = |entry: &Entry| !Arc::ptr_eq(&entry.queue, queue);
        match topic {
            Topic::All => routes.all.retain(keep),
            Topic::Name(name) => retain(&mut routes.names, name, keep),
            Topic::Subject(subject) => retain(&mut routes.subjects, subject.id.as_str(), keep),
        }
        // The reader may wait for the one that has gone.
        self.room.notify_one();
    }
}

/// Thins out one list, and removes it when it is empty.
fn retain(map: &mut HashMap<Box<str>, Entries>, key: &str, keep: impl Fn(&Entry) -> bool) {
    if let Some(entries) = map.get_mut(key) {
        entries.retain(keep);
        if entries.first.is_none() {
            map.remove(key);
        }
    }
}

impl Routes {
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
    fn tell_early(&mut self, topic: &Topic, entry: &Entry) {
        let Some(early) = &self.early else { return };
        for event in early {
            let wanted = match topic {
                Topic::All => true,
                Topic::Name(name) => **name == *event.name(),
                Topic::Subject(subject) => event.subjects().contains(subject),
            };
            let named = entry.name.as_deref().is_none_or(|name| name == event.name());
            if wanted && named {
                entry.queue.push(Ok(event.clone()));
            }
        }
        match topic {
            Topic::All => self.early = None,
            Topic::Name(name) if **name == *StasisStart::NAME => self.early = None,
            _ => {}
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
        let queue = Arc::new(Queue::new(offers.capacity));
        let resource = Some(Resource::Channel);
        let entry = Entry { queue: Arc::clone(&queue), name: None, resource };
        self.subjects.entry(id.into()).or_default().push(entry);
        if let Some((lost, queue)) = offers.push(start, queue) {
            let id = lost.channel.id.as_str();
            tracing::error!(channel = id, "a call was not taken in time");
            retain(&mut self.subjects, id, |entry| !Arc::ptr_eq(&entry.queue, &queue));
        }
    }

    /// Those who asked for an event, each once: an entry stands under one topic, and subjects
    /// differ.
    fn concerned<'a>(&'a self, event: &'a Event) -> impl Iterator<Item = &'a Entry> {
        let named = self.names.get(event.name()).into_iter().flat_map(Entries::iter);
        let subjects = event.subjects().iter();
        let about = subjects.flat_map(|subject| self.about(subject.resource, &subject.id));
        let entries = self.all.iter().chain(named).chain(about);
        entries.filter(|entry| entry.name.as_deref().is_none_or(|name| name == event.name()))
    }

    /// Those who asked for one object.
    fn about(&self, resource: Resource, id: &str) -> impl Iterator<Item = &Entry> {
        let entries = self.subjects.get(id).into_iter().flat_map(Entries::iter);
        entries.filter(move |entry| entry.resource == Some(resource))
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        let subjects = self.subjects.values().flat_map(Entries::iter);
        self.all.iter().chain(self.names.values().flat_map(Entries::iter)).chain(subjects)
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn subscribe(router: &Router, topic: &Topic, name: Option<&str>) -> Arc<Queue> {
        let queue = Arc::new(Queue::new(10));
        router.add(topic, name.map(Into::into), Arc::clone(&queue));
        queue
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
        let channel = |id: &str| Topic::Subject(Subject::new(Resource::Channel, id));
        let all = subscribe(&router, &Topic::All, None);
        let ends = subscribe(&router, &Topic::Name("StasisEnd".into()), None);
        let one = subscribe(&router, &channel("1"), None);
        let one_ends = subscribe(&router, &channel("1"), Some("StasisEnd"));
        let two = subscribe(&router, &channel("2"), None);
        let bridge = subscribe(&router, &Topic::Subject(Subject::new(Resource::Bridge, "1")), None);
        router.publish(&event("StasisStart", "1"));
        router.publish(&event("StasisEnd", "1"));
        router.publish(&event("StasisEnd", "3"));
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
    fn nothing_is_left_of_those_who_went() {
        let router = Router::default();
        for n in 0..100 {
            let topic = Topic::Subject(Subject::new(Resource::Channel, n.to_string()));
            let queue = subscribe(&router, &topic, None);
            router.remove(&topic, &queue);
        }
        let topic = Topic::Name("StasisEnd".into());
        let queue = subscribe(&router, &topic, None);
        router.remove(&topic, &queue);
        let left = lock(&router.routes);
        assert_eq!(left.entries().count(), 0);
        assert!(left.names.is_empty());
        assert!(left.subjects.is_empty());
    }

    #[test]
    fn a_closed_router_ends_who_comes_later() {
        let router = Router::default();
        router.close();
        let queue = subscribe(&router, &Topic::All, None);
        let (end, _) = queue.poll_pop(&Context::from_waker(Waker::noop()));
        assert_eq!(end, Poll::Ready(None));
    }
}
