//! What was said on some connections, and when.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::{Message, Protocol, Side};

/// The largest trace that is kept or read.
const MAX_TRACE: u64 = 64 * 1024 * 1024;

/// What was said on some connections, with times: read from a file, or made by a
/// [`Recorder`](super::Recorder).
///
/// As text (`Display`, `FromStr`, [`save`](Self::save), [`load`](Self::load)) its first line names the
/// format and its version. Each entry is a line with its time in seconds, the number of its
/// connection and what happened, and for what was said the words behind bars:
///
/// ```
/// # use asterisk_sdk_testkit::record::Trace;
/// let text = r"asterisk-trace 1
/// 0.000000 0 opened AMI
/// 0.000212 0 <
/// |Asterisk Call Manager/11.0.0\r
/// 0.000817 0 >
/// |Action: Logoff\r
/// |\r
/// 0.001514 0 <
/// |Response: Goodbye\r
/// |Message: Thanks for all the fish.\r
/// |\r
/// 0.001590 0 < ended
/// ";
/// let trace: Trace = text.parse()?;
/// assert_eq!(trace.messages().count(), 3);
/// assert_eq!(trace.to_string(), text);
/// # Ok::<(), asterisk_sdk_testkit::record::TraceError>(())
/// ```
///
/// - `opened` gives the protocol; `>` is said by the application, `<` by Asterisk; `ended` is the end of
///   what that side says.
/// - A line behind a bar ends with LF, or with a backslash if there was none. `\r`, `\t`, `\\` and `\xHH`
///   stand for bytes; whatever is not readable UTF-8 is written so.
/// - A WebSocket frame is written as `> frame 81 mask 0a1b2c3d`: its first byte, the mask if it has one,
///   and then its content in the clear.
/// - Empty lines, and lines that begin with `#`, mean nothing.
///
/// Passwords of AMI logins, `Authorization` headers, and the parameters `api_key` and `secret` are recorded
/// as `***`. What else is secret, such as the configuration that a server was asked for, is in it. Whoever
/// edits it has to see to the length of HTTP bodies; that of frames follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    pub(crate) entries: Vec<Entry>,
    pub(super) truncated: bool,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at: Duration,
    pub(crate) connection: usize,
    pub(crate) what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Opened(Protocol),
    Said(Side, Vec<u8>),
    Ended(Side),
}

/// Why a trace cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The file cannot be read.
    #[error("the trace cannot be read")]
    Io(#[from] io::Error),
    /// It is larger than 64 MiB.
    #[error("the trace has {0} bytes, more than are read")]
    TooLarge(u64),
    /// It is no trace, or one of another version.
    #[error("line {line} of the trace: expected {expected}")]
    #[non_exhaustive]
    Syntax {
        /// The line, counted from 1.
        line: usize,
        /// What should stand there.
        expected: &'static str,
    },
}

impl Trace {
    /// Reads a trace from a file.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is no trace.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, TraceError> {
        let length = std::fs::metadata(&path)?.len();
        if length > MAX_TRACE {
            return Err(TraceError::TooLarge(length));
        }
        std::fs::read_to_string(path)?.parse()
    }

    /// Writes the trace to a file, in the place of what that held.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        std::fs::write(path, self.to_string())
    }

    /// All that was said, in its order.
    pub fn messages(&self) -> impl Iterator<Item = Message<'_>> {
        let mut numbers = HashMap::new();
        let protocols = self.protocols();
        self.entries.iter().filter_map(move |entry| {
            let What::Said(side, bytes) = &entry.what else { return None };
            let number = numbers.entry((entry.connection, *side)).or_insert(0_u64);
            let protocol = *protocols.get(&entry.connection)?;
            let connection = entry.connection;
            let message = Message { protocol, side: *side, connection, number: *number, bytes };
            *number += 1;
            Some(message)
        })
    }

    /// Whether the recording stopped at its limit, so that the end is missing.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// The protocol of each connection.
    pub(crate) fn protocols(&self) -> HashMap<usize, Protocol> {
        let opened = self.entries.iter().filter_map(|entry| match entry.what {
            What::Opened(protocol) => Some((entry.connection, protocol)),
            _ => None,
        });
        opened.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Trace, TraceError};

    #[test]
    fn a_trace_goes_through_a_file() {
        let text = "asterisk-trace 1\n0.000000 0 opened AGI\n0.000001 0 <\n|agi_network: yes\n";
        let trace: Trace = text.parse().unwrap();
        let path = std::env::temp_dir().join(format!("asterisk-trace-{}", std::process::id()));
        trace.save(&path).unwrap();
        let read = (std::fs::read_to_string(&path).unwrap(), Trace::load(&path).unwrap());
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read, (text.to_owned(), trace));
        assert!(matches!(Trace::load(&path).unwrap_err(), TraceError::Io(_)));
    }
}
