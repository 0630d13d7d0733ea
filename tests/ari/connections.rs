//! The connections that requests travel on: kept, replaced, limited, and how long each step may take.

use asterisk_sdk::ari::RestError;
use asterisk_sdk::proto::error::Delivery;
use http::Method;

use super::*;

/// Lists the channels, and on which connection the server saw that.
async fn list(client: &Client, peer: &mut AriPeer) -> usize {
    let script = async {
        let exchange = peer.expect("GET /ari/channels").await;
        let connection = exchange.connection;
        exchange.reply(capture!("channels")).await;
        connection
    };
    let list = client.channels().list().into_future();
    let (channels, connection) = soon(async { tokio::join!(list, script) }).await;
    assert_eq!(channels.expect("a list").len(), 2);
    connection
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    for _ in 0..3 {
        assert_eq!(list(&client, &mut peer).await, 0);
    }
}

#[tokio::test]
async fn asterisk_closes_idle_connections_after_15_seconds_so_none_is_used_after_10() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    assert_eq!(list(&client, &mut peer).await, 0);
    let pass = async |seconds| {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
    };
    pass(9).await;
    assert_eq!(list(&client, &mut peer).await, 0);
    pass(11).await;
    assert_eq!(list(&client, &mut peer).await, 1);

    let (client, mut peer) = rest_only(|builder| builder.idle_timeout(PATIENCE)).await;
    pass(11).await;
    assert_eq!(list(&client, &mut peer).await, 0);
}

#[tokio::test]
async fn nobody_needs_a_request_for_an_idle_connection_to_be_closed() {
    let mut peer = AriPeer::bind().await;
    let connecting = builder(&peer).idle_timeout(Duration::from_millis(20)).connect();
    let script = async {
        let mut exchange = peer.next().await;
        exchange.part(capture!("info")).await;
        exchange
    };
    let (client, exchange) = soon(async { tokio::join!(connecting, script) }).await;
    let client = client.unwrap();
    soon(exchange.gone()).await;
    drop(client);
}

#[tokio::test]
async fn a_reply_that_says_close_is_the_last_on_its_connection() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let reply = b"HTTP/1.1 204 No Content\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let script = async {
        let exchange = peer.next().await;
        assert_eq!(exchange.connection, 0);
        exchange.reply(reply).await;
    };
    let hangup = client.channel("1").hangup().into_future();
    let (result, ()) = soon(async { tokio::join!(hangup, script) }).await;
    result.unwrap();
    assert_eq!(list(&client, &mut peer).await, 1);
}

#[tokio::test]
async fn what_follows_a_reply_unasked_ends_its_connection() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let script = async {
        let twice = [&capture!("answer")[..], capture!("answer")].concat();
        peer.next().await.reply(&twice).await;
    };
    let answer = client.channel("1").answer().into_future();
    let (result, ()) = soon(async { tokio::join!(answer, script) }).await;
    result.unwrap();
    assert_eq!(list(&client, &mut peer).await, 1);
}

#[tokio::test]
async fn dropping_a_request_closes_its_connection() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let answering = tokio::spawn(client.channel("1").answer().into_future());
    let exchange = soon(peer.next()).await;
    answering.abort();
    soon(exchange.gone()).await;
    assert_eq!(list(&client, &mut peer).await, 1);
}

#[tokio::test]
async fn a_body_that_stops_coming_is_a_timeout() {
    let limit = Duration::from_millis(50);
    let (client, mut peer) = rest_only(|builder| builder.body_timeout(limit)).await;
    let whole = capture!("channels");
    let script = async {
        let mut exchange = peer.next().await;
        exchange.part(&whole[..whole.len() - 1]).await;
        exchange.gone().await;
    };
    let list = client.channels().list().into_future();
    let (result, ()) = soon(async { tokio::join!(list, script) }).await;
    match result.unwrap_err() {
        RestError::Timeout { limit: found, delivery, .. } => {
            assert_eq!((found, delivery), (limit, Delivery::Unknown));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_address_that_does_not_answer_is_a_timeout_of_connecting() {
    // A listener whose queue is full: the system answers no more connections.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let limit = Duration::from_millis(100);
    let mut held = Vec::new();
    while let Ok(stream) =
        tokio::time::timeout(limit, tokio::net::TcpStream::connect(address)).await
    {
        held.push(stream.unwrap());
    }
    let settings = Client::builder(format!("http://{address}")).login("app", "s3cret");
    let error = soon(settings.connect_timeout(limit).connect()).await.unwrap_err();
    assert_eq!(error.to_string(), "no answer within 100ms");
}

#[tokio::test]
async fn nothing_is_sent_twice_unless_it_reads_and_that_is_asked_for() {
    let methods = [Method::GET, Method::POST, Method::PUT, Method::DELETE];
    for (times, method) in [0, 2].into_iter().flat_map(|times| methods.clone().map(|m| (times, m)))
    {
        let (client, mut peer) = rest_only(|builder| builder.retry_reads(times)).await;
        let tries = if method == Method::GET { times + 1 } else { 1 };
        let script = async {
            for _ in 0..tries {
                peer.next().await.reply_and_close(b"HTTP/1.1 20").await;
            }
        };
        let request = client.request(method, "/x").into_future();
        let (result, ()) = soon(async { tokio::join!(request, script) }).await;
        assert_eq!(result.unwrap_err().delivery(), Some(Delivery::Unknown));
        assert!(peer.try_next().is_none(), "{tries} times and no more");
    }
}

#[tokio::test]
async fn a_repeated_read_gives_the_answer_and_a_refusal_is_not_repeated() {
    let (client, mut peer) = rest_only(|builder| builder.retry_reads(1)).await;
    let script = async {
        peer.next().await.reply_and_close(b"").await;
        peer.next().await.reply(capture!("channels")).await;
        peer.next().await.reply(capture!("channel-not-found")).await;
    };
    let work = async {
        assert_eq!(client.channels().list().await.unwrap().len(), 2);
        assert!(client.channel("1").get().await.unwrap_err().is_not_found());
    };
    soon(async { tokio::join!(work, script) }).await;
    assert!(peer.try_next().is_none());
}

#[tokio::test]
async fn the_user_agent_is_ours_or_the_applications() {
    let agent = async |builder: Builder, peer: &mut AriPeer| {
        let script = async {
            let exchange = peer.next().await;
            let agent = exchange.request.headers["user-agent"].clone();
            exchange.reply(capture!("info")).await;
            agent
        };
        soon(async { tokio::join!(builder.connect(), script) }).await.1
    };
    let mut peer = AriPeer::bind().await;
    let ours = agent(builder(&peer), &mut peer).await;
    assert_eq!(ours, "asterisk-sdk-ari/0.1.0");
    let theirs = agent(builder(&peer).user_agent("switchboard/3"), &mut peer).await;
    assert_eq!(theirs, "switchboard/3");
    let error = builder(&peer).user_agent("a\r\nX: b").connect().await.unwrap_err();
    let text = "invalid settings: the user agent cannot be written in a header";
    assert_eq!(error.to_string(), text);
}
