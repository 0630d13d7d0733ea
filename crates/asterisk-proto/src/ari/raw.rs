//! An event as it arrived: JSON text, and what it takes to route it.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::event::{AriEvent, TypedEvent};
use super::field::{Name, Source};
use crate::error::ParseError;
use crate::{Text, Timestamp};

/// What happened in Asterisk: the JSON text of one event.
///
/// Cloning costs a reference count. Typed forms are built on demand: [`Event::decode`] for one type,
/// [`Event::typed`] for any.
#[derive(Clone)]
pub struct Event(Arc<Inner>);

struct Inner {
    json: Text,
    peeked: Peeked,
}

#[derive(Default)]
struct Peeked {
    kind: Option<Text>,
    application: Text,
    timestamp: Text,
    subjects: Vec<Subject>,
}

/// A kind of object that events are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// A bridge, by its id.
    Bridge,
    /// A channel, by its id.
    Channel,
    /// A playback, by its id.
    Playback,
    /// A recording, by its name.
    Recording,
}

/// An object that an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Subject {
    /// What it is.
    pub resource: Resource,
    /// Which one.
    pub id: Text,
}

impl Event {
    /// Looks through the text of an event.
    ///
    /// # Errors
    ///
    /// When it is not JSON, not an object, or has no `type`.
    pub fn new(json: Text) -> Result<Self, ParseError> {
        let peek = PeekSeed(Source(&json));
        let mut text = serde_json::Deserializer::from_str(&json);
        let peeked = peek.deserialize(&mut text).and_then(|peeked| text.end().map(|()| peeked));
        match peeked {
            Ok(peeked) if peeked.kind.is_some() => Ok(Self(Arc::new(Inner { json, peeked }))),
            Ok(_) => Err(ParseError::new("an event with a type", json.as_bytes())),
            Err(_) => Err(ParseError::new("a JSON object", json.as_bytes())),
        }
    }

    /// The event's type, such as `StasisStart`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.peeked.kind.as_deref().unwrap_or_default()
    }

    /// The application that it was sent to; empty where the server says none.
    #[must_use]
    pub fn application(&self) -> &str {
        &self.0.peeked.application
    }

    /// When it happened.
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        Timestamp::from(self.0.peeked.timestamp.clone())
    }

    /// The channels, bridges, playbacks and recordings that it is about, each once.
    ///
    /// A playback's or recording's target (`channel:…`, `bridge:…`) is one of them.
    #[must_use]
    pub fn subjects(&self) -> &[Subject] {
        &self.0.peeked.subjects
    }

    /// All of it, as the server wrote it.
    #[must_use]
    pub fn json(&self) -> &Text {
        &self.0.json
    }

    /// Whether this is an event of type `E`, by its name.
    #[must_use]
    pub fn is<E: AriEvent>(&self) -> bool {
        self.name() == E::NAME
    }

    /// The event as an `E`, or `None` when it is another event.
    ///
    /// Properties that the server left out, or gave an unexpected type, have their natural default
    /// in the result.
    #[must_use]
    pub fn decode<E: AriEvent>(&self) -> Option<E> {
        self.is::<E>().then(|| E::from_event(self))
    }

    /// The event as one of all typed events.
    #[must_use]
    pub fn typed(&self) -> TypedEvent {
        TypedEvent::new(self)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Event").field(&self.0.json).finish()
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.0.json == other.0.json
    }
}

impl Eq for Event {}

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

/// Reads text, and skips anything else.
struct TextSeed<'a>(Source<'a>);

/// Reads the top of an event.
struct PeekSeed<'a>(Source<'a>);

/// Reads which object a member is about.
struct SubjectSeed<'a> {
    source: Source<'a>,
    resource: Resource,
    /// The member that identifies it.
    key: &'static str,
    subjects: &'a mut Vec<Subject>,
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

impl<'de> DeserializeSeed<'de> for SubjectSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl SubjectSeed<'_> {
    fn add(&mut self, resource: Resource, id: Text) {
        let subject = Subject { resource, id };
        if !self.subjects.contains(&subject) {
            self.subjects.push(subject);
        }
    }
}

