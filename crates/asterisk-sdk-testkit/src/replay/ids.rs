//! Ids that differ each time: those of the trace and those of the run.

use crate::Protocol;
use crate::wire::Frame;

/// What stands for what.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    pairs: Vec<Pair>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pair {
    kind: Kind,
    recorded: String,
    actual: String,
}

/// Where an id is to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The id of an action or a command, which may be as short as a number: only in headers for that.
    Action,
    /// The id of a request over the WebSocket: only in members for that.
    Request,
    /// Of a channel or another object: wherever it stands as a word.
    Object,
}

/// The headers that hold ids of actions, without case.
const ACTION_HEADERS: [&str; 2] = ["ActionID", "CommandID"];
/// The members that hold ids of requests.
const REQUEST_MEMBERS: [&str; 2] = ["request_id", "transaction_id"];
/// The parameters that hold ids of objects, without case.
const OBJECT_PARAMETERS: [&str; 5] =
    ["channelId", "otherChannelId", "playbackId", "bridgeId", "snoopId"];

impl Kind {
    /// Whether a header, parameter or member of this name holds an id that the application chooses.
    pub(super) fn of(name: &str) -> Option<Self> {
        let among = |names: &[&str]| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        if among(&ACTION_HEADERS) {
            Some(Self::Action)
        } else if REQUEST_MEMBERS.contains(&name) {
            Some(Self::Request)
        } else {
            among(&OBJECT_PARAMETERS).then_some(Self::Object)
        }
    }
}

impl Ids {
    /// Takes an id as it comes the first time, and says whether it is the same one later.
    pub(super) fn learn(&mut self, kind: Kind, recorded: &str, actual: &str) -> bool {
        let known = self.pairs.iter().find(|pair| pair.kind == kind && pair.recorded == recorded);
        if let Some(pair) = known {
            return pair.actual == actual;
        }
        let (recorded, actual) = (recorded.to_owned(), actual.to_owned());
        self.pairs.push(Pair { kind, recorded, actual });
        true
    }

    /// Recorded text with the ids of this run.
    pub(super) fn text(&self, recorded: &str) -> String {
        String::from_utf8_lossy(&self.words(recorded.as_bytes())).into_owned()
    }

    /// What Asterisk said, with the ids of this run. Lengths that are part of it are those of the result.
    pub(super) fn apply(&self, protocol: Option<Protocol>, bytes: &[u8]) -> Vec<u8> {
        if self.pairs.iter().all(|pair| pair.recorded == pair.actual) {
            return bytes.to_vec();
        }
        match protocol {
            Some(Protocol::Ami) => self.lines(bytes),
            Some(Protocol::Ari) => match Frame::read(bytes) {
                Some(frame) => {
                    Frame { payload: self.requests(&self.words(&frame.payload)), ..frame }.bytes()
                }
                None => self.http(bytes),
            },
            _ => self.words(bytes),
        }
    }

    /// The lines of an AMI message.
    fn lines(&self, bytes: &[u8]) -> Vec<u8> {
        let mut result = Vec::with_capacity(bytes.len());
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            match self.action_line(line) {
                Some(line) => result.extend(line.into_bytes()),
                None => result.extend(self.words(line)),
            }
        }
        result
    }

    /// A line that holds the id of an action.
    fn action_line(&self, line: &[u8]) -> Option<String> {
        let (name, value) = std::str::from_utf8(line).ok()?.split_once(": ")?;
        if Kind::of(name) != Some(Kind::Action) {
            return None;
        }
        let recorded = value.trim_end_matches(['\r', '\n']);
        let mut pairs = self.pairs.iter();
        let pair = pairs.find(|pair| pair.kind == Kind::Action && pair.recorded == recorded)?;
        Some(format!("{name}: {}{}", pair.actual, &value[recorded.len()..]))
    }

    /// The text of a WebSocket.
    fn requests(&self, text: &[u8]) -> Vec<u8> {
        let mut text = String::from_utf8_lossy(text).into_owned();
        for pair in self.pairs.iter().filter(|pair| pair.kind == Kind::Request) {
            for name in REQUEST_MEMBERS {
                let member = |id: &str| format!("\"{name}\":\"{id}\"");
                text = text.replace(&member(&pair.recorded), &member(&pair.actual));
            }
        }
        text.into_bytes()
    }

    /// A reply: its length follows its body.
    fn http(&self, bytes: &[u8]) -> Vec<u8> {
        let end = bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n").map(|at| at + 4);
        let (head, body) = bytes.split_at(end.unwrap_or(bytes.len()));
        let (head, changed) = (self.words(head), self.words(body));
        if changed.len() == body.len() {
            return [head, changed].concat();
        }
        let head = with_header(&head, "Content-Length", &changed.len().to_string());
        [head, changed].concat()
    }

    /// Replaces ids of objects where they stand as words, all in one pass.
    fn words(&self, bytes: &[u8]) -> Vec<u8> {
        let pairs: Vec<_> = self
            .pairs
            .iter()
            .filter(|pair| pair.kind == Kind::Object && pair.recorded != pair.actual)
            .filter(|pair| !pair.recorded.is_empty())
            .collect();
        let mut result = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let begins = at == 0 || !is_word(bytes[at - 1]);
            let pair = pairs.iter().find(|pair| {
                let id = pair.recorded.as_bytes();
                begins && rest.starts_with(id) && !rest.get(id.len()).is_some_and(|b| is_word(*b))
            });
            if let Some(pair) = pair {
                result.extend(pair.actual.as_bytes());
                at += pair.recorded.len();
            } else {
                result.push(bytes[at]);
                at += 1;
            }
        }
        result
    }
}

