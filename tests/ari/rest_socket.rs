//! Requests over the event connection.

use asterisk_sdk::ari::event::StasisStart;
use asterisk_sdk::ari::{ConnectError, Reconnect, RestError};
use asterisk_sdk::proto::error::Delivery;
use tokio::task::JoinSet;

use super::*;

/// A client whose requests go over its event connection, its server and that connection.
pub(super) async fn over_socket(
    settings: impl FnOnce(Builder) -> Builder,
) -> (Client, AriPeer, Socket) {
    let mut peer = AriPeer::bind().await;
    let connecting = settings(builder(&peer).app("capture").rest_over_websocket()).connect();
    let script = async {
        let (mut socket, _) = accept(&mut peer).await;
        let (id, request) = socket.request().await;
        assert_eq!(request, "GET asterisk/ping");
        socket.reply(&id, frame!("ping")).await;
        // Asterisk answers in order.
        assert_eq!(socket.read().await, Some((0x89, b"rest".to_vec())));
        socket.frame(0x8a, b"rest").await;
        socket
    };
    let (client, socket) = soon(async { tokio::join!(connecting, script) }).await;
    (client.expect("a client"), peer, socket)
}

fn delivery(error: &RestError) -> Option<Delivery> {
    error.delivery()
}

#[tokio::test]
async fn requests_and_replies_share_the_socket_with_events() {
    let (client, mut peer, mut socket) = over_socket(|builder| builder).await;
    let mut all = client.events().all();
    let originate = client.channels().originate("Local/wait@sdk").app("capture").id("capture-1");
    let script = async {
        let (id, request) = socket.request().await;
        assert_eq!(
            request,
            "POST channels?endpoint=Local/wait@sdk&app=capture&channelId=capture-1"
        );
        socket.text(event("StasisStart")).await;
        socket.reply(&id, frame!("originate")).await;
        socket.text(event("StasisEnd")).await;
    };
    let (channel, ()) = soon(async { tokio::join!(originate.into_future(), script) }).await;
    let mut events = channel.expect("it is made").events();
    for expected in ["StasisStart", "StasisEnd"] {
        assert_eq!(soon(events.next()).await.unwrap().unwrap().name(), expected);
        // Replies are nobody's events.
        assert_eq!(soon(all.next()).await.unwrap().unwrap().name(), expected);
    }
    let get = client.channel("nobody").get();
    let script = async {
        let (id, request) = socket.request().await;
        assert_eq!(request, "GET channels/nobody");
        socket.reply(&id, frame!("not-found")).await;
    };
    let (gone, ()) = soon(async { tokio::join!(get.into_future(), script) }).await;
    assert_eq!(gone.unwrap_err().to_string(), "the server answered 404: Channel not found");
    assert!(peer.try_next().is_none());
}

#[tokio::test]
async fn a_thousand_requests_are_answered_in_any_order_and_twice() {
    let (client, _peer, mut socket) = over_socket(|builder| builder).await;
    let mut asking = JoinSet::new();
    for n in 0..1000 {
        let get = client.asterisk().variables().get(format!("V{n}")).into_future();
        asking.spawn(async move { (n, get.await.expect("a reply").value.to_string()) });
    }
    let mut asked = Vec::new();
    for _ in 0..1000 {
        let (id, request) = soon(socket.request()).await;
        let name = request.strip_prefix("GET asterisk/variable?variable=V").expect("it");
        asked.push((id, name.to_owned()));
    }
    let captured = frame!("channels");
    for (id, value) in asked.iter().rev() {
        let reply = captured.replace(r#""[]""#, &format!(r#""{{\"value\":\"{value}\"}}""#));
        socket.reply(id, &reply).await;
        socket.reply(id, &reply).await;
        socket.reply("12345678901234567890123", &reply).await;
        socket.reply("99999", &reply).await;
        socket.reply("", &reply).await;
    }
    let mut answered = 0;
    while let Some(done) = soon(asking.join_next()).await {
        let (n, value) = done.expect("no panic");
        assert_eq!(value, n.to_string());
        answered += 1;
    }
    assert_eq!(answered, 1000);
    assert!(client.is_connected());
}

#[tokio::test]
async fn a_reply_that_comes_too_late_is_nobodys() {
    let limit = Duration::from_millis(100);
    let (client, _peer, mut socket) = over_socket(|builder| builder.request_timeout(limit)).await;
    let list = soon(client.channels().list().into_future()).await.unwrap_err();
    assert!(list.is_timeout(), "{list:?}");
    assert_eq!(delivery(&list), Some(Delivery::Unknown));
    let (late, _) = soon(socket.request()).await;
    socket.reply(&late, frame!("not-found")).await;
    let list = client.channels().list().into_future();
    let script = async {
        let (id, _) = socket.request().await;
        assert_ne!(id, late);
        socket.reply(&id, frame!("channels")).await;
    };
    let (list, ()) = soon(async { tokio::join!(list, script) }).await;
    assert_eq!(list.expect("a reply").len(), 0);
}

#[tokio::test]
async fn when_the_socket_is_lost_requests_fail_at_once_and_go_on_over_the_next() {
    let pauses = Reconnect::default().pauses(Duration::from_millis(1), Duration::from_millis(5));
    let (client, mut peer, mut socket) = over_socket(|builder| builder.reconnect(pauses)).await;
    let mut states = client.watch();
    let mut asking = JoinSet::new();
    for _ in 0..20 {
        asking.spawn(client.channels().list().into_future());
    }
    for _ in 0..20 {
        soon(socket.request()).await;
    }
    drop(socket);
    while let Some(done) = soon(asking.join_next()).await {
        let error = done.expect("no panic").unwrap_err();
        assert_eq!(delivery(&error), Some(Delivery::Unknown), "{error:?}");
        assert!(!error.is_timeout());
    }
    soon(states.changed()).await.expect("a state");
    let error = soon(client.channels().list().into_future()).await.unwrap_err();
    assert_eq!(delivery(&error), Some(Delivery::NotSent), "{error:?}");

    let exchange = soon(peer.expect("GET /ari/events?app=capture")).await;
    let mut socket = exchange.upgrade(capture!("websocket-101")).await;
    soon(peer.expect("GET /ari/channels")).await.reply(capture!("channels")).await;
    let bridges = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]";
    soon(peer.expect("GET /ari/bridges")).await.reply(bridges).await;
    let list = client.channels().list().into_future();
    let script = async {
        let (id, _) = socket.request().await;
        socket.reply(&id, frame!("channels")).await;
    };
    let (list, ()) = soon(async { tokio::join!(list, script) }).await;
    list.expect("a reply");
}

