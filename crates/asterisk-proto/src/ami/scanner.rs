//! Finds the lines of messages, in one pass.

use std::ops::Range;

use memchr::memchr;

use super::Message;
use crate::error::ParseError;

/// How long the name of a line is and where the line ends. It begins behind the one before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    name: u32,
    end: u32,
}

/// Where the lines of a message are: kept behind its text, in bytes of seven bits, so that both are one
/// string in one allocation. Text that is no message has none of it.
///
/// Allocators are slow with small allocations that are made in one place and given up in another, as
/// those of events are.
#[derive(Clone, Copy)]
pub(super) enum Lines<'a> {
    /// Of a message below 16 KiB: two bytes for the length of a name, two for the end of its line.
    Short(&'a [[u8; 4]]),
    /// Four for each of them.
    Long(&'a [[u8; 8]]),
}

/// How long text has to be for its lines to be [`Lines::Long`].
const LONG: u32 = 1 << 14;

/// How long text with lines may be: ends have 28 bits.
pub(super) const MAX: u32 = (1 << 28) - 1;

/// Twice 14 bits become four times seven: what is above seven of them moves up by one, so it is added
/// once more.
#[inline]
fn short(line: Line) -> [u8; 4] {
    let both = line.name | line.end << 16;
    (both + (both & 0x3f80_3f80)).to_le_bytes()
}

/// Twice 28 bits become four times 14, and these as above.
fn long(line: Line) -> [u8; 8] {
    let both = u64::from(line.name) | u64::from(line.end) << 32;
    let both = both & 0x3fff_0000_3fff | (both & 0x0fff_c000_0fff_c000) << 2;
    (both + (both & 0x3f80_3f80_3f80_3f80)).to_le_bytes()
}

#[expect(clippy::cast_possible_truncation, reason = "the halves are what counts")]
fn from_long(bytes: [u8; 8]) -> Line {
    let both = u64::from_le_bytes(bytes);
    let both = both - ((both & 0x7f00_7f00_7f00_7f00) >> 1);
    let both = both & 0x3fff_0000_3fff | (both & 0x3fff_0000_3fff_0000) >> 2;
    Line { name: both as u32, end: (both >> 32) as u32 }
}

impl<'a> Lines<'a> {
    /// A text, and behind it where its lines are.
    pub(super) fn behind(text: &[u8], lines: &[Line]) -> Vec<u8> {
        let size = if text.len() < LONG as usize { 4 } else { 8 };
        let mut bytes = Vec::with_capacity(text.len() + size * lines.len());
        bytes.extend_from_slice(text);
        bytes.resize(text.len() + size * lines.len(), 0);
        let places = &mut bytes[text.len()..];
        if text.len() < LONG as usize {
            let places = places.as_chunks_mut().0.iter_mut();
            places.zip(lines).for_each(|(place, line)| *place = short(*line));
        } else {
            let places = places.as_chunks_mut().0.iter_mut();
            places.zip(lines).for_each(|(place, line)| *place = long(*line));
        }
        bytes
    }

    /// What stands behind a text of this length.
    #[inline]
    pub(super) fn new(text: usize, places: &'a [u8]) -> Self {
        if text < LONG as usize {
            Self::Short(places.as_chunks().0)
        } else {
            Self::Long(places.as_chunks().0)
        }
    }

    #[inline]
    pub(super) fn len(self) -> usize {
        match self {
            Self::Short(lines) => lines.len(),
            Self::Long(lines) => lines.len(),
        }
    }

    /// The line with this number.
    #[inline]
    pub(super) fn get(self, index: usize) -> Line {
        match self {
            Self::Short(lines) => Line::from_short(lines[index]),
            Self::Long(lines) => from_long(lines[index]),
        }
    }

    /// Where it begins.
    #[inline]
    pub(super) fn start(self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| self.get(before).next())
    }

    /// The number of the first line whose name is this long and that is wanted, by where it begins.
    #[inline]
    pub(super) fn find(
        self,
        length: usize,
        mut wanted: impl FnMut(usize) -> bool,
    ) -> Option<usize> {
        let mut is_it = |at: usize| wanted(self.start(at));
        match self {
            Self::Short(lines) => {
                let length = u32::try_from(length).ok().filter(|length| *length < LONG)?;
                // As they are written.
                let [low, high, ..] = short(Line { name: length, end: 0 });
                let length = u16::from_le_bytes([low, high]);
                let long = |[low, high, ..]: &[u8; 4]| u16::from_le_bytes([*low, *high]);
                let mut lines = lines.iter().enumerate();
                lines.find_map(|(at, line)| (long(line) == length && is_it(at)).then_some(at))
            }
            Self::Long(lines) => {
                let mut lines = lines.iter().enumerate();
                let long = |line: &[u8; 8]| from_long(*line).name();
                lines.find_map(|(at, line)| (long(line) == length && is_it(at)).then_some(at))
            }
        }
    }
}

