//! What Asterisk does otherwise than one would think, and what the client makes of it. The replies
//! are captured.

use asterisk_sdk::ari::event::StasisStart;
use asterisk_sdk::ari::{CloseReason, RestError};
use http::Method;
use serde_json::json;

use super::*;
use harness::ari_peer::Request;

/// What the server sees of a request, which it answers by `reply`.
async fn seen<T>(
    client: &Client,
    peer: &mut AriPeer,
    request: impl Future<Output = Result<T, RestError>>,
    reply: &[u8],
) -> (Result<T, RestError>, Request) {
    let script = async {
        let exchange = peer.next().await;
        let request = exchange.request.clone();
        exchange.reply(reply).await;
        request
    };
    let both = soon(async { tokio::join!(request, script) }).await;
    assert_eq!(client.close_reason(), Some(CloseReason::NoApplication));
    both
}

#[tokio::test]
async fn list_parameters_are_joined_by_commas_or_sent_as_an_array_when_an_item_holds_one() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let channel = client.channel("1");
    let play = channel.play("sound:a").media(["sound:b"]).into_future();
    let (result, request) = seen(&client, &mut peer, play, capture!("play")).await;
    let (query, _) = request.line.split_once("&playbackId=").expect("ids are chosen here");
    assert_eq!(query, "POST /ari/channels/1/play?media=sound:a,sound:b");
    assert_eq!((request.body.as_str(), request.headers.get("content-type")), ("", None));
    result.unwrap();

    let play = channel.play("tone:100/200,0/300").media(["sound:b"]).id("p").into_future();
    let (result, request) = seen(&client, &mut peer, play, capture!("play")).await;
    assert_eq!(request.line, "POST /ari/channels/1/play?playbackId=p");
    assert_eq!(request.body, r#"{"media":["tone:100/200,0/300","sound:b"]}"#);
    assert_eq!(request.headers["content-type"], "application/json");
    result.unwrap();
}

#[tokio::test]
async fn numbers_are_refused_in_variables_so_they_are_sent_as_text() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let refusals = [
        (
            &capture!("number-in-variables")[..],
            "the server answered 400: Each value in 'variables' must be a string or an object with \
             'value' and optional 'report_events'",
        ),
        (
            include_bytes!("captures/16/number-in-variables.http"),
            "the server answered 400: Only string values in the 'variables' object allowed",
        ),
    ];
    for (refusal, text) in refusals {
        let body = json!({"endpoint": "Local/600@sdk", "app": "x", "variables": {"A": 5}});
        let request = client.request(Method::POST, "/channels").json(&body).into_future();
        let (result, request) = seen(&client, &mut peer, request, refusal).await;
        assert_eq!(request.line, "POST /ari/channels");
        let error = result.unwrap_err();
        assert!(error.is_bad_request());
        assert_eq!(error.to_string(), text);
    }
    let originate = client.channels().originate("Local/600@sdk").variable("A", 5.to_string());
    let originate = originate.id("capture-1").into_future();
    let (result, request) = seen(&client, &mut peer, originate, capture!("originate")).await;
    assert_eq!(request.body, r#"{"variables":{"A":"5"}}"#);
    result.unwrap();
}

