//! All subscriptions, found by what an event is about.

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::iter::once;
use std::sync::Arc;

use asterisk_proto::ari::{Event, Resource, Subject};
use smallvec::SmallVec;

use super::queue::Queue;

/// The id of an object. Those that are chosen here, and those that Asterisk chooses, find room in place.
type Id = SmallVec<[u8; 32]>;

/// What a subscription is to: all events, those of a type, those about an object, or both.
#[derive(Debug, Default)]
pub(super) struct Topic {
    about: Option<(Resource, Id)>,
    name: Option<Box<str>>,
}

impl Topic {
    pub(super) fn about(resource: Resource, id: &str) -> Self {
        Self { about: Some((resource, Id::from_slice(id.as_bytes()))), name: None }
    }

    /// Only events of this type.
    pub(super) fn named(mut self, name: impl Into<Box<str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The only type that it is to, if it is to all objects.
    pub(super) fn only_name(&self) -> Option<&str> {
        self.name.as_deref().filter(|_| self.about.is_none())
    }

    pub(super) fn is_all(&self) -> bool {
        self.about.is_none() && self.name.is_none()
    }

    pub(super) fn wants(&self, event: &Event) -> bool {
        let about = self.about.as_ref().is_none_or(|(resource, id)| {
            let mut subjects = event.subjects().iter();
            subjects.any(|subject| subject.resource == *resource && subject.id.as_bytes() == &**id)
        });
        about && self.wants_name(event.name())
    }

    fn wants_name(&self, name: &str) -> bool {
        self.name.as_deref().is_none_or(|wanted| wanted == name)
    }

    fn resource(&self) -> Option<Resource> {
        self.about.as_ref().map(|(resource, _)| *resource)
    }
}

/// The first of those that want events about objects with one id. It stands for the id, which is found in the
/// same place as the rest of it: of thousands, none is in the processor's cache, and each step from one place in
/// memory to another shows.
#[derive(Debug)]
struct First(Arc<Queue>);

impl Borrow<[u8]> for First {
    fn borrow(&self) -> &[u8] {
        self.0.topic.about.as_ref().map_or(b"", |(_, id)| id)
    }
}

impl Hash for First {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Borrow::<[u8]>::borrow(self).hash(state);
    }
}

impl PartialEq for First {
    fn eq(&self, other: &Self) -> bool {
        Borrow::<[u8]>::borrow(self) == Borrow::<[u8]>::borrow(other)
    }
}

impl Eq for First {}

/// The queues of all subscriptions. One that an event does not concern costs nothing.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    all: Vec<Arc<Queue>>,
    names: HashMap<Box<str>, Vec<Arc<Queue>>>,
    /// By the id alone, which different kinds of objects may share; seldom is there more than one.
    objects: HashMap<First, Vec<Arc<Queue>>>,
}

impl Subscriptions {
    pub(super) fn add(&mut self, queue: Arc<Queue>) {
        if let Some((_, id)) = &queue.topic.about {
            if let Some(others) = self.objects.get_mut(&**id) {
                others.push(queue);
            } else {
                self.objects.insert(First(queue), Vec::new());
            }
        } else if let Some(name) = &queue.topic.name {
            self.names.entry(name.clone()).or_default().push(queue);
        } else {
            self.all.push(queue);
        }
    }

    pub(super) fn remove(&mut self, queue: &Arc<Queue>) {
        let keep = |other: &Arc<Queue>| !Arc::ptr_eq(other, queue);
        if let Some((_, id)) = &queue.topic.about {
            if let Some((first, mut others)) = self.objects.remove_entry(&**id) {
                others.retain(keep);
                if keep(&first.0) {
                    self.objects.insert(first, others);
                } else if !others.is_empty() {
                    self.objects.insert(First(others.remove(0)), others);
                }
            }
        } else if let Some(name) = &queue.topic.name {
            if let Some(queues) = self.names.get_mut(name) {
                queues.retain(keep);
                if queues.is_empty() {
                    self.names.remove(name);
                }
            }
        } else {
            self.all.retain(keep);
        }
    }

    /// Those who asked for an event, each once: a queue stands in one place, and subjects differ.
    pub(super) fn concerned<'a>(
        &'a self,
        event: &'a Event,
    ) -> impl Iterator<Item = &'a Arc<Queue>> {
        let named = self.names.get(event.name()).into_iter().flatten();
        let subjects = event.subjects().iter();
        let about = subjects.flat_map(|subject| self.about(subject.resource, &subject.id));
        let queues = self.all.iter().chain(named).chain(about);
        queues.filter(|queue| queue.topic.wants_name(event.name()))
    }

    /// Those who asked for one object.
    pub(super) fn about(&self, resource: Resource, id: &str) -> impl Iterator<Item = &Arc<Queue>> {
        let same = self.objects.get_key_value(id.as_bytes()).into_iter();
        let queues = same.flat_map(|(first, others)| once(&first.0).chain(others));
        queues.filter(move |queue| queue.topic.resource() == Some(resource))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Queue>> {
        let objects = self.objects.iter().flat_map(|(first, others)| once(&first.0).chain(others));
        self.all.iter().chain(self.names.values().flatten()).chain(objects)
    }

    /// The objects that somebody subscribed to, each once.
    pub(super) fn subjects(&self) -> HashSet<Subject> {
        let about = self.iter().filter_map(|queue| queue.topic.about.as_ref());
        about.map(|(resource, id)| Subject::new(*resource, &*String::from_utf8_lossy(id))).collect()
    }

    /// How many ids and names there are with a subscription.
    #[cfg(test)]
    pub(super) fn places(&self) -> usize {
        self.objects.len() + self.names.len()
    }
}