/// The place of a name and its value.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Empty in a line without a colon.
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
}

impl Line {
    // Positions fit: nothing beyond 256 MiB is scanned.
    #[inline]
    #[expect(clippy::cast_possible_truncation)]
    fn new(bytes: &[u8], start: usize, colon: Option<usize>, end: usize) -> Self {
        let mut name = colon.map_or(0, |first| first - start);
        // Few names are longer, and few of those by much.
        if name > VARIABLE.len() && bytes[start + VARIABLE.len()..start + name].contains(&b'(') {
            name = name_end(bytes, start, start + name, end) - start;
        }
        Self { name: name as u32, end: end as u32 }
    }

    /// What [`short`] made of it.
    #[inline]
    pub(super) fn from_short(bytes: [u8; 4]) -> Self {
        let both = u32::from_le_bytes(bytes);
        let both = both - ((both & 0x7f00_7f00) >> 1);
        Self { name: both & 0xffff, end: both >> 16 }
    }

    /// How long its name is.
    #[inline]
    pub(super) fn name(self) -> usize {
        self.name as usize
    }

    /// Where the next line begins.
    #[inline]
    pub(super) fn next(self) -> usize {
        self.end as usize + 2
    }

    /// What is where in the line that begins at `start`.
    #[inline]
    pub(super) fn place(self, start: usize, bytes: &[u8]) -> Place {
        Place { name: start..start + self.name(), value: self.value(start, bytes) }
    }

    /// Where the value is.
    #[inline]
    pub(super) fn value(self, start: usize, bytes: &[u8]) -> Range<usize> {
        let (colon, end) = (start + self.name(), self.end as usize);
        if self.name == 0 && bytes.get(colon) != Some(&b':') {
            return start..end;
        }
        // One blank belongs to the separator, any more to the value.
        let blank = usize::from(colon + 1 < end && bytes[colon + 1] == b' ');
        colon + 1 + blank..end
    }
}

/// Finds where a message ends and where its lines are, in bytes that arrive in any portions.
///
/// ```
/// use asterisk_proto::ami::Scanner;
///
/// let mut scanner = Scanner::default();
/// assert_eq!(scanner.scan(b"Event: Hang"), None);
/// let bytes = b"Event: Hangup\r\n\r\nEvent: Newst";
/// let end = scanner.scan(bytes).unwrap();
/// assert_eq!(scanner.take(&bytes[..end])?.subject(), "Hangup");
/// # Ok::<(), asterisk_proto::error::ParseError>(())
/// ```
#[derive(Debug, Default)]
pub struct Scanner {
    lines: Vec<Line>,
    /// All before this was scanned.
    at: usize,
    /// Where the line begins that is being scanned.
    start: usize,
    /// Its first colon.
    colon: Option<usize>,
}

/// A scanner that met a message with more lines gives their room back.
const KEPT_LINES: usize = 1024;

/// Has the bits set in which LF and the colon differ.
const BLUR: u64 = u64::from_ne_bytes([b':' ^ b'\n'; 8]);
const COLONS: u64 = u64::from_ne_bytes([b':'; 8]);
const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);

/// Which of eight bytes may be a colon or LF, by their high bits. Those two are among them; two other
/// characters are too.
fn candidates(bytes: [u8; 8]) -> u64 {
    // What is looked for becomes zero.
    let zeros = (u64::from_le_bytes(bytes) | BLUR) ^ COLONS;
    !(((zeros & !HIGH) + !HIGH) | zeros) & HIGH
}

impl Scanner {
    /// Where the message ends, at its empty line; nothing while that has not arrived.
    ///
    /// `bytes` begin with the message. Each call sees what the one before saw, and more. What lies
    /// beyond 256 MiB is not looked at.
    pub fn scan(&mut self, bytes: &[u8]) -> Option<usize> {
        let bytes = &bytes[..bytes.len().min(MAX as usize)];
        let (words, rest) = bytes.get(self.at..)?.as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let (mut at, mut start, mut colon) = (self.at, self.start, self.colon);
        for word in words.iter().chain([&last]) {
            let mut found = candidates(*word);
            while found != 0 {
                let position = at + found.trailing_zeros() as usize / 8;
                found &= found - 1;
                match bytes[position] {
                    b':' if colon.is_none() => colon = Some(position),
                    // A bare LF belongs to the value.
                    b'\n' if position > start && bytes[position - 1] == b'\r' => {
                        let end = position - 1;
                        if end == start {
                            (self.at, self.start, self.colon) = (end, end, None);
                            return Some(end);
                        }
                        self.lines.push(Line::new(bytes, start, colon.take(), end));
                        start = position + 1;
                    }
                    _ => {}
                }
            }
            at += 8;
        }
        (self.at, self.start, self.colon) = (bytes.len(), start, colon);
        None
    }

