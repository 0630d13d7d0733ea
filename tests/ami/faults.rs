//! Hostile bytes, huge messages and lost connections.

use asterisk_sdk::ami::action::{Command, CoreShowChannels, Originate, Ping};
use std::future::IntoFuture;

use asterisk_sdk::ami::{ActionError, Builder, CloseReason, ConnectError, Manager, Missed, Stage};
use asterisk_sdk::proto::error::Delivery;
use harness::ami_peer::{AmiPeer, Link, capture, captured_response};
use harness::cancel::drop_after;
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

/// Answers every action as captured, until the client has gone.
fn answering(mut link: Link) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        while let Some(action) = link.try_action().await {
            let (bytes, id) = match action.get("Action") {
                "Ping" => (captured_response("commands", 22, "p1"), "p1"),
                "Logoff" => (captured_response("permission_denied_logoff", 22, "c3"), "c3"),
                "CoreShowChannels" => (capture("channels_empty", 22), "l0"),
                "Originate" => (capture("originate_answered", 22), "o1"),
                _ => (Vec::new(), ""),
            };
            link.write_as(&bytes, &[(id, action.id())]).await;
        }
    })
}

#[tokio::test]
async fn every_future_can_be_dropped_at_any_poll() {
    let (manager, link) = AmiPeer::logged_in(22).await;
    let server = answering(link);
    let mut events = manager.events().all();
    let mut watch = manager.watch();
    for polls in 0..20 {
        drop_after(polls, manager.send(Ping::new()).into_future()).await;
        drop_after(polls, manager.send(CoreShowChannels::new()).into_future()).await;
        let call = Originate::to("Local/wait@sdk").exten("sdk", "echo", 1);
        drop_after(polls, manager.originate(call)).await;
        if let Some(list) = drop_after(polls, manager.stream(CoreShowChannels::new())).await {
            drop_after(polls, list.unwrap().next()).await;
        }
        drop_after(polls, events.next()).await;
        drop_after(polls, watch.changed()).await;
        drop_after(polls, manager.closed()).await;
        let pong = soon(manager.send(Ping::new()).into_future()).await.unwrap();
        assert!(pong.timestamp.is_some(), "after {polls} polls");
        assert!(soon(manager.send(CoreShowChannels::new()).into_future()).await.unwrap().valid());
    }
    drop_after(1, manager.close()).await;
    soon(manager.close()).await;
    soon(server).await.unwrap();
}

#[tokio::test]
async fn a_connect_can_be_dropped_at_any_poll() {
    for polls in 0..40 {
        let peer = AmiPeer::bind().await;
        let connect = Manager::builder(peer.address()).login("admin", "secret").connect();
        let serve = async {
            let mut link = peer.accept().await;
            link.play_login(22).await;
        };
        tokio::select! {
            manager = drop_after(polls, connect) => {
                if let Some(manager) = manager {
                    manager.unwrap();
                }
            }
            () = async { serve.await; std::future::pending().await } => {}
        }
    }
}

#[tokio::test]
async fn ten_thousand_cancelled_sends() {
    let (manager, link) = AmiPeer::logged_in(22).await;
    let server = answering(link);
    for n in 0..10_000 {
        drop_after(1, manager.send(Ping::new()).into_future()).await;
        if n % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    for _ in 0..10 {
        soon(manager.send(Ping::new()).into_future()).await.unwrap();
    }
    drop(manager);
    soon(server).await.unwrap();
}

#[tokio::test]
async fn a_hundred_thousand_headers() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let mut events = manager.events().named("x");
    let headers: Vec<_> = (0..100_000).map(|n| format!("Variable: {n}\r\n")).collect();
    let text = format!("Event: x\r\n{}\r\n", headers.concat());
    let (event, ()) = tokio::join!(events.next(), link.write(text));
    let event = event.unwrap().unwrap();
    assert_eq!(event.message().headers().len(), 100_001);
    assert_eq!(event.message().all("variable").last().unwrap(), "99999");
    ping(&manager, &mut link).await;
}

#[tokio::test]
async fn a_line_of_64_megabytes() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let mut events = manager.events().named("VarSet");
    let part = vec![b'x'; 1024 * 1024];
    let ((), missed) = tokio::join!(
        async {
            link.write("Event: VarSet\r\nValue: ").await;
            for _ in 0..64 {
                link.write(&part).await;
            }
            link.write("\r\n\r\n").await;
        },
        events.next()
    );
    assert_eq!(missed.unwrap().unwrap_err(), Missed::Oversized);
    ping(&manager, &mut link).await;
}

#[tokio::test]
async fn a_peer_that_ends_lines_with_lf_alone_runs_out_of_time() {
    let peer = AmiPeer::bind().await;
    let after = std::time::Duration::from_millis(200);
    let builder = Manager::builder(peer.address()).login("admin", "x").connect_timeout(after);
    let (result, ()) = tokio::join!(builder.connect(), async {
        let mut link = peer.accept().await;
        link.write("Asterisk Call Manager/11.0.0\n").await;
        let challenge = link.expect("Challenge").await;
        link.write(format!("Response: Success\nActionID: {}\nChallenge: 1\n\n", challenge.id()))
            .await;
        assert_eq!(link.try_action().await, None);
    });
    match result.unwrap_err() {
        ConnectError::TimedOut { stage: Stage::Login, .. } => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_action_that_never_got_its_turn_ends_in_time_and_is_not_sent() {
    let (manager, mut link) = AmiPeer::logged_in_with(22, |builder| builder.max_in_flight(1)).await;
    let first = tokio::spawn({
        let manager = manager.clone();
        async move { manager.send(Command::new("first")).await }
    });
    let blocking = link.expect("Command").await;
    let after = std::time::Duration::from_millis(100);
    let second = manager.send(Command::new("second")).timeout(after).into_future();
    assert!(soon(second).await.unwrap_err().is_timeout());
    let answer = captured_response("commands", 22, "p2");
    link.write_as(&answer, &[("p2", blocking.id())]).await;
    soon(first).await.unwrap().unwrap();
    // Not the second one: nobody waits for it any more.
    ping(&manager, &mut link).await;
}

#[tokio::test]
async fn a_list_that_never_got_its_turn_ends_in_time() {
    let after = std::time::Duration::from_millis(200);
    let limits = |builder: Builder| builder.max_in_flight(1).action_timeout(after);
    let (manager, mut link) = AmiPeer::logged_in_with(22, limits).await;
    let patience = 100 * after;
    let first = tokio::spawn({
        let manager = manager.clone();
        async move { manager.send(Command::new("first")).timeout(patience).await }
    });
    let blocking = link.expect("Command").await;
    let mut list = manager.stream(CoreShowChannels::new()).await.unwrap();
    assert!(soon(list.next()).await.unwrap().unwrap_err().is_timeout());
    assert!(soon(list.next()).await.is_none());
    let answer = captured_response("commands", 22, "p2");
    link.write_as(&answer, &[("p2", blocking.id())]).await;
    soon(first).await.unwrap().unwrap();
    ping(&manager, &mut link).await;
}
