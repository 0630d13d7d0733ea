//! What is looked up of each event before anybody asks for it: type, application, time, subjects.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::field::{Name, Source};
use super::raw::{Resource, Subject};
use crate::Text;

#[derive(Default)]
pub(super) struct Peeked {
    pub(super) kind: Option<Text>,
    pub(super) application: Text,
    pub(super) timestamp: Text,
    pub(super) asterisk_id: Text,
    pub(super) subjects: Subjects,
}

/// Looks through one event, and checks that all of it is JSON.
pub(super) fn peek(json: &Text) -> serde_json::Result<Peeked> {
    let mut peeked = Peeked::default();
    let mut text = serde_json::Deserializer::from_str(json);
    Peek { source: Source(json), peeked: &mut peeked }.deserialize(&mut text)?;
    text.end()?;
    Ok(peeked)
}

/// Subjects without a list of their own, as almost no event has more than three.
pub(super) struct Subjects {
    few: [Subject; 3],
    count: usize,
    /// All of them, if there are more.
    many: Vec<Subject>,
}

impl Default for Subjects {
    fn default() -> Self {
        let few = std::array::from_fn(|_| Subject::new(Resource::Channel, Text::default()));
        Self { few, count: 0, many: Vec::new() }
    }
}

impl Subjects {
    pub(super) fn as_slice(&self) -> &[Subject] {
        if self.many.is_empty() {
            self.few.get(..self.count).unwrap_or_default()
        } else {
            &self.many
        }
    }

    fn add(&mut self, resource: Resource, id: Text) {
        let subject = Subject::new(resource, id);
        if self.as_slice().contains(&subject) {
            return;
        }
        if let (Some(free), true) = (self.few.get_mut(self.count), self.many.is_empty()) {
            *free = subject;
            self.count += 1;
        } else {
            if self.many.is_empty() {
                self.many.extend_from_slice(&self.few);
            }
            self.many.push(subject);
        }
    }
}

/// What a member of an event says of what it is about.
enum About {
    /// An object, and which of its members identifies it.
    Object(Resource, &'static [u8]),
    /// An object with technology and name.
    Endpoint,
    /// The id of a bridge.
    BridgeId,
    /// An object whose members are such members.
    Several,
    Nothing,
}

impl About {
    fn member(name: &[u8]) -> Self {
        match name {
            b"channel"
            | b"replace_channel"
            | b"caller"
            | b"peer"
            | b"forwarded"
            | b"transferee"
            | b"transfer_target"
            | b"transferer_first_leg"
            | b"transferer_second_leg"
            | b"destination_link_first_leg"
            | b"destination_link_second_leg"
            | b"destination_threeway_channel"
            | b"destination_channel"
            | b"connected_channel"
            | b"source_channel" => Self::Object(Resource::Channel, b"id"),
            b"bridge"
            | b"bridge_from"
            | b"transferer_first_leg_bridge"
            | b"transferer_second_leg_bridge"
            | b"destination_threeway_bridge" => Self::Object(Resource::Bridge, b"id"),
            b"playback" => Self::Object(Resource::Playback, b"id"),
            b"recording" => Self::Object(Resource::Recording, b"name"),
            b"device_state" => Self::Object(Resource::Device, b"name"),
            b"endpoint" => Self::Endpoint,
            b"destination_bridge" => Self::BridgeId,
            b"refer_to" | b"referred_by" => Self::Several,
            _ => Self::Nothing,
        }
    }

    /// Reads the member's value.
    fn read<'de, A: MapAccess<'de>>(
        self,
        from: &mut A,
        source: Source<'_>,
        subjects: &mut Subjects,
    ) -> Result<(), A::Error> {
        match self {
            Self::Object(resource, key) => {
                from.next_value_seed(Object { source, resource, key, subjects })
            }
            Self::Endpoint => from.next_value_seed(Endpoint { source, subjects }),
            Self::BridgeId => {
                if let Some(id) = from.next_value_seed(TextSeed(source))? {
                    subjects.add(Resource::Bridge, id);
                }
                Ok(())
            }
            Self::Several => from.next_value_seed(Several { source, subjects }),
            Self::Nothing => from.next_value::<Skip>().map(drop),
        }
    }
}

/// Skips a value but parses all of it, so that an event that was let through can be decoded.
struct Skip;

impl<'de> Deserialize<'de> for Skip {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Skip {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self, A::Error> {
        while from.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self, A::Error> {
        while from.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

/// The methods of a visitor that has no use for these values.
macro_rules! skip_others {
    ($value:expr; $($method:ident($type:ty)),+) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON value")
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($value)
        }

        $(fn $method<E>(self, _: $type) -> Result<Self::Value, E> {
            Ok($value)
        })+

        fn visit_seq<A: SeqAccess<'de>>(self, from: A) -> Result<Self::Value, A::Error> {
            Skip.visit_seq(from)?;
            Ok($value)
        }
    };
}

/// Reads text, and skips anything else.
struct TextSeed<'a>(Source<'a>);

impl<'de> DeserializeSeed<'de> for TextSeed<'_> {
    type Value = Option<Text>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextSeed<'_> {
    type Value = Option<Text>;

