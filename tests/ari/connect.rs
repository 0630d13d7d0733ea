//! Connecting: what is asked, and what can go wrong.

use std::time::Duration;

use asterisk_sdk::ari::{Client, CloseReason, ConnectError};
use harness::ari_peer::AriPeer;

use super::*;

/// What connecting gives when the server answers the first request by `reply`.
async fn refused(reply: &[u8]) -> ConnectError {
    let mut peer = AriPeer::bind().await;
    let connecting = builder(&peer).app("demo").connect();
    let script = async { peer.next().await.reply_and_close(reply).await };
    let (result, ()) = soon(async { tokio::join!(connecting, script) }).await;
    assert!(peer.try_next().is_none(), "nothing is tried again");
    result.expect_err("it is refused")
}

#[tokio::test]
async fn the_server_is_asked_for_its_version_and_then_for_events() {
    let mut peer = AriPeer::bind().await;
    let client = builder(&peer).app("one").app("two words").subscribe_all().connect();
    let (client, (mut socket, request)) = tokio::join!(client, accept(&mut peer));
    assert_eq!(request.line, "GET /ari/events?app=one,two%20words&subscribeAll=true");
    let header = |name: &str| request.headers[name].as_str();
    assert_eq!(header("authorization"), "Basic YXBwOnMzY3JldA==");
    assert_eq!(header("upgrade"), "websocket");
    assert_eq!(header("connection"), "Upgrade");
    assert_eq!(header("sec-websocket-version"), "13");
    assert_eq!(header("sec-websocket-protocol"), "ari");
    assert_eq!(header("sec-websocket-key").len(), 24);
    assert_eq!(header("host"), peer.url().trim_start_matches("http://"));

    let client = client.unwrap();
    assert_eq!(client.close_reason(), None);
    let (closed, frame) = soon(async {
        tokio::join!(client.closed(), async {
            client.close().await;
            socket.read().await
        })
    })
    .await;
    assert_eq!(closed, CloseReason::Local);
    assert_eq!(frame, Some((0x88, vec![0x03, 0xe8])), "a close with code 1000");
}

#[tokio::test]
async fn without_an_application_there_are_only_requests() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    assert_eq!(client.closed().await, CloseReason::NoApplication);
    assert!(client.events().all().next().await.is_none());
    let answer = async { peer.expect("GET /ari/channels").await.reply(capture!("channels")).await };
    let (channels, ()) = tokio::join!(client.channels().list().into_future(), answer);
    assert_eq!(channels.unwrap().len(), 2);
}

#[tokio::test]
async fn a_path_prefix_is_kept() {
    let mut peer = AriPeer::bind().await;
    let url = format!("{}/asterisk/", peer.url());
    let connecting = Client::builder(url).login("app", "s3cret").connect();
    let info = async {
        peer.expect("GET /asterisk/ari/asterisk/info").await.reply(capture!("info")).await;
    };
    let (client, ()) = soon(async { tokio::join!(connecting, info) }).await;
    client.unwrap();
}

#[tokio::test]
async fn a_wrong_password_is_typed_and_seen_at_once() {
    let error = refused(capture!("unauthorized")).await;
    assert!(error.is_unauthorized(), "{error:?}");
    assert_eq!(error.to_string(), "user or password are wrong");
    let old = include_bytes!("captures/16/unauthorized.http");
    assert!(refused(old).await.is_unauthorized());
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let url = AriPeer::bind().await.url();
    // The listener closes when its task has gone.
    tokio::task::yield_now().await;
    let error = soon(Client::builder(url).login("app", "s3cret").connect()).await.unwrap_err();
    assert!(matches!(error, ConnectError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_a_timeout() {
    let limit = Duration::from_millis(50);
    let peer = AriPeer::bind().await;
    let error = soon(builder(&peer).request_timeout(limit).connect()).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.to_string(), "no answer within 50ms");

    // The same for the event connection.
    let mut peer = AriPeer::bind().await;
    let connecting = builder(&peer).app("demo").request_timeout(limit).connect();
    let script = async {
        peer.expect("GET /ari/asterisk/info").await.reply(capture!("info")).await;
        peer.expect("GET /ari/events?app=demo").await
    };
    let (result, held) = soon(async { tokio::join!(connecting, script) }).await;
    assert!(result.unwrap_err().is_timeout());
    drop(held);
}

#[tokio::test]
async fn what_is_not_ari_is_told_apart() {
    let not_ari = |error: ConnectError| match error {
        ConnectError::NotAri(why) => why,
        other => panic!("{other:?}"),
    };
    let page = "The requested URL was not found on this server.";
    assert_eq!(not_ari(refused(capture!("page-not-found")).await), page);
    let other = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>";
    assert!(not_ari(refused(other).await).contains("<html></html>"));
    let other = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(not_ari(refused(other).await), "the server does not say its version");
    let moved = b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(not_ari(refused(moved).await), "Found");
    let banner = b"Asterisk Call Manager/9.0.0\r\n";
    assert!(matches!(refused(banner).await, ConnectError::Protocol(_)));
    assert!(matches!(refused(b"").await, ConnectError::Protocol(_)));
}

#[tokio::test]
async fn a_server_that_speaks_first_is_not_ari() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // A manager port greets whoever comes, before or after the request.
    let script = async || {
        let (mut stream, _) = listener.accept().await.unwrap();
        let greeting = b"Asterisk Call Manager/9.0.0\r\n";
        tokio::io::AsyncWriteExt::write_all(&mut stream, greeting).await.unwrap();
        stream
    };
    for _ in 0..10 {
        let connecting = Client::builder(format!("http://{address}")).login("app", "s3cret");
        let (result, _stream) = soon(async { tokio::join!(connecting.connect(), script()) }).await;
        let error = result.unwrap_err();
        assert!(matches!(error, ConnectError::Protocol(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_refused_event_connection_says_why() {
    let mut peer = AriPeer::bind().await;
    let connecting = builder(&peer).app("demo").connect();
    let script = async {
        peer.expect("GET /ari/asterisk/info").await.reply(capture!("info")).await;
        peer.next().await.reply(capture!("events-missing-app")).await;
    };
    let (result, ()) = soon(async { tokio::join!(connecting, script) }).await;
    match result.unwrap_err() {
        ConnectError::Refused { status, message, .. } => {
            assert_eq!((status.as_u16(), message.as_str()), (426, "Upgrade Required"));
        }
        other => panic!("{other:?}"),
    }
    let starting = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 33\r\n\r\n{\"message\":\"Asterisk not booted\"}";
    assert_eq!(refused(starting).await.to_string(), "the server answered 503: Asterisk not booted");
}
