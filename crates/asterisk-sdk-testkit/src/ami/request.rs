//! Actions as they come in.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// The longest line, without its end.
const MAX_LINE: usize = 1022;
const MAX_LINES: usize = 128;

/// The headers of an action.
#[derive(Debug, Default)]
pub(crate) struct Request {
    headers: Vec<(String, String)>,
    /// How many lines it has, those without a colon included.
    lines: usize,
}

impl Request {
    /// The first value of a header.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| &**value)
    }

    /// The same, unless it is empty.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let all = self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        all.map(|(_, value)| &**value)
    }

    pub(crate) fn action_id(&self) -> Option<&str> {
        self.given("ActionID")
    }

    /// All headers in order.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (&**name, &**value))
    }

    fn push(&mut self, line: &str) {
        if let Some((name, value)) = line.split_once(':') {
            let value = value.trim_start_matches([' ', '\t']);
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self.lines += 1;
    }
}

/// What was read.
pub(crate) enum Read {
    Request(Request),
    /// It is refused as a whole, for this reason.
    Refused(Request, &'static str),
}

/// Reads one action; `None` at the end of the connection.
pub(crate) async fn read(from: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Read>> {
    let mut request = Request::default();
    let mut refused = None;
    loop {
        let mut line = Vec::new();
        // A line that is too long is read to its end, but not kept.
        let mut long = false;
        loop {
            let room = (MAX_LINE + 3).saturating_sub(line.len());
            let count = (&mut *from).take(room as u64).read_until(b'\n', &mut line).await?;
            if count == 0 {
                return Ok(None);
            }
            if line.last() == Some(&b'\n') {
                break;
            }
            if line.len() > MAX_LINE + 2 {
                long = true;
                line.clear();
            }
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches('\n');
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.is_empty() && !long {
            return Ok(Some(match refused {
                Some(why) => Read::Refused(request, why),
                None => Read::Request(request),
            }));
        }
        if long || text.len() > MAX_LINE {
            refused = refused.or(Some("Failed to parse message: line too long"));
        } else if request.lines >= MAX_LINES {
            refused = refused.or(Some("Too many lines in message or allocation failure"));
        } else if refused.is_none() {
            request.push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn requests(text: &str) -> Vec<(Option<String>, Option<&'static str>)> {
        let mut from = text.as_bytes();
        let mut found = Vec::new();
        while let Some(next) = read(&mut from).await.unwrap() {
            let (request, why) = match next {
                Read::Request(request) => (request, None),
                Read::Refused(request, why) => (request, Some(why)),
            };
            found.push((request.get("action").map(str::to_owned), why));
        }
        found
    }

    #[tokio::test]
    async fn lines_end_in_any_way_and_have_a_length() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            requests("Action: Ping\r\n\r\nAction:  \tPong\n\n\r\n").await,
            [(some("Ping"), None), (some("Pong"), None), (None, None)]
        );
        let long = |length: usize| {
            let line = format!("A: {}", "x".repeat(length - 3));
            format!("Action: Ping\r\n{line}\r\nB: 1\r\n\r\nAction: Next\r\n\r\n")
        };
        assert_eq!(requests(&long(1022)).await, [(some("Ping"), None), (some("Next"), None)]);
        let refused = Some("Failed to parse message: line too long");
        for length in [1023, 1024, 1025, 5000] {
            let expected = [(some("Ping"), refused), (some("Next"), None)];
            assert_eq!(requests(&long(length)).await, expected, "{length}");
        }
        let many = format!("Action: Ping\r\n{}\r\n", "A: 1\r\n".repeat(128));
        let refused = Some("Too many lines in message or allocation failure");
        assert_eq!(requests(&many).await, [(some("Ping"), refused)]);
    }
}
