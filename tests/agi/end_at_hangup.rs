//! The layer that ends a handler when its call is over.

use asterisk_sdk::agi::command::Custom;
use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::agi::layer::{EndAtHangup, Layer};
use asterisk_sdk::agi::{self, Call, CommandError, HangupKind, Service};
use harness::agi_caller::{AgiCaller, Capture};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

use crate::{Running, Seen};

/// Tells that it was dropped.
struct Dropped(mpsc::Sender<&'static str>);

impl Drop for Dropped {
    fn drop(&mut self) {
        // The test may be over.
        let _ = self.0.try_send("dropped");
    }
}

/// A server whose handler waits as its path says, and what it tells.
async fn server() -> (Running, Seen<&'static str>) {
    let (sender, seen) = Seen::new();
    let builder = Server::builder().layer(EndAtHangup::new()).fallback(move |mut call: Call| {
        let sender = sender.clone();
        async move {
            let _dropped = Dropped(sender.clone());
            sender.send("runs").await?;
            match call.path() {
                "command" => {
                    let _ = call.stream_file("long").await;
                }
                "dropped_command" => {
                    let command = call.full_variable("${LONG}").into_future();
                    let soon = std::time::Duration::from_millis(10);
                    assert!(tokio::time::timeout(soon, command).await.is_err());
                    sender.send("gave up").await?;
                    std::future::pending::<()>().await;
                }
                _ => std::future::pending::<()>().await,
            }
            sender.send("went on").await?;
            Ok::<_, agi::Error>(())
        }
    });
    (Running::new(builder).await, seen)
}

#[tokio::test]
async fn while_the_handler_waits_for_something_else() {
    let (running, mut seen) = server().await;
    let mut caller = AgiCaller::call(running.addr, "x").await;
    assert_eq!(seen.next().await, "runs");
    caller.send("HANGUP\n").await;
    assert_eq!(seen.next().await, "dropped");
    // A hangup is no failure.
    caller.closed().await;
}

#[tokio::test]
async fn while_a_command_runs() {
    let (running, mut seen) = server().await;
    let mut caller = AgiCaller::call(running.addr, "command").await;
    assert_eq!(seen.next().await, "runs");
    assert_eq!(caller.line().await.as_deref(), Some(r#"STREAM FILE "long" """#));
    caller.send("200 result=-1 endpos=4000\nHANGUP\n").await;
    assert_eq!(seen.next().await, "dropped");
    caller.closed().await;
}

#[tokio::test]
async fn in_the_packet_of_the_variables() {
    let (running, mut seen) = server().await;
    let mut caller = AgiCaller::connect(running.addr).await;
    caller.send(Capture::load("forms", 22).prelude() + "HANGUP\n").await;
    assert_eq!((seen.next().await, seen.next().await), ("runs", "dropped"));
    caller.closed().await;
}

#[tokio::test]
async fn at_the_end_of_the_connection() {
    let (running, mut seen) = server().await;
    let caller = AgiCaller::call(running.addr, "x").await;
    assert_eq!(seen.next().await, "runs");
    drop(caller);
    assert_eq!(seen.next().await, "dropped");
}

#[tokio::test]
async fn behind_a_long_reply_that_nobody_reads() {
    let (running, mut seen) = server().await;
    let mut caller = AgiCaller::call(running.addr, "dropped_command").await;
    assert_eq!(seen.next().await, "runs");
    assert_eq!(caller.line().await.as_deref(), Some(r#"GET FULL VARIABLE "${LONG}""#));
    assert_eq!(seen.next().await, "gave up");
    caller.send(format!("200 result=1 ({})\nHANGUP\n", "x".repeat(100_000))).await;
    assert_eq!(seen.next().await, "dropped");
    caller.closed().await;
}

#[tokio::test]
async fn nothing_happens_without_the_line() {
    // `AGISIGHUP` was `no` in this call.
    for version in [22, 16] {
        let (sender, mut seen) = Seen::new();
        let handler = move |mut call: Call| {
            let sender = sender.clone();
            async move {
                let error = call.stream_file("demo-congrats").escape("#").await.unwrap_err();
                assert!(matches!(error, CommandError::Hangup { kind: HangupKind::Result, .. }));
                call.send(Custom::new("NOOP")).await.unwrap();
                let dead = call.stream_file("beep").await.unwrap_err();
                assert!(matches!(dead, CommandError::DeadChannel));
                sender.send("to the end").await.unwrap();
            }
        };
        let running =
            Running::new(Server::builder().fallback(EndAtHangup::new().around(handler))).await;
        AgiCaller::replay(running.addr, &Capture::load("hangup_quiet", version)).await;
        assert_eq!(seen.next().await, "to the end");
    }
}

/// On one thread, so that what is written in one go is seen in one go.
#[tokio::test]
async fn a_handler_that_has_just_ended_has_ended_by_itself() {
    let (end, ended) = oneshot::channel::<()>();
    let ended = std::sync::Mutex::new(Some(ended));
    let (sender, mut seen) = Seen::new();
    let handler = move |call: Call| {
        let (sender, ended) = (sender.clone(), ended.lock().unwrap().take());
        async move {
            let _call = call;
            sender.send(()).await?;
            ended.unwrap().await?;
            Err::<(), _>(agi::Error::from("on purpose"))
        }
    };
    let service = Service::builder().layer(EndAtHangup::new()).fallback(handler).build().unwrap();
    let (mut ours, theirs) = tokio::io::duplex(4096);
    ours.write_all(b"agi_network: no\n\n").await.unwrap();
    let running = tokio::spawn(service.run(theirs, None));
    seen.next().await;
    ours.write_all(b"HANGUP\n").await.unwrap();
    end.send(()).unwrap();
    running.await.unwrap();
    let mut written = String::new();
    ours.read_to_string(&mut written).await.unwrap();
    assert_eq!(written, "failure\n");
}
