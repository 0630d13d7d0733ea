//! The `agi_*` variables that open a session.

use std::sync::Arc;

use memchr::{memchr_iter, memchr2_iter};

use crate::ChannelId;
use crate::error::ParseError;

/// What every variable's name begins with.
const PREFIX: &[u8] = b"agi_";

/// What stands between a name and its value.
const SEPARATOR: &[u8; 2] = b": ";

/// The variables that Asterisk sends before it takes commands.
///
/// The block is kept as it came: order, duplicates, unknown names and bytes are all there
/// ([`iter`](Self::iter), [`as_bytes`](Self::as_bytes)). A clone costs a reference count.
///
/// Asterisk writes `unknown` for a text that is not set. The accessors that return an `Option` give
/// `None` for that word, for an empty value and for a missing variable. The default has no variables.
///
/// # Examples
///
/// ```
/// use asterisk_proto::agi::Environment;
///
/// let block = "agi_channel: Local/100@sdk-00000000;1\nagi_callerid: unknown\nagi_arg_1: a: b\n\n";
/// let environment = Environment::parse(block)?;
/// assert_eq!(environment.channel(), "Local/100@sdk-00000000;1");
/// assert_eq!(environment.caller_id(), None);
/// assert_eq!(environment.args(), ["a: b"]);
/// # Ok::<(), asterisk_proto::error::ParseError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    text: Arc<str>,
    // Only if something was not UTF-8. Replacing such bytes moves no line break and no colon, so both
    // divide into the same variables.
    raw: Option<Arc<[u8]>>,
}

impl Environment {
    /// Reads the block of variables, with or without the empty line that ends it.
    ///
    /// An argument may hold a line break: a line that is not `agi_name: value` continues the value
    /// before it.
    ///
    /// # Errors
    ///
    /// The first line is not `agi_name: value`: the peer is not Asterisk.
    pub fn parse(block: impl AsRef<[u8]>) -> Result<Self, ParseError> {
        let mut raw = block.as_ref();
        for _ in 0..2 {
            raw = raw.strip_suffix(b"\n").unwrap_or(raw);
        }
        if !begins_variable(raw) {
            return Err(ParseError::new("an AGI variable", raw));
        }
        // Far faster than to look for something to replace.
        Ok(match std::str::from_utf8(raw) {
            Ok(text) => Self { text: text.into(), raw: None },
            Err(_) => Self { text: String::from_utf8_lossy(raw).into(), raw: Some(raw.into()) },
        })
    }

