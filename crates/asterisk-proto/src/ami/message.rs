//! One block of header lines, over the buffer it was received in.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::scanner::{Line, Lines, MAX, Place, Scanner};
use crate::error::ParseError;
use crate::text::{Buffer, Content, Text};

/// One manager message: header lines in the server's order, duplicates kept, bytes untouched.
///
/// Names compare without regard to ASCII case. Values are whatever the server had stored, not
/// necessarily UTF-8: the accessors that give text replace what is not, [`Message::value`] gives the
/// bytes. Cloning costs a reference count.
#[derive(Clone)]
pub struct Message(Arc<Buffer>);

/// Where things are in the content of a message: its text, and behind that where its lines are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Index {
    /// How long the text is.
    text: u32,
    /// Which line says what the message is.
    first: u32,
    kind: Kind,
}

/// What a message is, by its first line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// `Response: …`, the answer to an action.
    Response,
    /// `Event: …`, a live event or an item of a list.
    Event,
    /// Neither: noise that some modules write between messages.
    #[default]
    Other,
}

impl Message {
    /// Reads the lines of one message.
    ///
    /// `bytes` holds lines ended by CR LF; the empty line that ends the message may be there or not,
    /// and what stands behind it is not read. A bare LF is part of a value: servers write some.
    ///
    /// # Errors
    ///
    /// When there is no line at all, or more than 256 MiB of them.
    // By value as all parsers here take it, although a message keeps a copy that is no larger than it.
    #[expect(clippy::needless_pass_by_value)]
    pub fn parse(bytes: Bytes) -> Result<Self, ParseError> {
        let mut rest = &bytes[..];
        while let Some(behind) = rest.strip_prefix(b"\r\n") {
            rest = behind;
        }
        let mut scanner = Scanner::default();
        let end = match scanner.scan(rest) {
            Some(end) => end,
            None => scanner.end(rest),
        };
        scanner.take(&rest[..end])
    }

    /// A message whose lines were found.
    pub(super) fn new(bytes: &[u8], lines: &[Line]) -> Result<Self, ParseError> {
        let Ok(text @ ..=MAX) = u32::try_from(bytes.len()) else {
            return Err(ParseError::new("a manager message of at most 256 MiB", bytes));
        };
        if lines.is_empty() {
            return Err(ParseError::new("header lines of a manager message", bytes));
        }
        // Only the first line counts, because later ones may be named Event or Response too. What
        // has neither name in front is what IAXnetstats glues before the next message.
        let mut start = 0;
        let found = (0..).zip(lines).find_map(|(index, line)| {
            let name = &bytes[std::mem::replace(&mut start, line.next())..][..line.name()];
            if name.eq_ignore_ascii_case(b"Event") {
                Some((index, Kind::Event))
            } else if name.eq_ignore_ascii_case(b"Response") {
                Some((index, Kind::Response))
            } else {
                None
            }
        });
        let (first, kind) = found.unwrap_or_default();
        let content = match String::from_utf8(Lines::behind(bytes, lines)) {
            Ok(text) => Content::Str(text.into_boxed_str()),
            Err(error) => Content::Raw(error.into_bytes().into_boxed_slice()),
        };
        let index = Index { text, first, kind };
        Ok(Self(Arc::new(Buffer { content, index })))
    }

