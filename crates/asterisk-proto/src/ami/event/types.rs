//! What types there are: which events, and which headers they have a field for.

use super::super::field::{in_group, is_variable};
use super::super::{BridgeSnapshot, ChannelSnapshot, Header};
use super::{Event, TypedEvent};

/// The headers of an event that none of the fields is read from.
pub(super) fn other_headers<'a>(
    event: &'a Event,
    fields: &'static [FieldType],
) -> impl Iterator<Item = Header<'a>> {
    event.message().headers().filter(|header| {
        let common =
            Event::COMMON.iter().any(|name| header.name.eq_ignore_ascii_case(name.as_bytes()));
        !common && !fields.iter().any(|field| field.reads(header.name))
    })
}

/// What an event has a field for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldType {
    /// The header; of a snapshot the prefix of its headers.
    pub header: &'static str,
    /// The field's Rust type.
    pub rust_type: &'static str,
    source: Source,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Header,
    Channel,
    Bridge,
    Variables,
    Group,
}

impl FieldType {
    pub(crate) const fn header(header: &'static str, rust_type: &'static str) -> Self {
        Self { header, rust_type, source: Source::Header }
    }

    pub(crate) const fn channel(header: &'static str, rust_type: &'static str) -> Self {
        Self { header, rust_type, source: Source::Channel }
    }

    pub(crate) const fn bridge(header: &'static str, rust_type: &'static str) -> Self {
        Self { header, rust_type, source: Source::Bridge }
    }

    pub(crate) const fn variables(header: &'static str, rust_type: &'static str) -> Self {
        Self { header, rust_type, source: Source::Variables }
    }

    pub(crate) const fn group(header: &'static str, rust_type: &'static str) -> Self {
        Self { header, rust_type, source: Source::Group }
    }

    /// Whether the field is read from a header of this name.
    #[must_use]
    pub fn reads(&self, name: &[u8]) -> bool {
        let is = |header: &str, name: &[u8]| name.eq_ignore_ascii_case(header.as_bytes());
        let behind_prefix = |headers: &[&str]| {
            name.split_at_checked(self.header.len()).is_some_and(|(prefix, name)| {
                is(self.header, prefix) && headers.iter().any(|header| is(header, name))
            })
        };
        match self.source {
            Source::Header => is(self.header, name),
            Source::Channel => behind_prefix(ChannelSnapshot::HEADERS),
            Source::Bridge => behind_prefix(BridgeSnapshot::HEADERS),
            Source::Variables => is_variable(name, self.header),
            Source::Group => in_group(name, self.header).is_some(),
        }
    }
}

/// A kind of event that the crate has a type for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct EventType {
    /// The event's name as the server writes it.
    pub name: &'static str,
    /// The fields of its type.
    pub fields: &'static [FieldType],
    pub(super) read: fn(&Event) -> TypedEvent,
}

impl EventType {
    /// The type for events of this name, without regard to case.
    #[must_use]
    pub fn of(name: &str) -> Option<&'static Self> {
        let mut slot = hash(name);
        loop {
            // There are more slots than types, so the search ends at an empty one.
            let event = TypedEvent::TYPES.get(usize::from(SLOTS[slot % SLOTS.len()]))?;
            if event.name.eq_ignore_ascii_case(name) {
                return Some(event);
            }
            slot += 1;
        }
    }
}

/// Where each type is found: by the hash of its name, or in the next free slot behind that.
static SLOTS: [u16; 1024] = {
    let mut slots = [u16::MAX; 1024];
    let mut index = 0;
    while index < TypedEvent::TYPES.len() {
        let mut slot = hash(TypedEvent::TYPES[index].name) % slots.len();
        while slots[slot] != u16::MAX {
            slot = (slot + 1) % slots.len();
        }
        #[expect(clippy::cast_possible_truncation, reason = "there are fewer slots")]
        let number = index as u16;
        slots[slot] = number;
        index += 1;
    }
    slots
};

/// FNV-1a, with letters of either case alike.
const fn hash(name: &str) -> usize {
    let name = name.as_bytes();
    let mut hash: u32 = 0x811c_9dc5;
    let mut index = 0;
    while index < name.len() {
        hash = (hash ^ (name[index] | 0x20) as u32).wrapping_mul(0x0100_0193);
        index += 1;
    }
    (hash ^ hash >> 16) as usize
}

impl TypedEvent {
    pub(super) fn new(event: &Event) -> Self {
        match EventType::of(&event.name()) {
            Some(event_type) => (event_type.read)(event),
            None => Self::Other(event.clone()),
        }
    }

    /// The headers that no field was read from; see [`AmiEvent::other_headers`](super::AmiEvent::other_headers).
    pub fn other_headers(&self) -> impl Iterator<Item = Header<'_>> {
        let event = self.event();
        let fields = match self {
            Self::Other(_) => &[],
            _ => EventType::of(&event.name()).map_or(&[][..], |event_type| event_type.fields),
        };
        other_headers(event, fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_found_by_its_name() {
        for event in TypedEvent::TYPES {
            for name in
                [event.name.to_owned(), event.name.to_lowercase(), event.name.to_uppercase()]
            {
                assert_eq!(EventType::of(&name).unwrap().name, event.name);
            }
            assert!(EventType::of(&event.name[1..]).is_none());
        }
        assert!(EventType::of("").is_none());
    }

    #[test]
    fn the_table_is_in_order() {
        let names = TypedEvent::TYPES.iter().map(|event| event.name.to_ascii_lowercase());
        assert!(names.is_sorted());
    }
}
