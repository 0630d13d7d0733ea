//! The bytes that the server plays: captured ones, repeated.

/// The captured events of one call.
const EVENTS: &str = include_str!("../../../../tests/ari/captures/22/events.jsonl");
const CHANNELS: &str = include_str!("../../../../tests/ari/captures/22/channels.http");

pub(crate) const INFO: &[u8] = include_bytes!("../../../../tests/ari/captures/22/info.http");
pub(crate) const NO_CONTENT: &[u8] =
    include_bytes!("../../../../tests/ari/captures/22/answer.http");
/// Replies over the event WebSocket, to request 1.
pub(crate) const PONG: &str = include_str!("../../../../tests/ari/captures/22/socket/ping.json");
pub(crate) const DONE: &str =
    include_str!("../../../../tests/ari/captures/22/socket/no-content.json");
pub(crate) const SWITCHING: &[u8] =
    include_bytes!("../../../../tests/ari/captures/22/websocket-101.http");

/// How many events are different at least: what comes twice within a few is a repetition.
const DIFFERENT: usize = 300;

/// Some events of so many channels, and their number, as frames of the server: all that enter, then all
/// that press a key, then all that are destroyed.
pub(crate) fn events(channels: usize) -> (Vec<u8>, usize) {
    let mut frames = Vec::new();
    let mut count = 0;
    while count < DIFFERENT {
        for name in ["StasisStart", "ChannelDtmfReceived", "ChannelDestroyed"] {
            for channel in 0..channels {
                let frame = event(name, channel, &format!("2026-11-21T{count:09}+0000"));
                frames.extend_from_slice(&frame);
                count += 1;
            }
        }
    }
    (frames, count)
}

/// So many channels that enter, as frames of the server.
pub(crate) fn entering(channels: usize) -> Vec<u8> {
    let enter = |n| event("StasisStart", n, &format!("2026-11-21T{n:09}+0000"));
    (0..channels).flat_map(enter).collect()
}

/// The captured event of this type, on this channel and at this time, as a frame of the server.
pub(crate) fn event(name: &str, channel: usize, time: &str) -> Vec<u8> {
    let wanted = format!(r#""type":"{name}""#);
    let line = EVENTS.lines().find(|line| line.contains(&wanted)).expect("it was captured");
    let (head, rest) = line.split_once(r#""timestamp":""#).expect("a time");
    let (_, rest) = rest.split_once('"').expect("its end");
    let line = format!(r#"{head}"timestamp":"{time}"{rest}"#).replace("capture-1", &id(channel));
    text(&line)
}

/// A text frame of the server.
pub(crate) fn text(line: &str) -> Vec<u8> {
    let length = u16::try_from(line.len()).expect("events are short");
    assert!(length >= 126, "the length takes two bytes");
    let mut frame = vec![0x81, 126];
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(line.as_bytes());
    frame
}

/// The id of a channel, as a real one.
pub(crate) fn id(channel: usize) -> String {
    format!("1795247806.{channel}")
}

/// The reply that lists so many channels.
pub(crate) fn channels(items: usize) -> Vec<u8> {
    let (head, body) = CHANNELS.split_once("\r\n\r\n").expect("a whole reply");
    let end = body.find("},{").expect("two channels were captured");
    let item = body.get(1..=end).expect("the first channel");
    let items: Vec<_> = (0..items).map(|n| item.replace("capture-1", &id(n))).collect();
    let body = format!("[{}]", items.join(","));
    let length = head.find("Content-Length").expect("it has a length");
    let head = head.get(..length).expect("the other headers");
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
