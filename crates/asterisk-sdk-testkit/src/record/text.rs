//! Traces as text.

use std::collections::HashSet;
use std::fmt::{self, Write};
use std::str::FromStr;
use std::time::Duration;

use super::escape::{read_line, write_lines};
use super::trace::{Entry, Trace, TraceError, What};
use crate::wire::Frame;
use crate::{Protocol, Side};

const HEAD: &str = "asterisk-trace 1";
const TRUNCATED: &str = "truncated";
/// Numbers of connections are below this.
const MAX_CONNECTIONS: usize = 1 << 20;

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        let mut frames = HashSet::new();
        let protocols = self.protocols();
        for entry in &self.entries {
            f.write_str(&entry_text(entry, protocols.get(&entry.connection), &mut frames))?;
        }
        if self.truncated {
            writeln!(f, "{TRUNCATED}")?;
        }
        Ok(())
    }
}

impl Trace {
    /// In which line of the text each entry begins.
    pub(crate) fn lines(&self) -> Vec<usize> {
        let mut next = 2;
        let mut frames = HashSet::new();
        let protocols = self.protocols();
        let mut line = |entry: &Entry| {
            let line = next;
            next +=
                entry_text(entry, protocols.get(&entry.connection), &mut frames).lines().count();
            line
        };
        self.entries.iter().map(&mut line).collect()
    }
}

/// An entry as text. `frames` holds the connections that have changed their protocol, for only there
/// bytes may be frames.
fn entry_text(entry: &Entry, protocol: Option<&Protocol>, frames: &mut HashSet<usize>) -> String {
    let Entry { at, connection, what } = entry;
    let mut text = format!("{:.6} {connection} ", at.as_secs_f64());
    // Writing to a string never fails.
    match what {
        What::Opened(protocol) => {
            let _ = writeln!(text, "opened {protocol}");
        }
        What::Ended(side) => {
            let _ = writeln!(text, "{} ended", sign(*side));
        }
        What::Said(side, bytes) => {
            text.push(sign(*side));
            let frame = Frame::read(bytes).filter(|_| frames.contains(connection));
            if let Some(Frame { first, mask, payload }) = frame {
                let _ = write!(text, " frame {first:02x}");
                if let Some([a, b, c, d]) = mask {
                    let _ = write!(text, " mask {a:02x}{b:02x}{c:02x}{d:02x}");
                }
                text.push('\n');
                write_lines(&payload, &mut text);
            } else {
                text.push('\n');
                write_lines(bytes, &mut text);
            }
            if protocol == Some(&Protocol::Ari) && bytes.starts_with(b"HTTP/1.1 101") {
                frames.insert(*connection);
            }
        }
    }
    text
}

fn sign(side: Side) -> char {
    match side {
        Side::Application => '>',
        Side::Asterisk => '<',
    }
}

impl FromStr for Trace {
    type Err = TraceError;

    fn from_str(text: &str) -> Result<Self, TraceError> {
        // An editor may have made other ends of lines.
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line)).peekable();
        let syntax = |line, expected| TraceError::Syntax { line, expected };
        if lines.next().map(|(_, line)| line) != Some(HEAD) {
            return Err(syntax(1, "asterisk-trace 1"));
        }
        let mut trace = Self::default();
        let mut opened = HashSet::new();
        while let Some((number, line)) = lines.next() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line == TRUNCATED {
                trace.truncated = true;
                continue;
            }
            let (mut entry, frame) = read_entry(line)
                .ok_or_else(|| syntax(number, "a time, a connection, and `opened`, `<` or `>`"))?;
            if let What::Opened(_) = entry.what {
                opened.insert(entry.connection);
            } else if !opened.contains(&entry.connection) {
                return Err(syntax(number, "a connection that was opened"));
            }
            if let What::Said(_, bytes) = &mut entry.what {
                while let Some((number, line)) = lines.next_if(|(_, line)| line.starts_with('|')) {
                    read_line(&line[1..], bytes)
                        .ok_or_else(|| syntax(number, r"one of the escapes \\, \r, \t and \xHH"))?;
                }
                if let Some((first, mask)) = frame {
                    let payload = std::mem::take(bytes);
                    *bytes = Frame { first, mask, payload }.bytes();
                }
            }
            trace.entries.push(entry);
        }
        Ok(trace)
    }
}

/// How a frame begins.
type FrameHead = Option<(u8, Option<[u8; 4]>)>;

