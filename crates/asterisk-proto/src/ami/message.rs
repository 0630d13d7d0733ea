//! One block of header lines, over the buffer it was received in.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use memchr::memchr;

use crate::error::ParseError;
use crate::text::Text;

/// One manager message: header lines in the server's order, duplicates kept, bytes untouched.
///
/// Names compare without regard to ASCII case. Values are whatever the server had stored, not
/// necessarily UTF-8: the accessors that give text replace what is not, [`Message::value`] gives the
/// bytes. Cloning costs a reference count.
#[derive(Clone)]
pub struct Message(Arc<Inner>);

struct Inner {
    bytes: Bytes,
    lines: Vec<Line>,
    /// The line that says what the message is.
    first: usize,
    kind: Kind,
}

/// What a message is, by its first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// `Response: …`, the answer to an action.
    Response,
    /// `Event: …`, a live event or an item of a list.
    Event,
    /// Neither: noise that some modules write between messages.
    Other,
}

/// Where a line stands in the buffer; `colon == end` marks a line without a colon.
#[derive(Debug, Clone, Copy)]
struct Line {
    start: u32,
    colon: u32,
    end: u32,
}

impl Message {
    /// Reads the lines of one message.
    ///
    /// `bytes` holds lines ended by CR LF; the empty line that ends the message may be there or not.
    /// A bare LF is part of a value: servers write some.
    ///
    /// # Errors
    ///
    /// When there is no line at all, or more than 4 GiB of them.
    pub fn parse(bytes: Bytes) -> Result<Self, ParseError> {
        let expected = "header lines of a manager message";
        if u32::try_from(bytes.len()).is_err() {
            return Err(ParseError::new(expected, &bytes));
        }
        // Headers are about 25 bytes; one more allocation in the odd case is fine.
        let mut lines = Vec::with_capacity(bytes.len() / 20 + 1);
        let mut start = 0;
        while start < bytes.len() {
            let end = line_end(&bytes, start);
            if end > start {
                lines.push(Line::at(&bytes, start, end));
            }
            start = end + 2;
        }
        // Only the first line counts, because later ones may be named Event or Response too. What
        // has neither name in front is what IAXnetstats glues before the next message.
        let found = lines.iter().enumerate().find_map(|(index, line)| {
            let name = &bytes[line.name()];
            if name.eq_ignore_ascii_case(b"Event") {
                Some((index, Kind::Event))
            } else if name.eq_ignore_ascii_case(b"Response") {
                Some((index, Kind::Response))
            } else {
                None
            }
        });
        let (first, kind) = found.unwrap_or((0, Kind::Other));
        if lines.is_empty() {
            return Err(ParseError::new(expected, &bytes));
        }
        Ok(Self(Arc::new(Inner { bytes, lines, first, kind })))
    }

    /// What the message is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The value of the line that says what the message is: an event's name, a response's status.
    #[must_use]
    pub fn subject(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0.bytes[self.0.lines[self.0.first].value(&self.0.bytes)])
    }

    /// The message as received, without the empty line.
    #[must_use]
    pub fn as_bytes(&self) -> &Bytes {
        &self.0.bytes
    }

    /// All lines in the server's order.
    ///
    /// A line without a colon is a header with an empty name.
    #[must_use]
    pub fn headers(&self) -> impl ExactSizeIterator<Item = Header<'_>> {
        self.0.lines.iter().map(|line| Header {
            name: &self.0.bytes[line.name()],
            value: &self.0.bytes[line.value(&self.0.bytes)],
        })
    }

    /// The first value of a header, as text.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.value(name).map(String::from_utf8_lossy)
    }

    /// All values of a header that may stand several times, in order.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = Cow<'a, str>> {
        self.find(name)
            .map(|line| String::from_utf8_lossy(&self.0.bytes[line.value(&self.0.bytes)]))
    }

    /// The first value of a header, as bytes.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&[u8]> {
        self.find(name).next().map(|line| &self.0.bytes[line.value(&self.0.bytes)])
    }

    /// The first value of a header, as text that shares this message's buffer.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Text> {
        self.texts(name).next()
    }

    /// All values of a header, as texts that share this message's buffer.
    pub(crate) fn texts(&self, name: &str) -> impl Iterator<Item = Text> {
        self.find(name).map(|line| Text::from_bytes(self.0.bytes.slice(line.value(&self.0.bytes))))
    }

    /// The `ActionID`: which action this belongs to.
    ///
    /// Anybody can write one into a user event, so it means something only on a response, on an item
    /// of a list and on an `OriginateResponse`.
    #[must_use]
    pub fn action_id(&self) -> Option<&[u8]> {
        self.value("ActionID")
    }

    fn find(&self, name: &str) -> impl Iterator<Item = &Line> {
        self.0
            .lines
            .iter()
            .filter(|line| self.0.bytes[line.name()].eq_ignore_ascii_case(name.as_bytes()))
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.headers().map(|h| (h.name_lossy(), h.value_lossy()))).finish()
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.0.bytes == other.0.bytes
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

impl Line {
    // `Message::parse` checked that every position fits.
    #[expect(clippy::cast_possible_truncation)]
    fn at(bytes: &[u8], start: usize, end: usize) -> Self {
        let line = &bytes[start..end];
        let colon = colon(line).map_or(end, |colon| start + colon);
        Self { start: start as u32, colon: colon as u32, end: end as u32 }
    }

    fn name(self) -> std::ops::Range<usize> {
        let end = if self.colon == self.end { self.start } else { self.colon };
        self.start as usize..end as usize
    }

    fn value(self, bytes: &[u8]) -> std::ops::Range<usize> {
        let end = self.end as usize;
        if self.colon == self.end {
            return self.start as usize..end;
        }
        let start = self.colon as usize + 1;
        // One blank belongs to the separator, any more to the value.
        start + usize::from(bytes[start..end].first() == Some(&b' '))..end
    }
}

/// Where the line that begins at `start` ends: at its CR LF, or at the end of the bytes.
fn line_end(bytes: &[u8], start: usize) -> usize {
    let mut from = start;
    while let Some(found) = memchr(b'\n', &bytes[from..]) {
        let lf = from + found;
        if lf > start && bytes[lf - 1] == b'\r' {
            return lf - 1;
        }
        from = lf + 1;
    }
    bytes.len()
}

/// The colon between name and value.
fn colon(line: &[u8]) -> Option<usize> {
    let first = memchr(b':', line)?;
    // `ChanVariable(<channel>): name=value`: the channel's name may hold a colon.
    let name = &line[..first];
    if memchr(b'(', name).is_some_and(|open| name[..open].ends_with(b"ChanVariable"))
        && memchr(b')', name).is_none()
    {
        let close = line.windows(2).position(|pair| pair == b"):");
        return Some(close.map_or(first, |close| close + 1));
    }
    Some(first)
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
    fn nothing_is_not_a_message() {
        assert!(Message::parse(Bytes::new()).is_err());
        assert!(Message::parse(Bytes::from_static(b"\r\n\r\n")).is_err());
    }
}
