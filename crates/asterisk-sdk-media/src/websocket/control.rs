//! Control messages of chan_websocket, in plain text and in JSON. Pure.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Value, json};

use crate::event::Status;
use crate::shared::{Saying, Style};

/// What Asterisk tells first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) style: Style,
    pub(super) connection_id: String,
    pub(super) channel_id: String,
    pub(super) format: String,
    /// Zero in passthrough mode with a compressed format.
    pub(super) frame: usize,
    pub(super) ptime: Duration,
}

/// What Asterisk tells later.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Notice {
    Dtmf(char),
    Drained,
    /// A mark of ours.
    Mark(u64),
    Refused(String),
    Status(Status),
    Xoff,
    Xon,
    /// What we need not know.
    Nothing,
    Other,
}

/// A message, in which fields are looked up by the names that JSON gives them.
struct Message<'a> {
    name: &'a str,
    fields: Fields<'a>,
}

enum Fields<'a> {
    Plain(&'a str),
    Json(&'a Value),
}

impl<'a> Message<'a> {
    fn plain(text: &'a str) -> Self {
        let (name, rest) = text.split_once(' ').unwrap_or((text.trim_end(), ""));
        Self { name, fields: Fields::Plain(rest) }
    }

    fn json(value: &'a Value) -> Self {
        let name = value.get("event").and_then(Value::as_str).unwrap_or_default();
        Self { name, fields: Fields::Json(value) }
    }

    fn field(&self, name: &str) -> Option<Cow<'a, str>> {
        match &self.fields {
            Fields::Plain(rest) => {
                let mut words = rest.split_ascii_whitespace();
                let value = words.find_map(|word| word.strip_prefix(name)?.strip_prefix(':'));
                value.map(Cow::Borrowed)
            }
            Fields::Json(value) => match value.get(name)? {
                Value::String(text) => Some(Cow::Borrowed(text)),
                Value::Null => None,
                other => Some(Cow::Owned(other.to_string())),
            },
        }
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.field(name)?.parse().ok()
    }

    /// The id that a mark was given: in plain text it has no name.
    fn correlation(&self) -> Option<Cow<'a, str>> {
        match &self.fields {
            Fields::Plain(rest) => Some(Cow::Borrowed(rest.trim())),
            Fields::Json(_) => self.field("correlation_id"),
        }
    }

    /// Text that goes to the end of the line.
    fn error_text(&self) -> Option<Cow<'a, str>> {
        match &self.fields {
            Fields::Plain(rest) => {
                rest.split_once("error_text:").map(|(_, text)| Cow::Borrowed(text))
            }
            Fields::Json(_) => self.field("error_text"),
        }
    }
}

/// Reads the first message of a stream; `None` if it is another.
pub(super) fn start(text: &str) -> Option<Start> {
    let value;
    let (style, message) = if text.starts_with('{') {
        value = serde_json::from_str(text).ok()?;
        (Style::Json, Message::json(&value))
    } else {
        (Style::Plain, Message::plain(text))
    };
    if message.name != "MEDIA_START" {
        return None;
    }
    let ptime = message.number("ptime").filter(|ptime| (1..=1_000).contains(ptime)).unwrap_or(20);
    Some(Start {
        style,
        connection_id: message.field("connection_id")?.into_owned(),
        channel_id: message.field("channel_id")?.into_owned(),
        format: message.field("format")?.into_owned(),
        frame: message.number("optimal_frame_size").unwrap_or(0),
        ptime: Duration::from_millis(ptime),
    })
}

/// Reads any other message.
pub(super) fn notice(text: &str) -> Notice {
    if text.starts_with('{') {
        return serde_json::from_str(text)
            .map_or(Notice::Other, |value| read(&Message::json(&value)));
    }
    read(&Message::plain(text))
}

fn read(message: &Message<'_>) -> Notice {
    let read = match message.name {
        "DTMF_END" => {
            message.field("digit").and_then(|digit| digit.chars().next()).map(Notice::Dtmf)
        }
        "QUEUE_DRAINED" => Some(Notice::Drained),
        "MEDIA_MARK_PROCESSED" => {
            let id = message.correlation();
            // One that somebody has set by a message of his own is told as it is.
            id.and_then(|id| id.strip_prefix(MARK)?.parse().ok()).map(Notice::Mark)
        }
        "MEDIA_BUFFERING_COMPLETED" => Some(Notice::Nothing),
        "MEDIA_XOFF" => Some(Notice::Xoff),
        "MEDIA_XON" => Some(Notice::Xon),
        "ERROR" => message.error_text().map(|text| Notice::Refused(text.trim_end().to_owned())),
        "STATUS" => status(message).map(Notice::Status),
        _ => None,
    };
    read.unwrap_or(Notice::Other)
}

