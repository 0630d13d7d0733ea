//! The ARI client against a scripted server whose replies and events were captured from Asterisk.

mod connect;
mod decode;
mod errors;
mod events;
mod hostile;
mod playback;
mod rest;

use std::time::Duration;

use asterisk_sdk::ari::{Builder, Client};
use harness::ari_peer::{AriPeer, Exchange, Socket};

/// A captured reply of Asterisk 22.
macro_rules! capture {
    ($name:literal) => {
        include_bytes!(concat!("captures/22/", $name, ".http"))
    };
}
use capture;

/// The captured events of one call on Asterisk 22.
const EVENTS_22: &str = include_str!("captures/22/events.jsonl");

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The captured event with this type.
fn event(name: &str) -> &'static str {
    let wanted = format!(r#""type":"{name}""#);
    EVENTS_22.lines().find(|line| line.contains(&wanted)).expect("it was captured")
}

fn builder(peer: &AriPeer) -> Builder {
    Client::builder(peer.url()).login("app", "s3cret")
}

/// A client without events, and its server.
async fn rest_only(settings: impl FnOnce(Builder) -> Builder) -> (Client, AriPeer) {
    let mut peer = AriPeer::bind().await;
    let connecting = settings(builder(&peer)).connect();
    let info = async { peer.expect("GET /ari/asterisk/info").await.reply(capture!("info")).await };
    let (client, ()) = tokio::join!(connecting, info);
    (client.expect("a client"), peer)
}

/// A client of application `capture`, its server and its event connection.
async fn connected(settings: impl FnOnce(Builder) -> Builder) -> (Client, AriPeer, Socket) {
    let mut peer = AriPeer::bind().await;
    let connecting = settings(builder(&peer).app("capture")).connect();
    let (client, (socket, _)) = tokio::join!(connecting, accept(&mut peer));
    (client.expect("a client"), peer, socket)
}

/// Plays the server's part of connecting.
async fn accept(peer: &mut AriPeer) -> (Socket, harness::ari_peer::Request) {
    peer.expect("GET /ari/asterisk/info").await.reply(capture!("info")).await;
    let exchange: Exchange = peer.next().await;
    let request = exchange.request.clone();
    (exchange.upgrade(capture!("websocket-101")).await, request)
}

/// Waits for what must come.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it comes in time")
}
