//! Objects by their key, and what changes of them.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Arc;

use asterisk_proto::Text;

/// A kind of thing that is tracked; implemented by the types of this module.
pub trait Object:
    Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static + super::picture::Part
{
    /// What names one of them.
    type Key: Borrow<str> + Clone + std::fmt::Debug + Eq + Hash + Send + Sync;

    /// What names this one. It never changes.
    fn key(&self) -> &Self::Key;
}

/// Something that came, changed or went.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change<T> {
    /// It is new, or was found to be there.
    Added(Arc<T>),
    /// It is not as it was.
    Changed {
        /// As it was.
        before: Arc<T>,
        /// As it is.
        after: Arc<T>,
    },
    /// It is gone; as it was last.
    Removed(Arc<T>),
}

impl<T> Change<T> {
    /// What it is about, as it is now or was last.
    #[must_use]
    pub fn object(&self) -> &Arc<T> {
        match self {
            Self::Added(object) | Self::Removed(object) | Self::Changed { after: object, .. } => {
                object
            }
        }
    }
}

pub(super) type Map<T> = Arc<HashMap<<T as Object>::Key, Arc<T>>>;

/// All objects of a kind. Readers share the map; it is copied only when it changes while one holds it.
#[derive(Debug)]
pub(super) struct Table<T: Object> {
    map: Map<T>,
    /// What has changed and was not told yet.
    pub(super) changes: Vec<Change<T>>,
}

impl<T: Object> Default for Table<T> {
    fn default() -> Self {
        Self { map: Map::<T>::default(), changes: Vec::new() }
    }
}

impl<T: Object> Table<T> {
    pub(super) fn map(&self) -> &Map<T> {
        &self.map
    }

    pub(super) fn get(&self, key: &str) -> Option<&T> {
        self.map.get(key).map(AsRef::as_ref)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.map.values().map(AsRef::as_ref)
    }

    /// Puts an object in, or in the place of the one with its key.
    pub(super) fn put(&mut self, object: T) {
        match Arc::make_mut(&mut self.map).entry(object.key().clone()) {
            Entry::Vacant(place) => {
                let object = Arc::new(object);
                place.insert(Arc::clone(&object));
                self.changes.push(Change::Added(object));
            }
            Entry::Occupied(mut place) => {
                if **place.get() != object {
                    let after = Arc::new(object);
                    let before = place.insert(Arc::clone(&after));
                    self.changes.push(Change::Changed { before, after });
                }
            }
        }
    }

    /// Changes an object, if it is there.
    pub(super) fn update(&mut self, key: &str, change: impl FnOnce(&mut T)) {
        let Some(object) = self.map.get(key) else { return };
        let mut after = T::clone(object);
        change(&mut after);
        self.put(after);
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<Arc<T>> {
        // A map that readers share is not copied for nothing.
        if !self.map.contains_key(key) {
            return None;
        }
        let object = Arc::make_mut(&mut self.map).remove(key)?;
        self.changes.push(Change::Removed(Arc::clone(&object)));
        Some(object)
    }

    /// Removes all that do not pass.
    pub(super) fn retain(&mut self, mut stays: impl FnMut(&T) -> bool) {
        let gone: Vec<T::Key> = self
            .values()
            .filter(|object| !stays(object))
            .map(|object| object.key().clone())
            .collect();
        for key in gone {
            self.remove(key.borrow());
        }
    }

    /// Makes the table what a list says.
    pub(super) fn replace(&mut self, list: Vec<T>) {
        let listed: std::collections::HashSet<&str> =
            list.iter().map(|object| object.key().borrow()).collect();
        self.retain(|object| listed.contains(object.key().borrow()));
        self.extend(list);
    }

    /// Puts all of them in.
    pub(super) fn extend(&mut self, list: Vec<T>) {
        for object in list {
            self.put(object);
        }
    }
}

/// Texts that are kept, in one buffer of their own: those of an event would keep all of it.
pub(super) fn compact<const N: usize>(parts: [&str; N]) -> [Text; N] {
    let (texts, _) = compact_pairs(parts, std::iter::empty::<(&str, &str)>());
    texts
}

/// The same, for texts that may be absent.
pub(super) fn compact_known<const N: usize>(parts: [Option<&str>; N]) -> [Option<Text>; N] {
    known(parts, compact(parts.map(Option::unwrap_or_default)))
}

/// Those texts that were there.
pub(super) fn known<const N: usize>(
    parts: [Option<&str>; N],
    texts: [Text; N],
) -> [Option<Text>; N] {
    let mut known = parts.map(|part| part.is_some()).into_iter();
    texts.map(|text| known.next().unwrap_or_default().then_some(text))
}

/// The same, with any number of names and values in the same buffer.
pub(super) fn compact_pairs<const N: usize, S: AsRef<str>>(
    parts: [&str; N],
    pairs: impl Iterator<Item = (S, S)>,
) -> ([Text; N], Vec<(Text, Text)>) {
    let mut joined = parts.concat();
    let mut ends = Vec::new();
    for (name, value) in pairs {
        joined.push_str(name.as_ref());
        ends.push(joined.len());
        joined.push_str(value.as_ref());
        ends.push(joined.len());
    }
    let whole = Text::from(joined);
    let mut at = 0;
    let mut part = |end: usize| whole.share(&whole[std::mem::replace(&mut at, end)..end]);
    let mut end = 0;
    let texts = parts.map(|text| {
        end += text.len();
        part(end)
    });
    let pairs = ends.chunks_exact(2).map(|ends| (part(ends[0]), part(ends[1]))).collect();
    (texts, pairs)
}

/// What was last said of those that are gone, lest a late event brings one back.
#[derive(Debug)]
pub(super) struct Gone {
    names: HashMap<Text, Text>,
    order: std::collections::VecDeque<Text>,
}

/// How many are kept in mind.
const GONE: usize = 1024;

impl Gone {
    pub(super) fn new() -> Self {
        Self { names: HashMap::new(), order: std::collections::VecDeque::new() }
    }

    /// Notes that one has gone, which had this name.
    pub(super) fn note(&mut self, id: &str, name: &str) {
        let [id, name] = compact([id, name]);
        if self.names.insert(id.clone(), name).is_none() {
            self.order.push_back(id);
        }
        if self.order.len() > GONE
            && let Some(oldest) = self.order.pop_front()
        {
            self.names.remove(&*oldest);
        }
    }

    /// Forgets one that is there again.
    pub(super) fn forget(&mut self, id: &str) {
        if self.names.remove(id).is_some() {
            self.order.retain(|gone| **gone != *id);
        }
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.names.contains_key(id)
    }

    /// Whether one with this id went that had this very name.
    pub(super) fn is(&self, id: &str, name: &str) -> bool {
        self.names.get(id).is_some_and(|gone| &**gone == name)
    }
}
