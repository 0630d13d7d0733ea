//! Routes, limits, isolation and the end of the server.

use std::time::Duration;

use asterisk_sdk::agi::fastagi::{BindError, Server};
use asterisk_sdk::agi::{self, Call};
use harness::agi_caller::{AgiCaller, Capture};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::{PATIENCE, Running, Seen, replay};

/// A handler that tells which route it belongs to and what it captured.
fn tell(
    name: &'static str,
    sender: &mpsc::Sender<String>,
) -> impl Fn(Call) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync + 'static {
    let sender = sender.clone();
    move |call| {
        let sender = sender.clone();
        Box::pin(async move {
            let captures: Vec<_> = (1..3).map(|index| call.capture_at(index)).collect();
            let told = format!("{name} {:?} {:?} {captures:?}", call.path(), call.capture("exten"));
            sender.send(told).await.unwrap();
        })
    }
}

#[tokio::test]
async fn the_first_matching_route_gets_the_call() {
    let (sender, mut seen) = Seen::new();
    let builder = Server::builder()
        .route("^demo/7$", tell("seven", &sender))
        .route(r"^demo/(?<exten>\d+)(x)?$", tell("demo", &sender))
        .route("demo", tell("any", &sender))
        .fallback(tell("fallback", &sender));
    let running = Running::new(builder).await;
    for (script, told) in [
        ("demo/7", "seven \"demo/7\" None [None, None]"),
        ("demo/600?a=b", "demo \"demo/600\" Some(\"600\") [Some(\"600\"), None]"),
        ("demo/1x", "demo \"demo/1x\" Some(\"1\") [Some(\"1\"), Some(\"x\")]"),
        ("my%20demo", "any \"my demo\" None [None, None]"),
        ("", "fallback \"\" None [None, None]"),
        ("other", "fallback \"other\" None [None, None]"),
    ] {
        AgiCaller::call(running.addr, script).await.closed().await;
        assert_eq!(seen.next().await, told);
    }
}

#[tokio::test]
async fn arguments_of_a_captured_call() {
    for version in [22, 16] {
        let seen = replay("greet", version, async |mut call: Call| {
            let tags: Vec<_> = call.kwargs("tag").map(str::to_owned).collect();
            let args: Vec<_> = call.args().into_iter().map(str::to_owned).collect();
            let seen = (tags, args, call.kwarg("lang").map(str::to_owned));
            assert_eq!(call.kwarg("none"), None);
            assert!(call.peer().is_some_and(|peer| peer.ip().is_loopback()));
            let (tags, args) = (seen.0.join("|"), seen.1.join("|"));
            let result = format!("exten=601;lang=de;tags={tags};args={args}");
            call.set_variable("SDK_RESULT", result).await.unwrap();
            call.variable("CHANNEL(state)").await.unwrap();
            call.verbose("greeted a channel that is Up").level(3).await.unwrap();
            seen
        })
        .await;
        assert_eq!(seen.0, ["a", "b c"]);
        assert_eq!(seen.1, ["first", "se", "cond"]);
        assert_eq!(seen.2.as_deref(), Some("de"));

        let caller = replay("fallback", version, async |mut call: Call| {
            let caller = call.environment().caller_id().map(str::to_owned);
            let asked = format!("somebody asked for {:?}, which is nothing", call.path());
            call.verbose(asked).await.unwrap();
            caller
        })
        .await;
        assert_eq!(caller, None);
    }
}

#[tokio::test]
async fn a_call_without_a_route_fails() {
    let running = Running::new(Server::builder().route("^a$", async |_: Call| {})).await;
    AgiCaller::call(running.addr, "b").await.failed().await;
    AgiCaller::call(running.addr, "a").await.closed().await;
}

#[tokio::test]
async fn a_bad_route_or_address_is_told_at_once() {
    let bad = Server::builder().route("^(", async |_: Call| {}).bind("127.0.0.1:0").await;
    assert!(matches!(bad, Err(BindError::Route(error)) if error.pattern == "^("));
    let running = Running::new(Server::builder()).await;
    let taken = Server::builder().bind(running.addr).await;
    assert!(matches!(taken, Err(BindError::Listen(_))));
}

