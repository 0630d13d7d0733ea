//! Which event goes to whom.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use asterisk_proto::ari::{Event, Resource};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::queue::{Missed, Queue, lock};

/// What a subscription is to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Topic {
    All,
    /// Events of one type.
    Name(Box<str>),
    /// Events about one object.
    Subject(Resource, Box<str>),
}

/// One subscription's entry.
#[derive(Debug, Clone)]
struct Entry {
    queue: Arc<Queue>,
    /// The only type that it wants, where the topic does not say so.
    name: Option<Box<str>>,
}

/// All subscriptions of a connection, found by hash: one that an event does not concern costs
/// nothing.
#[derive(Debug, Default)]
pub(crate) struct Router {
    routes: Mutex<Routes>,
    /// Some queue was full when it was last looked at.
    full: AtomicBool,
    /// A queue that held the reader has room again.
    room: Notify,
}

#[derive(Debug, Default)]
struct Routes {
    all: Vec<Entry>,
    names: HashMap<Box<str>, Vec<Entry>>,
    subjects: HashMap<Resource, HashMap<Box<str>, Vec<Entry>>>,
    closed: bool,
}

impl Router {
    /// Until when the reader should wait before it publishes an event, because a queue that it is
    /// for is full and its subscriber makes progress.
    pub(super) fn hold(&self, event: &Event) -> Option<Instant> {
        if !self.full.load(Ordering::Relaxed) {
            return None;
        }
        let now = Instant::now();
        let routes = lock(&self.routes);
        self.full.store(routes.entries().any(|entry| entry.queue.is_full()), Ordering::Relaxed);
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
        for entry in lock(&self.routes).concerned(event) {
            if entry.queue.push(Ok(event.clone())) {
                self.full.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Tells everybody that something was missed.
    pub(super) fn report(&self, missed: &Missed) {
        let routes = lock(&self.routes);
        for entry in routes.entries() {
            entry.queue.push(Err(missed.clone()));
        }
    }

    /// Ends all subscriptions, now and to come.
    pub(crate) fn close(&self) {
        let mut routes = lock(&self.routes);
        for entry in routes.entries() {
            entry.queue.close();
        }
        *routes = Routes { closed: true, ..Routes::default() };
    }

    pub(super) fn add(&self, topic: &Topic, name: Option<Box<str>>, queue: Arc<Queue>) {
        let mut routes = lock(&self.routes);
        if routes.closed {
            queue.close();
            return;
        }
        let entry = Entry { queue, name };
        match topic {
            Topic::All => routes.all.push(entry),
            Topic::Name(name) => routes.names.entry(name.clone()).or_default().push(entry),
            Topic::Subject(resource, id) => routes
                .subjects
                .entry(*resource)
                .or_default()
                .entry(id.clone())
                .or_default()
                .push(entry),
        }
    }

    pub(super) fn remove(&self, topic: &Topic, queue: &Arc<Queue>) {
        let mut routes = lock(&self.routes);
        let keep = |entry: &Entry| !Arc::ptr_eq(&entry.queue, queue);
        match topic {
            Topic::All => routes.all.retain(keep),
            Topic::Name(name) => retain(&mut routes.names, name, keep),
            Topic::Subject(resource, id) => {
                if let Some(ids) = routes.subjects.get_mut(resource) {
                    retain(ids, id, keep);
                }
            }
        }
        // The reader may wait for the one that has gone.
        self.room.notify_one();
    }
}

/// Thins out one list, and removes it when it is empty.
fn retain(map: &mut HashMap<Box<str>, Vec<Entry>>, key: &str, keep: impl FnMut(&Entry) -> bool) {
    if let Some(entries) = map.get_mut(key) {
        entries.retain(keep);
        if entries.is_empty() {
            map.remove(key);
        }
    }
}

impl Routes {
    /// Those who asked for an event, each once: an entry stands under one topic, and subjects
    /// differ.
    fn concerned<'a>(&'a self, event: &'a Event) -> impl Iterator<Item = &'a Entry> {
        let named = self.names.get(event.name()).into_iter().flatten();
        let about = event
            .subjects()
            .iter()
            .filter_map(|subject| self.subjects.get(&subject.resource)?.get(subject.id.as_str()));
        let entries = self.all.iter().chain(named).chain(about.flatten());
        entries.filter(|entry| entry.name.as_deref().is_none_or(|name| name == event.name()))
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        let subjects = self.subjects.values().flat_map(HashMap::values).flatten();
        self.all.iter().chain(self.names.values().flatten()).chain(subjects)
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
        let channel = |id: &str| Topic::Subject(Resource::Channel, id.into());
        let all = subscribe(&router, &Topic::All, None);
        let ends = subscribe(&router, &Topic::Name("StasisEnd".into()), None);
        let one = subscribe(&router, &channel("1"), None);
        let one_ends = subscribe(&router, &channel("1"), Some("StasisEnd"));
        let two = subscribe(&router, &channel("2"), None);
        let bridge = subscribe(&router, &Topic::Subject(Resource::Bridge, "1".into()), None);
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
            let topic = Topic::Subject(Resource::Channel, n.to_string().into());
            let queue = subscribe(&router, &topic, None);
            router.remove(&topic, &queue);
        }
        let topic = Topic::Name("StasisEnd".into());
        let queue = subscribe(&router, &topic, None);
        router.remove(&topic, &queue);
        let left = lock(&router.routes);
        assert_eq!(left.entries().count(), 0);
        assert!(left.names.is_empty());
        assert!(left.subjects.values().all(HashMap::is_empty));
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
