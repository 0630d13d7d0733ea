//! What the FastAGI server promises when a call's connection fails.

use std::future::IntoFuture;
use std::net::SocketAddr;
use std::time::Duration;

use asterisk_sdk::agi::command::Playback;
use asterisk_sdk::agi::{Call, CommandError, HangupKind};
use asterisk_sdk::proto::error::Delivery;
use asterisk_sdk_testkit::Protocol;
use asterisk_sdk_testkit::fault::{Fault, Faults, Proxy};
use asterisk_sdk_testkit::replay::{Playing, Replay};
use harness::conversation::{self, trace};
use harness::{handed_over, soon};
use tokio::sync::mpsc;

use crate::{LATE, LIMIT};

/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(15);

/// A server that hands its calls to the test.
async fn server() -> (SocketAddr, mpsc::Receiver<Call>) {
    let (service, calls) = handed_over();
    let server = service.bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr();
    tokio::spawn(server.serve());
    (address, calls)
}

/// The recorded call, with faults on its way to the server.
async fn call(server: SocketAddr, faults: &Faults) -> (Playing, Proxy) {
    let proxy = Proxy::to(Protocol::Agi, server.to_string(), faults).await.unwrap();
    let replay = Replay::new(trace("agi")).calls(proxy.address().to_string());
    (replay.start().await.unwrap(), proxy)
}

/// The call, which was answered, and what came of the next command, to whose reply something happens.
async fn asked(
    fault: Fault,
    limit: Duration,
) -> (Call, Result<Option<String>, CommandError>, (Playing, Proxy)) {
    let (address, mut calls) = server().await;
    let faults = Faults::new([fault.on(|line| line.contains("(Up)"))]);
    let playing = call(address, &faults).await;
    let mut call = soon(calls.recv()).await.unwrap();
    call.answer().await.unwrap();
    let state = soon(call.variable("CHANNEL(state)").reply_timeout(limit).into_future()).await;
    let state = state.map(|state| state.map(|state| state.to_string()));
    (call, state, playing)
}

fn assert_pipe(error: &CommandError) {
    match error {
        CommandError::Hangup { kind, delivery, .. } => {
            assert_eq!((*kind, *delivery), (HangupKind::Pipe, Some(Delivery::Unknown)));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn cut() {
    let (mut call, state, _playing) = asked(Fault::cut(), PATIENCE).await;
    assert_pipe(&state.unwrap_err());
    assert!(call.is_hung_up());
    assert_eq!(soon(call.hung_up()).await, HangupKind::Pipe);
}

#[tokio::test]
async fn half_open() {
    let (mut call, state, _playing) = asked(Fault::half_open(), LIMIT).await;
    let error = state.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.delivery(), Some(Delivery::Unknown));
    assert!(!call.is_hung_up());
    // The first reply is still owed.
    let next = soon(call.verbose("x").reply_timeout(LIMIT).into_future()).await.unwrap_err();
    assert_eq!(next.delivery(), Some(Delivery::NotSent));
}

#[tokio::test]
async fn a_reply_that_is_lost() {
    let (mut call, state, _playing) = asked(Fault::drop(), LIMIT).await;
    assert_eq!(state.unwrap_err().delivery(), Some(Delivery::Unknown));
    let next = soon(call.verbose("x").reply_timeout(LIMIT).into_future()).await.unwrap_err();
    assert_eq!(next.delivery(), Some(Delivery::NotSent));
}

#[tokio::test]
async fn a_late_reply() {
    let (mut call, state, _playing) = asked(Fault::delay(LATE), LIMIT).await;
    assert_eq!(state.unwrap_err().delivery(), Some(Delivery::Unknown));
    // It is not taken for that of the next command.
    let played = soon(call.stream_file("beep").escape("#").into_future()).await.unwrap();
    assert_eq!(played, Playback::Finished { samples: 3520 });
}

/// The whole conversation comes out as without faults.
async fn unharmed(faults: &Faults) {
    let (service, mut seen) = conversation::agi();
    let server = service.bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr();
    tokio::spawn(server.serve());
    let whole = Replay::new(trace("agi")).calls(address.to_string()).start().await.unwrap();
    let expected = soon(seen.recv()).await.unwrap();
    soon(whole.finished()).await.unwrap();
    let (playing, _proxy) = call(address, faults).await;
    assert_eq!(soon(seen.recv()).await.unwrap(), expected);
    soon(playing.finished()).await.unwrap();
    assert!(!faults.happened().is_empty());
}

#[tokio::test]
async fn a_variable_that_comes_twice() {
    unharmed(&Faults::new([Fault::duplicate().on(|line| line.contains("agi_arg_1"))])).await;
}

#[tokio::test]
async fn variables_in_another_order() {
    let rule = Fault::reorder().on(|line| line.number() < 20 && line.number() % 2 == 0);
    unharmed(&Faults::new([rule])).await;
}

#[tokio::test]
async fn a_restart() {
    let (address, mut calls) = server().await;
    let faults = Faults::new([]);
    let _first = call(address, &faults).await;
    let mut call_of_before = soon(calls.recv()).await.unwrap();
    call_of_before.answer().await.unwrap();
    faults.restart(LIMIT);
    assert_eq!(soon(call_of_before.hung_up()).await, HangupKind::Pipe);
    // Other calls come as ever.
    let _second = call(address, &Faults::new([])).await;
    soon(calls.recv()).await.unwrap().answer().await.unwrap();
}