impl<'de> Visitor<'de> for SubjectSeed<'_> {
    type Value = ();

    skip_others!(
        (); visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str)
    );

    fn visit_map<A: MapAccess<'de>>(mut self, mut from: A) -> Result<(), A::Error> {
        while let Some(Name(name)) = from.next_key()? {
            if *name == *self.key {
                if let Some(id) = from.next_value_seed(TextSeed(self.source))? {
                    self.add(self.resource, id);
                }
            } else if name == "target_uri" {
                if let Some(uri) = from.next_value_seed(TextSeed(self.source))? {
                    if let Some(id) = uri.strip_prefix("channel:") {
                        self.add(Resource::Channel, self.source.text(id));
                    } else if let Some(id) = uri.strip_prefix("bridge:") {
                        self.add(Resource::Bridge, self.source.text(id));
                    }
                }
            } else {
                from.next_value::<Skip>()?;
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for PeekSeed<'_> {
    type Value = Peeked;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for PeekSeed<'_> {
    type Value = Peeked;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Peeked, A::Error> {
        let source = self.0;
        let mut peeked = Peeked::default();
        // The order of members is not fixed: `type` need not be the first.
        while let Some(Name(name)) = from.next_key()? {
            let (resource, key) = match &*name {
                "type" => {
                    peeked.kind = from.next_value_seed(TextSeed(source))?;
                    continue;
                }
                "application" => {
                    let text = from.next_value_seed(TextSeed(source))?;
                    peeked.application = text.unwrap_or_default();
                    continue;
                }
                "timestamp" => {
                    let text = from.next_value_seed(TextSeed(source))?;
                    peeked.timestamp = text.unwrap_or_default();
                    continue;
                }
                "channel"
                | "replace_channel"
                | "caller"
                | "peer"
                | "forwarded"
                | "transferee"
                | "transfer_target"
                | "transferer_first_leg"
                | "transferer_second_leg"
                | "destination_link_first_leg"
                | "destination_link_second_leg"
                | "destination_threeway_channel" => (Resource::Channel, "id"),
                "bridge"
                | "bridge_from"
                | "transferer_first_leg_bridge"
                | "transferer_second_leg_bridge"
                | "destination_threeway_bridge" => (Resource::Bridge, "id"),
                "playback" => (Resource::Playback, "id"),
                "recording" => (Resource::Recording, "name"),
                _ => {
                    from.next_value::<Skip>()?;
                    continue;
                }
            };
            let subjects = &mut peeked.subjects;
            from.next_value_seed(SubjectSeed { source, resource, key, subjects })?;
        }
        Ok(peeked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ari::event::{ChannelDestroyed, ChannelDtmfReceived, StasisStart};
    use crate::ari::model::{AsteriskInfo, Channel, FromJson, Model, Playback, PlaybackState};
    use crate::{ChannelState, HangupCause};
    use bytes::Bytes;

    fn event(json: &str) -> Event {
        Event::new(json.into()).unwrap()
    }

    #[test]
    fn the_type_need_not_be_first_and_text_is_shared() {
        let json = r#"{"digit":"5","channel":{"name":"n","id":"1.2"},"application":"a","type":"ChannelDtmfReceived"}"#;
        let event = event(json);
        assert_eq!((event.name(), event.application()), ("ChannelDtmfReceived", "a"));
        assert_eq!(event.timestamp().unix_millis(), None);
        let digit: ChannelDtmfReceived = event.decode().unwrap();
        let shared = event.json().as_bytes().as_ptr_range();
        assert!(shared.contains(&digit.digit.as_bytes().as_ptr()));
        assert!(shared.contains(&event.subjects()[0].id.as_bytes().as_ptr()));
        assert_eq!((&*digit.digit, digit.duration_ms), ("5", 0));
        assert_eq!(digit.channel.name, "n");
    }

    #[test]
    fn escapes_are_read_everywhere() {
        let event = event(
            r#"{"\u0074ype":"Stasis\u0053tart","args":["\"é\u00e9\n"],"channel":{"i\u0064":"\u0031"}}"#,
        );
        assert_eq!(event.name(), "StasisStart");
        let start: StasisStart = event.decode().unwrap();
        assert_eq!(start.args, ["\"éé\n"]);
        assert_eq!(start.channel.id, "1");
        assert_eq!(event.subjects()[0].id, "1");
    }

    #[test]
    fn a_field_of_an_unexpected_type_spoils_only_itself() {
        let event = event(
            r#"{"type":"ChannelDestroyed","cause":"16","cause_txt":{"a":[1]},"tech_cause":"x",
                "asterisk_id":7,"channel":{"id":12,"name":["a"],"state":5,"caller":"nobody",
                "dialplan":{"priority":"3","exten":null,"more":true},"channelvars":{"A":"b","C":[1]},
                "new":{"deep":1.5}}}"#,
        );
        let destroyed: ChannelDestroyed = event.decode().unwrap();
        assert_eq!(destroyed.cause, HangupCause::NormalClearing);
        assert_eq!((&*destroyed.cause_txt, destroyed.tech_cause), ("", None));
        assert_eq!(destroyed.asterisk_id, "7");
        let channel = destroyed.channel;
        assert_eq!(channel.id, "");
        assert_eq!(channel.state, ChannelState::Other("".into()));
        assert_eq!(channel.dialplan.priority, 3);
        assert_eq!(channel.dialplan.extra["more"], true);
        assert_eq!((&*channel.channel_vars["A"], &*channel.channel_vars["C"]), ("b", "[1]"));
        let kept: Vec<_> =
            channel.extra.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(
            kept,
            ["caller=\"nobody\"", "id=12", "name=[\"a\"]", "new={\"deep\":1.5}", "state=5"]
        );
    }

    #[test]
    fn an_event_with_nothing_in_it_has_defaults() {
        let start: StasisStart = event(r#"{"type":"StasisStart"}"#).decode().unwrap();
        assert_eq!(start.channel, Channel::default());
        assert!(start.args.is_empty());
        let TypedEvent::Other(other) = event(r#"{"type":"Newer","a":1}"#).typed() else { panic!() };
        assert_eq!(&**other.json(), r#"{"type":"Newer","a":1}"#);
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        let deep = format!(r#"{{"type":"A","a":{}{}}}"#, "[".repeat(1000), "]".repeat(1000));
        let lists = [
            "",
            "5",
            "null",
            "[]",
            "{",
            r#"{"type":"A"} x"#,
            r#"{"type":"A","a":"\ud800"}"#,
            &deep,
        ];
        for json in lists {
            assert_eq!(Event::new(json.into()).unwrap_err().expected, "a JSON object", "{json}");
        }
        for json in ["{}", r#"{"type":5}"#, r#"{"type":null}"#, r#"{"type":{"type":"A"}}"#] {
            assert_eq!(Event::new(json.into()).unwrap_err().expected, "an event with a type");
        }
    }

    #[test]
    fn every_prefix_of_an_event_is_an_error() {
        let json = r#"{"type":"StasisEnd","channel":{"id":"é","n":[1,-2.5e3,true,null]}}"#;
        for (cut, _) in json.char_indices() {
            assert!(Event::new(json[..cut].into()).is_err(), "{cut}");
        }
        assert!(event(json).decode::<crate::ari::event::StasisEnd>().is_some());
    }

    #[test]
    fn replies_are_read_and_their_unknown_properties_kept() {
        let json = Bytes::from_static(br#"{"state":"done","id":"p","pace":2,"language":null}"#);
        let playback = Playback::from_json(&json).unwrap();
        assert_eq!((playback.state, playback.language), (PlaybackState::Done, None));
        assert_eq!(playback.extra["pace"], 2);
        assert!(AsteriskInfo::from_json(&Bytes::from_static(b"{}")).unwrap().version().is_none());
        for odd in [&b""[..], b"null", b" null", b"[]", b"{} x", b"\"\"", b"{\"id\":}"] {
            let odd = Bytes::from_static(odd);
            assert!(Playback::from_json(&odd).is_err(), "{odd:?}");
        }
        let list = Vec::<Playback>::from_json(&Bytes::from_static(br#"[{"id":"a"},5]"#)).unwrap();
        assert_eq!((list.len(), list[0].id.as_str()), (2, "a"));
        assert_eq!(Playback::FIELDS.len(), 6);
    }
}