    /// What the message is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.index.kind
    }

    /// The value of the line that says what the message is: an event's name, a response's status.
    #[must_use]
    pub fn subject(&self) -> Cow<'_, str> {
        let ((bytes, lines), first) = (self.parts(), self.0.index.first as usize);
        let value = lines.get(first).value(lines.start(first), bytes);
        self.0.content.text(value)
    }

    /// The message as received, without the empty line.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0.content.as_bytes()[..self.0.index.text as usize]
    }

    /// All lines in the server's order.
    ///
    /// A line without a colon is a header with an empty name.
    #[must_use]
    pub fn headers(&self) -> impl ExactSizeIterator<Item = Header<'_>> {
        let bytes = self.as_bytes();
        self.places().map(|place| Header { name: &bytes[place.name], value: &bytes[place.value] })
    }

    /// The first value of a header, as text.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        Some(self.0.content.text(self.find(name)?))
    }

    /// All values of a header that may stand several times, in order.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = Cow<'a, str>> {
        self.find_all(name).map(|value| self.0.content.text(value))
    }

    /// The first value of a header, as bytes.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        Some(&self.as_bytes()[self.find(name)?])
    }

    /// The first value of a header, as text that shares this message's buffer.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Text> {
        Some(Text::part(&self.0, self.find(name)?))
    }

    /// All values of a header, as texts that share this message's buffer.
    pub(crate) fn texts(&self, name: &str) -> impl Iterator<Item = Text> {
        self.find_all(name).map(|value| Text::part(&self.0, value))
    }

    /// The first value of a header, unless it is what Asterisk writes for what it does not know.
    pub(super) fn known(&self, name: &str) -> Option<Text> {
        self.known_at(self.find(name)?)
    }

    /// The same for a value whose place is known.
    pub(super) fn known_at(&self, value: Range<usize>) -> Option<Text> {
        (&self.as_bytes()[value.clone()] != UNKNOWN).then(|| Text::part(&self.0, value))
    }

    /// The text in a place, sharing this message's buffer.
    pub(super) fn part(&self, value: Range<usize>) -> Text {
        Text::part(&self.0, value)
    }

    /// The text in a place.
    pub(super) fn text_at(&self, value: Range<usize>) -> Cow<'_, str> {
        self.0.content.text(value)
    }

    /// The text, and where its lines are.
    #[inline]
    pub(super) fn parts(&self) -> (&[u8], Lines<'_>) {
        let (text, places) = self.0.content.as_bytes().split_at(self.0.index.text as usize);
        (text, Lines::new(text.len(), places))
    }

    /// Where everything is.
    pub(super) fn places(&self) -> impl ExactSizeIterator<Item = Place> {
        let (bytes, lines) = self.parts();
        let mut next = 0;
        (0..lines.len()).map(move |index| {
            let line = lines.get(index);
            line.place(std::mem::replace(&mut next, line.next()), bytes)
        })
    }

    /// The `ActionID`: which action this belongs to.
    ///
    /// Anybody can write one into a user event, so it means something only on a response, on an item
    /// of a list and on an `OriginateResponse`.
    #[must_use]
    pub fn action_id(&self) -> Option<&[u8]> {
        self.value("ActionID")
    }

    /// Where the first value of a header is.
    fn find(&self, name: &str) -> Option<Range<usize>> {
        let (bytes, lines) = self.parts();
        // Lengths differ mostly, and are compared without a look at the bytes.
        let at = lines.find(name.len(), |start| {
            let found = &bytes[start..][..name.len()];
            // Others of this length differ here, letter by letter without regard to case.
            ends_alike(found, name.as_bytes()) && is(found, name)
        })?;
        Some(lines.get(at).value(lines.start(at), bytes))
    }

    /// Where all values of a header are.
    fn find_all(&self, name: &str) -> impl Iterator<Item = Range<usize>> {
        let bytes = self.as_bytes();
        self.places().filter_map(|place| is(&bytes[place.name], name).then_some(place.value))
    }
}

/// Whether the first letters may be the same, and the last.
#[inline]
fn ends_alike(one: &[u8], other: &[u8]) -> bool {
    let ends = |name: &[u8]| Some((name.first()? | 0x20, name.last()? | 0x20));
    ends(one) == ends(other)
}

/// Whether a name is this one. Most differ in the first letter or are written alike.
fn is(found: &[u8], name: &str) -> bool {
    let name = name.as_bytes();
    let first = |name: &[u8]| name.first().map(u8::to_ascii_lowercase);
    found.len() == name.len()
        && first(found) == first(name)
        && (same(found, name) || found.eq_ignore_ascii_case(name))
}

/// Whether two names are written alike. Most are so short that their first and last letters, as numbers,
/// are all of them.
#[inline]
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    match (one.len(), other.len()) {
        (4..=7, 4..=7) => ends::<4>(one) == ends(other) && one.len() == other.len(),
        (8..=16, 8..=16) => ends::<8>(one) == ends(other) && one.len() == other.len(),
        _ => one == other,
    }
}

#[inline]
fn ends<const N: usize>(name: &[u8]) -> (Option<&[u8; N]>, Option<&[u8; N]>) {
    (name.first_chunk(), name.last_chunk())
}

/// Asterisk writes this for what it does not know.
const UNKNOWN: &[u8] = b"<unknown>";

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.headers().map(|h| (h.name_lossy(), h.value_lossy()))).finish()
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Message {}

/// One line of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header<'a> {
    /// What stands before the colon; empty when the line has none.
    pub name: &'a [u8],
    /// What stands behind the colon and one blank; trailing blanks are part of it.
    pub value: &'a [u8],
}