/// Reads the first line of an entry.
fn read_entry(line: &str) -> Option<(Entry, FrameHead)> {
    let mut words = line.split(' ');
    let seconds: f64 = words.next()?.parse().ok()?;
    let at = Duration::try_from_secs_f64(seconds).ok()?;
    let connection = words.next()?.parse().ok().filter(|number| *number < MAX_CONNECTIONS)?;
    let mut frame = None;
    let what = match words.next()? {
        "opened" => What::Opened(match words.next()? {
            "AMI" => Protocol::Ami,
            "AGI" => Protocol::Agi,
            "ARI" => Protocol::Ari,
            _ => return None,
        }),
        sign => {
            let side = match sign {
                "<" => Side::Asterisk,
                ">" => Side::Application,
                _ => return None,
            };
            match words.next() {
                None => What::Said(side, Vec::new()),
                Some("ended") => What::Ended(side),
                Some("frame") => {
                    let first = u8::from_str_radix(words.next()?, 16).ok()?;
                    let mask = match words.next() {
                        None => None,
                        Some("mask") => {
                            Some(u32::from_str_radix(words.next()?, 16).ok()?.to_be_bytes())
                        }
                        Some(_) => return None,
                    };
                    frame = Some((first, mask));
                    What::Said(side, Vec::new())
                }
                Some(_) => return None,
            }
        }
    };
    words.next().is_none().then_some((Entry { at, connection, what }, frame))
}

#[cfg(test)]
mod tests {
    use super::{Trace, TraceError};
    use crate::record::{Entry, What};
    use crate::wire::Frame;
    use crate::{Protocol, Side};
    use std::time::Duration;

    fn trace(said: &[(Side, Vec<u8>)]) -> Trace {
        let entry = |n: usize, what| {
            let micros = u64::try_from(n).unwrap() * 1_500;
            Entry { at: Duration::from_micros(micros), connection: 3, what }
        };
        let mut entries = vec![entry(0, What::Opened(Protocol::Ari))];
        for (n, (side, bytes)) in said.iter().enumerate() {
            entries.push(entry(n + 1, What::Said(*side, bytes.clone())));
        }
        entries.push(entry(said.len() + 1, What::Ended(Side::Asterisk)));
        Trace { entries, truncated: true }
    }

    #[test]
    fn a_trace_comes_back_and_says_in_which_lines() {
        let frame =
            Frame { first: 0x81, mask: Some([1, 0x2c, 3, 4]), payload: b"{}\n\xff".to_vec() };
        let trace = trace(&[
            (Side::Application, b"GET / HTTP/1.1\r\n\r\n".to_vec()),
            (Side::Asterisk, b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec()),
            (Side::Application, frame.bytes()),
            // No frame that could be made again from its parts.
            (Side::Asterisk, vec![0x81, 126, 0, 1, b'x']),
            (Side::Asterisk, Frame::new(0x8a, Vec::new()).bytes()),
        ]);
        let text = trace.to_string();
        let expected = "asterisk-trace 1\n\
            0.000000 3 opened ARI\n\
            0.001500 3 >\n|GET / HTTP/1.1\\r\n|\\r\n\
            0.003000 3 <\n|HTTP/1.1 101 Switching Protocols\\r\n|\\r\n\
            0.004500 3 > frame 81 mask 012c0304\n|{}\n|\\xff\\\n\
            0.006000 3 <\n|\\x81~\\x00\\x01x\\\n\
            0.007500 3 < frame 8a\n\
            0.009000 3 < ended\ntruncated\n";
        assert_eq!(text, expected);
        assert_eq!(text.parse::<Trace>().unwrap(), trace);
        assert_eq!(trace.lines(), [2, 3, 6, 9, 12, 14, 15]);
        let commented = text.replace("0.004500", "# a comment\n\n0.004500");
        assert_eq!(commented.parse::<Trace>().unwrap(), trace);
    }

    #[test]
    fn what_is_no_trace_is_refused_with_its_line() {
        for (text, wrong) in [
            ("", 1),
            ("asterisk-trace 2\n", 1),
            ("asterisk-trace 1\nhello\n", 2),
            ("asterisk-trace 1\n0.1 0 <\n", 2),
            ("asterisk-trace 1\n0.1 0 opened AMI\n-1 0 <\n", 3),
            ("asterisk-trace 1\n0.1 0 opened AMI\n1e99 0 <\n", 3),
            ("asterisk-trace 1\n0.1 0 opened AMI\n0.1 0 <\n|a\n|\\q\n", 5),
            ("asterisk-trace 1\n0.1 0 opened SIP\n", 2),
            ("asterisk-trace 1\n0.1 0 opened AMI\n0.1 0 < frame 81 mask 1 x\n", 3),
            ("asterisk-trace 1\n|a\n", 2),
            ("asterisk-trace 1\n0.1 1048576 opened AMI\n", 2),
        ] {
            match text.parse::<Trace>().unwrap_err() {
                TraceError::Syntax { line, .. } => assert_eq!(line, wrong, "{text}"),
                other => panic!("{other:?}"),
            }
        }
    }
}
