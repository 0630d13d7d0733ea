//! From bytes to messages: finds where each one ends.

use asterisk_proto::ami::{Message, Scanner};
use bytes::{Buf, Bytes, BytesMut};
use memchr::memmem;

/// Ends the last header line and the message.
const END: &[u8] = b"\r\n\r\n";

/// How much of an over-long message is read to find out what it belongs to.
const HEAD: usize = 4096;

/// What the decoder found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A whole message.
    Message(Message),
    /// A message over the limit was skipped. Its first lines, if there is a whole one, tell what it
    /// belonged to.
    Skipped(Option<Message>),
}

/// Splits the byte stream of a manager session, fed in any portions.
///
/// A message is copied out of the read buffer, so that whoever keeps it keeps no more than it.
#[derive(Debug)]
pub(crate) struct Decoder {
    max_message: usize,
    scanner: Scanner,
    /// Set before the first byte of a message was seen.
    between: bool,
    /// Set while a message over the limit is skipped.
    skipping: Option<Skipping>,
}

#[derive(Debug)]
struct Skipping {
    head: Option<Message>,
}

impl Decoder {
    pub(crate) fn new(max_message: usize) -> Self {
        // Beyond twice that, the scanner looks at nothing.
        let max_message = max_message.min(128 << 20);
        Self { max_message, scanner: Scanner::default(), between: true, skipping: None }
    }

    /// The next message of the buffer, or `None` when more bytes are needed.
    pub(crate) fn decode(&mut self, buffer: &mut BytesMut) -> Option<Frame> {
        if self.skipping.is_some() {
            return self.skip(buffer);
        }
        if self.between {
            skip_blank_lines(buffer);
            if matches!(buffer[..], [] | [b'\r']) {
                return None;
            }
            self.between = false;
        }
        let Some(end) = self.scanner.scan(buffer) else {
            if buffer.len() > self.max_message {
                return self.give_up(buffer);
            }
            return None;
        };
        if end > self.max_message {
            return self.give_up(buffer);
        }
        let message = self.scanner.take(&buffer[..end]);
        buffer.advance(end + 2);
        self.between = true;
        Some(message.map_or(Frame::Skipped(None), Frame::Message))
    }

    /// Skips the message that the buffer begins with.
    fn give_up(&mut self, buffer: &mut BytesMut) -> Option<Frame> {
        let head = &buffer[..buffer.len().min(HEAD)];
        let whole = memmem::rfind(head, b"\r\n").unwrap_or(0);
        let head = Message::parse(Bytes::copy_from_slice(&head[..whole])).ok();
        self.scanner.reset();
        self.skipping = Some(Skipping { head });
        self.skip(buffer)
    }

    /// Gives up bytes until the message has ended.
    fn skip(&mut self, buffer: &mut BytesMut) -> Option<Frame> {
        let Some(end) = memmem::find(buffer, END) else {
            // The end may be split between two reads.
            buffer.advance(buffer.len().saturating_sub(END.len() - 1));
            return None;
        };
        buffer.advance(end + END.len());
        self.between = true;
        Some(Frame::Skipped(self.skipping.take()?.head))
    }
}

