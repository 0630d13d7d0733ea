//! Requests as they are sent, replies as they are read.

use asterisk_sdk::ari::model::{BridgeTechnology, BridgeType, VideoMode};
use asterisk_sdk::proto::ChannelState;
use http::Method;
use serde_json::json;

use super::*;

/// Answers the next request by a captured reply and gives what was asked.
async fn answer(peer: &mut AriPeer, reply: &[u8]) -> harness::ari_peer::Request {
    let exchange = peer.next().await;
    let request = exchange.request.clone();
    exchange.reply(reply).await;
    request
}

macro_rules! exchange {
    ($peer:expr, $operation:expr, $reply:literal) => {{
        let (result, request) =
            soon(async { tokio::join!($operation.into_future(), answer($peer, capture!($reply))) })
                .await;
        (result.unwrap(), request)
    }};
}

#[tokio::test]
async fn info_and_lists_are_read() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let (info, request) = exchange!(&mut peer, client.asterisk().info(), "info");
    assert_eq!(request.headers["authorization"], "Basic YXBwOnMzY3JldA==");
    assert_eq!(request.headers["accept"], "application/json");
    assert!(!request.headers.contains_key("expect"));
    assert_eq!(info.version(), Some("22.10.1+dfsg+~cs6.17.60671434-1"));
    assert_eq!(info.build.unwrap().user, "nobody");
    let config = info.config.unwrap();
    assert_eq!((config.max_open_files, config.max_channels), (Some(8192), None));
    let started = info.status.unwrap().startup_time;
    assert_eq!(started.as_str(), "2026-11-21T08:18:58.021+0000");
    assert_eq!(started.unix_millis(), Some(1_795_249_138_021));

    let (channels, _) = exchange!(&mut peer, client.channels().list(), "channels");
    let channel = channels.iter().find(|channel| channel.id == "capture-1").unwrap();
    assert_eq!(channel.state, ChannelState::Up);
    assert_eq!((&*channel.caller.name, &*channel.caller.number), ("Ana", "100"));
    assert_eq!(channel.dialplan.app_name, "Stasis");
    assert!(channel.extra.is_empty(), "{:?}", channel.extra);

    let (bridges, _) = exchange!(&mut peer, client.bridges().list(), "bridges");
    let bridge = &bridges[0];
    assert_eq!(bridge.id, "capture-bridge");
    assert_eq!(bridge.technology, BridgeTechnology::Simple);
    assert_eq!(bridge.bridge_type, BridgeType::Mixing);
    assert_eq!(bridge.video_mode, Some(VideoMode::Talker));
    assert_eq!(bridge.channels, ["capture-1"]);
    assert!(bridge.extra.is_empty(), "{:?}", bridge.extra);
}

#[tokio::test]
async fn operations_reach_the_server_as_built() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let originate = client
        .channels()
        .originate("Local/digits@sdk")
        .app("capture")
        .app_args("one,two words")
        .id("capture-1")
        .variable("__SDK_DIGITS", "5#");
    let (channel, request) = exchange!(&mut peer, originate, "originate");
    assert_eq!(
        request.line,
        "POST /ari/channels?endpoint=Local/digits@sdk&app=capture&appArgs=one,two%20words&channelId=capture-1"
    );
    assert_eq!(request.headers["content-type"], "application/json");
    assert_eq!(request.body, r#"{"variables":{"__SDK_DIGITS":"5#"}}"#);
    assert_eq!(*channel.id(), "capture-1");

    let ((), request) = exchange!(&mut peer, channel.answer(), "answer");
    assert_eq!(request.line, "POST /ari/channels/capture-1/answer");
    assert_eq!(request.body, "");
    let (bridge, _) = exchange!(&mut peer, client.bridges().create().id("a/b +%ä;1"), "bridge");
    let ((), request) = exchange!(&mut peer, bridge.add_channel(channel.id()), "add-channel");
    assert_eq!(
        request.line,
        "POST /ari/bridges/a%2Fb%20%2B%25%C3%A4;1/addChannel?channel=capture-1"
    );
    let ((), request) = exchange!(&mut peer, bridge.destroy(), "bridge-destroy");
    assert_eq!(request.line, "DELETE /ari/bridges/a%2Fb%20%2B%25%C3%A4;1");
    let ((), request) = exchange!(&mut peer, channel.hangup(), "hangup");
    assert_eq!(request.line, "DELETE /ari/channels/capture-1");
}

#[tokio::test]
async fn ids_are_chosen_here_and_differ() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let (a, first) = exchange!(&mut peer, client.channels().originate("Local/a@sdk"), "originate");
    let (b, _) = exchange!(&mut peer, client.channels().originate("Local/a@sdk"), "originate");
    assert_ne!(a.id(), b.id());
    let line = format!("POST /ari/channels?endpoint=Local/a@sdk&channelId={}", a.id());
    assert_eq!(first.line, line);
}

#[tokio::test]
async fn anything_newer_can_be_asked_for() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let custom = client
        .request(Method::POST, "/endpoints")
        .segment("PJSIP/a b")
        .query("to", "pjsip:a&b+c")
        .json(&json!({"variables": {"a": "b"}}));
    let (reply, request) = exchange!(&mut peer, custom, "info");
    assert_eq!(request.line, "POST /ari/endpoints/PJSIP%2Fa%20b?to=pjsip:a%26b%2Bc");
    assert_eq!(request.body, r#"{"variables":{"a":"b"}}"#);
    assert_eq!(reply.status().as_u16(), 200);
    assert_eq!(reply.json().unwrap()["system"]["entity_id"], "02:fc:00:00:00:01");

    let (_, request) = exchange!(&mut peer, client.request(Method::GET, "/sounds"), "info");
    assert_eq!(request.line, "GET /ari/sounds");
    for path in ["sounds", "/sounds?lang=en", "/so unds", "/s\r\nX: y"] {
        let error = client.request(Method::GET, path).await.unwrap_err();
        assert_eq!(error.to_string(), "the request is not valid HTTP", "{path}");
    }
    assert!(peer.try_next().is_none());
}

#[tokio::test]
async fn many_requests_share_the_allowed_connections() {
    let (client, mut peer) = rest_only(|builder| builder.max_connections(2)).await;
    let requests: Vec<_> =
        (0..5).map(|_| tokio::spawn(client.channels().list().into_future())).collect();
    let (first, second) = (soon(peer.next()).await, soon(peer.next()).await);
    tokio::task::yield_now().await;
    assert!(peer.try_next().is_none(), "a third connection");
    first.reply(capture!("channels")).await;
    second.reply(capture!("channels")).await;
    for _ in 2..5 {
        soon(peer.next()).await.reply(capture!("channels")).await;
    }
    for request in requests {
        assert_eq!(soon(request).await.unwrap().unwrap().len(), 2);
    }
}
