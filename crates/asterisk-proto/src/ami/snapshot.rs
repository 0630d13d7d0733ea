//! The description of a channel that most events carry, once or several times.

use std::ops::Range;

use memchr::memchr;

use super::field::{id, state};
use super::{Field, Message};
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
    /// `ChanVariable`: the variables that `channelvars` in manager.conf names, as `name=value`.
    pub variables: Vec<Text>,
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
    // Servers write them all like this, which a compiler turns into a few comparisons of numbers.
    Some(match name {
        b"Channel" => 0,
        b"ChannelState" => 1,
        b"ChannelStateDesc" => 2,
        b"CallerIDNum" => 3,
        b"CallerIDName" => 4,
        b"ConnectedLineNum" => 5,
        b"ConnectedLineName" => 6,
        b"Language" => 7,
        b"AccountCode" => 8,
        b"Context" => 9,
        b"Exten" => 10,
        b"Priority" => 11,
        b"Uniqueid" => 12,
        b"Linkedid" => 13,
        b"TenantID" => 14,
        b"ChanVariable" => VARIABLE,
        // None is this long.
        _ if !matches!(name.len(), 5 | 7..=8 | 11..=12 | 16..=17) => return None,
        _ => {
            let mut headers = ChannelSnapshot::HEADERS.iter();
            return headers.position(|header| name.eq_ignore_ascii_case(header.as_bytes()));
        }
    })
}

/// The only header that there are several of.
const VARIABLE: usize = 15;

impl Field for ChannelSnapshot {
    /// All headers in one pass over the message: a snapshot is what most of an event is.
    fn read(message: &Message, prefix: &str) -> Self {
        let bytes = message.as_bytes();
        let escaped = memchr(b'\\', bytes).is_some();
        let plain = |text| if escaped { unescape(text) } else { text };
        let mut places: [Option<Range<usize>>; VARIABLE] = Default::default();
        let mut variables = Vec::new();
        let lines = message.places();
        let mut left = lines.len();
        for place in lines {
            left -= 1;
            let Some((head, name)) = bytes[place.name].split_at_checked(prefix.len()) else {
                continue;
            };
            match header(name) {
                Some(header)
                    if prefix.is_empty() || head.eq_ignore_ascii_case(prefix.as_bytes()) =>
                {
                    if header == VARIABLE {
                        variables.reserve(if variables.is_empty() { 1 + left } else { 0 });
                        variables.push(plain(message.part(place.value)));
                    } else {
                        places[header].get_or_insert(place.value);
                    }
                }
                _ => {}
            }
        }
        // A list keeps many snapshots.
        variables.shrink_to_fit();
        let mut place = |header: usize| places[header].take();
        let mut text = |header| message.known_at(place(header)?);
        let channel = text(0);
        let mut party = |number| Party { number: text(number), name: text(number + 1).map(plain) };
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
            variables,
        }
    }
}

/// Undoes the C escapes that channel events put on names and variables.
fn unescape(text: Text) -> Text {
    if memchr(b'\\', text.as_bytes()).is_none() {
        return text;
    }
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
    plain.into()
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
    fn escapes_of_names_are_undone() {
        assert_eq!(unescape(r#"Ada \"the\" \\ Test\r\n\t\"#.into()), "Ada \"the\" \\ Test\r\n\t\\");
    }
}
