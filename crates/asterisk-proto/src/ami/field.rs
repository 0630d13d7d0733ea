//! How the value of a header becomes a typed field.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use super::Message;
use crate::{ActionId, BridgeId, ChannelId, ChannelState, HangupCause, LinkedId, Text, Timestamp};

/// A field of a typed event, read by the header's name.
///
/// Reading never fails: what is absent, empty or of an unexpected form is `None`, and the message
/// keeps the text.
pub trait Field: Sized {
    /// Reads the field from the header called `name` (for a snapshot: from the headers that begin
    /// with it).
    fn read(message: &Message, name: &str) -> Self;
}

impl Field for Option<Text> {
    fn read(message: &Message, name: &str) -> Self {
        message.known(name)
    }
}

impl Field for Vec<Text> {
    fn read(message: &Message, name: &str) -> Self {
        message.texts(name).collect()
    }
}

/// Fields that are numbers in decimal, or an address and a port.
macro_rules! number_fields {
    ($($number:ty),+) => {
        $(impl Field for Option<$number> {
            fn read(message: &Message, name: &str) -> Self {
                message.get(name)?.trim().parse().ok()
            }
        })+
    };
}

number_fields!(u16, u32, u64, i32, i64, f64, SocketAddr);

impl Field for Option<bool> {
    fn read(message: &Message, name: &str) -> Self {
        let value = message.value(name)?;
        let is = |words: &[&str]| words.iter().any(|w| value.eq_ignore_ascii_case(w.as_bytes()));
        if is(&["1", "yes", "true", "on", "y"]) {
            Some(true)
        } else if is(&["0", "no", "false", "off", "n"]) {
            Some(false)
        } else {
            None
        }
    }
}

/// Fields that are a word of an open enum. An empty value is none.
macro_rules! word_fields {
    ($($word:ty),+ $(,)?) => {
        $(impl Field for Option<$word> {
            fn read(message: &Message, name: &str) -> Self {
                let word = message.get(name)?;
                let known = !word.is_empty() && word != "<unknown>";
                known.then(|| <$word>::from(&*word))
            }
        })+
    };
}

pub(super) use word_fields;

/// A span of time that a header counts in seconds, fractions included.
pub(super) fn seconds(message: &Message, name: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(message.get(name)?.trim().parse().ok()?).ok()
}

/// A span of time that a header counts in minutes, fractions included.
pub(super) fn minutes(message: &Message, name: &str) -> Option<Duration> {
    let minutes: f64 = message.get(name)?.trim().parse().ok()?;
    Duration::try_from_secs_f64(minutes * 60.0).ok()
}

/// A span of time that a header counts in milliseconds, fractions included.
pub(super) fn milliseconds(message: &Message, name: &str) -> Option<Duration> {
    let milliseconds: f64 = message.get(name)?.trim().parse().ok()?;
    Duration::try_from_secs_f64(milliseconds / 1e3).ok()
}

/// A span of time that a header counts in microseconds.
pub(super) fn microseconds(message: &Message, name: &str) -> Option<Duration> {
    Option::<u64>::read(message, name).map(Duration::from_micros)
}

/// A span of time written as `hh:mm:ss`, the hours with as many digits as it takes.
pub(super) fn clock(message: &Message, name: &str) -> Option<Duration> {
    let (mut total, mut part, mut parts) = (0_u64, None, 1);
    for byte in message.value(name)?.trim_ascii() {
        match byte {
            b'0'..=b'9' => {
                let digit = u64::from(byte - b'0');
                part = Some(part.unwrap_or(0_u64).checked_mul(10)?.checked_add(digit)?);
            }
            b':' => {
                total = total.checked_add(part.take()?)?.checked_mul(60)?;
                parts += 1;
            }
            _ => return None,
        }
    }
    (parts == 3).then_some(Duration::from_secs(total.checked_add(part?)?))
}

/// A time that a header gives in seconds since 1970, UTC. Zero is what servers write for never.
pub(super) fn unix_time(message: &Message, name: &str) -> Option<SystemTime> {
    since_1970(&message.get(name)?)
}

fn since_1970(seconds: &str) -> Option<SystemTime> {
    let since = Duration::try_from_secs_f64(seconds.trim().parse().ok()?).ok()?;
    if since.is_zero() { None } else { SystemTime::UNIX_EPOCH.checked_add(since) }
}

