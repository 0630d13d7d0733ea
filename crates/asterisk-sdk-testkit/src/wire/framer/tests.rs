use std::collections::VecDeque;

use super::{Framer, MAX_MESSAGE, Piece};
use crate::wire::Frame;
use crate::{Protocol, Side};

fn whole(bytes: &[u8]) -> Piece {
    Piece { bytes: bytes.to_vec(), whole: true }
}

/// The messages must be found however the bytes are divided.
fn assert_messages(protocol: Protocol, side: Side, messages: &[&[u8]]) {
    let stream = messages.concat();
    for size in [1, 2, 3, 7, stream.len()] {
        let (mut framer, mut pieces) = (Framer::new(protocol, side), VecDeque::new());
        for part in stream.chunks(size) {
            framer.push(part, &mut pieces);
        }
        let expected: Vec<_> = messages.iter().map(|bytes| whole(bytes)).collect();
        assert_eq!(Vec::from(pieces), expected, "in parts of {size}");
        assert!(!framer.waits());
    }
}

#[test]
fn a_manager_interface() {
    let messages: [&[u8]; 5] = [
        b"Asterisk Call Manager/11.0.0\r\n",
        b"Response: Success\r\nPing: Pong\r\n\r\n",
        b"\r\n",
        b"Response: Error\r\nMessage: Unable to retrieve endpoint nosuch\n\r\n\r\n",
        b"Event: Hangup\r\nCause: 16\r\n\r\n",
    ];
    assert_messages(Protocol::Ami, Side::Asterisk, &messages);
    let actions: [&[u8]; 3] = [b"Action: Ping\r\n\r\n", b"Action: Ping\nActionID: 1\n\n", b"\r\n"];
    assert_messages(Protocol::Ami, Side::Application, &actions);
}

#[test]
fn an_agi_session() {
    let lines: [&[u8]; 3] = [b"agi_network: yes\n", b"\n", b"200 result=0\n"];
    assert_messages(Protocol::Agi, Side::Asterisk, &lines);
}

#[test]
fn http_and_what_follows_the_change_of_protocol() {
    let text = Frame::new(0x81, vec![b'x'; 300]).bytes();
    let empty = Frame { first: 0x8a, mask: Some([1, 2, 3, 4]), payload: Vec::new() }.bytes();
    let messages: [&[u8]; 6] = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{}\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x\r\nabcd\r\n1\r\n\n\r\n0\r\nA: b\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
        &text,
        &empty,
    ];
    assert_messages(Protocol::Ari, Side::Asterisk, &messages);
    let requests: [&[u8]; 3] = [
        b"GET /ari/channels HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /ari/channels HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}",
        b"GET /ari/asterisk/info HTTP/1.1\r\n\r\n",
    ];
    assert_messages(Protocol::Ari, Side::Application, &requests);
}

#[test]
fn what_is_not_complete_can_be_taken_before() {
    let (mut framer, mut pieces) = (Framer::new(Protocol::Agi, Side::Asterisk), VecDeque::new());
    framer.push(b"200 re", &mut pieces);
    assert!(framer.waits());
    assert_eq!(framer.flush(), Some(Piece { bytes: b"200 re".to_vec(), whole: false }));
    framer.push(b"sult=0\n200 result=1\n", &mut pieces);
    let rest = Piece { bytes: b"sult=0\n".to_vec(), whole: false };
    assert_eq!(Vec::from(pieces), [rest, whole(b"200 result=1\n")]);
}

#[test]
fn what_has_no_end_goes_through_in_parts() {
    for protocol in [Protocol::Ami, Protocol::Agi, Protocol::Ari] {
        let mut framer = Framer::new(protocol, Side::Application);
        let mut pieces = VecDeque::new();
        framer.push(&vec![b'x'; 2 * MAX_MESSAGE], &mut pieces);
        assert_eq!(pieces.len(), 2, "{protocol}");
        assert!(pieces.iter().all(|piece| piece.bytes.len() == MAX_MESSAGE && !piece.whole));
    }
}

#[test]
fn what_is_encrypted_goes_through_as_it_comes() {
    for protocol in [Protocol::Ami, Protocol::Agi, Protocol::Ari] {
        let mut framer = Framer::new(protocol, Side::Application);
        let mut pieces = VecDeque::new();
        framer.push(b"\x16\x03\x01\n\n", &mut pieces);
        framer.push(b"x", &mut pieces);
        let parts = [&b"\x16\x03\x01\n\n"[..], b"x"];
        let parts = parts.map(|bytes| Piece { bytes: bytes.to_vec(), whole: false });
        assert_eq!(Vec::from(pieces), parts, "{protocol}");
    }
}

#[test]
fn nothing_is_lost_added_or_moved_whatever_comes() {
    let words: [&[u8]; 12] = [
        b"\r\n",
        b"\n",
        b"HTTP/1.1 200 OK\r\n",
        b"GET /a HTTP/1.1\r\n",
        b"Content-Length: 7\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"5\r\n",
        b"0\r\n",
        b"\x81\x05",
        b"\x89\xfe\x00",
        b"\xff\x00:",
        b"x",
    ];
    let mut state = 1_u64;
    let mut random = move |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for round in 0..2_000 {
        let said: Vec<u8> =
            (0..random(40)).flat_map(|_| words[random(words.len())]).copied().collect();
        for protocol in [Protocol::Ami, Protocol::Agi, Protocol::Ari] {
            for side in [Side::Asterisk, Side::Application] {
                let (mut framer, mut pieces) = (Framer::new(protocol, side), VecDeque::new());
                for part in said.chunks(1 + random(9)) {
                    framer.push(part, &mut pieces);
                    if random(10) == 0 {
                        pieces.extend(framer.flush());
                    }
                }
                pieces.extend(framer.flush());
                let passed: Vec<u8> = pieces.into_iter().flat_map(|piece| piece.bytes).collect();
                assert_eq!(passed, said, "{protocol}, {side}, round {round}");
            }
        }
    }
}
