//! Peers that are not Asterisk, or do not behave like it.

use std::time::Duration;

use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::agi::{self, Call, CommandError};
use asterisk_sdk::proto::error::Delivery;
use harness::agi_caller::{AgiCaller, Capture};

use crate::{Running, Seen};

/// Answers `alive` so that a test sees that the server goes on.
async fn alive(mut call: Call) -> agi::Result {
    call.verbose("alive").await?;
    Ok(())
}

async fn assert_alive(running: &Running) {
    let mut caller = AgiCaller::call(running.addr, "x").await;
    caller.answer("VERBOSE \"alive\" \"1\"", "200 result=1\n").await;
    caller.closed().await;
}

#[tokio::test]
async fn garbage_closes_only_its_connection() {
    let running = Running::new(Server::builder().fallback(alive)).await;
    let long_line = format!("agi_x: {}", "x".repeat(1_000_000));
    let many_lines = "agi_arg_1: x\n".repeat(1000);
    for garbage in [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".as_slice(),
        b"\0\0\0\0\0\0",
        b"\n\n\n\n\n\n",
        b"agi_network\n\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        long_line.as_bytes(),
        (many_lines + "\n").as_bytes(),
    ] {
        let mut peer = AgiCaller::connect(running.addr).await;
        // The server may close it before it has read everything, so this goes on beside.
        let garbage = garbage.to_vec();
        let closed = tokio::spawn(async move {
            peer.send_all_if_read(&garbage).await;
            peer.closed().await;
        });
        closed.await.unwrap();
        assert_alive(&running).await;
    }
}

#[tokio::test]
async fn silence_and_half_a_prelude_are_cut_off() {
    let builder = Server::builder().fallback(alive).prelude_timeout(Duration::from_millis(50));
    let running = Running::new(builder).await;
    let prelude = Capture::load("forms", 22).prelude();
    for sent in ["", "a", &prelude[..100], &prelude[..prelude.len() - 1]] {
        let mut peer = AgiCaller::connect(running.addr).await;
        peer.send(sent).await;
        peer.closed().await;
    }
    assert_alive(&running).await;
    assert_eq!(running.stop().await.finished, 0);
}

#[tokio::test]
async fn callers_with_odd_names() {
    let (sender, mut seen) = Seen::new();
    let running = Running::new(Server::builder().fallback(move |call: Call| {
        let sender = sender.clone();
        async move {
            let name = call.environment().caller_id_name().map(str::to_owned);
            sender.send(name).await.unwrap();
        }
    }))
    .await;
    let mut caller = AgiCaller::connect(running.addr).await;
    caller.send(b"agi_calleridname: Jos\xe9 \xff\0: \"x\"\n\n").await;
    assert_eq!(seen.next().await.unwrap(), "Jos\u{fffd} \u{fffd}\0: \"x\"");
}

#[tokio::test]
async fn lines_that_are_no_reply_do_not_shift_replies() {
    let (sender, mut seen) = Seen::new();
    let running = Running::new(Server::builder().fallback(move |mut call: Call| {
        let sender = sender.clone();
        async move {
            for name in ["A", "B", "C"] {
                sender.send(call.variable(name).await).await.unwrap();
            }
        }
    }))
    .await;
    let mut caller = AgiCaller::call(running.addr, "x").await;
    caller.send("unsolicited\n").await;
    caller.answer("GET VARIABLE \"A\"", "\nhello\n200 result=1 (a)\nrest)\n").await;
    caller.answer("GET VARIABLE \"B\"", "300 what is this\n").await;
    caller.answer("GET VARIABLE \"C\"", "200 result=1 (c)\n").await;
    assert_eq!(seen.next().await.unwrap().unwrap(), "a");
    assert!(matches!(seen.next().await, Err(CommandError::UnknownReply(_))));
    assert_eq!(seen.next().await.unwrap().unwrap(), "c");
}

#[tokio::test]
async fn an_oversized_reply_fails_its_command_only() {
    let (sender, mut seen) = Seen::new();
    let builder = Server::builder().reply_limit(1000).fallback(move |mut call: Call| {
        let sender = sender.clone();
        async move {
            for name in ["A", "B"] {
                sender.send(call.variable(name).await).await.unwrap();
            }
        }
    });
    let running = Running::new(builder).await;
    let mut caller = AgiCaller::call(running.addr, "x").await;
    let long = format!("200 result=1 ({}\n)\n", "x\n".repeat(1_000_000));
    caller.answer("GET VARIABLE \"A\"", &long).await;
    caller.answer("GET VARIABLE \"B\"", "200 result=1 (b)\n").await;
    assert!(matches!(seen.next().await, Err(CommandError::UnknownReply(_))));
    assert_eq!(seen.next().await.unwrap().unwrap(), "b");
}

#[tokio::test]
async fn a_late_reply_is_not_taken_for_the_next_one() {
    let (sender, mut seen) = Seen::new();
    let running = Running::new(Server::builder().fallback(move |mut call: Call| {
        let sender = sender.clone();
        async move {
            let soon = Duration::from_millis(50);
            let late = call.variable("LATE").reply_timeout(soon).await.unwrap_err();
            let next = call.variable("NEXT").reply_timeout(soon).await.unwrap_err();
            sender.send((late.delivery(), next.delivery())).await.unwrap();
            let value = call.variable("VALUE").await.unwrap().unwrap();
            assert_eq!(value, "value");
            sender.send((None, None)).await.unwrap();
        }
    }))
    .await;
    let mut caller = AgiCaller::call(running.addr, "x").await;
    assert_eq!(caller.line().await.as_deref(), Some("GET VARIABLE \"LATE\""));
    // The second one was never written, because the first reply is still owed.
    assert_eq!(seen.next().await, (Some(Delivery::Unknown), Some(Delivery::NotSent)));
    caller.send("200 result=1 (late)\n").await;
    caller.answer("GET VARIABLE \"VALUE\"", "200 result=1 (value)\n").await;
    assert_eq!(seen.next().await, (None, None));
}

#[tokio::test]
async fn a_cancelled_command_s_reply_is_not_taken_for_the_next_one() {
    let (sender, mut seen) = Seen::new();
    let (cancel, cancelled) = tokio::sync::mpsc::channel::<()>(1);
    let cancelled = std::sync::Arc::new(tokio::sync::Mutex::new(cancelled));
    let running = Running::new(Server::builder().fallback(move |mut call: Call| {
        let (sender, cancelled) = (sender.clone(), std::sync::Arc::clone(&cancelled));
        async move {
            let mut cancelled = cancelled.lock().await;
            tokio::select! {
                _ = call.stream_file("long").into_future() => panic!("it got no reply yet"),
                _ = cancelled.recv() => {}
            }
            let value = call.variable("X").await.unwrap();
            sender.send(value).await.unwrap();
        }
    }))
    .await;
    let mut caller = AgiCaller::call(running.addr, "x").await;
    assert_eq!(caller.line().await.as_deref(), Some("STREAM FILE \"long\" \"\""));
    cancel.send(()).await.unwrap();
    caller.send("200 result=0 endpos=1\n").await;
    caller.answer("GET VARIABLE \"X\"", "200 result=1 (mine)\n").await;
    assert_eq!(seen.next().await.unwrap(), "mine");
}