fn status(message: &Message<'_>) -> Option<Status> {
    Some(Status {
        queue_length: message.number("queue_length")?,
        xon_level: message.number("xon_level")?,
        xoff_level: message.number("xoff_level")?,
        queue_full: message.number("queue_full")?,
        buffering: message.number("bulk_media")?,
        paused: message.number("media_paused")?,
    })
}

/// How the ids of our marks begin.
const MARK: &str = "sdk";

/// Writes a control message.
pub(super) fn write(saying: Saying, style: Style) -> Option<String> {
    let mark;
    let (command, argument) = match saying {
        Saying::Answer => ("ANSWER", None),
        Saying::Direction(direction) => {
            ("SET_MEDIA_DIRECTION", Some(("direction", direction.name())))
        }
        Saying::Flush => ("FLUSH_MEDIA", None),
        Saying::Hangup => ("HANGUP", None),
        Saying::Mark(id) => {
            mark = format!("{MARK}{id}");
            ("MARK_MEDIA", Some(("correlation_id", mark.as_str())))
        }
        Saying::Pause => ("PAUSE_MEDIA", None),
        Saying::ReportDrained => ("REPORT_QUEUE_DRAINED", None),
        Saying::Resume => ("CONTINUE_MEDIA", None),
        Saying::Status => ("GET_STATUS", None),
        Saying::Text(text) => return Some(text),
        // Not in text.
        Saying::Key(_) | Saying::Pong(_) => return None,
    };
    Some(message(command, argument, style))
}

