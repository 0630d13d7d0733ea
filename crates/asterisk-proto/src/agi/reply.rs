//! Replies to commands, and the lines between them.
//!
//! [`Reply::parse`] reads one whole reply. [`ReplyDecoder`] finds where a reply ends in a stream of
//! bytes, which is not always at the first line break: a variable's value may hold line breaks, and
//! the usage text of a command has many lines.

use bytes::{Buf, Bytes, BytesMut};
use memchr::{memchr, memmem};
use nom::bytes::complete::{tag, take, take_till};
use nom::character::complete::i64 as integer;
use nom::combinator::{opt, rest, verify};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::Text;
use crate::error::ParseError;

/// What stands between a result's text and its end position.
const END_POSITION: &[u8] = b") endpos=";

/// A key pressed instead of speaking: the one reply that has more between its text and its end
/// position.
const RECOGNIZED_KEY: &[u8] = b"digit) digit=";

/// Where the text of that reply closes.
const RECOGNIZED_KEY_END: usize = 5;

/// How much of each end of a line over the limit is kept: enough to see what it is and where it ends.
const KEPT: usize = 64;

/// The reply to one command.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// 200: the command was run; the response says how it went.
    Success(Response),
    /// 100: the command is under way, another reply follows. Only `GOSUB` has it.
    Provisional(Response),
    /// 510: no such command.
    InvalidCommand,
    /// 511: the command is not permitted on a channel that is hung up.
    DeadChannel,
    /// 520: the arguments are wrong. Holds the command's usage as the server explains it.
    Usage(Text),
    /// A status that this version of the crate does not know, or a 200 without a result.
    Other {
        /// The three digits.
        status: u16,
        /// All that follows them.
        text: Text,
    },
}

/// The parts of `200 result=… (…) endpos=…`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// What follows `result=`, up to a blank. Digits are text here, and it may be empty.
    pub result: Text,
    /// What stands in parentheses: a variable's value, or a word such as `timeout`. It may hold
    /// parentheses and line breaks.
    pub text: Option<Text>,
    /// What follows `endpos=`: samples or milliseconds, as the command has it.
    pub end_position: Option<i64>,
    /// All that follows these, as in `200 result=0 Gosub complete`.
    pub rest: Text,
}

impl Response {
    /// The result as a number.
    #[must_use]
    pub fn code(&self) -> Option<i64> {
        self.result.parse().ok()
    }
}

impl Reply {
    /// Reads one whole reply, with or without its last line break.
    ///
    /// # Errors
    ///
    /// It does not begin with a status of three digits, or the text in parentheses does not end.
    ///
    /// # Examples
    ///
    /// ```
    /// use asterisk_proto::agi::Reply;
    ///
    /// let Reply::Success(response) = Reply::parse("200 result=1 (a) (b)".into())? else {
    ///     panic!("a 200 with a result is a success");
    /// };
    /// assert_eq!(response.text.unwrap(), "a) (b");
    /// # Ok::<(), asterisk_proto::error::ParseError>(())
    /// ```
    pub fn parse(mut reply: Bytes) -> Result<Self, ParseError> {
        if reply.ends_with(b"\n") {
            reply.truncate(reply.len() - 1);
        }
        Self::of(&Text::from_bytes(reply))
    }

    /// Reads a reply whose parts share its text. Where bytes were replaced that are not UTF-8, nothing of
    /// the grammar was.
    fn of(whole: &Text) -> Result<Self, ParseError> {
        let reply = whole.as_str();
        let Ok((body, status)) = status(reply) else {
            return Err(ParseError::new("an AGI status", reply.as_bytes()));
        };
        let text = |part: &str| if part.is_empty() { Text::default() } else { whole.share(part) };
        Ok(match status {
            100 | 200 if body.starts_with(" result=") => {
                let Ok((_, parts)) = parts(&body[1..]) else {
                    return Err(ParseError::new("an AGI result", reply.as_bytes()));
                };
                let response = Response {
                    result: text(parts.result),
                    text: parts.text.map(text),
                    end_position: parts.end_position,
                    rest: text(parts.rest),
                };
                match status {
                    100 => Self::Provisional(response),
                    _ => Self::Success(response),
                }
            }
            510 => Self::InvalidCommand,
            511 => Self::DeadChannel,
            520 => Self::Usage(text(usage(body))),
            _ => Self::Other { status, text: text(body.get(1..).unwrap_or_default()) },
        })
    }
}

struct Parts<'a> {
    result: &'a str,
    text: Option<&'a str>,
    end_position: Option<i64>,
    rest: &'a str,
}

