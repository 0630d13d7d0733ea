//! A message as those see it who choose what goes wrong with it.

use std::borrow::Cow;
use std::fmt;

use super::Frame;
use crate::Protocol;

/// Who says something: Asterisk, or the application that uses it.
///
/// That is not who has connected: with AMI and ARI the application connects, with FastAGI Asterisk
/// does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Side {
    /// The program under test, which uses the SDK or another library.
    Application,
    /// Asterisk, real or played.
    Asterisk,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Application => "the application",
            Self::Asterisk => "Asterisk",
        })
    }
}

/// One message on its way.
///
/// With AMI it ends with its empty line (the greeting of the server is one as well, and so is an
/// empty line between messages); with AGI it is a line; with ARI it is an HTTP request or reply with
/// its body, or after the change of protocol a WebSocket frame.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    pub(crate) protocol: Protocol,
    pub(crate) side: Side,
    pub(crate) connection: usize,
    pub(crate) number: u64,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Message<'a> {
    /// The protocol of the connection.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// Who says it.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }

    /// On which connection, in the order in which they were made: 0 is the first.
    #[must_use]
    pub fn connection(&self) -> usize {
        self.connection
    }

    /// How many messages this side has said on this connection before it.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The bytes as they are on the wire.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What it says as text: bytes that are not UTF-8 are replaced, and of a WebSocket frame only the
    /// content is given.
    #[must_use]
    pub fn text(&self) -> Cow<'a, str> {
        match (self.protocol, Frame::read(self.bytes)) {
            (Protocol::Ari, Some(frame)) => {
                Cow::Owned(String::from_utf8_lossy(&frame.payload).into_owned())
            }
            _ => String::from_utf8_lossy(self.bytes),
        }
    }

    /// Whether [`text`](Self::text) contains this.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.text().contains(text)
    }

    /// The value of a header (AMI or HTTP, the first of this name, whatever its case) or of a variable
    /// at the beginning of an AGI session; none if there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        header(self.bytes, name)
    }
}

/// The first header of a name in a head.
pub(crate) fn header(head: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
    // The first line of HTTP is no header, but its colons, if any, stand behind blanks.
    lines.take_while(|line| !line.is_empty()).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim_start().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::{Message, Side};
    use crate::Protocol;
    use crate::wire::Frame;

    fn message(protocol: Protocol, bytes: &[u8]) -> Message<'_> {
        Message { protocol, side: Side::Asterisk, connection: 0, number: 0, bytes }
    }

    #[test]
    fn headers_and_text() {
        let event = message(Protocol::Ami, b"Event: Hangup\r\nCause: 16\r\nx\r\nEvent: y\r\n\r\n");
        assert_eq!(event.header("event").as_deref(), Some("Hangup"));
        assert_eq!(event.header("Cause").as_deref(), Some("16"));
        assert_eq!(event.header("Response"), None);
        let reply = message(Protocol::Ari, b"HTTP/1.1 200 OK\r\nA: 1\r\n\r\nB: 2");
        assert_eq!(reply.header("b"), None);
        let frame = Frame { first: 0x81, mask: Some([9; 4]), payload: b"{\"a\":1}".to_vec() };
        let bytes = frame.bytes();
        assert_eq!(message(Protocol::Ari, &bytes).text(), "{\"a\":1}");
        assert!(message(Protocol::Ari, &bytes).contains("\"a\""));
        let line = message(Protocol::Agi, b"agi_arg_1: a: b\n");
        assert_eq!(line.header("agi_arg_1").as_deref(), Some("a: b"));
    }
}