/// Writes a command with at most one argument.
pub(super) fn message(command: &str, argument: Option<(&str, &str)>, style: Style) -> String {
    match (style, argument) {
        (Style::Plain, None) => command.to_owned(),
        (Style::Plain, Some((_, value))) => format!("{command} {value}"),
        (Style::Json, None) => json!({ "command": command }).to_string(),
        (Style::Json, Some((name, value))) => {
            json!({ "command": command, name: value }).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Direction;

    // All as Asterisk 22.10.1 sends them.
    const PLAIN: &str = "MEDIA_START connection_id:f80bd520-7d33-4926-bb27-60101c62e849 \
        channel:WebSocket/INCOMING/0x7fb6b00027b0 channel_id:ws-1795280235000 format:ulaw \
        optimal_frame_size:160 ptime:20";
    const JSON: &str = r#"{"event":"MEDIA_START","connection_id":"c73c2770-2494-43d1-b470-abba5e58be58","channel":"WebSocket/INCOMING/0x7fb6b00014a0","channel_id":"ws-1795280239226","format":"slin16","optimal_frame_size":640,"ptime":20,"channel_variables":{"MEDIA_WEBSOCKET_CONNECTION_ID":"c73c2770-2494-43d1-b470-abba5e58be58"}}"#;

    #[test]
    fn the_first_message() {
        let plain = start(PLAIN).unwrap();
        assert_eq!((plain.style, plain.frame, plain.ptime.as_millis()), (Style::Plain, 160, 20));
        assert_eq!(plain.connection_id, "f80bd520-7d33-4926-bb27-60101c62e849");
        assert_eq!(
            (plain.channel_id.as_str(), plain.format.as_str()),
            ("ws-1795280235000", "ulaw")
        );
        let json = start(JSON).unwrap();
        assert_eq!((json.style, json.frame, json.ptime.as_millis()), (Style::Json, 640, 20));
        assert_eq!(json.connection_id, "c73c2770-2494-43d1-b470-abba5e58be58");
        assert_eq!(
            (json.channel_id.as_str(), json.format.as_str()),
            ("ws-1795280239226", "slin16")
        );
        for other in ["", "MEDIA_START", "QUEUE_DRAINED", "{", "{}", r#"{"event":"MEDIA_START"}"#] {
            assert_eq!(start(other), None, "{other}");
        }
    }

    #[test]
    fn later_messages() {
        let status = Status {
            queue_length: 10,
            xon_level: 800,
            xoff_level: 900,
            queue_full: false,
            buffering: false,
            paused: true,
        };
        for (plain, json, expected) in [
            ("MEDIA_XOFF", r#"{"event":"MEDIA_XOFF","channel_id":"x"}"#, Notice::Xoff),
            ("MEDIA_XON", r#"{"event":"MEDIA_XON","channel_id":"x"}"#, Notice::Xon),
            ("QUEUE_DRAINED", r#"{"event":"QUEUE_DRAINED","channel_id":"x"}"#, Notice::Drained),
            (
                "MEDIA_MARK_PROCESSED sdk7",
                r#"{"event":"MEDIA_MARK_PROCESSED","channel_id":"x","correlation_id":"sdk7"}"#,
                Notice::Mark(7),
            ),
            (
                "MEDIA_MARK_PROCESSED",
                r#"{"event":"MEDIA_MARK_PROCESSED","channel_id":"x","correlation_id":""}"#,
                Notice::Other,
            ),
            (
                "MEDIA_BUFFERING_COMPLETED b1",
                r#"{"event":"MEDIA_BUFFERING_COMPLETED","channel_id":"x","correlation_id":"b1"}"#,
                Notice::Nothing,
            ),
            (
                "DTMF_END digit:5 channel_id:ws-1795280235000",
                r#"{"event":"DTMF_END","channel_id":"ws-1795280239226","digit":"5"}"#,
                Notice::Dtmf('5'),
            ),
            (
                "STATUS channel_id:ws-1795280235000 queue_length:10 xon_level:800 xoff_level:900 \
                 queue_full:false bulk_media:false media_paused:true",
                r#"{"event":"STATUS","channel_id":"x","queue_length":10,"xon_level":800,"xoff_level":900,"queue_full":false,"bulk_media":false,"media_paused":true}"#,
                Notice::Status(status),
            ),
            (
                "ERROR channel_id:x error_text:SET_MEDIA_DIRECTION only supports JSON format.\n",
                r#"{"event":"ERROR","channel_id":"x","error_text":"SET_MEDIA_DIRECTION only supports JSON format."}"#,
                Notice::Refused("SET_MEDIA_DIRECTION only supports JSON format.".to_owned()),
            ),
            ("SOMETHING new:1", r#"{"event":"SOMETHING"}"#, Notice::Other),
            ("STATUS", r#"{"event":"STATUS","queue_length":"x"}"#, Notice::Other),
            ("DTMF_END", r#"{"event":"DTMF_END","digit":""}"#, Notice::Other),
            ("", "{", Notice::Other),
        ] {
            assert_eq!(notice(plain), expected, "{plain}");
            assert_eq!(notice(json), expected, "{json}");
        }
    }

    #[test]
    fn what_is_sent_is_short_enough() {
        for (saying, plain, json) in [
            (
                Saying::Mark(u64::MAX),
                "MARK_MEDIA sdk18446744073709551615",
                r#"{"command":"MARK_MEDIA","correlation_id":"sdk18446744073709551615"}"#,
            ),
            (Saying::Flush, "FLUSH_MEDIA", r#"{"command":"FLUSH_MEDIA"}"#),
            (
                Saying::Direction(Direction::Out),
                "SET_MEDIA_DIRECTION out",
                r#"{"command":"SET_MEDIA_DIRECTION","direction":"out"}"#,
            ),
            (
                Saying::ReportDrained,
                "REPORT_QUEUE_DRAINED",
                r#"{"command":"REPORT_QUEUE_DRAINED"}"#,
            ),
            (Saying::Resume, "CONTINUE_MEDIA", r#"{"command":"CONTINUE_MEDIA"}"#),
        ] {
            let again = match &saying {
                Saying::Mark(id) => Saying::Mark(*id),
                Saying::Direction(direction) => Saying::Direction(*direction),
                Saying::Flush => Saying::Flush,
                Saying::Resume => Saying::Resume,
                _ => Saying::ReportDrained,
            };
            assert_eq!(write(saying, Style::Plain).as_deref(), Some(plain));
            assert_eq!(write(again, Style::Json).as_deref(), Some(json));
            assert!(json.len() <= 128);
        }
    }
}
