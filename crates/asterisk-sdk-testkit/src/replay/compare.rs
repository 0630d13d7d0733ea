//! Whether the application says what was recorded.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::ids::{Ids, Kind};
use super::stage::quote;
use crate::Protocol;
use crate::wire::{Frame, header};

/// The part that is not the same.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) expected: String,
    pub(super) got: String,
}

fn differ(expected: impl Into<String>, got: impl Into<String>) -> Difference {
    Difference { expected: expected.into(), got: got.into() }
}

/// Compares a message with the recorded one; gives the ids that are known afterwards.
pub(super) fn compare(
    protocol: Protocol,
    recorded: &[u8],
    actual: &[u8],
    ids: &Ids,
) -> Result<Ids, Difference> {
    let mut ids = ids.clone();
    match protocol {
        Protocol::Ami => action(recorded, actual, &mut ids)?,
        Protocol::Agi => plain(recorded, actual, &ids)?,
        Protocol::Ari => match (Frame::read(recorded), Frame::read(actual)) {
            (Some(recorded), Some(actual)) => {
                content(&recorded.payload, &actual.payload, &mut ids)?;
            }
            (None, None) => request(recorded, actual, &mut ids)?,
            _ => return Err(differ(quote(recorded), quote(actual))),
        },
    }
    Ok(ids)
}

fn plain(recorded: &[u8], actual: &[u8], ids: &Ids) -> Result<(), Difference> {
    let expected = ids.apply(None, recorded);
    if expected == actual { Ok(()) } else { Err(differ(quote(&expected), quote(actual))) }
}

/// A value of a name: an id, or the same.
fn value(name: &str, recorded: &str, actual: &str, ids: &mut Ids) -> Result<(), Difference> {
    let same = match Kind::of(name) {
        Some(kind) => ids.learn(kind, recorded, actual),
        None => ids.text(recorded) == actual,
    };
    if same {
        return Ok(());
    }
    Err(differ(format!("{name}: {}", ids.text(recorded)), format!("{name}: {actual}")))
}

fn action(recorded: &[u8], actual: &[u8], ids: &mut Ids) -> Result<(), Difference> {
    let login = header(recorded, "Action").is_some_and(|name| name.eq_ignore_ascii_case("login"));
    let (recorded, actual) = (String::from_utf8_lossy(recorded), String::from_utf8_lossy(actual));
    let mut recorded = recorded.lines().filter(|line| !line.is_empty());
    let mut actual = actual.lines().filter(|line| !line.is_empty());
    loop {
        let (expected, got) = match (recorded.next(), actual.next()) {
            (None, None) => return Ok(()),
            (Some(expected), None) => return Err(differ(expected, "the end of the action")),
            (None, Some(got)) => return Err(differ("the end of the action", got)),
            (Some(expected), Some(got)) => (expected, got),
        };
        let split = |line: &str| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            (name.to_owned(), value.trim_start().to_owned())
        };
        let ((name, old), (other, new)) = (split(expected), split(got));
        if !name.eq_ignore_ascii_case(&other) {
            return Err(differ(expected, got));
        }
        let secret = login && ["Secret", "Key"].iter().any(|key| name.eq_ignore_ascii_case(key));
        if !secret {
            value(&name, &old, &new, ids)?;
        }
    }
}