#[tokio::test]
async fn what_would_hold_back_others_or_is_too_long_goes_over_http() {
    let (client, mut peer, mut socket) = over_socket(|builder| builder).await;
    let channel = client.channel("capture-1");
    let script = async {
        peer.expect("POST /ari/channels/capture-1/answer").await.reply(capture!("answer")).await;
    };
    let (answered, ()) = soon(async { tokio::join!(channel.answer().into_future(), script) }).await;
    answered.expect("it is answered");
    let long = client.channels().originate("Local/wait@sdk").app("capture");
    let long = long.variable("V", "x".repeat(65_400));
    let script = async { peer.next().await.reply(capture!("originate")).await };
    let (made, ()) = soon(async { tokio::join!(long.into_future(), script) }).await;
    made.expect("it is made");
    // The socket carries the next request, and nothing else came before.
    let list = client.channels().list().into_future();
    let script = async {
        let (id, request) = socket.request().await;
        assert_eq!(request, "GET channels");
        socket.reply(&id, frame!("channels")).await;
    };
    soon(async { tokio::join!(list, script) }).await.0.expect("a reply");
}

#[tokio::test]
async fn a_large_reply_is_taken_and_one_over_the_limit_is_not() {
    let settings = |builder: Builder| builder.max_event(2000).max_body(10_000);
    let (client, _peer, mut socket) = over_socket(settings).await;
    let mut starts = client.events().of::<StasisStart>();
    for (length, fits) in [(9_000, true), (12_000, false)] {
        let get = client.asterisk().variables().get("V").into_future();
        let script = async {
            let (id, _) = socket.request().await;
            let value = format!(r#""{{\"value\":\"{}\"}}""#, "x".repeat(length));
            socket.reply(&id, &frame!("channels").replace(r#""[]""#, &value)).await;
        };
        let (value, ()) = soon(async { tokio::join!(get, script) }).await;
        match value {
            Ok(value) => assert!(fits && value.value.len() == length),
            Err(error) => {
                assert!(!fits && matches!(error, RestError::BodyTooLarge { limit: 10_000, .. }));
            }
        }
    }
    socket.text(event("StasisStart")).await;
    soon(starts.next()).await.expect("it is open").expect("an event");
}

#[tokio::test]
async fn a_server_that_ignores_requests_is_found_out() {
    let mut peer = AriPeer::bind().await;
    let connecting = builder(&peer).app("capture").rest_over_websocket().connect();
    let script = async {
        let (mut socket, _) = accept(&mut peer).await;
        // As Asterisk 16 does: it answers the ping, and not the request.
        assert_eq!(socket.read().await.expect("the request").0, 0x81);
        let (first, payload) = socket.read().await.expect("a ping");
        assert_eq!(first, 0x89);
        socket.frame(0x8a, &payload).await;
        while socket.read().await.is_some() {}
    };
    let (result, ()) = soon(async { tokio::join!(connecting, script) }).await;
    let error = result.unwrap_err();
    assert!(matches!(error, ConnectError::NoRestOverWebSocket), "{error:?}");
}

#[tokio::test]
async fn a_link_is_not_given_up_while_a_request_holds_back_the_pongs() {
    let settings = |builder: Builder| {
        builder
            .ping_interval(Duration::from_millis(5))
            .ping_timeout(Duration::from_millis(20))
            .request_timeout(Duration::from_millis(400))
    };
    let (client, _peer, mut socket) = over_socket(settings).await;
    let began = std::time::Instant::now();
    let error = soon(client.channels().list().into_future()).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    // The server has said nothing all the time.
    assert!(began.elapsed() >= Duration::from_millis(400));
    let closed = soon(client.closed()).await;
    assert_eq!(closed, asterisk_sdk::ari::CloseReason::Unresponsive);
    while socket.read().await.is_some() {}
}
