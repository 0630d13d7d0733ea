//! How the fields of models and events are read: no type in the wrong place spoils more than itself.
//!
//! Serde's own derive would give up the whole event, or buffer every value to try it twice. Here each
//! type says what it makes of text, a number, an object; what it can make nothing of is handed back
//! as the JSON value that it is.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::Timestamp;
use crate::{BridgeId, ChannelId, ChannelState, DeviceState, HangupCause, PlaybackId, Text};

/// The buffer that is being read, so that text can share it.
#[derive(Clone, Copy)]
pub struct Source<'a>(pub(super) &'a Text);

impl Source<'_> {
    pub(super) fn text(self, text: &str) -> Text {
        // Text with escapes was decoded elsewhere and is copied.
        self.0.share(text)
    }
}

/// A value that a field can make nothing of; rare, so it takes little room where it is handed on.
pub(super) type Odd = Option<Box<Value>>;

/// A type that a field can have.
pub trait Field: Sized {
    /// Whether empty text stands for what is not there.
    const EMPTY_IS_NONE: bool = false;

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

    fn array<'de, A: SeqAccess<'de>>(
        &mut self,
        mut from: A,
        _: Source<'_>,
    ) -> Result<Odd, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Some(Box::new(Value::Array(items))))
    }

    fn object<'de, A: MapAccess<'de>>(
        &mut self,
        mut from: A,
        _: Source<'_>,
    ) -> Result<Odd, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = from.next_entry()? {
            members.insert(name, value);
        }
        Ok(Some(Box::new(Value::Object(members))))
    }

    /// Adds what is in `extra` of this value and of those within, each with its path.
    fn add_extras<'a>(&'a self, _: &Path<'_>, _: &mut Extras<'a>) {}
}

/// What has no field, by path.
pub(super) type Extras<'a> = Vec<(String, &'a Value)>;

/// Where a value stands: its name behind those of the values it is in.
pub struct Path<'a> {
    pub(super) parent: Option<&'a Self>,
    pub(super) name: &'a str,
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            write!(f, "{parent}.")?;
        }
        f.write_str(self.name)
    }
}

/// What is read member by member: the inside of a JSON object.
pub(super) trait Members {
    /// Reads the value of the member with this name.
    fn member<'de, A: MapAccess<'de>>(
        &mut self,
        name: &str,
        value: NextValue<'_, A>,
    ) -> Result<Odd, A::Error>;

    /// Where members go that have no field, and values that theirs can make nothing of.
    fn extra(&mut self) -> &mut Map<String, Value>;

    /// Adds what is in `extra`, here and in the members.
    fn add_extras<'a>(&'a self, path: Option<&Path<'_>>, extras: &mut Extras<'a>);

    fn read_all<'de, A: MapAccess<'de>>(
        &mut self,
        mut from: A,
        source: Source<'_>,
    ) -> Result<(), A::Error> {
        while let Some(Name(name)) = from.next_key()? {
            if let Some(odd) = self.member(&name, NextValue { from: &mut from, source })? {
                self.extra().insert(name.into_owned(), *odd);
            }
        }
        Ok(())
    }
}

/// The value of the member whose name was read.
pub(super) struct NextValue<'a, A> {
    from: &'a mut A,
    source: Source<'a>,
}

impl<'de, A: MapAccess<'de>> NextValue<'_, A> {
    pub(super) fn read_into<T: Field>(self, into: &mut T) -> Result<Odd, A::Error> {
        self.from.next_value_seed(FieldSeed { into, source: self.source })
    }

    pub(super) fn skip(self) -> Result<Odd, A::Error> {
        self.from.next_value::<IgnoredAny>().map(|_| None)
    }

    pub(super) fn keep(self) -> Result<Odd, A::Error> {
        self.from.next_value().map(Some)
    }
}

/// Reads one object into what is there already.
pub(super) struct MembersSeed<'a, T> {
    pub(super) into: &'a mut T,
    pub(super) source: Source<'a>,
}

impl<'de, T: Members> DeserializeSeed<'de> for MembersSeed<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de, T: Members> Visitor<'de> for MembersSeed<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<(), A::Error> {
        self.into.read_all(from, self.source)
    }
}

/// Reads a `T` out of whatever value comes, into its place: models are large, and would be moved
/// several times otherwise.
pub(super) struct FieldSeed<'a, T> {
    pub(super) into: &'a mut T,
    pub(super) source: Source<'a>,
}

impl<T: Field> FieldSeed<'_, T> {
    fn put(self, read: Option<T>, value: impl Into<Value>) -> Odd {
        match read {
            Some(read) => {
                *self.into = read;
                None
            }
            None => Some(Box::new(value.into())),
        }
    }
}