fn request(recorded: &[u8], actual: &[u8], ids: &mut Ids) -> Result<(), Difference> {
    let ((old, old_body), (new, new_body)) = (split_head(recorded), split_head(actual));
    let words = |head: &str| {
        let mut words = head.lines().next().unwrap_or_default().split(' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        (word(), word())
    };
    let ((old_method, old_target), (new_method, new_target)) = (words(&old), words(&new));
    let whole = || {
        let expected = format!("{old_method} {}", ids.text(&old_target));
        differ(expected, format!("{new_method} {new_target}"))
    };
    if old_method != new_method {
        return Err(whole());
    }
    let whole = whole();
    target(&old_method, &old_target, &new_target, ids).map_err(|_| whole)?;
    for name in ["Content-Type", "Upgrade"] {
        let of = |head: &str| header(head.as_bytes(), name).unwrap_or_default();
        if !of(&old).eq_ignore_ascii_case(&of(&new)) {
            return Err(differ(format!("{name}: {}", of(&old)), format!("{name}: {}", of(&new))));
        }
    }
    content(old_body, new_body, ids)
}

fn split_head(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n").map(|at| at + 4);
    let (head, body) = bytes.split_at(end.unwrap_or(bytes.len()));
    (String::from_utf8_lossy(head).into_owned(), body)
}

/// The path and query of a request.
fn target(method: &str, recorded: &str, actual: &str, ids: &mut Ids) -> Result<(), Difference> {
    let split = |target: &str| {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let path: Vec<String> = path.split('/').map(decoded).collect();
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        (path, pairs.collect::<Vec<_>>())
    };
    let ((old_path, old_query), (new_path, new_query)) = (split(recorded), split(actual));
    let whole = || differ(recorded, actual);
    if old_path.len() != new_path.len() || old_query.len() != new_query.len() {
        return Err(whole());
    }
    let last = old_path.len() - 1;
    for (index, (old, new)) in old_path.iter().zip(&new_path).enumerate() {
        // `POST /channels/{id}` and the like choose an id.
        let chosen = method == "POST"
            && index == last
            && index > 0
            && ["channels", "bridges", "play", "snoop"].contains(&&*old_path[index - 1])
            && !["create", "externalMedia"].contains(&&**old);
        let same = if chosen { ids.learn(Kind::Object, old, new) } else { ids.text(old) == *new };
        if !same {
            return Err(whole());
        }
    }
    for ((old_name, old), (new_name, new)) in old_query.iter().zip(&new_query) {
        if old_name != new_name {
            return Err(whole());
        }
        if !["api_key", "secret"].iter().any(|secret| old_name.eq_ignore_ascii_case(secret)) {
            value(old_name, old, new, ids)?;
        }
    }
    Ok(())
}

/// A body or the content of a frame.
fn content(recorded: &[u8], actual: &[u8], ids: &mut Ids) -> Result<(), Difference> {
    match (serde_json::from_slice(recorded), serde_json::from_slice(actual)) {
        (Ok(recorded), Ok(actual)) => json("", &recorded, &actual, ids),
        _ => plain(recorded, actual, ids),
    }
}

fn json(name: &str, recorded: &Value, actual: &Value, ids: &mut Ids) -> Result<(), Difference> {
    match (recorded, actual) {
        (Value::Object(recorded), Value::Object(actual)) => {
            for (name, old) in recorded {
                let new = actual.get(name);
                let new = new.ok_or_else(|| differ(format!("{name}: {old}"), "no such member"))?;
                match (name.as_str(), old.as_str(), new.as_str()) {
                    ("uri", Some(old), Some(new)) => {
                        let method = recorded.get("method").and_then(Value::as_str);
                        target(method.unwrap_or_default(), old, new, ids)?;
                    }
                    ("message_body", Some(old), Some(new)) => {
                        content(old.as_bytes(), new.as_bytes(), ids)?;
                    }
                    _ => json(name, old, new, ids)?,
                }
            }
            match actual.iter().find(|(name, _)| !recorded.contains_key(*name)) {
                Some((name, new)) => Err(differ("no such member", format!("{name}: {new}"))),
                None => Ok(()),
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            old.iter().zip(new).try_for_each(|(old, new)| json(name, old, new, ids))
        }
        (Value::String(old), Value::String(new)) => value(name, old, new, ids),
        (old, new) if old == new => Ok(()),
        (old, new) => Err(differ(format!("{name}: {old}"), format!("{name}: {new}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Difference, Ids, compare, differ};
    use crate::Protocol;
    use crate::wire::Frame;

    fn after(protocol: Protocol, pairs: &[(&str, &str)]) -> Result<(), Difference> {
        let mut ids = Ids::default();
        for (recorded, actual) in pairs {
            ids = compare(protocol, recorded.as_bytes(), actual.as_bytes(), &ids)?;
        }
        Ok(())
    }

    #[test]
    fn actions() {
        let one = |recorded: &str, actual: &str| after(Protocol::Ami, &[(recorded, actual)]);
        let login = "Action: Login\r\nActionID: 1\r\nSecret: ***\r\n\r\n";
        assert_eq!(one(login, "action:Login\nactionid: x\nsecret: y\n\n"), Ok(()));
        let other = differ("Channel: Local/a@b", "Channel: Local/c@b");
        assert_eq!(one("Channel: Local/a@b\r\n\r\n", "Channel: Local/c@b\r\n\r\n"), Err(other));
        let more = differ("the end of the action", "Async: true");
        assert_eq!(one("Action: X\r\n\r\n", "Action: X\r\nAsync: true\r\n\r\n"), Err(more));
        let less = differ("Async: true", "the end of the action");
        assert_eq!(one("Action: X\r\nAsync: true\r\n\r\n", "Action: X\r\n\r\n"), Err(less));
        let renamed = differ("A: 1", "B: 1");
        assert_eq!(one("A: 1\r\n\r\n", "B: 1\r\n\r\n"), Err(renamed));
        let key = differ("Key: a", "Key: b");
        assert_eq!(
            one("Action: DBGet\r\nKey: a\r\n\r\n", "Action: DBGet\r\nKey: b\r\n\r\n"),
            Err(key)
        );
    }

    #[test]
    fn requests() {
        let create = |id: &str| {
            format!(
                "POST /ari/channels?channelId={id}&endpoint=Local%2Fa HTTP/1.1\r\nHost: {id}\r\n\r\n"
            )
        };
        let hangup = |id: &str| format!("DELETE /ari/channels/{id} HTTP/1.1\r\n\r\n");
        let two = |a: &str, b: &str| {
            after(Protocol::Ari, &[(&create("r-1"), &create("a-1")), (&hangup(a), &hangup(b))])
        };
        assert_eq!(two("r-1", "a-1"), Ok(()));
        let other = differ("DELETE /ari/channels/a-1", "DELETE /ari/channels/a-2");
        assert_eq!(two("r-1", "a-2"), Err(other));
        let server = differ("DELETE /ari/channels/1.2", "DELETE /ari/channels/1.3");
        assert_eq!(two("1.2", "1.3"), Err(server));
        let one = |recorded: &str, actual: &str| after(Protocol::Ari, &[(recorded, actual)]);
        let body = "POST /ari/x HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"a\":[1,{\"b\":\"c\"}],\"d\":0}";
        let moved = "POST /ari/x HTTP/1.1\r\ncontent-type: application/json\r\nx: y\r\n\r\n{\"d\":0,\"a\":[1,{\"b\":\"c\"}]}";
        assert_eq!(one(body, moved), Ok(()));
        assert_eq!(one(body, &moved.replace("\"c\"", "\"x\"")), Err(differ("b: c", "b: x")));
        let untyped = moved.replace("content-type: application/json\r\n", "");
        let kind = differ("Content-Type: application/json", "Content-Type: ");
        assert_eq!(one(body, &untyped), Err(kind));
        let wrong = differ("GET /a?x=1", "GET /a?x=2");
        assert_eq!(one("GET /a?x=1 HTTP/1.1\r\n\r\n", "GET /a?x=2 HTTP/1.1\r\n\r\n"), Err(wrong));
    }

    #[test]
    fn requests_over_the_web_socket() {
        let frame = |text: &str| {
            Frame { first: 0x81, mask: Some([1, 2, 3, 4]), payload: text.into() }.bytes()
        };
        let recorded = r#"{"request_id":"1","method":"POST","uri":"channels/r?a=b","message_body":"{\"x\":1}"}"#;
        let actual = r#"{"uri":"channels/a?a=b","method":"POST","request_id":"2","message_body":"{ \"x\":1}"}"#;
        let ids =
            compare(Protocol::Ari, &frame(recorded), &frame(actual), &Ids::default()).unwrap();
        assert_eq!(ids.text("/r/"), "/a/");
        let wrong = actual.replace("\\\"x\\\":1", "\\\"x\\\":2");
        let error = compare(Protocol::Ari, &frame(recorded), &frame(&wrong), &Ids::default());
        assert_eq!(error.unwrap_err(), differ("x: 1", "x: 2"));
    }

    #[test]
    fn commands() {
        assert_eq!(after(Protocol::Agi, &[("ANSWER\n", "ANSWER\n")]), Ok(()));
        let other = differ("\"ANSWER\"", "\"HANGUP\"");
        assert_eq!(after(Protocol::Agi, &[("ANSWER\n", "HANGUP\n")]), Err(other));
    }
}