/// The same in a message some of whose lines end with a bare LF, so that the header may stand
/// within the value of the one before: `CallStarted: 1\nLoggedInTime: 2` in `Agents`.
pub(super) fn unix_time_in_lines(message: &Message, name: &str) -> Option<SystemTime> {
    let header = format!("\n{name}: ");
    let within = || {
        message.headers().find_map(|one| {
            let value = one.value_lossy();
            value.split_once(&*header).map(|(_, rest)| Cow::Owned(rest.to_owned()))
        })
    };
    let text = message.get(name).or_else(within)?;
    since_1970(text.lines().next()?)
}

/// Text, unless it is what a C library prints for a string that is not there.
pub(super) fn not_null(message: &Message, name: &str) -> Option<Text> {
    message.known(name).filter(|text| &**text != "(null)")
}

/// Text that the server put C escapes into, without them.
pub(super) fn unescaped(message: &Message, name: &str) -> Option<Text> {
    message.known(name).map(super::snapshot::unescape)
}

/// Words with commas between; none at all when the value is empty.
pub(super) fn comma_list(message: &Message, name: &str) -> Vec<Text> {
    let Some(list) = message.known(name) else { return Vec::new() };
    let words = list.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| list.share(word)).collect()
}

/// Codecs as `(ulaw|alaw)`; none at all when the value is empty or `(nothing)`.
pub(super) fn formats(message: &Message, name: &str) -> Vec<Text> {
    let Some(list) = message.known(name) else { return Vec::new() };
    let inner = list.trim().trim_start_matches('(').trim_end_matches(')');
    let words = inner.split('|').filter(|word| !word.is_empty() && *word != "nothing");
    words.map(|word| list.share(word)).collect()
}

/// A word from the second header of this name, where the first one means something else.
pub(super) fn second<T: for<'a> From<&'a str>>(message: &Message, name: &str) -> Option<T> {
    let word = message.all(name).nth(1)?;
    (!word.is_empty()).then(|| T::from(&word))
}

/// A variable of a channel, in an event that names the channel with it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelVariable {
    /// The channel's name, from the header's: `ChanVariable(<channel>)`.
    pub channel: Text,
    /// The variable's name, which may be a function such as `CHANNEL(language)`.
    pub name: Text,
    /// Its value.
    pub value: Text,
}

impl Field for Vec<ChannelVariable> {
    fn read(message: &Message, name: &str) -> Self {
        let bytes = message.as_bytes();
        let mut variables = Vec::new();
        for place in message.places() {
            if !is_variable(&bytes[place.name.clone()], name) {
                continue;
            }
            let channel = place.name.start + name.len() + 1..place.name.end - 1;
            let line = message.part(place.value);
            let (name, value) = line.split_once('=').unwrap_or((&line, ""));
            let (name, value) = (line.share(name), line.share(value));
            variables.push(ChannelVariable { channel: message.part(channel), name, value });
        }
        variables
    }
}

/// Whether a header is called `<name>(<channel>)`.
pub(super) fn is_variable(header: &[u8], name: &str) -> bool {
    let Some((head, rest)) = header.split_at_checked(name.len()) else { return false };
    rest.len() >= 2
        && rest.starts_with(b"(")
        && rest.ends_with(b")")
        && head.eq_ignore_ascii_case(name.as_bytes())
}

/// What stands behind the name of a group in a header's name: a number (`Report0SourceSSRC`), an
/// index (`Units(0)/NumberOf`), a path (`Charge/Type`), or nothing.
pub(super) fn in_group<'a>(header: &'a [u8], group: &str) -> Option<&'a [u8]> {
    let (head, rest) = header.split_at_checked(group.len())?;
    let starts = matches!(rest.first(), None | Some(b'0'..=b'9' | b'(' | b'/'));
    (starts && head.eq_ignore_ascii_case(group.as_bytes())).then_some(rest)
}

/// An id is not empty.
pub(super) fn id<T: From<Text>>(text: Option<Text>) -> Option<T> {
    text.filter(|text| !text.is_empty()).map(T::from)
}

/// Fields that are a non-empty, known id.
macro_rules! id_fields {
    ($($id:ty),+) => {
        $(impl Field for Option<$id> {
            fn read(message: &Message, name: &str) -> Self {
                id(message.known(name))
            }
        })+
    };
}