thread_local! {
    /// The results of most commands. Replies that say no more share their texts, each thread its own so that
    /// none waits for another's count of references.
    static PLAIN: [(&'static [u8], Text); 3] =
        ["0", "1", "-1"].map(|result| (result.as_bytes(), result.into()));
}

/// The result of a success with nothing else in it, if it is one of those.
fn plain(reply: &[u8]) -> Option<Text> {
    let result = reply.strip_prefix(b"200 result=")?;
    let known = |known: &[(&[u8], Text); 3]| {
        known.iter().find(|(bytes, _)| *bytes == result).map(|(_, text)| text.clone())
    };
    // The thread may be ending.
    PLAIN.try_with(known).ok().flatten()
}

/// Three digits, and behind them a blank, a dash or nothing.
fn status(reply: &str) -> IResult<&str, u16> {
    let is_digits = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    let (body, digits) = verify(take(3usize), is_digits).parse(reply)?;
    verify(rest, |body: &str| body.is_empty() || body.starts_with([' ', '-'])).parse(body)?;
    let status = digits.bytes().fold(0, |status, digit| 10 * status + u16::from(digit - b'0'));
    Ok((body, status))
}

fn parts(body: &str) -> IResult<&str, Parts<'_>> {
    let (body, result) = preceded(tag("result="), take_till(|c| c == ' ')).parse(body)?;
    let (body, text) = opt(preceded(tag(" ("), text)).parse(body)?;
    let (body, end_position) = opt(preceded(tag(" endpos="), integer)).parse(body)?;
    let rest = body.strip_prefix(' ').unwrap_or(body);
    let parts = Parts { result, text, end_position, rest };
    Ok(("", parts))
}

/// The text in parentheses; the opening one is behind us.
fn text(body: &str) -> IResult<&str, &str> {
    let Some(end) = closing(body.as_bytes()) else {
        // A failure and not an error: no other form begins like this.
        let error = nom::error::Error::new(body, nom::error::ErrorKind::Char);
        return Err(nom::Err::Failure(error));
    };
    Ok((&body[end + 1..], &body[..end]))
}

/// Where the text closes: at the last parenthesis that ends the reply, or that stands before an end
/// position, or before a key that a speech recognizer took.
fn closing(body: &[u8]) -> Option<usize> {
    if body.ends_with(b")") {
        return Some(body.len() - 1);
    }
    if let Some([_key, behind @ ..]) = body.strip_prefix(RECOGNIZED_KEY) {
        let digits = behind.strip_prefix(b" endpos=")?;
        let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        return is_number.then_some(RECOGNIZED_KEY_END);
    }
    let at = memmem::rfind(body, END_POSITION)?;
    let behind = &body[at + END_POSITION.len()..];
    let digits = behind.strip_prefix(b"-").unwrap_or(behind);
    let end = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_number = end > 0 && (end == digits.len() || digits[end..].starts_with(b" results="));
    is_number.then_some(at)
}

/// The lines between the two that frame them; of a reply of one line, its text.
fn usage(body: &str) -> &str {
    let (Some(first), Some(last)) = (body.find('\n'), body.rfind('\n')) else {
        return body.get(1..).unwrap_or_default();
    };
    body.get(first + 1..last).unwrap_or_default()
}

/// What Asterisk sends after the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Incoming {
    /// The reply to a command.
    Reply(Reply),
    /// The channel was hung up. Sent when Asterisk notices, which may be before or after a reply, and
    /// again when the session ends.
    Hangup,
    /// A reply that was longer than the limit and is lost; the next one is not affected.
    Oversized(ParseError),
    /// A line that is no part of any reply.
    Unsolicited(ParseError),
}

/// Finds replies in a stream of bytes, however it is divided.
///
/// A text in parentheses that does not close on its line goes on until a line closes it. A value
/// with a closing parenthesis right before a line break cannot be told from a whole reply: it is cut
/// there, and its remaining lines are [`Incoming::Unsolicited`].
///
/// # Examples
///
/// ```
/// use asterisk_proto::agi::{Incoming, ReplyDecoder};
/// use bytes::BytesMut;
///
/// let mut decoder = ReplyDecoder::new(64 * 1024);
/// let mut buffer = BytesMut::from("200 result=1 (two\nlines)\nHANG");
/// assert!(matches!(decoder.decode(&mut buffer), Some(Incoming::Reply(_))));
/// assert_eq!(decoder.decode(&mut buffer), None);
/// buffer.extend_from_slice(b"UP\n");
/// assert_eq!(decoder.decode(&mut buffer), Some(Incoming::Hangup));
/// ```
#[derive(Debug, Clone)]
pub struct ReplyDecoder {
    limit: usize,
    form: Form,
    /// Up to here the buffer was searched for line breaks.
    scanned: usize,
    /// Here the line begins that is being read.
    line: usize,
    /// The beginning or middle of this reply was dropped.
    oversized: bool,
}

