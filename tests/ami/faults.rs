//! Hostile bytes, huge messages and lost connections.

use asterisk_sdk::ami::action::{Command, Ping};
use std::future::IntoFuture;

use asterisk_sdk::ami::{ActionError, CloseReason, Manager, Missed};
use asterisk_sdk::proto::error::Delivery;
use harness::ami_peer::{AmiPeer, Link, captured_response};
use harness::soon;

/// A manager that takes messages of up to `max` bytes.
async fn limited(max: usize) -> (Manager, Link) {
    AmiPeer::logged_in_with(22, |builder| builder.max_message(max)).await
}

/// The client still works.
async fn ping(manager: &Manager, link: &mut Link) {
    let pong = captured_response("commands", 22, "p1");
    let (result, ()) = tokio::join!(async { manager.send(Ping::new()).await }, async {
        let action = link.expect("Ping").await;
        link.write_as(&pong, &[("p1", action.id())]).await;
    });
    result.expect("an answer");
}

#[tokio::test]
async fn a_line_of_a_megabyte_is_readable() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let mut events = manager.events().named("VarSet");
    let value = "x".repeat(1024 * 1024);
    let ((), event) =
        tokio::join!(link.write(format!("Event: VarSet\r\nValue: {value}\r\n\r\n")), events.next());
    assert_eq!(event.unwrap().unwrap().get("Value").unwrap(), value);
    ping(&manager, &mut link).await;
}

#[tokio::test]
async fn an_event_over_the_limit_is_skipped_and_reported() {
    let (manager, mut link) = limited(10_000).await;
    let mut events = manager.events().named("VarSet");
    let long = format!("Event: VarSet\r\nValue: {}\r\n\r\n", "x".repeat(100_000));
    link.write(long).await;
    link.write("Event: VarSet\r\nValue: short\r\n\r\n").await;
    assert_eq!(soon(events.next()).await.unwrap().unwrap_err(), Missed::Oversized);
    assert_eq!(soon(events.next()).await.unwrap().unwrap().get("Value").unwrap(), "short");
    ping(&manager, &mut link).await;
}

#[tokio::test]
async fn a_response_over_the_limit_fails_its_own_action() {
    let (manager, mut link) = limited(10_000).await;
    let (result, ()) =
        tokio::join!(async { manager.send(Command::new("dialplan show")).await }, async {
            let action = link.expect("Command").await;
            let head = format!("Response: Success\r\nActionID: {}\r\n", action.id());
            link.write(head).await;
            for _ in 0..1000 {
                link.write("Output: a line of the dialplan that somebody wrote\r\n").await;
            }
            link.write("\r\n").await;
        });
    let error = result.unwrap_err();
    assert!(matches!(error, ActionError::TooLarge { limit: 10_000, unit: "bytes" }), "{error:?}");
    ping(&manager, &mut link).await;
}

#[tokio::test]
async fn nul_invalid_utf8_and_lines_without_colon() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let mut events = manager.events().named("x");
    link.write(b"\r\n\r\n\0\0\xff\xfe garbage\r\n\r\nEvent: x\r\n\xff\xfe: \0\x80\r\n:\r\n: \r\n\r\r\n\r\n").await;
    let event = soon(events.next()).await.unwrap().unwrap();
    let headers: Vec<_> = event.message().headers().map(|h| (h.name, h.value)).collect();
    let expected: [(&[u8], &[u8]); 5] =
        [(b"Event", b"x"), (b"\xff\xfe", b"\0\x80"), (b"", b""), (b"", b""), (b"", b"\r")];
    assert_eq!(headers, expected);
    ping(&manager, &mut link).await;
}

#[tokio::test]
async fn the_server_dies_in_the_middle_of_a_message() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let mut events = manager.events().all();
    let (result, ()) = tokio::join!(async { manager.send(Ping::new()).await }, async {
        let action = link.expect("Ping").await;
        link.write(format!("Response: Success\r\nActionID: {}\r\nPing: Po", action.id())).await;
        drop(link);
    });
    let error = result.unwrap_err();
    assert!(error.is_closed());
    assert_eq!(error.delivery(), Some(Delivery::Unknown));
    assert_eq!(soon(manager.closed()).await, CloseReason::Remote);
    while let Some(event) = soon(events.next()).await {
        assert_ne!(event.unwrap().name(), "Success");
    }
}

#[tokio::test]
async fn a_dropped_send_leaves_the_session_clean() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    for _ in 0..100 {
        let send = manager.send(Ping::new()).into_future();
        tokio::select! {
            biased;
            _ = send => panic!("nobody answered"),
            action = link.action() => {
                assert_eq!(action.get("Action"), "Ping");
                let late = format!("Response: Success\r\nActionID: {}\r\nPing: Pong\r\n\r\n", action.id());
                link.write(late).await;
            }
        }
    }
    ping(&manager, &mut link).await;
}
