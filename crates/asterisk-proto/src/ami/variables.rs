//! Channel variables that events carry.

use std::borrow::Cow;
use std::fmt;

use super::Message;

/// The variables that `channelvars` in manager.conf names, as they are in one channel's headers
/// (`ChanVariable`, `DestChanVariable` …), in the server's order.
///
/// They are read from the event when they are asked for, so those that nobody asks for cost nothing.
#[derive(Clone, Default)]
pub struct ChannelVariables(Option<Place>);

#[derive(Clone)]
struct Place {
    message: Message,
    /// The line of the first variable; the others have its name.
    first: usize,
}

impl ChannelVariables {
    /// Those of the lines called like this one.
    pub(super) fn new(message: &Message, first: usize) -> Self {
        Self(Some(Place { message: message.clone(), first }))
    }

    /// All names and values. A name may be a function, such as `CHANNEL(language)`.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        self.0.iter().flat_map(|Place { message, first }| {
            let mut name = None;
            let lines = message.headers().skip(*first);
            let lines = lines
                .filter(move |line| line.name.eq_ignore_ascii_case(name.get_or_insert(line.name)));
            lines.map(|line| {
                let equals = line.value.iter().position(|byte| *byte == b'=');
                let (name, value) = match equals {
                    Some(at) => (&line.value[..at], &line.value[at + 1..]),
                    None => (line.value, &b""[..]),
                };
                (unescape(name), unescape(value))
            })
        })
    }

    /// The value of a variable, the first if there are several of the name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.iter().find_map(|(found, value)| (found == name).then_some(value))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Debug for ChannelVariables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl PartialEq for ChannelVariables {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for ChannelVariables {}

fn unescape(bytes: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(bytes) {
        text if text.contains('\\') => super::snapshot::unescaped(&text).into(),
        text => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ChannelSnapshot, Field, Message};

    #[test]
    fn each_channel_has_its_own() {
        let event = "Event: DialBegin\r\nChannel: a\r\nChanVariable: one=1=2\r\n\
                     ChanVariable: CHANNEL(language)=a\\tb\r\nDestChannel: b\r\nDestChanVariable: one=\r\n\
                     chanvariable: three\r\n";
        let event = Message::parse(event.into()).unwrap();
        let channel = ChannelSnapshot::read(&event, "").variables;
        assert_eq!(
            format!("{channel:?}"),
            r#"{"one": "1=2", "CHANNEL(language)": "a\tb", "three": ""}"#
        );
        assert_eq!(channel.get("CHANNEL(language)").unwrap(), "a\tb");
        let dest = ChannelSnapshot::read(&event, "Dest").variables;
        assert_eq!(format!("{dest:?}"), r#"{"one": ""}"#);
        assert_eq!(dest.get("three"), None);
        assert!(ChannelSnapshot::read(&event, "Other").variables.is_empty());
        assert_ne!(channel, dest);
    }
}
