//! What is not an event on the event connection: said so, and the rest goes on.

use asterisk_sdk::ari::event::StasisEnd;
use asterisk_sdk::ari::{CloseReason, Missed};

use super::*;

#[tokio::test]
async fn messages_that_are_no_events_are_reported_and_skipped() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let mut events = client.events().all();
    let mut narrow = client.events().channel("capture-1").of::<StasisEnd>();
    let hostile: [(&[u8], &str); 9] = [
        (b"[1]", "expected a JSON object, found \"[1]\""),
        (b"5", "expected a JSON object, found \"5\""),
        (b"", "expected a JSON object, found \"\""),
        (b"not json", "expected a JSON object, found \"not json\""),
        (
            b"{\"type\":\"StasisEnd\"",
            "expected a JSON object, found \"{\\\"type\\\":\\\"StasisEnd\\\"\"",
        ),
        (b"{}", "expected an event with a type, found \"{}\""),
        (b"{\"type\":5}", "expected an event with a type, found \"{\\\"type\\\":5}\""),
        (
            b"{\"type\":\"A\",\"a\":\"\\ud800\"}",
            "expected a JSON object, found \"{\\\"type\\\":\\\"A\\\",\\\"a\\\":\\\"\\\\ud800\\\"}\"",
        ),
        (b"{\"type\":\"\xff\"}", "expected UTF-8 text, found \"\""),
    ];
    for (message, error) in hostile {
        socket.frame(0x81, message).await;
        socket.text(&fresh(event("StasisEnd"))).await;
        match soon(events.next()).await.unwrap() {
            Err(Missed::Unreadable(found)) => assert_eq!(found.to_string(), error),
            other => panic!("{other:?}"),
        }
        assert_eq!(soon(events.next()).await.unwrap().unwrap().name(), "StasisEnd");
        assert!(matches!(soon(narrow.next()).await, Some(Err(Missed::Unreadable(_)))));
        assert_eq!(soon(narrow.next()).await.unwrap().unwrap().channel.id, "capture-1");
    }
}

#[tokio::test]
async fn binary_messages_and_pongs_are_ignored() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let mut events = client.events().all();
    socket.frame(0x82, b"\x00\xff").await;
    socket.frame(0x02, b"a").await;
    socket.frame(0x80, b"b").await;
    socket.frame(0x8a, b"unasked").await;
    socket.text(event("StasisEnd")).await;
    assert_eq!(soon(events.next()).await.unwrap().unwrap().name(), "StasisEnd");
}

#[tokio::test]
async fn fragments_are_joined_even_with_a_ping_between() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let mut events = client.events().all();
    let length = event("StasisStart").replace("Ana", "Änä").len();
    for cut in (1..length).step_by(7) {
        let json = fresh(&event("StasisStart").replace("Ana", "Änä")).into_bytes();
        socket.frame(0x01, &json[..cut]).await;
        socket.frame(0x89, b"").await;
        socket.frame(0x80, &json[cut..]).await;
        let event = soon(events.next()).await.unwrap().unwrap();
        assert_eq!(event.json().as_bytes(), &json);
        assert_eq!(soon(socket.read()).await, Some((0x8a, vec![])));
    }
}

#[tokio::test]
async fn an_event_over_the_limit_is_skipped() {
    let (client, _peer, mut socket) = connected(|builder| builder.max_event(10_000)).await;
    let mut events = client.events().all();
    let large = format!(r#"{{"type":"Large","text":"{}"}}"#, "x".repeat(16 << 20));
    socket.text(&large).await;
    socket.frame(0x01, &large.as_bytes()[..9000]).await;
    socket.frame(0x80, &large.as_bytes()[9000..18_000]).await;
    socket.text(event("StasisEnd")).await;
    assert_eq!(soon(events.next()).await, Some(Err(Missed::Oversized)));
    assert_eq!(soon(events.next()).await, Some(Err(Missed::Oversized)));
    assert_eq!(soon(events.next()).await.unwrap().unwrap().name(), "StasisEnd");
}

#[tokio::test]
async fn what_breaks_the_frames_ends_the_connection() {
    for bytes in [
        // A frame of 2^62 bytes, a reserved bit, a reserved opcode.
        &b"\x81\x7f\x40\x00\x00\x00\x00\x00\x00\x00"[..],
        b"\xc1\x01a",
        b"\x83\x01a",
        b"\x89\x7e\x01\x00",
    ] {
        let (client, _peer, mut socket) = connected(|builder| builder).await;
        let mut events = client.events().all();
        socket.raw(bytes).await;
        assert!(soon(events.next()).await.is_none());
        assert!(matches!(client.close_reason(), Some(CloseReason::Failed(_))), "{bytes:?}");
    }
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_of_an_event_ends() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let mut events = client.events().all();
    socket.text(event("StasisStart")).await;
    // Asterisk cuts off a reader that is too slow with a close inside the frame.
    socket.raw(b"\x81\x7e\x03\x00{\"type\":\"Stas\x88\x02\x03\xf3").await;
    drop(socket);
    assert_eq!(soon(events.next()).await.unwrap().unwrap().name(), "StasisStart");
    assert!(soon(events.next()).await.is_none());
    assert_eq!(client.close_reason(), Some(CloseReason::Remote(None)));
}
