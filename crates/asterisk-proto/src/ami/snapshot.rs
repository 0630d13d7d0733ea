//! The description of a channel that most events carry, once or several times.

use std::ops::Range;

use memchr::memchr;

use super::field::{id, state};
use super::message::same;
use super::scanner::{Line, Lines};
use super::{ChannelVariables, Field, Message};
use crate::{ChannelId, ChannelState, LinkedId, Text};

/// A channel as it was when the event was raised.
///
/// Events about several channels carry one snapshot for each, told apart by a prefix of the header
/// names (`DestChannel`, `LocalOneChannel`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelSnapshot {
    /// `Channel`: the name, such as `PJSIP/100-00000001`.
    pub channel: Option<Text>,
    /// `ChannelState` and `ChannelStateDesc`, which say the same as number and word.
    pub state: Option<ChannelState>,
    /// `CallerIDNum` and `CallerIDName`: who calls.
    pub caller_id: Party,
    /// `ConnectedLineNum` and `ConnectedLineName`: who is at the other end.
    pub connected_line: Party,
    /// `Language`: the channel's language, such as `en`.
    pub language: Option<Text>,
    /// `AccountCode`: what the call is billed to, often empty.
    pub account_code: Option<Text>,
    /// `Context`: where in the dialplan the channel is.
    pub context: Option<Text>,
    /// `Exten`: the extension in that context.
    pub exten: Option<Text>,
    /// `Priority`: the priority of that extension.
    pub priority: Option<i32>,
    /// `Uniqueid`: names the channel for its whole life.
    pub unique_id: Option<ChannelId>,
    /// `Linkedid`: names the call that the channel belongs to.
    pub linked_id: Option<LinkedId>,
    /// `TenantID`: the tenant, where one is set (Asterisk 22).
    pub tenant_id: Option<Text>,
    /// `ChanVariable`: the variables that `channelvars` in manager.conf names.
    pub variables: ChannelVariables,
}

/// A number and a name, each absent where Asterisk does not know it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Party {
    /// The number.
    pub number: Option<Text>,
    /// The name.
    pub name: Option<Text>,
}

impl ChannelSnapshot {
    /// The header names that belong to a snapshot, without prefix.
    pub const HEADERS: &'static [&'static str] = &[
        "Channel",
        "ChannelState",
        "ChannelStateDesc",
        "CallerIDNum",
        "CallerIDName",
        "ConnectedLineNum",
        "ConnectedLineName",
        "Language",
        "AccountCode",
        "Context",
        "Exten",
        "Priority",
        "Uniqueid",
        "Linkedid",
        "TenantID",
        "ChanVariable",
    ];
}

/// Which of [`ChannelSnapshot::HEADERS`] a name is.
fn header(name: &[u8]) -> Option<usize> {
    let first = name.first()?.to_ascii_uppercase();
    ChannelSnapshot::HEADERS.iter().map(|header| header.as_bytes()).position(|header| {
        header.len() == name.len() && header[0] == first && header.eq_ignore_ascii_case(name)
    })
}

/// A header that only some snapshots have.
const TENANT: usize = 14;
/// The only header that there are several of.
const VARIABLE: usize = 15;

/// Where the headers of a snapshot are.
#[derive(Default)]
struct Places {
    values: [Option<Range<usize>>; VARIABLE],
    /// The first line that is a variable.
    variable: Option<usize>,
}

impl Places {
    /// Those of lines that stand as servers write them: all that every snapshot has in the order of
    /// the table, the others somewhere behind. Otherwise, and in very long messages, nothing.
    fn in_order(message: &Message, prefix: &str) -> Option<Self> {
        let (bytes, lines) = message.parts();
        let Lines::Short(all) = lines else { return None };
        let value = |at: usize| lines.get(at).value(lines.start(at), bytes);
        let find = |header: &[u8]| {
            lines.find(prefix.len() + header.len(), |start| {
                // What stands between lines with the prefix has it too.
                let rest = &bytes[start + prefix.len()..][..header.len()];
                // Other names of this length differ here, at far less than the price of a comparison.
                let alike = rest.first() == header.first() && rest.last() == header.last();
                // Processors are slow to compare nothing with nothing, if they are made to.
                alike
                    && same(rest, header)
                    && (prefix.is_empty() || bytes[start..].starts_with(prefix.as_bytes()))
            })
        };
        let mut places = Self::default();
        let first = find(b"Channel")?;
        let own = all.get(first..)?.first_chunk::<TENANT>()?;
        let mut next = lines.start(first);
        // Lengths and words are known to the compiler, which makes comparisons of numbers of them.
        macro_rules! then {
            ($($header:literal = $index:literal),+) => {
                $(
                    let line = Line::from_short(own[$index]);
                    let start = std::mem::replace(&mut next, line.next());
                    let name = &bytes[start..][..line.name()];
                    // What stands between lines with the prefix has it too.
                    let name = if prefix.is_empty() { name } else { name.get(prefix.len()..)? };
                    if name != $header {
                        return None;
                    }
                    places.values[$index] = Some(line.value(start, bytes));
                )+
            };
        }
        then!(
            b"Channel" = 0,
            b"ChannelState" = 1,
            b"ChannelStateDesc" = 2,
            b"CallerIDNum" = 3,
            b"CallerIDName" = 4,
            b"ConnectedLineNum" = 5,
            b"ConnectedLineName" = 6,
            b"Language" = 7,
            b"AccountCode" = 8,
            b"Context" = 9,
            b"Exten" = 10,
            b"Priority" = 11,
            b"Uniqueid" = 12,
            b"Linkedid" = 13
        );
        places.values[TENANT] = find(b"TenantID").map(value);
        places.variable = find(b"ChanVariable");
        Some(places)
    }

