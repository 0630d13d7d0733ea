//! The description of a channel that most events carry, once or several times.

use std::borrow::Cow;

use super::field::known;
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

impl Field for ChannelSnapshot {
    fn read(message: &Message, prefix: &str) -> Self {
        let name = |header: &'static str| -> Cow<'static, str> {
            if prefix.is_empty() { header.into() } else { format!("{prefix}{header}").into() }
        };
        let text = |header| known(message, &name(header));
        let party = |number, party_name| Party {
            number: text(number),
            name: text(party_name).map(unescape),
        };
        Self {
            channel: text("Channel"),
            state: Option::read(message, &name("ChannelState"))
                .or_else(|| Option::read(message, &name("ChannelStateDesc"))),
            caller_id: party("CallerIDNum", "CallerIDName"),
            connected_line: party("ConnectedLineNum", "ConnectedLineName"),
            language: text("Language"),
            account_code: text("AccountCode"),
            context: text("Context"),
            exten: text("Exten"),
            priority: Option::read(message, &name("Priority")),
            unique_id: Option::read(message, &name("Uniqueid")),
            linked_id: Option::read(message, &name("Linkedid")),
            tenant_id: text("TenantID"),
            variables: message.texts(&name("ChanVariable")).map(unescape).collect(),
        }
    }
}

/// Undoes the C escapes that channel events put on names and variables.
fn unescape(text: Text) -> Text {
    if !text.contains('\\') {
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
    fn escapes_of_names_are_undone() {
        assert_eq!(unescape(r#"Ada \"the\" \\ Test\r\n\t\"#.into()), "Ada \"the\" \\ Test\r\n\t\\");
    }
}