    /// Ends the message where the bytes end, although there is no empty line.
    pub(super) fn end(&mut self, bytes: &[u8]) -> usize {
        let end = bytes.len();
        if self.at == end && self.start < end {
            self.lines.push(Line::new(bytes, self.start, self.colon, end));
        }
        end
    }

    /// The message of the bytes before the end that was found, and the scanner begins anew.
    ///
    /// # Errors
    ///
    /// When there is not a line, or more than 256 MiB of them.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Message, ParseError> {
        let message = Message::new(bytes, &self.lines);
        self.reset();
        message
    }

    /// Gives up the message that was being scanned.
    pub fn reset(&mut self) {
        self.lines.clear();
        self.lines.shrink_to(KEPT_LINES);
        (self.at, self.start, self.colon) = (0, 0, None);
    }
}

const VARIABLE: &[u8] = b"ChanVariable";

/// The colon between name and value, in a line whose first colon is known.
#[cold]
fn name_end(bytes: &[u8], start: usize, first: usize, end: usize) -> usize {
    // `ChanVariable(<channel>): name=value`: the channel's name may hold a colon.
    let name = &bytes[start..first];
    if name.len() > VARIABLE.len()
        && memchr(b'(', name).is_some_and(|open| name[..open].ends_with(VARIABLE))
        && memchr(b')', name).is_none()
    {
        let close = bytes[start..end].windows(2).position(|pair| pair == b"):");
        return close.map_or(first, |close| start + close + 1);
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_below_and_above_16_kib() {
        for length in [16_340, 16_350, 16_355, 16_360, 16_370, 16_380, 70_000, 3_000_000] {
            let value = "v".repeat(length);
            let text = format!("Event: x\r\nLong: {value}\r\nLast: 1\r\n{value}: 2\r\n");
            let message = Message::parse(text.into()).unwrap();
            assert_eq!(message.headers().len(), 4);
            assert!(message.value("Long") == Some(value.as_bytes()), "{length}");
            assert_eq!(message.value("Last"), Some(&b"1"[..]), "{length}");
            assert_eq!(message.value(&value), Some(&b"2"[..]), "{length}");
        }
        // The lower bits of this length are those of `Event`.
        let short = Message::parse("Event: x\r\n".into()).unwrap();
        assert_eq!(short.value(&"v".repeat(LONG as usize + 5)), None);
        let ends = |message: &Message| message.as_bytes().len();
        for length in 16_340..16_400 {
            let text = format!("Event: x\r\nLong: {}\r\n", "v".repeat(length));
            let message = Message::parse(text.into()).unwrap();
            assert_eq!(message.value("Long").unwrap().len(), length, "{}", ends(&message));
        }
    }

    #[test]
    fn places_are_ascii() {
        let all = (0..14).flat_map(|bits| [1 << bits, (1 << bits) - 1, (1 << bits) * 3 / 2]);
        let all: Vec<u32> = all.chain([LONG - 1]).filter(|number| *number < LONG).collect();
        for (name, end) in all.iter().flat_map(|one| all.iter().map(|other| (*one, *other))) {
            let bytes = short(Line { name, end });
            assert!(bytes.is_ascii(), "{name} {end}");
            let line = Line::from_short(bytes);
            assert_eq!((line.name, line.end), (name, end));
            let (name, end) = ((name << 14) | end, (end << 14) | name);
            let bytes = long(Line { name, end });
            assert!(bytes.is_ascii(), "{name} {end}");
            let line = from_long(bytes);
            assert_eq!((line.name, line.end), (name, end));
        }
    }

    #[test]
    fn every_split_gives_the_same_lines() {
        let bytes = b"Event: a:b\r\n:c\r\nnone\r\nLF: \n\r\r\n*: :\x1a\r\nE:\r\n\r\nEvent: b\r\n";
        let end = memchr::memmem::find(bytes, b"\r\n\r\n").unwrap() + 2;
        let whole = Message::parse(bytes[..].into()).unwrap();
        let expected: [(&[u8], &[u8]); 6] = [
            (b"Event", b"a:b"),
            (b"", b"c"),
            (b"", b"none"),
            (b"LF", b"\n\r"),
            (b"*", b":\x1a"),
            (b"E", b""),
        ];
        assert!(whole.headers().map(|h| (h.name, h.value)).eq(expected));
        for split in 0..bytes.len() {
            let mut scanner = Scanner::default();
            let found = scanner.scan(&bytes[..split]);
            assert_eq!(found, (split >= end + 2).then_some(end));
            assert_eq!(scanner.scan(bytes), Some(end));
            assert!(scanner.take(&bytes[..end]).unwrap().headers().eq(whole.headers()), "{split}");
        }
    }
}