    skip_others!(None; visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64));

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(self.0.text(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<Self::Value, A::Error> {
        Skip.visit_map(from)?;
        Ok(None)
    }
}

/// A visitor of objects that skips all else.
macro_rules! object_seed {
    ($name:ident) => {
        impl<'de> DeserializeSeed<'de> for $name<'_> {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
                from.deserialize_any(self)
            }
        }

        impl<'de> Visitor<'de> for $name<'_> {
            type Value = ();

            skip_others!(
                (); visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str)
            );

            fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<(), A::Error> {
                self.members(from)
            }
        }
    };
}

/// Reads which object a member is about, and what that one's target is.
struct Object<'a> {
    source: Source<'a>,
    resource: Resource,
    key: &'static [u8],
    subjects: &'a mut Subjects,
}

object_seed!(Object);

impl Object<'_> {
    fn members<'de, A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = from.next_key()? {
            if name.as_bytes() == self.key {
                if let Some(id) = from.next_value_seed(TextSeed(self.source))? {
                    self.subjects.add(self.resource, id);
                }
            } else if name == "target_uri" {
                if let Some(uri) = from.next_value_seed(TextSeed(self.source))? {
                    if let Some(id) = uri.strip_prefix("channel:") {
                        self.subjects.add(Resource::Channel, uri.share(id));
                    } else if let Some(id) = uri.strip_prefix("bridge:") {
                        self.subjects.add(Resource::Bridge, uri.share(id));
                    }
                }
            } else {
                from.next_value::<Skip>()?;
            }
        }
        Ok(())
    }
}

/// Reads which endpoint a member is about.
struct Endpoint<'a> {
    source: Source<'a>,
    subjects: &'a mut Subjects,
}

object_seed!(Endpoint);

impl Endpoint<'_> {
    fn members<'de, A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        let (mut technology, mut resource) = (None, None);
        while let Some(Name(name)) = from.next_key()? {
            match name.as_bytes() {
                b"technology" => technology = from.next_value_seed(TextSeed(self.source))?,
                b"resource" => resource = from.next_value_seed(TextSeed(self.source))?,
                _ => from.next_value::<Skip>().map(drop)?,
            }
        }
        if let (Some(technology), Some(resource)) = (technology, resource) {
            self.subjects.add(Resource::Endpoint, format!("{technology}/{resource}").into());
        }
        Ok(())
    }
}

/// Reads a member that holds several of those that tell subjects.
struct Several<'a> {
    source: Source<'a>,
    subjects: &'a mut Subjects,
}

object_seed!(Several);

impl Several<'_> {
    fn members<'de, A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = from.next_key()? {
            let about = match About::member(name.as_bytes()) {
                // Servers go one level deep.
                About::Several => About::Nothing,
                about => about,
            };
            about.read(&mut from, self.source, self.subjects)?;
        }
        Ok(())
    }
}

/// Reads the top of an event.
struct Peek<'a> {
    source: Source<'a>,
    peeked: &'a mut Peeked,
}

impl<'de> DeserializeSeed<'de> for Peek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Peek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        let Self { source, peeked } = self;
        // The order of members is not fixed: `type` need not be the first.
        while let Some(Name(name)) = from.next_key()? {
            let text = match name.as_bytes() {
                b"type" => {
                    peeked.kind = from.next_value_seed(TextSeed(source))?;
                    continue;
                }
                b"application" => &mut peeked.application,
                b"timestamp" => &mut peeked.timestamp,
                b"asterisk_id" => &mut peeked.asterisk_id,
                name => {
                    About::member(name).read(&mut from, source, &mut peeked.subjects)?;
                    continue;
                }
            };
            *text = from.next_value_seed(TextSeed(source))?.unwrap_or_default();
        }
        Ok(())
    }
}
