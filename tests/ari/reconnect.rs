//! An event connection that is lost and made again.

use asterisk_sdk::ari::call::{Call, CallError};
use asterisk_sdk::ari::event::{ApplicationReplaced, StasisStart};
use asterisk_sdk::ari::{
    CloseReason, ConnectionState, Gap, Missed, PlaybackError, Reconnect, Resource,
};
use std::sync::Arc;
use tokio::sync::mpsc;

use super::*;

/// Pauses that a test can afford.
fn soon_again(builder: Builder) -> Builder {
    let pauses = Reconnect::default().pauses(Duration::from_millis(1), Duration::from_millis(5));
    builder.reconnect(pauses)
}

fn ok(body: &str) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\nContent-type: application/json\r\nContent-Length:";
    format!("{head} {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The channel of the captured call.
fn channel() -> &'static str {
    let (_, channel) = event("StasisStart").split_once(r#""channel":"#).expect("a channel");
    channel.split_once(r#","asterisk_id""#).expect("its end").0
}

/// Plays the server's part of connecting again, with these channels.
async fn again(peer: &mut AriPeer, app: &str, channels: &str) -> Socket {
    let exchange = soon(peer.next()).await;
    assert_eq!(exchange.request.line, format!("GET /ari/events?app={app}"));
    let socket = exchange.upgrade(capture!("websocket-101")).await;
    soon(peer.expect("GET /ari/channels")).await.reply(&ok(channels)).await;
    soon(peer.expect("GET /ari/bridges")).await.reply(&ok("[]")).await;
    socket
}

fn gap(item: Option<Result<asterisk_sdk::ari::Event, Missed>>) -> Arc<Gap> {
    match item {
        Some(Err(Missed::Gap(gap))) => gap,
        other => unreachable!("{other:?}"),
    }
}

#[tokio::test]
async fn every_subscription_is_told_of_the_gap_once_and_before_new_events() {
    let (client, mut peer, socket) = connected(soon_again).await;
    let mut all = client.events().all();
    let mut starts = client.events().of::<StasisStart>();
    let mut there = client.events().channel("capture-1").all();
    let mut gone = client.events().channel("capture-2").all();
    let mut bridge = client.events().bridge("capture-bridge").all();
    let mut states = client.watch();
    assert_eq!(states.current(), ConnectionState::Connected);
    drop(socket);
    let lost = soon(states.changed()).await;
    let lost_for = CloseReason::Remote(None);
    assert!(
        matches!(&lost, Some(ConnectionState::Reconnecting { cause, .. }) if *cause == lost_for),
        "{lost:?}"
    );
    assert!(!client.is_connected());
    let mut socket = again(&mut peer, "capture", &format!("[{}]", channel())).await;
    socket.text(event("StasisStart")).await;
    let told = gap(soon(all.next()).await);
    assert_eq!(told.cause, lost_for);
    assert!(told.from <= told.to);
    assert_eq!(told.channel("capture-1").expect("it is there").name, "Local/digits@sdk-00000001;1");
    assert!(!told.is_gone(Resource::Channel, "capture-1"));
    assert!(told.is_gone(Resource::Channel, "capture-2"));
    assert!(told.is_gone(Resource::Bridge, "capture-bridge"));
    assert!(told.bridge("capture-bridge").is_none());
    assert!(!told.is_gone(Resource::Channel, "nobody-asked"));
    assert!(Arc::ptr_eq(&told, &gap(soon(there.next()).await)));
    assert!(Arc::ptr_eq(&told, &gap(soon(gone.next()).await)));
    assert!(Arc::ptr_eq(&told, &gap(soon(bridge.next()).await)));
    assert!(matches!(soon(starts.next()).await, Some(Err(Missed::Gap(_)))));
    for events in [&mut all, &mut there] {
        let next = soon(events.next()).await.expect("it goes on").expect("an event");
        assert!(next.is::<StasisStart>());
    }
    soon(starts.next()).await.expect("it goes on").expect("an event");
    assert_eq!(states.current(), ConnectionState::Connected);
    assert!(client.is_connected());
    assert_eq!(client.close_reason(), None);
}

#[tokio::test]
async fn a_server_that_is_not_ready_is_asked_again_and_a_refusal_of_the_password_is_final() {
    let (client, mut peer, socket) = connected(soon_again).await;
    let mut all = client.events().all();
    drop(socket);
    for _ in 0..3 {
        let exchange = soon(peer.expect("GET /ari/events?app=capture")).await;
        exchange.reply(capture!("events-missing-app")).await;
    }
    let socket = again(&mut peer, "capture", "[]").await;
    gap(soon(all.next()).await);
    drop(socket);
    let exchange = soon(peer.expect("GET /ari/events?app=capture")).await;
    exchange.reply(capture!("unauthorized")).await;
    assert_eq!(soon(client.closed()).await, CloseReason::Unauthorized);
    assert!(soon(all.next()).await.is_none());
}

#[tokio::test]
async fn what_cannot_be_read_back_is_not_made_up() {
    let (client, mut peer, socket) = connected(soon_again).await;
    let mut channel = client.events().channel("capture-1").all();
    drop(socket);
    let exchange = soon(peer.expect("GET /ari/events?app=capture")).await;
    let mut socket = exchange.upgrade(capture!("websocket-101")).await;
    soon(peer.expect("GET /ari/channels")).await.reply(capture!("forbidden")).await;
    let told = gap(soon(channel.next()).await);
    assert_eq!(told.found, None);
    assert!(!told.is_gone(Resource::Channel, "capture-1"));
    socket.text(event("StasisStart")).await;
    soon(channel.next()).await.expect("it goes on").expect("an event");
}

#[tokio::test]
async fn an_application_that_another_client_took_is_not_taken_back() {
    let (client, mut peer, mut socket) =
        connected(|builder| soon_again(builder).app("other")).await;
    let mut all = client.events().all();
    socket.text(event("ApplicationReplaced")).await;
    let replaced = soon(all.next()).await.expect("it is open").expect("an event");
    assert!(replaced.is::<ApplicationReplaced>());
    assert_eq!(replaced.application(), "capture");
    // One is left.
    assert!(client.is_connected());
    drop(socket);
    let mut socket = again(&mut peer, "other", "[]").await;
    gap(soon(all.next()).await);
    socket.text(&event("ApplicationReplaced").replace("capture", "other")).await;
    soon(all.next()).await.expect("the event").expect("an event");
    assert!(soon(all.next()).await.is_none());
    assert_eq!(client.close_reason(), Some(CloseReason::Replaced));
}

#[tokio::test]
async fn without_reconnecting_a_lost_connection_is_the_end() {
    let (client, mut peer, socket) = connected(Builder::no_reconnect).await;
    let mut all = client.events().all();
    drop(socket);
    assert!(soon(all.next()).await.is_none());
    assert_eq!(client.close_reason(), Some(CloseReason::Remote(None)));
    assert!(peer.try_next().is_none());
}

#[tokio::test]
async fn closing_ends_the_attempts() {
    let never = Reconnect::default().pauses(Duration::from_secs(3600), Duration::from_secs(3600));
    let (client, _peer, socket) = connected(|builder| builder.reconnect(never)).await;
    let mut all = client.events().all();
    let mut states = client.watch();
    drop(socket);
    soon(states.changed()).await.expect("a state");
    soon(client.close()).await;
    assert_eq!(client.close_reason(), Some(CloseReason::Local));
    assert!(soon(all.next()).await.is_none());
}

#[tokio::test]
async fn a_silent_connection_is_replaced() {
    let (client, mut peer, socket) = connected(|builder| {
        soon_again(builder)
            .ping_interval(Duration::from_millis(20))
            .ping_timeout(Duration::from_millis(20))
    })
    .await;
    let mut all = client.events().all();
    // The server reads nothing and says nothing, and the connection stays open.
    let _again = again(&mut peer, "capture", "[]").await;
    assert_eq!(gap(soon(all.next()).await).cause, CloseReason::Unresponsive);
    drop(socket);
}

/// Neither side hears of the other any more, and no end of the connection is told: pulled cables do that.
#[tokio::test]
async fn a_half_open_connection_is_found_within_the_deadline_and_its_call_goes_on() {
    const INTERVAL: Duration = Duration::from_millis(200);
    const TIMEOUT: Duration = Duration::from_millis(300);
    let settings = |builder| soon_again(builder).ping_interval(INTERVAL).ping_timeout(TIMEOUT);
    let (client, mut peer, mut socket) = connected(settings).await;
    let (told, mut tell) = mpsc::channel(4);
    let serving = client.serve(move |mut call: Call| {
        let told = told.clone();
        async move {
            let _ = told.send("begins".to_owned()).await;
            let digits = call.dtmf().max_digits(1).await?.digits;
            let _ = told.send(digits).await;
            Ok::<_, CallError>(())
        }
    });
    let _serving = tokio::spawn(serving.into_future());
    let mut states = client.watch();
    socket.text(event("StasisStart")).await;
    assert_eq!(soon(tell.recv()).await.as_deref(), Some("begins"));
    // The last sign of life is not older than this, so the next ping is due after one interval at most.
    let silent = std::time::Instant::now();
    let lost = soon(states.changed()).await;
    let unresponsive = CloseReason::Unresponsive;
    assert!(
        matches!(&lost, Some(ConnectionState::Reconnecting { cause, .. }) if *cause == unresponsive),
        "{lost:?}"
    );
    // A sign of life in the middle of one deadline makes it the next one; the rest is for a busy machine.
    let deadline = INTERVAL + 2 * TIMEOUT;
    assert!(silent.elapsed() < deadline + Duration::from_secs(2), "{:?}", silent.elapsed());
    let mut again = again(&mut peer, "capture", &format!("[{}]", channel())).await;
    again.text(event("ChannelDtmfReceived")).await;
    assert_eq!(soon(tell.recv()).await.as_deref(), Some("5"));
    drop(socket);
}

#[tokio::test]
async fn a_playback_that_ended_in_the_gap_is_gone_and_one_that_goes_on_is_waited_for() {
    let (client, mut peer, socket) = connected(soon_again).await;
    let mut playbacks = Vec::new();
    for id in ["lost", "found"] {
        let play = client.channel("capture-1").play("sound:hello-world").id(id);
        let script = async { soon(peer.next()).await.reply(capture!("play")).await };
        let (playback, ()) = tokio::join!(play.into_future(), script);
        playbacks.push(tokio::spawn(playback.expect("it plays").finished().into_future()));
    }
    drop(socket);
    let mut socket = again(&mut peer, "capture", "[]").await;
    for _ in 0..2 {
        let exchange = soon(peer.next()).await;
        let reply = match exchange.request.line.as_str() {
            "GET /ari/playbacks/lost" => capture!("playback-not-found").as_slice(),
            "GET /ari/playbacks/found" => capture!("play"),
            other => unreachable!("{other}"),
        };
        exchange.reply(reply).await;
    }
    let found = playbacks.pop().expect("two");
    let lost = soon(playbacks.pop().expect("two")).await.expect("no panic");
    assert!(matches!(lost, Err(PlaybackError::Gone)), "{lost:?}");
    socket.text(&event("PlaybackFinished").replace("capture-play", "found")).await;
    assert_eq!(soon(found).await.expect("no panic").expect("it ended").id, "found");
}

#[tokio::test]
async fn sessions_outlive_the_gap_unless_their_channel_does_not() {
    let (client, mut peer, mut socket) = connected(soon_again).await;
    let (told, mut tell) = mpsc::channel(10);
    let serving = client.serve(move |mut call: Call| {
        let told = told.clone();
        async move {
            let id = call.channel().id().to_string();
            let _ = told.send(format!("{id} begins")).await;
            let digits = call.dtmf().max_digits(1).await;
            let hung_up = call.is_hung_up();
            let _ = told.send(format!("{id} {:?} {hung_up}", digits.map(|d| d.digits))).await;
            Ok::<_, CallError>(())
        }
    });
    let _serving = tokio::spawn(serving.into_future());
    for id in ["capture-1", "gone", "moved"] {
        socket.text(&event("StasisStart").replace("capture-1", id)).await;
        assert_eq!(soon(tell.recv()).await.unwrap(), format!("{id} begins"));
    }
    drop(socket);
    let moved = channel().replace("capture-1", "moved").replace("Stasis", "Wait");
    let mut socket = again(&mut peer, "capture", &format!("[{},{moved}]", channel())).await;
    let mut ended = [soon(tell.recv()).await.unwrap(), soon(tell.recv()).await.unwrap()];
    ended.sort();
    assert_eq!(ended, ["gone Err(HungUp) true", "moved Err(HungUp) true"]);
    socket.text(event("ChannelDtmfReceived")).await;
    assert_eq!(soon(tell.recv()).await.unwrap(), r#"capture-1 Ok("5") false"#);
}

#[tokio::test]
async fn an_event_that_the_server_repeats_is_given_out_once() {
    let (client, _peer, mut socket) = connected(soon_again).await;
    let mut all = client.events().all();
    for name in ["StasisStart", "ChannelDtmfReceived", "StasisEnd"] {
        for _ in 0..3 {
            socket.text(event(name)).await;
        }
    }
    for name in ["StasisStart", "ChannelDtmfReceived", "StasisEnd"] {
        let next = soon(all.next()).await.expect("it is open").expect("an event");
        assert_eq!(next.name(), name);
    }
}