    /// The value of the variable with this full name, as in `agi_callingpres`; of several the first.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        if !name.as_bytes().starts_with(PREFIX) || separator(name.as_bytes()).is_some() {
            return None;
        }
        let block = self.text.as_bytes();
        let mut lines = std::iter::once(0).chain(memchr_iter(b'\n', block).map(|end| end + 1));
        let named = lines.find(|&line| {
            let behind = block[line..].strip_prefix(name.as_bytes());
            behind.is_some_and(|behind| behind.starts_with(SEPARATOR))
        })?;
        let place = Place::of(&block[named..], name.len());
        self.text.get(named + place.value()..named + place.end)
    }

    /// All variables in the order in which they came; bytes that are not UTF-8 are replaced.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut block = &*self.text;
        std::iter::from_fn(move || {
            let place = Place::first(block.as_bytes())?;
            let variable = (block.get(..place.colon)?, block.get(place.value()..place.end)?);
            block = block.get(place.end + 1..).unwrap_or_default();
            Some(variable)
        })
    }

    /// All variables in the order in which they came, as bytes.
    pub fn iter_bytes(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let mut block = self.as_bytes();
        std::iter::from_fn(move || {
            let place = Place::first(block)?;
            let variable = (block.get(..place.colon)?, block.get(place.value()..place.end)?);
            block = block.get(place.end + 1..).unwrap_or_default();
            Some(variable)
        })
    }

    /// The block as it was received, without the line break of its last line.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.raw.as_deref().unwrap_or(self.text.as_bytes())
    }

    /// What the dialplan called: a URL such as `agi://127.0.0.1/demo?lang=en`, or a script's name.
    #[must_use]
    pub fn request(&self) -> &str {
        self.text_of("agi_request")
    }

    /// The path and query of a FastAGI URL as written, without the leading `/`; `None` without one.
    #[must_use]
    pub fn network_script(&self) -> Option<&str> {
        self.get("agi_network_script")
    }

    /// The channel's name when the session began.
    #[must_use]
    pub fn channel(&self) -> &str {
        self.text_of("agi_channel")
    }

    /// The channel's language, as in `en`.
    #[must_use]
    pub fn language(&self) -> &str {
        self.text_of("agi_language")
    }

    /// The channel technology, as in `PJSIP`.
    #[must_use]
    pub fn channel_type(&self) -> &str {
        self.text_of("agi_type")
    }

    /// The channel's id.
    #[must_use]
    pub fn unique_id(&self) -> ChannelId {
        self.text_of("agi_uniqueid").into()
    }

    /// The server's version, as in `22.10.1`; distributions add to it.
    #[must_use]
    pub fn version(&self) -> &str {
        self.text_of("agi_version")
    }

    /// The number before the first dot of [`version`](Self::version).
    #[must_use]
    pub fn major_version(&self) -> Option<u32> {
        let version = self.version();
        let digits = version.find(|c: char| !c.is_ascii_digit());
        version[..digits.unwrap_or(version.len())].parse().ok()
    }

    /// The caller's number.
    #[must_use]
    pub fn caller_id(&self) -> Option<&str> {
        self.set("agi_callerid")
    }

    /// The caller's name.
    #[must_use]
    pub fn caller_id_name(&self) -> Option<&str> {
        self.set("agi_calleridname")
    }

    /// The number that was dialled.
    #[must_use]
    pub fn dnid(&self) -> Option<&str> {
        self.set("agi_dnid")
    }

    /// The number that redirected the call.
    #[must_use]
    pub fn rdnis(&self) -> Option<&str> {
        self.set("agi_rdnis")
    }

    /// The dialplan context that called the script.
    #[must_use]
    pub fn context(&self) -> &str {
        self.text_of("agi_context")
    }

    /// The dialplan extension that called the script.
    #[must_use]
    pub fn extension(&self) -> &str {
        self.text_of("agi_extension")
    }

    /// The dialplan priority that called the script.
    #[must_use]
    pub fn priority(&self) -> Option<u32> {
        self.get("agi_priority")?.parse().ok()
    }

    /// Whether the script was called by `EAGI`, so that it gets the caller's audio.
    #[must_use]
    pub fn enhanced(&self) -> bool {
        self.get("agi_enhanced") == Some("1.0")
    }

    /// The channel's account code.
    #[must_use]
    pub fn account_code(&self) -> Option<&str> {
        self.set("agi_accountcode")
    }

    /// The id of the server's thread that runs the session.
    #[must_use]
    pub fn thread_id(&self) -> Option<i64> {
        self.get("agi_threadid")?.parse().ok()
    }

    /// The arguments after the script's name (`agi_arg_1` and so on) in the order of their numbers,
    /// empty ones included.
    #[must_use]
    pub fn args(&self) -> Vec<&str> {
        let mut args: Vec<(u32, &str)> = self
            .iter()
            .filter_map(|(name, value)| {
                let number = name.strip_prefix("agi_arg_")?.parse().ok()?;
                Some((number, value))
            })
            .collect();
        args.sort_by_key(|(number, _)| *number);
        args.into_iter().map(|(_, value)| value).collect()
    }

    fn text_of(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    fn set(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty() && *value != "unknown")
    }
}

/// Where the first variable of a block is.
struct Place {
    /// Where its name ends.
    colon: usize,
    /// Where its value ends.
    end: usize,
}

impl Place {
    fn first(block: &[u8]) -> Option<Self> {
        separator(block).map(|colon| Self::of(block, colon))
    }

    /// Of the variable whose name ends there.
    fn of(block: &[u8], colon: usize) -> Self {
        // The value ends where a line begins that is a variable itself.
        let mut line_ends = memchr_iter(b'\n', &block[colon..]).map(|at| colon + at);
        let end = line_ends.find(|end| begins_variable(&block[end + 1..]));
        Self { colon, end: end.unwrap_or(block.len()) }
    }

    fn value(&self) -> usize {
        self.colon + SEPARATOR.len()
    }
}

/// Whether the first line is a variable.
fn begins_variable(block: &[u8]) -> bool {
    let mut marks = memchr2_iter(SEPARATOR[0], b'\n', block).map(|at| &block[at..]);
    let decides = |mark: &&[u8]| mark.starts_with(b"\n") || mark.starts_with(SEPARATOR);
    block.starts_with(PREFIX) && marks.find(decides).is_some_and(|mark| mark.starts_with(SEPARATOR))
}

