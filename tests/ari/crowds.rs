//! A thousand calls at once over each transport, whose sessions end in all ways, and what is left of them.

use std::collections::HashMap;

use asterisk_sdk::ari::call::{Call, CallError, Made, WhenDone};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::*;

const CALLS: usize = 1000;

/// What a session does, by the number of its call.
async fn session(mut call: Call, began: mpsc::Sender<()>) -> Result<(), CallError> {
    let id = call.channel().id().to_string();
    let number: usize = id.trim_start_matches('c').parse().expect("a number");
    call.client().bridges().create().id(format!("bridge-{id}")).await?;
    let leg = call.client().channels().originate("Local/wait@sdk").app("capture");
    let leg = leg.id(format!("leg-{id}")).await?;
    let _ = began.send(()).await;
    match number % 6 {
        0 => unreachable!("on purpose"),
        1 => Err(CallError::HungUp),
        2 => Ok(()),
        // Somebody else has the leg now.
        3 => {
            assert!(call.keep(&Made::Channel(leg.id().clone())));
            Ok(())
        }
        // What waits for its channel ends with it.
        4 => call.dtmf().first_digit(PATIENCE).await.map(drop),
        _ => call.hung_up().await.map_err(CallError::Disconnected),
    }
}

/// Runs the calls: `tell` sends an event of the server.
async fn crowd(client: Client, tell: impl AsyncFn(String)) {
    let (beginning, mut began) = mpsc::channel(CALLS);
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = client.serve(move |call| session(call, beginning.clone()));
    let serving = serving.when_done(WhenDone::HangUp).until(async move { drop(stopped.await) });
    let serving = tokio::spawn(serving);
    tokio::task::yield_now().await;
    for n in 0..CALLS {
        tell(calls::of("StasisStart", &format!("c{n}"))).await;
    }
    for _ in 0..CALLS {
        soon(began.recv()).await.expect("a session begins");
    }
    for n in 0..CALLS {
        // The legs enter as well, and are nobody's calls.
        tell(calls::of("StasisStart", &format!("leg-c{n}"))).await;
        tell(calls::of("StasisEnd", &format!("c{n}"))).await;
    }
    stop.send(()).expect("it runs");
    let served = soon(serving).await.expect("no panic");
    assert_eq!((served.sessions, served.aborted, served.refused), (1000, 0, 0));
    let of = |kinds: [usize; 2]| (0..CALLS).filter(|n| kinds.contains(&(n % 6))).count() as u64;
    assert_eq!(served.failed, of([0, 1]));
    soon(client.close()).await;
}

/// Each object was made once, and each but those that were kept was removed once.
fn made_and_removed(asked: &HashMap<String, usize>, prefix: &str) {
    for n in 0..CALLS {
        let times = |line: String| asked.get(&line).copied().unwrap_or_default();
        assert_eq!(times(format!("POST {prefix}bridges/bridge-c{n}")), 1, "{n}");
        assert_eq!(times(format!("DELETE {prefix}bridges/bridge-c{n}")), 1, "{n}");
        let leg = format!("channels?endpoint=Local/wait@sdk&app=capture&channelId=leg-c{n}");
        assert_eq!(times(format!("POST {prefix}{leg}")), 1, "{n}");
        let removed = usize::from(n % 6 != 3);
        assert_eq!(times(format!("DELETE {prefix}channels/leg-c{n}")), removed, "{n}");
    }
}

/// Waits until there are as many tasks as there were.
async fn tasks(before: usize) {
    let ended = async {
        while Handle::current().metrics().num_alive_tasks() > before {
            tokio::task::yield_now().await;
        }
    };
    soon(ended).await;
}

/// The reply to a request over a socket.
fn reply(request: &str) -> &'static str {
    match request {
        call if call.starts_with("POST channels?") => frame!("originate"),
        bridge if bridge.starts_with("POST bridges/") => frame!("bridge"),
        _ => frame!("no-content"),
    }
}

/// Runs the calls over one socket.
async fn over_one_socket(client: Client, socket: Socket) {
    let (events, told) = mpsc::channel(16);
    let obliging = tokio::spawn(socket.oblige(told, reply));
    crowd(client, async move |event| events.send(event).await.expect("it sends")).await;
    made_and_removed(&soon(obliging).await.expect("no panic"), "");
}

#[tokio::test]
async fn nothing_is_left_of_a_thousand_calls_over_http() {
    let before = Handle::current().metrics().num_alive_tasks();
    let (client, peer, socket) = connected(|builder| builder).await;
    let (done, asked) = calls::obliging(peer);
    let (events, told) = mpsc::channel(16);
    let sending = tokio::spawn(socket.oblige(told, reply));
    crowd(client, async move |event| events.send(event).await.expect("it sends")).await;
    done.send(()).expect("it runs");
    made_and_removed(&soon(asked).await.expect("no panic"), "/ari/");
    assert!(soon(sending).await.expect("no panic").is_empty());
    tasks(before).await;
}

#[tokio::test]
async fn nothing_is_left_of_a_thousand_calls_over_the_event_socket() {
    let before = Handle::current().metrics().num_alive_tasks();
    let (client, peer, socket) = rest_socket::over_socket(|builder| builder).await;
    over_one_socket(client, socket).await;
    drop(peer);
    tasks(before).await;
}

#[tokio::test]
async fn nothing_is_left_of_a_thousand_calls_over_a_connection_that_asterisk_opened() {
    let before = Handle::current().metrics().num_alive_tasks();
    let mut server = outbound::server(|server| server).await;
    let connecting = outbound::asterisk(server.local_addr(), &["capture"], &[]);
    let (accepted, socket) = soon(async { tokio::join!(server.accept(), connecting) }).await;
    over_one_socket(accepted.client, socket).await;
    drop(server);
    tasks(before).await;
}