impl<'de, T: Field> DeserializeSeed<'de> for FieldSeed<'_, T> {
    type Value = Odd;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Odd, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, T: Field> Visitor<'de> for FieldSeed<'_, T> {
    type Value = Odd;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Odd, E> {
        *self.into = T::missing();
        Ok(None)
    }

    fn visit_str<E>(self, value: &str) -> Result<Odd, E> {
        let read = T::text(value, self.source);
        Ok(self.put(read, value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Odd, E> {
        Ok(self.put(T::integer(value), value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Odd, E> {
        let read = i64::try_from(value).ok().and_then(T::integer);
        Ok(self.put(read, value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Odd, E> {
        Ok(self.put(T::float(value), value))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Odd, E> {
        Ok(self.put(T::boolean(value), value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, from: A) -> Result<Odd, A::Error> {
        self.into.array(from, self.source)
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<Odd, A::Error> {
        self.into.object(from, self.source)
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
        if T::EMPTY_IS_NONE && text.is_empty() {
            return Some(None);
        }
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

    fn array<'de, A: SeqAccess<'de>>(
        &mut self,
        from: A,
        source: Source<'_>,
    ) -> Result<Odd, A::Error> {
        let odd = self.insert(T::missing()).array(from, source)?;
        if odd.is_some() {
            *self = None;
        }
        Ok(odd)
    }

    fn object<'de, A: MapAccess<'de>>(
        &mut self,
        from: A,
        source: Source<'_>,
    ) -> Result<Odd, A::Error> {
        let odd = self.insert(T::missing()).object(from, source)?;
        if odd.is_some() {
            *self = None;
        }
        Ok(odd)
    }

    fn add_extras<'a>(&'a self, path: &Path<'_>, extras: &mut Extras<'a>) {
        if let Some(value) = self {
            value.add_extras(path, extras);
        }
    }
}

impl<T: Field> Field for Vec<T> {
    fn missing() -> Self {
        Self::new()
    }

    fn array<'de, A: SeqAccess<'de>>(
        &mut self,
        mut from: A,
        source: Source<'_>,
    ) -> Result<Odd, A::Error> {
        self.clear();
        loop {
            // An item that a `T` can make nothing of keeps its place.
            let mut item = T::missing();
            if from.next_element_seed(FieldSeed { into: &mut item, source })?.is_none() {
                return Ok(None);
            }
            self.push(item);
        }
    }

    fn add_extras<'a>(&'a self, path: &Path<'_>, extras: &mut Extras<'a>) {
        for (index, item) in self.iter().enumerate() {
            item.add_extras(&Path { parent: Some(path), name: &index.to_string() }, extras);
        }
    }
}

/// An object of text, such as channel variables; other values are kept as their JSON.
impl Field for BTreeMap<Text, Text> {
    fn missing() -> Self {
        Self::new()
    }

    fn object<'de, A: MapAccess<'de>>(
        &mut self,
        mut from: A,
        source: Source<'_>,
    ) -> Result<Odd, A::Error> {
        self.clear();
        while let Some(Name(name)) = from.next_key()? {
            let mut value = Text::default();
            if let Some(odd) = from.next_value_seed(FieldSeed { into: &mut value, source })? {
                value = Text::from(odd.to_string());
            }
            self.insert(source.text(&name), value);
        }
        Ok(None)
    }
}

/// An object that may hold anything.
impl Field for Map<String, Value> {
    fn missing() -> Self {
        Self::new()
    }

    fn object<'de, A: MapAccess<'de>>(
        &mut self,
        mut from: A,
        _: Source<'_>,
    ) -> Result<Odd, A::Error> {
        self.clear();
        while let Some((name, value)) = from.next_entry()? {
            self.insert(name, value);
        }
        Ok(None)
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

integers!(i64, u16, u32, u64);

/// Ids: any text, shared with the buffer.
macro_rules! ids {
    ($($type:ty),+) => {$(
        impl Field for $type {
            fn missing() -> Self {
                Self::from(Text::default())
            }

            fn text(text: &str, source: Source<'_>) -> Option<Self> {
                Some(Self::from(source.text(text)))
            }
        }
    )+};
}

ids!(BridgeId, ChannelId, PlaybackId);

/// Open enums: made from any text, empty when missing.
macro_rules! words {
    ($($type:ty),+ $(,)?) => {$(
        impl $crate::ari::field::Field for $type {
            const EMPTY_IS_NONE: bool = true;

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

words!(ChannelState, DeviceState);