#[tokio::test]
async fn a_plus_in_a_path_is_a_blank_so_it_is_encoded() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let get = client.channel("a+b c/d;1").get().into_future();
    let (result, request) = seen(&client, &mut peer, get, capture!("channel-not-found")).await;
    assert_eq!(request.line, "GET /ari/channels/a%2Bb%20c%2Fd;1");
    assert!(result.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_line_over_4095_bytes_is_refused_so_long_parameters_go_into_the_body() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let long = "x".repeat(4200);
    let request = client.request(Method::GET, "/asterisk/variable").query("variable", &long);
    let refusal = capture!("request-line-too-long");
    let (result, _) = seen(&client, &mut peer, request.into_future(), refusal).await;
    assert_eq!(result.unwrap_err().to_string(), "the server answered 400: Request line too long");

    let originate = client.channels().originate(&long).timeout(5).app_args("a,b").id("capture-1");
    let originate = originate.into_future();
    let (result, request) = seen(&client, &mut peer, originate, capture!("originate")).await;
    result.unwrap();
    assert_eq!(request.line, "POST /ari/channels");
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    let expected = json!({
        "endpoint": long, "timeout": 5, "appArgs": "a,b", "channelId": "capture-1"
    });
    assert_eq!(body, expected);
    let longest = request.headers.iter().map(|(name, value)| name.len() + value.len() + 4).max();
    assert!(longest < Some(4095));
}

#[tokio::test]
async fn the_server_does_not_answer_expect_so_it_is_not_sent() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let body = json!({"variables": {"A": "x".repeat(30_000)}});
    let request = client.request(Method::POST, "/channels/1/variables").json(&body).into_future();
    let (result, request) = seen(&client, &mut peer, request, capture!("answer")).await;
    result.unwrap();
    assert!(!request.headers.contains_key("expect"));
    assert!(!request.headers.contains_key("transfer-encoding"));
    assert_eq!(request.headers["content-length"], request.body.len().to_string());
}

#[tokio::test]
async fn the_offset_of_a_timestamp_has_no_colon() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let mut starts = client.events().of::<StasisStart>();
    let captured = event("StasisStart");
    assert!(captured.contains(r#""timestamp":"2026-11-21T08:39:26.325+0000""#));
    let times = [
        ("2026-11-21T08:39:26.325+0000", Some(1_795_250_366_325)),
        ("2026-11-21T10:09:26.325+0130", Some(1_795_250_366_325)),
        ("2026-11-21T08:39:26.325+00:00", Some(1_795_250_366_325)),
        ("yesterday", None),
    ];
    for (time, millis) in times {
        socket.text(&captured.replace("2026-11-21T08:39:26.325+0000", time)).await;
        let start = soon(starts.next()).await.unwrap().unwrap();
        let timestamp = start.event.timestamp();
        assert_eq!((timestamp.as_str(), timestamp.unix_millis()), (time, millis));
    }
}

#[tokio::test]
async fn the_server_closes_over_a_frame_of_65535_bytes_and_ours_are_short() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    // All that the client sends are pings, its answers to those of the server, and a close.
    let largest = [b'x'; 125];
    socket.frame(0x89, &largest).await;
    assert_eq!(soon(socket.read()).await, Some((0x8a, largest.to_vec())));
    // More is not allowed in a ping, and is not answered by as much.
    socket.frame(0x89, &[b'x'; 126]).await;
    assert!(matches!(soon(client.closed()).await, CloseReason::Failed(_)));
    assert_eq!(soon(socket.read()).await, None);
}

#[tokio::test]
async fn a_failed_originate_is_an_error_of_another_form() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    for reply in
        [&capture!("originate-failed")[..], include_bytes!("captures/16/originate-failed.http")]
    {
        let originate = client.channels().originate("Local/none@nowhere").into_future();
        let (result, _) = seen(&client, &mut peer, originate, reply).await;
        let error = result.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(500));
        assert_eq!(error.to_string(), "the server answered 500: Allocation failed");
    }
}

#[tokio::test]
async fn a_status_of_201_or_202_is_success_as_well() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let play = client.channel("capture-1").play("sound:hello-world").into_future();
    let reply = capture!("play");
    assert!(reply.starts_with(b"HTTP/1.1 201"));
    seen(&client, &mut peer, play, reply).await.0.unwrap();
    let accepted = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
    let request = client.request(Method::PUT, "/endpoints/sendMessage").into_future();
    let (reply, _) = seen(&client, &mut peer, request, accepted).await;
    assert_eq!(reply.unwrap().status().as_u16(), 202);
}