async fn failing(call: Call) -> agi::Result {
    match call.path() {
        "panic" => panic!("on purpose"),
        "error" => Err("on purpose".into()),
        _ => Ok(()),
    }
}

#[tokio::test]
async fn a_panic_or_an_error_ends_only_its_call() {
    let (sender, mut seen) = Seen::new();
    let builder = Server::builder().route("^demo$", tell("demo", &sender)).fallback(failing);
    let running = Running::new(builder).await;
    let mut waiting = AgiCaller::connect(running.addr).await;
    for script in ["panic", "error", "panic"] {
        AgiCaller::call(running.addr, script).await.failed().await;
    }
    waiting.send(Capture::load("forms", 22).prelude().replace("forms/1%20a", "demo")).await;
    waiting.closed().await;
    assert!(seen.next().await.starts_with("demo"));
    assert_eq!(running.stop().await.aborted, 0);
}

/// A handler that holds its call until the caller says `200`.
async fn hold(mut call: Call) -> agi::Result {
    call.send(agi::command::Custom::new("NOOP").long()).await?;
    Ok(())
}

#[tokio::test]
async fn connections_over_the_limit_wait_for_their_turn() {
    let running = Running::new(Server::builder().fallback(hold).max_connections(2)).await;
    let mut callers = Vec::new();
    for _ in 0..6 {
        callers.push(AgiCaller::call(running.addr, "x").await);
    }
    let (mut served, mut waiting) = (callers.drain(..2).collect::<Vec<_>>(), callers);
    for caller in &mut served {
        assert_eq!(caller.line().await.as_deref(), Some("NOOP"));
    }
    // Nobody else is served meanwhile: all have had the time that the two needed, and more.
    for caller in &mut waiting {
        assert!(timeout(Duration::from_millis(20), caller.line()).await.is_err());
    }
    for mut caller in served {
        caller.send("200 result=0\n").await;
        caller.closed().await;
    }
    for mut caller in waiting {
        caller.answer("NOOP", "200 result=0\n").await;
        caller.closed().await;
    }
}

#[tokio::test]
async fn a_shutdown_lets_running_calls_finish() {
    let running = Running::new(Server::builder().fallback(hold)).await;
    let mut caller = AgiCaller::call(running.addr, "x").await;
    assert_eq!(caller.line().await.as_deref(), Some("NOOP"));
    let addr = running.addr;
    let stopping = tokio::spawn(running.stop());
    // It no longer listens, and the call is still there.
    let refused = async { while tokio::net::TcpStream::connect(addr).await.is_ok() {} };
    timeout(PATIENCE, refused).await.unwrap();
    caller.send("200 result=0\n").await;
    caller.closed().await;
    let drained = stopping.await.unwrap();
    assert_eq!((drained.finished, drained.aborted), (1, 0));
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_ever() {
    let builder = Server::builder().fallback(hold).drain_timeout(Duration::from_millis(50));
    let running = Running::new(builder).await;
    let mut callers = Vec::new();
    for _ in 0..3 {
        let mut caller = AgiCaller::call(running.addr, "x").await;
        assert_eq!(caller.line().await.as_deref(), Some("NOOP"));
        callers.push(caller);
    }
    let drained = running.stop().await;
    assert_eq!((drained.finished, drained.aborted), (0, 3));
    for mut caller in callers {
        caller.closed().await;
    }
}

#[tokio::test]
async fn a_burst_of_calls_is_answered() {
    let running = Running::new(Server::builder().fallback(hold)).await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..300 {
        let addr = running.addr;
        calls.spawn(async move {
            let mut caller = AgiCaller::call(addr, "x").await;
            caller.answer("NOOP", "200 result=0\n").await;
            caller.closed().await;
        });
    }
    let all = async { while calls.join_next().await.transpose().unwrap().is_some() {} };
    timeout(PATIENCE, all).await.unwrap();
}
