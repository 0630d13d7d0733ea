//! An event as it arrived: JSON text, and what it takes to route it.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeSeed;

use super::event::{AriEvent, TypedEvent};
use super::field::{Members, MembersSeed, Source};
use super::peek::{Peeked, peek};
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

/// A kind of object that events are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// A bridge, by its id.
    Bridge,
    /// A channel, by its id.
    Channel,
    /// A device, by its name: `Stasis:lamp`.
    Device,
    /// An endpoint, by technology and name: `PJSIP/100`.
    Endpoint,
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

impl Subject {
    /// An object by its id or name.
    #[must_use]
    pub fn new(resource: Resource, id: impl Into<Text>) -> Self {
        Self { resource, id: id.into() }
    }
}

impl Event {
    /// Looks through the text of an event.
    ///
    /// # Errors
    ///
    /// When it is not JSON, not an object, or has no `type`.
    pub fn new(json: Text) -> Result<Self, ParseError> {
        match peek(&json) {
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

    /// The id of the server that says it (`entity_id` in its info); empty where it says none.
    #[must_use]
    pub fn asterisk_id(&self) -> &str {
        &self.0.peeked.asterisk_id
    }

    /// The channels, bridges, playbacks, recordings, endpoints and devices that it is about, each
    /// once.
    ///
    /// A playback's or recording's target (`channel:…`, `bridge:…`) is one of them; the channels in a
    /// bridge are not, nor is a channel's endpoint.
    #[must_use]
    pub fn subjects(&self) -> &[Subject] {
        self.0.peeked.subjects.as_slice()
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

    /// Reads the members into a typed event.
    pub(super) fn read_into(&self, into: &mut impl Members) {
        let mut json = serde_json::Deserializer::from_str(&self.0.json);
        // All of it was parsed before, so this does not fail any more.
        let _ = MembersSeed { into, source: Source(&self.0.json) }.deserialize(&mut json);
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
        assert_eq!(destroyed.event.asterisk_id(), "");
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
        assert_eq!(Playback::SCHEMA.properties.len(), 6);
    }
}