    /// Those of lines in any order and spelling.
    fn anywhere(message: &Message, prefix: &str) -> Self {
        let bytes = message.as_bytes();
        let mut places = Self::default();
        for (line, place) in message.places().enumerate() {
            let Some((head, name)) = bytes[place.name].split_at_checked(prefix.len()) else {
                continue;
            };
            if !head.eq_ignore_ascii_case(prefix.as_bytes()) {
                continue;
            }
            match header(name) {
                Some(VARIABLE) => {
                    places.variable.get_or_insert(line);
                }
                Some(header) => {
                    places.values[header].get_or_insert(place.value);
                }
                None => {}
            }
        }
        places
    }
}

impl Field for ChannelSnapshot {
    /// All headers in one pass over the message: a snapshot is what most of an event is.
    fn read(message: &Message, prefix: &str) -> Self {
        let Places { values: mut places, variable } =
            Places::in_order(message, prefix).unwrap_or_else(|| Places::anywhere(message, prefix));
        let mut place = |header: usize| places[header].take();
        let mut text = |header| message.known_at(place(header)?);
        let channel = text(0);
        let mut party =
            |number| Party { number: text(number), name: text(number + 1).map(unescape) };
        let (caller_id, connected_line) = (party(3), party(5));
        let (language, account_code, context, exten) = (text(7), text(8), text(9), text(10));
        let (unique_id, linked_id, tenant_id) = (id(text(12)), id(text(13)), text(14));
        let mut get = |header: usize| Some(message.text_at(places[header].take()?));
        let (code, word, priority) = (get(1), get(2), get(11));
        Self {
            channel,
            state: code.and_then(|code| state(&code)).or_else(|| state(&word?)),
            caller_id,
            connected_line,
            language,
            account_code,
            context,
            exten,
            priority: priority.and_then(|priority| priority.trim().parse().ok()),
            unique_id,
            linked_id,
            tenant_id,
            variables: variable.map_or_else(ChannelVariables::default, |line| {
                ChannelVariables::new(message, line)
            }),
        }
    }
}

/// Undoes the C escapes that channel events put on names and variables.
pub(super) fn unescape(text: Text) -> Text {
    if memchr(b'\\', text.as_bytes()).is_none() { text } else { unescaped(&text).into() }
}

/// Text without its C escapes.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some(other) => plain.push(other),
            None => plain.push('\\'),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_is_found() {
        for (index, name) in ChannelSnapshot::HEADERS.iter().enumerate() {
            assert_eq!(header(name.as_bytes()), Some(index));
            assert_eq!(header(name.to_lowercase().as_bytes()), Some(index));
        }
        assert_eq!(header(b"Cause"), None);
    }

    #[test]
    fn order_does_not_matter() {
        let lines = [
            "Channel: Local/wait@sdk-00000000;1",
            "ChannelState: 0",
            "ChannelStateDesc: Down",
            "CallerIDNum: 100",
            "CallerIDName: Ada",
            "ConnectedLineNum: 200",
            "ConnectedLineName: Bob",
            "Language: en",
            "AccountCode: ",
            "Context: sdk",
            "Exten: wait",
            "Priority: 1",
            "Uniqueid: one",
            "Linkedid: two",
            "TenantID: three",
            "ChanVariable: a=b",
        ];
        for prefix in ["", "Dest"] {
            let message = |lines: &[String]| {
                Message::parse(format!("Event: x\r\n{}\r\n", lines.join("\r\n")).into()).unwrap()
            };
            let mut lines = lines.map(|line| format!("{prefix}{line}"));
            let in_order = message(&lines);
            assert!(Places::in_order(&in_order, prefix).is_some());
            let expected = ChannelSnapshot::read(&in_order, prefix);
            assert_eq!(expected.unique_id.as_ref().unwrap(), &"one");
            assert_eq!(expected.tenant_id.as_deref(), Some("three"));
            assert_eq!(expected.variables.get("a").unwrap(), "b");
            for _ in 0..lines.len() {
                lines.rotate_left(1);
                let other = message(&lines);
                assert_eq!(ChannelSnapshot::read(&other, prefix), expected);
            }
            let other = message(&lines.map(|line| line.to_uppercase().replace("ADA", "Ada")));
            assert!(Places::in_order(&other, prefix).is_none());
            assert_eq!(ChannelSnapshot::read(&other, prefix).caller_id, expected.caller_id);
        }
    }

    #[test]
    fn escapes_of_names_are_undone() {
        assert_eq!(unescape(r#"Ada \"the\" \\ Test\r\n\t\"#.into()), "Ada \"the\" \\ Test\r\n\t\\");
    }
}
