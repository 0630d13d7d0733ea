//! How the fields of models and events are read: no type in the wrong place spoils more than itself.
//!
//! Serde's own derive would give up the whole event, or buffer every value to try it twice. Here each
//! type says what it makes of text, a number, an object; what it can make nothing of is handed back
//! as the JSON value that it is.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::Timestamp;
use crate::{BridgeId, ChannelId, ChannelState, HangupCause, PlaybackId, Text};

/// The buffer that is being read, so that text can share it.
#[derive(Clone, Copy)]
pub struct Source<'a>(pub(super) &'a Text);

impl Source<'_> {
    pub(super) fn text(self, text: &str) -> Text {
        // Text with escapes was decoded elsewhere and is copied.
        self.0.share(text)
    }
}

/// What became of a value.
pub enum Read<T> {
    Good(T),
    Odd(Value),
}

impl<T> Read<T> {
    /// Fills a field, or keeps the value under its wire name.
    pub(super) fn put(self, slot: &mut T, name: &str, extra: &mut Map<String, Value>) {
        match self {
            Self::Good(value) => *slot = value,
            Self::Odd(value) => {
                extra.insert(name.to_owned(), value);
            }
        }
    }
}

/// A type that a field can have.
pub trait Field: Sized {
    /// What stands in for a field that the server left out.
    fn missing() -> Self;

    fn text(_: &str, _: Source<'_>) -> Option<Self> {
        None
    }

    fn integer(_: i64) -> Option<Self> {
        None
    }

    fn float(_: f64) -> Option<Self> {
        None
    }

    fn boolean(_: bool) -> Option<Self> {
        None
    }

    fn array<'de, A: SeqAccess<'de>>(mut from: A, _: Source<'_>) -> Result<Read<Self>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Read::Odd(Value::Array(items)))
    }

    fn object<'de, A: MapAccess<'de>>(mut from: A, _: Source<'_>) -> Result<Read<Self>, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = from.next_entry()? {
            members.insert(name, value);
        }
        Ok(Read::Odd(Value::Object(members)))
    }
}

/// Reads a `T` out of whatever value comes.
pub(super) struct FieldSeed<'a, T> {
    source: Source<'a>,
    field: PhantomData<T>,
}

impl<'a, T> FieldSeed<'a, T> {
    pub(super) fn new(source: Source<'a>) -> Self {
        Self { source, field: PhantomData }
    }
}

impl<'de, T: Field> DeserializeSeed<'de> for FieldSeed<'_, T> {
    type Value = Read<T>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, T: Field> Visitor<'de> for FieldSeed<'_, T> {
    type Value = Read<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Read::Good(T::missing()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(T::text(value, self.source).map_or_else(|| Read::Odd(value.into()), Read::Good))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(T::integer(value).map_or_else(|| Read::Odd(value.into()), Read::Good))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        let read = i64::try_from(value).ok().and_then(T::integer);
        Ok(read.map_or_else(|| Read::Odd(value.into()), Read::Good))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(T::float(value).map_or_else(|| Read::Odd(value.into()), Read::Good))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(T::boolean(value).map_or_else(|| Read::Odd(value.into()), Read::Good))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, from: A) -> Result<Self::Value, A::Error> {
        T::array(from, self.source)
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<Self::Value, A::Error> {
        T::object(from, self.source)
    }
}

/// A member's name, without a copy where it has no escapes.
pub(super) struct Name<'de>(pub(super) Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        from.deserialize_str(NameVisitor)
    }
}

impl<T: Field> Field for Option<T> {
    fn missing() -> Self {
        None
    }

    fn text(text: &str, source: Source<'_>) -> Option<Self> {
        T::text(text, source).map(Some)
    }

    fn integer(number: i64) -> Option<Self> {
        T::integer(number).map(Some)
    }

    fn float(number: f64) -> Option<Self> {
        T::float(number).map(Some)
    }

    fn boolean(value: bool) -> Option<Self> {
        T::boolean(value).map(Some)
    }

    fn array<'de, A: SeqAccess<'de>>(from: A, source: Source<'_>) -> Result<Read<Self>, A::Error> {
        Ok(match T::array(from, source)? {
            Read::Good(value) => Read::Good(Some(value)),
            Read::Odd(value) => Read::Odd(value),
        })
    }

