//! Recordings as they are downloaded.

use asterisk_sdk::ari::{Download, RestError};
use asterisk_sdk::proto::error::Delivery;
use harness::ari_peer::Exchange;

use super::*;

/// A download whose reply has begun with `part`.
async fn begun(
    settings: impl FnOnce(Builder) -> Builder,
    part: &[u8],
) -> (Result<Download, RestError>, AriPeer, Exchange, Client) {
    let (client, mut peer) = rest_only(settings).await;
    let script = async {
        let mut exchange = peer.expect("GET /ari/recordings/stored/a%2Fgreeting/file").await;
        exchange.part(part).await;
        exchange
    };
    let download = client.stored_recording("a/greeting").download().into_future();
    let (download, exchange) = soon(async { tokio::join!(download, script) }).await;
    (download, peer, exchange, client)
}

async fn rest(download: &mut Download) -> Result<Vec<u8>, RestError> {
    let mut whole = Vec::new();
    while let Some(piece) = soon(download.next()).await {
        whole.extend_from_slice(&piece?);
    }
    Ok(whole)
}

fn split(capture: &[u8]) -> (&[u8], &[u8]) {
    let head = capture.windows(4).position(|end| end == b"\r\n\r\n").expect("a whole head") + 4;
    capture.split_at(head)
}

#[tokio::test]
async fn a_recording_comes_in_pieces_with_type_and_length() {
    let (head, body) = split(capture!("recording-file"));
    let (download, mut peer, mut exchange, client) = begun(|builder| builder, head).await;
    let mut download = download.unwrap();
    assert_eq!(download.content_type(), Some("audio/wav"));
    assert_eq!(download.content_length(), Some(844));
    let mut whole = Vec::new();
    for piece in body.chunks(100) {
        exchange.part(piece).await;
        let piece = soon(download.next()).await.unwrap().unwrap();
        whole.extend_from_slice(&piece);
    }
    assert!(soon(download.next()).await.is_none());
    assert!(soon(download.next()).await.is_none());
    assert_eq!(whole, body);
    assert!(whole.starts_with(b"RIFF"));

    // The connection is of use again.
    let script = async {
        exchange.reply(b"").await;
        let exchange = peer.next().await;
        assert_eq!(exchange.connection, 0);
        exchange.reply(capture!("channels")).await;
    };
    let list = client.channels().list().into_future();
    let (channels, ()) = soon(async { tokio::join!(list, script) }).await;
    assert_eq!(channels.unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_not_there_is_refused_before_the_stream() {
    let (download, ..) = begun(|builder| builder, capture!("recording-not-found")).await;
    let error = download.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.to_string(), "the server answered 404: Recording not found");
}

#[tokio::test]
async fn a_file_cut_short_is_an_error() {
    let whole = capture!("recording-file");
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nRIFF0\r\n3\r\nab";
    for part in [&whole[..whole.len() - 1], chunked] {
        let (download, _peer, exchange, _client) = begun(|builder| builder, part).await;
        let mut download = download.unwrap();
        drop(exchange);
        let error = rest(&mut download).await.unwrap_err();
        assert!(matches!(error, RestError::Transport { .. }), "{error:?}");
        assert_eq!(error.delivery(), Some(Delivery::Unknown));
        assert!(soon(download.next()).await.is_none(), "it ends after an error");
    }
}

#[tokio::test]
async fn a_file_that_stops_coming_is_a_timeout() {
    let limit = Duration::from_millis(50);
    let whole = capture!("recording-file");
    let settings = |builder: Builder| builder.body_timeout(limit);
    let (download, _peer, exchange, _client) = begun(settings, &whole[..300]).await;
    let mut download = download.unwrap();
    let error = rest(&mut download).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert!(soon(download.next()).await.is_none());
    soon(exchange.gone()).await;
}

#[tokio::test]
async fn the_time_that_the_consumer_takes_does_not_count() {
    let (head, body) = split(capture!("recording-file"));
    let (download, _peer, mut exchange, _client) = begun(|builder| builder, head).await;
    let mut download = download.unwrap();
    exchange.part(&body[..100]).await;
    let mut whole = soon(download.next()).await.unwrap().unwrap().to_vec();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(3600)).await;
    tokio::time::resume();
    // It is asked for before it is there, and in time all the same.
    let (others, ()) = tokio::join!(rest(&mut download), exchange.part(&body[100..]));
    whole.extend(others.unwrap());
    assert_eq!(whole, body);
}

#[tokio::test]
async fn no_more_is_read_than_is_taken() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: 1000000000\r\n\r\n";
    // The limit on bodies is for those that are held as a whole.
    let settings = |builder: Builder| builder.max_body(1000);
    let (download, _peer, mut exchange, _client) = begun(settings, head).await;
    let mut download = download.unwrap();
    // What the system holds, some megabytes, and nothing here.
    let sent = exchange.fill(&vec![7; 1 << 16]).await;
    assert!(sent < 100_000_000, "{sent}");
    let mut taken = 0;
    while taken < sent {
        let piece = soon(download.next()).await.unwrap().unwrap();
        assert!(piece.len() <= 1 << 20, "{}", piece.len());
        taken += piece.len();
    }
    assert_eq!(taken, sent);
    drop(download);
    soon(exchange.gone()).await;
}

#[tokio::test]
async fn a_download_holds_a_connection_until_its_end() {
    let whole = capture!("recording-file");
    let settings =
        |builder: Builder| builder.max_connections(1).request_timeout(Duration::from_millis(50));
    let (download, mut peer, exchange, client) = begun(settings, whole).await;
    let mut download = download.unwrap();
    let error = soon(client.channels().list().into_future()).await.unwrap_err();
    assert_eq!(error.delivery(), Some(Delivery::NotSent), "{error:?}");
    assert_eq!(rest(&mut download).await.unwrap().len(), 844);
    let script = async {
        exchange.reply(b"").await;
        peer.next().await.reply(capture!("channels")).await;
    };
    let list = client.channels().list().into_future();
    let (channels, ()) = soon(async { tokio::join!(list, script) }).await;
    assert_eq!(channels.unwrap().len(), 2);
}