/// What the lines read so far began.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// Nothing: the next line is the first of a reply.
    Start,
    /// A text in parentheses that goes on.
    Text,
    /// A block of lines that ends with this status and a blank.
    Block([u8; 3]),
}

impl ReplyDecoder {
    /// The smallest limit on the size of a reply.
    pub const MIN_LIMIT: usize = 4 * KEPT;

    /// A decoder for replies of at most `limit` bytes, and never less than
    /// [`MIN_LIMIT`](Self::MIN_LIMIT).
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(Self::MIN_LIMIT),
            form: Form::Start,
            scanned: 0,
            line: 0,
            oversized: false,
        }
    }

    /// The largest reply that it takes, in bytes.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Takes the next item from the front of `buffer`, or `None` if it is not all there yet.
    ///
    /// Always pass the same buffer, and only add to its end: the decoder remembers how far it looked.
    /// It keeps the buffer from growing much beyond the limit.
    pub fn decode(&mut self, buffer: &mut BytesMut) -> Option<Incoming> {
        loop {
            if self.scanned == buffer.len() {
                return None;
            }
            let Some(at) = memchr(b'\n', &buffer[self.scanned..]) else {
                self.scanned = buffer.len();
                self.enforce_limit(buffer);
                return None;
            };
            let end = self.scanned + at;
            let goes_on = self.form.after(&buffer[self.line..end]);
            self.scanned = end + 1;
            if let Some(form) = goes_on {
                self.form = form;
                self.line = self.scanned;
                self.enforce_limit(buffer);
                continue;
            }
            let incoming = self.finish(&buffer[..end]);
            buffer.advance(self.scanned);
            *self = Self::new(self.limit);
            return Some(incoming);
        }
    }

    fn finish(&self, reply: &[u8]) -> Incoming {
        if self.oversized || reply.len() > self.limit {
            return Incoming::Oversized(ParseError::new("a reply within the size limit", reply));
        }
        if reply == b"HANGUP" {
            return Incoming::Hangup;
        }
        if let Some(result) = plain(reply) {
            return Incoming::Reply(Reply::Success(Response { result, ..Response::default() }));
        }
        // A copy, because what is kept of it would keep the buffer. Far faster than to look for something
        // to replace.
        let text = match std::str::from_utf8(reply) {
            Ok(text) => Text::from(text),
            Err(_) => String::from_utf8_lossy(reply).into_owned().into(),
        };
        match Reply::of(&text) {
            Ok(reply) => Incoming::Reply(reply),
            Err(error) => Incoming::Unsolicited(error),
        }
    }

    /// Drops what is not needed to find the end of a reply that is over the limit.
    fn enforce_limit(&mut self, buffer: &mut BytesMut) {
        if self.scanned <= self.limit {
            return;
        }
        self.oversized = true;
        buffer.advance(self.line);
        self.scanned -= self.line;
        self.line = 0;
        if self.scanned > self.limit {
            // A line that has no end yet, so nothing stands behind it.
            let tail = buffer.split_off(buffer.len() - KEPT);
            buffer.truncate(KEPT);
            buffer.extend_from_slice(&tail);
            self.scanned = buffer.len();
        }
    }
}

impl Form {
    /// What goes on after this line, or `None` if it ends the reply.
    fn after(self, line: &[u8]) -> Option<Self> {
        match self {
            Self::Start => match line {
                [a, b, c, b'-', ..] if [a, b, c].iter().all(|byte| byte.is_ascii_digit()) => {
                    Some(Self::Block([*a, *b, *c]))
                }
                _ => {
                    let text = opened_text(line)?;
                    closing(text).is_none().then_some(Self::Text)
                }
            },
            Self::Text => closing(line).is_none().then_some(Self::Text),
            Self::Block(status) => {
                let ends = line.starts_with(&status) && line.get(3) == Some(&b' ');
                (!ends).then_some(self)
            }
        }
    }
}

/// What follows the parenthesis that a result's text begins with.
fn opened_text(line: &[u8]) -> Option<&[u8]> {
    let body = line.strip_prefix(b"200 result=")?;
    let blank = memchr(b' ', body)?;
    body[blank..].strip_prefix(b" (")
}

#[cfg(test)]
mod tests;