/// Some actions end with an empty line too many.
fn skip_blank_lines(buffer: &mut BytesMut) {
    loop {
        if buffer.starts_with(b"\r\n") {
            buffer.advance(2);
        } else if buffer.starts_with(b"\n") {
            buffer.advance(1);
        } else {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All frames of a stream that arrives in the given portions.
    fn frames<'a>(max: usize, portions: impl IntoIterator<Item = &'a [u8]>) -> Vec<Frame> {
        let mut decoder = Decoder::new(max);
        let mut buffer = BytesMut::new();
        let mut frames = Vec::new();
        for portion in portions {
            buffer.extend_from_slice(portion);
            frames.extend(std::iter::from_fn(|| decoder.decode(&mut buffer)));
        }
        frames
    }

    fn message(text: &'static str) -> Frame {
        Frame::Message(Message::parse(text.into()).unwrap())
    }

    #[test]
    fn one_byte_at_a_time() {
        let stream =
            b"\r\nResponse: Success\r\nMessage: a\n\r\n\r\n\r\n\nEvent: x\r\n\r\nEvent: cut";
        let expected = [message("Response: Success\r\nMessage: a\n\r\n"), message("Event: x\r\n")];
        assert_eq!(frames(1024, stream.chunks(1)), expected);
        assert_eq!(frames(1024, [&stream[..]]), expected);
    }

    #[test]
    fn a_message_over_the_limit_costs_only_itself() {
        let long = format!(
            "Response: Success\r\nActionID: 7\r\nOutput: {}\r\nOutput: b\r\n\r\nEvent: x\r\n\r\n",
            "a".repeat(100_000)
        );
        let head = Message::parse("Response: Success\r\nActionID: 7".into()).unwrap();
        for size in [1, 3, 1000, 8192, long.len()] {
            assert_eq!(
                frames(10_000, long.as_bytes().chunks(size)),
                [Frame::Skipped(Some(head.clone())), message("Event: x\r\n")],
                "in portions of {size}"
            );
        }
    }

    #[test]
    fn a_line_without_end_is_not_kept() {
        let mut decoder = Decoder::new(1000);
        let mut buffer = BytesMut::new();
        for _ in 0..1000 {
            buffer.extend_from_slice(&[b'x'; 1000]);
            assert_eq!(decoder.decode(&mut buffer), None);
            assert!(buffer.len() <= 2000);
        }
    }

    #[test]
    fn a_message_does_not_hold_the_read_buffer() {
        let mut buffer = BytesMut::from(&b"Event: x\r\n\r\n"[..]);
        let held = buffer.as_ptr();
        let frame = Decoder::new(1000).decode(&mut buffer);
        let Some(Frame::Message(message)) = frame else { panic!("{frame:?}") };
        assert_ne!(message.as_bytes().as_ptr(), held);
    }

    /// Every stream that was captured of a server, without the first line of the session.
    fn captures() -> Vec<(String, Vec<u8>)> {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/ami/captures");
        let mut captures: Vec<_> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
            .collect();
        for (_, stream) in &mut captures {
            if stream.starts_with(b"Asterisk Call Manager") {
                stream.drain(..=memchr::memchr(b'\n', stream).unwrap());
            }
        }
        captures
    }

    #[test]
    fn captured_streams_split_anywhere_give_the_same_messages() {
        let captures = captures();
        assert_eq!(captures.len(), 66, "a new one counts");
        for (name, stream) in captures {
            let whole = frames(1 << 20, [&stream[..]]);
            let starts: Vec<usize> = [&b"Response: "[..], b"Event: "]
                .into_iter()
                .flat_map(|word| memmem::find_iter(&stream, word))
                .filter(|at| *at == 0 || stream[..*at].ends_with(END))
                .collect();
            assert_eq!(whole.len(), starts.len(), "{name}");
            assert!(whole.iter().all(|frame| matches!(frame, Frame::Message(_))), "{name}");
            // A split matters to the message that it is in and to the next, so stretches of three
            // messages are enough, of which each ends with the first message of the next one.
            let mut ends: Vec<usize> = std::iter::once(0)
                .chain(memmem::find_iter(&stream, END).map(|at| at + END.len()))
                .collect();
            ends.dedup();
            let span = ends.len().min(4);
            let last = ends.len() - span;
            for first in (0..last).step_by(2).chain([last]) {
                let stretch = &stream[ends[first]..ends[first + span - 1]];
                let expected = frames(1 << 20, [stretch]);
                for at in 0..stretch.len() {
                    let (head, tail) = stretch.split_at(at);
                    assert!(
                        frames(1 << 20, [head, tail]) == expected,
                        "{name}: {head:?} | {tail:?}"
                    );
                }
            }
            assert!(frames(1 << 20, stream.chunks(1)) == whole, "{name} byte by byte");
        }
    }
}