impl<'a> Header<'a> {
    /// The name as text, bytes that are not UTF-8 replaced.
    #[must_use]
    pub fn name_lossy(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.name)
    }

    /// The value as text, bytes that are not UTF-8 replaced.
    #[must_use]
    pub fn value_lossy(&self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &'static str) -> Message {
        Message::parse(Bytes::from_static(text.as_bytes())).unwrap()
    }

    fn pairs(message: &Message) -> Vec<(String, String)> {
        message.headers().map(|h| (h.name_lossy().into(), h.value_lossy().into())).collect()
    }

    #[test]
    fn headers_keep_order_duplicates_and_blanks() {
        let message = message(
            "Event: UserEvent\r\nVariable: a=1\r\nEmpty:\r\nAccountCode: \r\nTrail: two  \r\nvariable:  b: 2\r\n\r\n",
        );
        let expected = [
            ("Event", "UserEvent"),
            ("Variable", "a=1"),
            ("Empty", ""),
            ("AccountCode", ""),
            ("Trail", "two  "),
            ("variable", " b: 2"),
        ];
        assert_eq!(pairs(&message), expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
        assert_eq!(message.all("VARIABLE").collect::<Vec<_>>(), ["a=1", " b: 2"]);
        assert_eq!(message.get("nosuch"), None);
    }

    #[test]
    fn the_first_line_decides() {
        let echo =
            message("Event: UserEvent\r\nUserEvent: x\r\nEvent: Hangup\r\nResponse: Success\r\n");
        assert_eq!(echo.kind(), Kind::Event);
        assert_eq!(echo.subject(), "UserEvent");
        assert_eq!(message("Hello: you\r\n").kind(), Kind::Other);
    }

    #[test]
    fn noise_before_the_first_line_is_skipped() {
        let glued =
            message("IAX2/peer-1 1000 -1 0 0 -1 0\n\r\nResponse: Success\r\nActionID: 7\r\n\r\n");
        assert_eq!(glued.kind(), Kind::Response);
        assert_eq!(glued.subject(), "Success");
        assert_eq!(glued.action_id(), Some(&b"7"[..]));
    }

    #[test]
    fn a_bare_lf_belongs_to_the_value() {
        let refused =
            message("Response: Error\r\nMessage: Unable to retrieve endpoint nosuch\n\r\n\r\n");
        assert_eq!(refused.get("Message").unwrap(), "Unable to retrieve endpoint nosuch\n");
    }

    #[test]
    fn lines_without_a_colon_stay_readable() {
        let config = message("Response: Success\r\nNo categories found\r\n\r\n");
        assert_eq!(config.headers().len(), 2);
        let last = config.headers().last().unwrap();
        assert_eq!((last.name, last.value), (&b""[..], &b"No categories found"[..]));
    }

    #[test]
    fn a_channel_variable_of_a_channel_with_a_colon() {
        let event = message(
            "Event: OriginateResponse\r\nChanVariable(SIP/a:b-01): CHANNEL(language)=en\r\nNot(a:b: c\r\n",
        );
        assert_eq!(event.get("ChanVariable(SIP/a:b-01)").unwrap(), "CHANNEL(language)=en");
        assert_eq!(event.get("Not(a").unwrap(), "b: c");
    }

    #[test]
    fn bytes_that_are_not_text_are_reachable() {
        let event =
            Message::parse(Bytes::from_static(b"Event: x\r\nName: Jos\xe9\0\x01\r\n")).unwrap();
        assert_eq!(event.value("Name"), Some(&b"Jos\xe9\0\x01"[..]));
        assert_eq!(event.get("Name").unwrap(), "Jos\u{fffd}\0\x01");
    }

    #[test]
    fn names_differ_in_any_letter() {
        let name = b"ConnectedLineNumber";
        for length in 0..name.len() {
            let name = &name[..length];
            assert!(same(name, name));
            assert!(!same(name, &[name, b"x"].concat()));
            for at in 0..length {
                let mut other = name.to_vec();
                other[at] ^= 1;
                assert!(!same(name, &other), "{at} of {length}");
            }
        }
    }

    #[test]
    fn nothing_is_not_a_message() {
        assert!(Message::parse(Bytes::new()).is_err());
        assert!(Message::parse(Bytes::from_static(b"\r\n\r\n")).is_err());
    }
}