/// Where a name ends. A searcher for two bytes would take longer to make than these lines to search.
fn separator(line: &[u8]) -> Option<usize> {
    memchr_iter(SEPARATOR[0], line).find(|&at| line.get(at + 1) == Some(&SEPARATOR[1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Asterisk 22.10 sent.
    const CAPTURED: &str = "agi_network: yes
agi_network_script: forms/1%20a?lang=en&tag=a&tag=b%20c+d
agi_request: agi://127.0.0.1:47417/forms/1%20a?lang=en&tag=a&tag=b%20c+d
agi_channel: Local/wait@sdk-00000000;1
agi_language: en
agi_type: Local
agi_uniqueid: 1795248202.0
agi_version: 22.10.1+dfsg+~cs6.17.60671434-1
agi_callerid: 100
agi_calleridname: José Doe
agi_callingpres: 0
agi_callingani2: 0
agi_callington: 0
agi_callingtns: 0
agi_dnid: unknown
agi_rdnis: unknown
agi_context: sdk
agi_extension: agi
agi_priority: 2
agi_enhanced: 0.0
agi_accountcode: 
agi_threadid: 139738988431040
agi_arg_1: first
agi_arg_2: 

";

    fn parse(block: &str) -> Environment {
        Environment::parse(block).unwrap()
    }

    #[test]
    fn every_variable_of_a_captured_block() {
        let environment = parse(CAPTURED);
        assert_eq!(environment.network_script(), Some("forms/1%20a?lang=en&tag=a&tag=b%20c+d"));
        assert!(environment.request().starts_with("agi://127.0.0.1:47417/forms/"));
        assert_eq!(environment.channel(), "Local/wait@sdk-00000000;1");
        assert_eq!(environment.language(), "en");
        assert_eq!(environment.channel_type(), "Local");
        assert_eq!(environment.unique_id(), ChannelId::from("1795248202.0"));
        assert_eq!(environment.version(), "22.10.1+dfsg+~cs6.17.60671434-1");
        assert_eq!(environment.major_version(), Some(22));
        assert_eq!(environment.caller_id(), Some("100"));
        assert_eq!(environment.caller_id_name(), Some("José Doe"));
        assert_eq!(environment.dnid(), None);
        assert_eq!(environment.rdnis(), None);
        assert_eq!(environment.context(), "sdk");
        assert_eq!(environment.extension(), "agi");
        assert_eq!(environment.priority(), Some(2));
        assert!(!environment.enhanced());
        assert_eq!(environment.account_code(), None);
        assert_eq!(environment.get("agi_accountcode"), Some(""));
        assert_eq!(environment.thread_id(), Some(139_738_988_431_040));
        assert_eq!(environment.args(), ["first", ""]);
        assert_eq!(environment.get("agi_callingpres"), Some("0"));
        assert_eq!(environment.iter().count(), 24);
    }

    #[test]
    fn nothing_is_lost() {
        let environment = parse(CAPTURED);
        let mut written = String::new();
        for (name, value) in environment.iter() {
            written.extend([name, ": ", value, "\n"]);
        }
        assert_eq!(written + "\n", CAPTURED);
    }

    #[test]
    fn a_name_is_found_only_where_a_variable_begins() {
        let block =
            "agi_request: agi_channel: x\nagi_channel_id: y\nagi_channel: z\nagi_channel: 2";
        let environment = parse(block);
        assert_eq!(environment.channel(), "z");
        assert_eq!(environment.request(), "agi_channel: x");
        for none in
            ["", "agi_", "agi_chan", "gi_channel", "agi_request: agi_channel", "agi_channel:"]
        {
            assert_eq!(environment.get(none), None, "{none}");
        }
        // What continues a value is no variable, even if it is asked for.
        let environment = parse("agi_arg_1: one\ntwo: 2\nagi_arg_2: x");
        assert_eq!(environment.get("two"), None);
    }

    #[test]
    fn arguments_are_ordered_by_number() {
        let lines = (1..=12).rev().map(|number| format!("agi_arg_{number}: {number}"));
        let environment = parse(&lines.collect::<Vec<_>>().join("\n"));
        let args: Vec<u32> = environment.args().iter().map(|arg| arg.parse().unwrap()).collect();
        assert_eq!(args, (1..=12).collect::<Vec<_>>());
    }

    #[test]
    fn a_line_break_in_an_argument_stays_in_it() {
        let environment = parse("agi_arg_1: one\ntwo: 2\nagi_not\nagi_arg_2: x\n");
        assert_eq!(environment.args(), ["one\ntwo: 2\nagi_not", "x"]);
    }

    #[test]
    fn bytes_that_are_not_utf8_stay_reachable() {
        let block = b"agi_calleridname: Jos\xe9: \xff\nagi_callerid: 1\n\n";
        let environment = Environment::parse(block).unwrap();
        assert_eq!(environment.caller_id_name(), Some("Jos\u{fffd}: \u{fffd}"));
        assert_eq!(environment.caller_id(), Some("1"));
        let (_, name) = environment.iter_bytes().next().unwrap();
        assert_eq!(name, b"Jos\xe9: \xff");
        assert_eq!(environment.as_bytes(), &block[..block.len() - 2]);
    }

    #[test]
    fn what_is_not_asterisk_is_refused() {
        for block in
            ["", "\n\n", "GET / HTTP/1.1\nHost: a\n\n", "agi_\n\n", "\0\0\n\n", "agi_a:b\n"]
        {
            let error = Environment::parse(block).unwrap_err();
            assert_eq!(error.expected, "an AGI variable", "{block:?}");
        }
    }
}
