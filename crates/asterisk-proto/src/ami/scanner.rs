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

/// The lines of a message. It is kept with them, so what most messages need is small.
///
/// It is part of an allocation that is there anyway: allocators are slow with small ones that are made
/// in one place and given up in another, as events are.
#[derive(Debug, Clone)]
pub(crate) enum Lines {
    /// Of a message below 64 KiB: so many lines, each with the length of its name and its end.
    Few(u8, [(u16, u16); FEW]),
    Many(Box<[Line]>),
}

/// Nearly all events have fewer lines.
const FEW: usize = FEW_LINES as usize;
const FEW_LINES: u8 = 30;

impl Default for Lines {
    fn default() -> Self {
        Self::Few(0, [(0, 0); FEW])
    }
}

impl Lines {
    pub(super) fn new(lines: &[Line]) -> Self {
        // The last line ends last, and no name is longer than that.
        let end = lines.last().map_or(0, |line| line.end);
        let (Ok(_), Ok(count @ ..=FEW_LINES)) = (u16::try_from(end), u8::try_from(lines.len()))
        else {
            return Self::Many(lines.into());
        };
        let mut few = [(0, 0); FEW];
        for (short, line) in few.iter_mut().zip(lines) {
            #[expect(clippy::cast_possible_truncation)]
            let line = (line.name as u16, line.end as u16);
            *short = line;
        }
        Self::Few(count, few)
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Few(count, _) => usize::from(*count),
            Self::Many(lines) => lines.len(),
        }
    }

    /// The line with this number.
    #[inline]
    pub(super) fn get(&self, index: usize) -> Line {
        match self {
            Self::Few(_, lines) => {
                let (name, end) = lines[index];
                Line { name: name.into(), end: end.into() }
            }
            Self::Many(lines) => lines[index],
        }
    }

    /// Where it begins.
    #[inline]
    pub(super) fn start(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| self.get(before).next())
    }

    /// The number of the first line from `from` on whose name is this long.
    pub(super) fn named(&self, from: usize, length: usize) -> Option<usize> {
        let found = match self {
            Self::Few(count, lines) => {
                let mut lines = lines[from..usize::from(*count)].iter();
                lines.position(|(name, _)| usize::from(*name) == length)
            }
            Self::Many(lines) => lines[from..].iter().position(|line| line.name() == length),
        };
        Some(from + found?)
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
    // Positions fit: nothing beyond 4 GiB is scanned.
    #[expect(clippy::cast_possible_truncation)]
    fn new(bytes: &[u8], start: usize, colon: Option<usize>, end: usize) -> Self {
        let mut name = colon.map_or(0, |first| first - start);
        if name > VARIABLE.len() {
            name = name_end(bytes, start, start + name, end) - start;
        }
        Self { name: name as u32, end: end as u32 }
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
    /// beyond 4 GiB is not looked at.
    pub fn scan(&mut self, bytes: &[u8]) -> Option<usize> {
        let bytes = &bytes[..bytes.len().min(u32::MAX as usize)];
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
    /// When there is not a line.
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
    fn messages_below_and_above_64_kib() {
        for length in [65_500, 65_510, 65_515, 65_520, 65_530, 65_540, 200_000] {
            let value = "v".repeat(length);
            let text = format!("Event: x\r\nLong: {value}\r\nLast: 1\r\n{value}: 2\r\n");
            let message = Message::parse(text.into()).unwrap();
            assert_eq!(message.headers().len(), 4);
            assert!(message.value("Long") == Some(value.as_bytes()), "{length}");
            assert_eq!(message.value("Last"), Some(&b"1"[..]), "{length}");
            assert_eq!(message.value(&value), Some(&b"2"[..]), "{length}");
        }
        let ends = |message: &Message| message.as_bytes().len();
        for length in 65_500..65_560 {
            let text = format!("Event: x\r\nLong: {}\r\n", "v".repeat(length));
            let message = Message::parse(text.into()).unwrap();
            assert_eq!(message.value("Long").unwrap().len(), length, "{}", ends(&message));
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