id_fields!(ActionId, BridgeId, ChannelId, LinkedId);

impl Field for Option<Timestamp> {
    fn read(message: &Message, name: &str) -> Self {
        message.known(name).filter(|text| !text.is_empty()).map(Timestamp::from)
    }
}

impl Field for Option<HangupCause> {
    fn read(message: &Message, name: &str) -> Self {
        Option::<u32>::read(message, name).map(HangupCause::from)
    }
}

impl Field for Option<ChannelState> {
    /// States come as numbers (`ChannelState`) and as words (`ChannelStateDesc`).
    fn read(message: &Message, name: &str) -> Self {
        state(&message.get(name)?)
    }
}

pub(super) fn state(text: &str) -> Option<ChannelState> {
    if text == "<unknown>" {
        return None;
    }
    match text.parse() {
        Ok(code) => ChannelState::from_code(code),
        Err(_) => Some(ChannelState::from(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(lines: &str) -> Message {
        Message::parse(format!("Event: x\r\n{lines}\r\n").into()).unwrap()
    }

    #[test]
    fn spans_of_time_in_each_unit() {
        let spans = message("A: 1500\r\nB: 0.25\r\nC: 01:02:03\r\nD: -1\r\nE: nan\r\nF: 1:2");
        assert_eq!(seconds(&spans, "A"), Some(Duration::from_secs(1500)));
        assert_eq!(minutes(&spans, "A"), Some(Duration::from_secs(90_000)));
        assert_eq!(milliseconds(&spans, "A"), Some(Duration::from_millis(1500)));
        assert_eq!(microseconds(&spans, "A"), Some(Duration::from_micros(1500)));
        assert_eq!(seconds(&spans, "B"), Some(Duration::from_millis(250)));
        assert_eq!(milliseconds(&spans, "B"), Some(Duration::from_micros(250)));
        assert_eq!(clock(&spans, "C"), Some(Duration::from_secs(3723)));
        for name in ["D", "E", "none"] {
            assert_eq!(seconds(&spans, name), None, "{name}");
            assert_eq!(milliseconds(&spans, name), None, "{name}");
        }
        assert_eq!((clock(&spans, "A"), clock(&spans, "F")), (None, None));
    }

    #[test]
    fn times_since_1970() {
        let times = message("A: 1795236921.5\r\nB: 0\r\nC: 12\nD: 13\r\nE: later");
        let after = |millis| SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis));
        assert_eq!(unix_time(&times, "A"), after(1_795_236_921_500));
        assert_eq!(unix_time(&times, "B"), None, "never");
        assert_eq!(unix_time(&times, "E"), None);
        assert_eq!(unix_time_in_lines(&times, "C"), after(12_000));
        assert_eq!(unix_time_in_lines(&times, "D"), after(13_000), "behind a bare LF");
    }

    #[test]
    fn yes_and_no_in_the_words_of_servers() {
        let words = message("A: Yes\r\nB: 0\r\nC: true\r\nD: Off\r\nE: perhaps\r\nF: ");
        let read = |name| Option::<bool>::read(&words, name);
        assert_eq!(
            ["A", "B", "C", "D"].map(read),
            [Some(true), Some(false), Some(true), Some(false)]
        );
        assert_eq!(["E", "F", "none"].map(read), [None; 3]);
    }

    #[test]
    fn lists_and_groups() {
        let lists = message(
            "A: one, two,,\r\nB: (ulaw|alaw)\r\nC: (nothing)\r\nD: \r\nState: 1\r\nState: 2",
        );
        assert_eq!(comma_list(&lists, "A"), ["one", "two"]);
        assert_eq!(formats(&lists, "B"), ["ulaw", "alaw"]);
        assert!(formats(&lists, "C").is_empty() && comma_list(&lists, "D").is_empty());
        assert_eq!(second::<Text>(&lists, "State").as_deref(), Some("2"));
        assert_eq!(second::<Text>(&lists, "A"), None);
        assert_eq!(in_group(b"Report0SourceSSRC", "Report"), Some(&b"0SourceSSRC"[..]));
        assert_eq!(in_group(b"ReportCount", "Report"), None);
        assert!(is_variable(b"ChanVariable(SIP/a:b)", "ChanVariable"));
        assert!(!is_variable(b"ChanVariable", "ChanVariable"));
    }
}