/// A head with another value of a header, if it has that.
pub(super) fn with_header(head: &[u8], name: &str, value: &str) -> Vec<u8> {
    let lines = head.split_inclusive(|byte| *byte == b'\n').map(|line| {
        let found = line.iter().position(|byte| *byte == b':').map(|at| line.split_at(at + 1));
        match found {
            Some((before, _))
                if before[..before.len() - 1].eq_ignore_ascii_case(name.as_bytes()) =>
            {
                [before, b" ", value.as_bytes(), b"\r\n"].concat()
            }
            _ => line.to_vec(),
        }
    });
    lines.collect::<Vec<_>>().concat()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::{Ids, Kind, with_header};
    use crate::Protocol;
    use crate::wire::Frame;

    fn ids() -> Ids {
        let mut ids = Ids::default();
        assert!(ids.learn(Kind::Action, "1", "seven"));
        assert!(ids.learn(Kind::Object, "chan-1", "other-22"));
        assert!(ids.learn(Kind::Object, "chan-2", "chan-1"));
        assert!(ids.learn(Kind::Request, "1", "9"));
        assert!(!ids.learn(Kind::Action, "1", "eight"));
        assert!(ids.learn(Kind::Action, "1", "seven"));
        ids
    }

    fn applied(protocol: Protocol, text: &str) -> String {
        String::from_utf8(ids().apply(Some(protocol), text.as_bytes())).unwrap()
    }

    #[test]
    fn ids_of_actions_stand_in_their_headers() {
        let event =
            "Event: X\r\nActionID: 1\r\nPriority: 1\r\nUniqueid: chan-1;2\r\nA: chan-1-b\r\n\r\n";
        let changed = "Event: X\r\nActionID: seven\r\nPriority: 1\r\nUniqueid: other-22;2\r\nA: chan-1-b\r\n\r\n";
        assert_eq!(applied(Protocol::Ami, event), changed);
    }

    #[test]
    fn replies_keep_their_length_right() {
        let reply = "HTTP/1.1 200 OK\r\nContent-length: 16\r\n\r\n{\"id\":\"chan-1\",1}";
        let changed = "HTTP/1.1 200 OK\r\nContent-length: 19\r\n\r\n{\"id\":\"other-22\",1}";
        assert_eq!(applied(Protocol::Ari, reply), changed);
    }

    #[test]
    fn frames_too_and_one_pass_is_enough() {
        let text = r#"{"request_id":"1","a":"chan-1","b":"chan-2"}"#;
        let frame = Frame::new(0x81, text.into()).bytes();
        let changed = r#"{"request_id":"9","a":"other-22","b":"chan-1"}"#;
        let expected = Frame::new(0x81, changed.into()).bytes();
        assert_eq!(ids().apply(Some(Protocol::Ari), &frame), expected);
    }

    #[test]
    fn a_web_socket_is_accepted_by_its_own_key() {
        let reply = b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: old\r\n\r\n";
        let changed = b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: new=\r\n\r\n";
        assert_eq!(with_header(reply, "sec-websocket-accept", "new="), changed);
    }
}
