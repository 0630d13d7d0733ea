//! The bytes that the server plays: captured ones, repeated.

/// The captured events of one call.
const EVENTS: &str = include_str!("../../../../tests/ari/captures/22/events.jsonl");
const CHANNELS: &str = include_str!("../../../../tests/ari/captures/22/channels.http");

pub(crate) const INFO: &[u8] = include_bytes!("../../../../tests/ari/captures/22/info.http");
pub(crate) const NO_CONTENT: &[u8] =
    include_bytes!("../../../../tests/ari/captures/22/answer.http");
pub(crate) const SWITCHING: &[u8] =
    include_bytes!("../../../../tests/ari/captures/22/websocket-101.http");

/// One event of each of some types, and their number, as frames of the server.
pub(crate) fn events() -> (Vec<u8>, usize) {
    let types = ["StasisStart", "ChannelDtmfReceived", "ChannelDestroyed"];
    let mut frames = Vec::new();
    for name in types {
        let wanted = format!(r#""type":"{name}""#);
        let line = EVENTS.lines().find(|line| line.contains(&wanted)).expect("it was captured");
        let length = u16::try_from(line.len()).expect("events are short");
        assert!(length >= 126, "the length takes two bytes");
        frames.extend_from_slice(&[0x81, 126]);
        frames.extend_from_slice(&length.to_be_bytes());
        frames.extend_from_slice(line.as_bytes());
    }
    (frames, types.len())
}

/// The reply that lists so many channels.
pub(crate) fn channels(items: usize) -> Vec<u8> {
    let (head, body) = CHANNELS.split_once("\r\n\r\n").expect("a whole reply");
    let end = body.find("},{").expect("two channels were captured");
    let item = body.get(1..=end).expect("the first channel");
    // Ids as real ones, each another.
    let items: Vec<_> =
        (0..items).map(|n| item.replace("capture-1", &format!("1795247806.{n}"))).collect();
    let body = format!("[{}]", items.join(","));
    let length = head.find("Content-Length").expect("it has a length");
    let head = head.get(..length).expect("the other headers");
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
