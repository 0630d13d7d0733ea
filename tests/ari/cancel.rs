//! Futures of the client that are dropped after any number of polls: what was not taken is still
//! there, and the client goes on.

use asterisk_sdk::ari::{Event, EventStream};
use harness::ari_peer::Exchange;
use harness::cancel::drop_after;

use super::*;

/// How many polls there are to be dropped after; all futures here need fewer.
const POLLS: usize = 12;

/// Answers whatever is asked, by the captured replies.
async fn answer(exchange: Exchange) {
    let reply = match exchange.request.line.as_str() {
        "GET /ari/asterisk/info" => &capture!("info")[..],
        "GET /ari/channels" => capture!("channels"),
        line if line.ends_with("/file") => capture!("recording-file"),
        _ => capture!("answer"),
    };
    exchange.reply_if_wanted(reply).await;
}

/// A client whose server answers everything.
async fn served() -> Client {
    let (client, mut peer) = rest_only(|builder| builder.max_connections(2)).await;
    tokio::spawn(async move {
        loop {
            tokio::spawn(answer(peer.next().await));
        }
    });
    client
}

#[tokio::test]
async fn a_dropped_request_leaves_the_client_usable() {
    let client = served().await;
    let mut finished = 0;
    for polls in 0..POLLS {
        let list = drop_after(polls, client.channels().list().into_future()).await;
        finished += usize::from(list.is_some_and(|list| list.unwrap().len() == 2));
        soon(client.channel("1").answer().into_future()).await.unwrap();
    }
    // All slots are free again.
    let both = async {
        tokio::join!(
            client.channel("1").get().into_future(),
            client.channels().list().into_future()
        )
    };
    let (_, list) = soon(both).await;
    assert_eq!(list.unwrap().len(), 2);
    assert!(finished < POLLS, "some were dropped");
}

#[tokio::test]
async fn a_dropped_download_frees_its_connection() {
    let client = served().await;
    for polls in 0..POLLS {
        let recording = client.stored_recording("greeting");
        let download = drop_after(polls, recording.download().into_future()).await;
        if let Some(download) = download {
            let mut download = download.unwrap();
            // No piece is lost with a future that was dropped.
            let mut bytes = 0;
            loop {
                match drop_after(polls, download.next()).await {
                    Some(Some(piece)) => bytes += piece.unwrap().len(),
                    Some(None) => break,
                    None => tokio::task::yield_now().await,
                }
            }
            assert_eq!(bytes, 844);
        }
        soon(client.channel("1").answer().into_future()).await.unwrap();
    }
}

#[tokio::test]
async fn connecting_can_be_given_up_at_any_point() {
    for polls in 0..POLLS {
        let mut peer = AriPeer::bind().await;
        let connecting = builder(&peer).app("capture").connect();
        let serving = tokio::spawn(async move {
            loop {
                let exchange = peer.next().await;
                if exchange.request.line.starts_with("GET /ari/events") {
                    let mut socket = exchange.upgrade(capture!("websocket-101")).await;
                    // Until the client has gone, whichever way.
                    while socket.read().await.is_some() {}
                    return;
                }
                answer(exchange).await;
            }
        });
        if let Some(client) = drop_after(polls, connecting).await {
            assert_eq!(client.unwrap().close_reason(), None);
            soon(serving).await.unwrap();
        } else {
            serving.abort();
        }
    }
}

#[tokio::test]
async fn no_event_is_lost_with_a_dropped_future() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let mut events: EventStream<Event> = client.events().all();
    let sending = tokio::spawn(async move {
        for line in events_22() {
            socket.text(line).await;
            tokio::task::yield_now().await;
        }
        socket
    });
    for (n, line) in events_22().enumerate() {
        let event = loop {
            if let Some(event) = drop_after(n % 3, events.next()).await {
                break event;
            }
            tokio::task::yield_now().await;
            if n % 3 == 0 {
                break soon(events.next()).await;
            }
        };
        assert_eq!(&**event.unwrap().unwrap().json(), line);
    }
    let mut socket = sending.await.unwrap();
    assert!(drop_after(3, client.closed()).await.is_none());
    // A close that was begun goes on without its future.
    assert!(drop_after(1, client.close()).await.is_none());
    assert_eq!(soon(socket.read()).await, Some((0x88, vec![0x03, 0xe8])));
}
