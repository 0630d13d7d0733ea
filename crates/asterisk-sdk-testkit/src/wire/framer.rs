//! Cuts a side's bytes into messages. Each machine takes a byte at a time and says whether a message
//! ends with it, so that it makes no difference how the bytes arrive.

use std::collections::VecDeque;
use std::mem;

use super::frame;
use super::message::header;
use crate::{Protocol, Side};

/// A longer message goes through in parts.
pub(crate) const MAX_MESSAGE: usize = 1024 * 1024;
/// What a side begins with that speaks TLS.
const TLS_HANDSHAKE: u8 = 0x16;
/// A longer head is no head.
const MAX_HEAD: usize = 64 * 1024;

/// Bytes that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) bytes: Vec<u8>,
    /// Whether it is a message from its beginning to its end.
    pub(crate) whole: bool,
}

/// One side of one connection.
#[derive(Debug)]
pub(crate) struct Framer {
    machine: Machine,
    /// Whether anything has come yet.
    started: bool,
    buffer: Vec<u8>,
    /// The beginning of the message in the buffer was given out before.
    begun: bool,
}

impl Framer {
    pub(crate) fn new(protocol: Protocol, side: Side) -> Self {
        let machine = match protocol {
            Protocol::Agi => Machine::Lines,
            Protocol::Ami if side == Side::Asterisk => Machine::Greeting,
            Protocol::Ami => Machine::Action { empty: true },
            Protocol::Ari => Machine::Http(Http::Start),
        };
        Self { machine, started: false, buffer: Vec::new(), begun: false }
    }

    /// Takes what has arrived, and adds what is complete with it.
    pub(crate) fn push(&mut self, bytes: &[u8], pieces: &mut VecDeque<Piece>) {
        if !mem::replace(&mut self.started, true) && bytes.first() == Some(&TLS_HANDSHAKE) {
            self.machine = Machine::Sealed;
        }
        if let Machine::Sealed = self.machine {
            pieces.push_back(Piece { bytes: bytes.to_vec(), whole: false });
            return;
        }
        for &byte in bytes {
            self.buffer.push(byte);
            if self.machine.ends(byte) {
                let whole = !mem::take(&mut self.begun);
                pieces.push_back(Piece { bytes: mem::take(&mut self.buffer), whole });
            } else if self.buffer.len() >= MAX_MESSAGE {
                pieces.extend(self.flush());
            }
        }
    }

    /// Gives out what has arrived of a message that is not complete.
    pub(crate) fn flush(&mut self) -> Option<Piece> {
        if self.buffer.is_empty() {
            return None;
        }
        self.begun = true;
        Some(Piece { bytes: mem::take(&mut self.buffer), whole: false })
    }

    /// Whether a message has begun that is not complete.
    pub(crate) fn waits(&self) -> bool {
        !self.buffer.is_empty()
    }
}

#[derive(Debug)]
enum Machine {
    /// TLS, which nobody here can read: it goes through as it comes.
    Sealed,
    /// AGI: a line each.
    Lines,
    /// The line with which a manager interface greets.
    Greeting,
    /// What a manager interface says: up to CR LF CR LF, because a bare LF belongs to a value. So many
    /// bytes of it are there; at the beginning of a message as many as behind a line, so that an
    /// empty line is a message of its own.
    Event(usize),
    /// What is said to it, where a bare LF ends a line. Whether the line is empty so far.
    Action {
        empty: bool,
    },
    Http(Http),
}

impl Machine {
    fn ends(&mut self, byte: u8) -> bool {
        match self {
            Self::Sealed => false,
            Self::Lines => byte == b'\n',
            Self::Greeting => {
                let ends = byte == b'\n';
                if ends {
                    *self = Self::Event(2);
                }
                ends
            }
            Self::Event(progress) => {
                *progress = match (byte, *progress) {
                    (b'\r', 2) => 3,
                    (b'\r', _) => 1,
                    (b'\n', 1 | 3) => *progress + 1,
                    _ => 0,
                };
                let ends = *progress == 4;
                if ends {
                    *progress = 2;
                }
                ends
            }
            Self::Action { empty } => match byte {
                b'\n' => mem::replace(empty, true),
                b'\r' => false,
                _ => {
                    *empty = false;
                    false
                }
            },
            Self::Http(http) => http.ends(byte),
        }
    }
}

#[derive(Debug)]
enum Http {
    Start,
    /// Up to the empty line.
    Head(Vec<u8>),
    /// So many bytes are to come.
    Body(u64),
    /// The line with the length of a chunk.
    Chunk(Vec<u8>),
    /// So many bytes of a chunk are to come, and then a line break.
    ChunkData(u64),
    /// What stands behind the last chunk; whether the line is empty so far.
    Trailer(bool),
    /// The head of a frame.
    Frame(Vec<u8>),
    /// It says nothing of its length: the end of the connection ends it.
    Endless,
}

impl Http {
    fn ends(&mut self, byte: u8) -> bool {
        if let Self::Start = self {
            *self =
                if frame::begins(byte) { Self::Frame(Vec::new()) } else { Self::Head(Vec::new()) };
        }
        let next = match self {
            Self::Head(head) => {
                head.push(byte);
                if head.ends_with(b"\r\n\r\n") {
                    body(head)
                } else if head.len() > MAX_HEAD {
                    Some(Self::Endless)
                } else {
                    return false;
                }
            }
            Self::Frame(head) => {
                head.push(byte);
                if head.len() < 2 || head.len() < frame::head_length(head[1]) {
                    return false;
                }
                match frame::payload_length(head) {
                    0 => None,
                    length => Some(Self::Body(length)),
                }
            }
            Self::Body(left) | Self::ChunkData(left) if *left > 1 => {
                *left -= 1;
                return false;
            }
            Self::Start | Self::Body(_) => None,
            Self::ChunkData(_) => Some(Self::Chunk(Vec::new())),
            Self::Chunk(line) => {
                line.push(byte);
                if byte != b'\n' {
                    return false;
                }
                Some(chunk(line))
            }
            Self::Trailer(empty) => match byte {
                b'\n' if *empty => None,
                b'\r' => return false,
                _ => Some(Self::Trailer(byte == b'\n')),
            },
            Self::Endless => return false,
        };
        let ends = next.is_none();
        *self = next.unwrap_or(Self::Start);
        ends
    }
}

/// What comes behind a head; none if nothing does.
fn body(head: &[u8]) -> Option<Http> {
    let chunked = header(head, "transfer-encoding").is_some_and(|value| value.contains("chunked"));
    if chunked {
        return Some(Http::Chunk(Vec::new()));
    }
    let length = header(head, "content-length").and_then(|length| length.trim().parse().ok());
    match length {
        Some(0) => None,
        Some(length) => Some(Http::Body(length)),
        None => {
            let bodiless = !head.starts_with(b"HTTP/")
                || [&b" 1"[..], b" 204", b" 304"]
                    .iter()
                    .any(|status| head[8..].starts_with(status));
            (!bodiless).then_some(Http::Endless)
        }
    }
}

/// What comes behind a line with the length of a chunk.
fn chunk(line: &[u8]) -> Http {
    let line = String::from_utf8_lossy(line);
    let digits = line.split(';').next().unwrap_or_default().trim();
    match u64::from_str_radix(digits, 16) {
        Ok(0) => Http::Trailer(true),
        Ok(length) => Http::ChunkData(length.saturating_add(2)),
        Err(_) => Http::Endless,
    }
}

#[cfg(test)]
mod tests;