    fn object<'de, A: MapAccess<'de>>(from: A, source: Source<'_>) -> Result<Read<Self>, A::Error> {
        Ok(match T::object(from, source)? {
            Read::Good(value) => Read::Good(Some(value)),
            Read::Odd(value) => Read::Odd(value),
        })
    }
}

impl<T: Field> Field for Vec<T> {
    fn missing() -> Self {
        Self::new()
    }

    fn array<'de, A: SeqAccess<'de>>(
        mut from: A,
        source: Source<'_>,
    ) -> Result<Read<Self>, A::Error> {
        let mut items = Self::new();
        while let Some(item) = from.next_element_seed(FieldSeed::<T>::new(source))? {
            items.push(match item {
                Read::Good(item) => item,
                // The others keep their places.
                Read::Odd(_) => T::missing(),
            });
        }
        Ok(Read::Good(items))
    }
}

/// An object of text, such as channel variables; other values are kept as their JSON.
impl Field for BTreeMap<String, Text> {
    fn missing() -> Self {
        Self::new()
    }

    fn object<'de, A: MapAccess<'de>>(
        mut from: A,
        source: Source<'_>,
    ) -> Result<Read<Self>, A::Error> {
        let mut members = Self::new();
        while let Some(Name(name)) = from.next_key()? {
            let value = match from.next_value_seed(FieldSeed::<Text>::new(source))? {
                Read::Good(text) => text,
                Read::Odd(value) => Text::from(value.to_string()),
            };
            members.insert(name.into_owned(), value);
        }
        Ok(Read::Good(members))
    }
}

impl Field for Text {
    fn missing() -> Self {
        Self::default()
    }

    fn text(text: &str, source: Source<'_>) -> Option<Self> {
        Some(source.text(text))
    }

    fn integer(number: i64) -> Option<Self> {
        Some(number.to_string().into())
    }

    fn float(number: f64) -> Option<Self> {
        Some(number.to_string().into())
    }

    fn boolean(value: bool) -> Option<Self> {
        Some(if value { "true" } else { "false" }.into())
    }
}

impl Field for Timestamp {
    fn missing() -> Self {
        Self::from(Text::default())
    }

    fn text(text: &str, source: Source<'_>) -> Option<Self> {
        Some(Self::from(source.text(text)))
    }
}

impl Field for HangupCause {
    fn missing() -> Self {
        Self::NotDefined
    }

    fn text(text: &str, _: Source<'_>) -> Option<Self> {
        text.parse().ok().map(u32::into)
    }

    fn integer(number: i64) -> Option<Self> {
        u32::try_from(number).ok().map(u32::into)
    }
}

impl Field for bool {
    fn missing() -> Self {
        false
    }

    fn text(text: &str, _: Source<'_>) -> Option<Self> {
        text.parse().ok()
    }

    fn boolean(value: bool) -> Option<Self> {
        Some(value)
    }
}

impl Field for f64 {
    fn missing() -> Self {
        0.0
    }

    fn text(text: &str, _: Source<'_>) -> Option<Self> {
        text.parse().ok()
    }

    // A load or a jitter is far from 2^53.
    #[expect(clippy::cast_precision_loss)]
    fn integer(number: i64) -> Option<Self> {
        Some(number as Self)
    }

    fn float(number: f64) -> Option<Self> {
        Some(number)
    }
}

macro_rules! integers {
    ($($type:ty),+) => {$(
        impl Field for $type {
            fn missing() -> Self {
                0
            }

            fn text(text: &str, _: Source<'_>) -> Option<Self> {
                text.parse().ok()
            }

            fn integer(number: i64) -> Option<Self> {
                number.try_into().ok()
            }
        }
    )+};
}

integers!(i64, u32, u64);

/// Ids and open enums: made from any text, empty when missing.
macro_rules! words {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::ari::field::Field for $type {
            fn missing() -> Self {
                <$type>::from("")
            }

            fn text(text: &str, _: $crate::ari::field::Source<'_>) -> Option<Self> {
                Some(<$type>::from(text))
            }
        }
    )+};
}

pub(super) use words;

words!(BridgeId, ChannelId, ChannelState, PlaybackId);
