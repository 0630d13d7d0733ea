//! Requests that fail, each in its own way.

use asterisk_sdk::ari::RestError;
use asterisk_sdk::proto::error::Delivery;

use super::*;

/// What listing channels gives when the server sends `reply` and closes.
async fn failed(reply: &[u8]) -> RestError {
    let (client, mut peer) = rest_only(|builder| builder.max_body(1000)).await;
    let script = async { peer.next().await.reply_and_close(reply).await };
    let list = client.channels().list().into_future();
    let (result, ()) = soon(async { tokio::join!(list, script) }).await;
    assert!(peer.try_next().is_none(), "nothing is sent twice");
    result.expect_err("it failed")
}

fn reply(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[tokio::test]
async fn the_servers_reason_is_read_from_json_and_html() {
    let not_found = failed(capture!("channel-not-found")).await;
    assert!(not_found.is_not_found() && !not_found.is_conflict());
    assert_eq!(not_found.to_string(), "the server answered 404: Channel not found");
    assert_eq!(not_found.delivery(), None);
    let error = failed(capture!("originate-failed")).await;
    assert_eq!(error.to_string(), "the server answered 500: Allocation failed");
    match failed(capture!("page-not-found")).await {
        RestError::Status { message, body, .. } => {
            assert_eq!(message, "The requested URL was not found on this server.");
            assert!(body.contains("<address>Asterisk</address>"));
        }
        other => panic!("{other:?}"),
    }
    let forbidden = failed(capture!("forbidden")).await;
    assert!(forbidden.is_forbidden());
    assert_eq!(forbidden.to_string(), "the server answered 403: Write access denied");
    assert!(failed(capture!("unauthorized")).await.is_unauthorized());
}

#[tokio::test]
async fn each_status_is_an_error_whatever_its_body() {
    for status in [301, 400, 401, 403, 404, 405, 409, 412, 413, 422, 500, 501, 503, 599] {
        for body in ["", "plain", "{", "[1]", r#"{"message":5}"#, "<html>"] {
            let error = failed(&reply(&format!("{status} X"), body)).await;
            assert_eq!(error.status().map(|status| status.as_u16()), Some(status), "{body}");
            assert_eq!(error.is_conflict(), status == 409);
            assert_eq!(error.is_bad_request(), status == 400);
            assert_eq!(error.is_unprocessable(), status == 422);
            assert_eq!(error.is_unavailable(), status == 503);
        }
    }
}

#[tokio::test]
async fn what_the_server_calls_a_body_does_not_matter() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let captured = String::from_utf8(capture!("channels").to_vec()).unwrap();
    for kind in ["Content-type: text/html", "Content-type: \"", "X-None: 1"] {
        let reply = captured.replace("Content-type: application/json", kind);
        assert!(reply.contains(kind));
        let script = async { peer.next().await.reply(reply.as_bytes()).await };
        let list = client.channels().list().into_future();
        let (channels, ()) = soon(async { tokio::join!(list, script) }).await;
        assert_eq!(channels.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_redirection_is_an_error_and_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let reply = format!(
            "HTTP/1.1 {status} X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
        );
        let error = failed(reply.as_bytes()).await;
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    }
}

#[tokio::test]
async fn what_is_no_http_is_an_error() {
    for reply in [
        &b"Asterisk Call Manager/9.0.0\r\n"[..],
        b"HTTP/1.1 ",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\0\0\0\0\r\n\r\n",
    ] {
        let error = failed(reply).await;
        assert_eq!(error.delivery(), Some(Delivery::Unknown), "{reply:?} {error:?}");
    }
}

#[tokio::test]
async fn a_head_without_end_is_not_read() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let endless = [&b"HTTP/1.1 200 OK\r\nX: "[..], &vec![b'x'; 16 << 20]].concat();
    let script = async { peer.next().await.reply_if_wanted(&endless).await };
    let list = client.channels().list().into_future();
    let (result, ()) = soon(async { tokio::join!(list, script) }).await;
    assert_eq!(result.unwrap_err().delivery(), Some(Delivery::Unknown));
}

#[tokio::test]
async fn a_reply_that_is_not_what_was_asked_for_keeps_its_text() {
    for body in ["", "<html></html>", "[{]", "{}", "5", "[] []", "null"] {
        match failed(&reply("200 OK", body)).await {
            RestError::Decode { body: text, .. } => assert_eq!(text, body),
            other => panic!("{body}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_body_cut_short_is_no_reply() {
    let whole = capture!("channels");
    for cut in [20, 100, whole.len() - 1] {
        let error = failed(&whole[..cut]).await;
        assert!(matches!(error, RestError::Transport { .. }), "{error:?}");
        assert_eq!(error.delivery(), Some(Delivery::Unknown));
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_not_read() {
    for body in [reply("200 OK", &"x".repeat(1001)), chunked(&"x".repeat(501), 2)] {
        let error = failed(&body).await;
        assert_eq!(error.to_string(), "the reply is larger than 1000 bytes");
    }
    let endless = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n";
    assert!(matches!(failed(endless).await, RestError::BodyTooLarge { limit: 1000, .. }));
}

fn chunked(text: &str, times: usize) -> Vec<u8> {
    let chunk = format!("{:x}\r\n{text}\r\n", text.len()).repeat(times);
    format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}0\r\n\r\n").into_bytes()
}

#[tokio::test]
async fn a_chunked_reply_of_an_odd_type_is_read() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    let script = async { peer.next().await.reply(&chunked("[ ", 1).replace_end("]")).await };
    let list = client.channels().list().into_future();
    let (channels, ()) = soon(async { tokio::join!(list, script) }).await;
    assert!(channels.unwrap().is_empty());
}

/// Puts one more chunk before the last.
trait ReplaceEnd {
    fn replace_end(self, chunk: &str) -> Vec<u8>;
}

impl ReplaceEnd for Vec<u8> {
    fn replace_end(mut self, chunk: &str) -> Vec<u8> {
        self.truncate(self.len() - "0\r\n\r\n".len());
        self.extend(format!("{:x}\r\n{chunk}\r\n0\r\n\r\n", chunk.len()).bytes());
        self
    }
}

#[tokio::test]
async fn silence_is_a_timeout_with_an_unknown_outcome() {
    let (client, mut peer) =
        rest_only(|builder| builder.request_timeout(Duration::from_millis(50))).await;
    let list = client.channels().list().into_future();
    let (result, held) = soon(async { tokio::join!(list, peer.next()) }).await;
    let error = result.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.delivery(), Some(Delivery::Unknown));
    assert_eq!(error.to_string(), "no reply within 50ms; it was sent, its outcome is unknown");
    drop(held);
}

#[tokio::test]
async fn a_server_that_has_gone_got_nothing() {
    let (client, peer) = rest_only(|builder| builder).await;
    drop(peer);
    tokio::task::yield_now().await;
    // The first may still find the connection of the handshake.
    let _ = soon(client.channels().list().into_future()).await;
    let error = soon(client.channels().list().into_future()).await.unwrap_err();
    assert_eq!(error.delivery(), Some(Delivery::NotSent), "{error:?}");
}

#[tokio::test]
async fn a_connection_closed_while_idle_is_replaced() {
    let (client, mut peer) = rest_only(|builder| builder).await;
    for _ in 0..20 {
        // The server closes after each reply without saying so, as after its keep-alive time.
        let script = async { peer.next().await.reply_and_close(capture!("channels")).await };
        let list = client.channels().list().into_future();
        let (result, ()) = soon(async { tokio::join!(list, script) }).await;
        assert_eq!(result.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_connection_closed_under_a_request_is_not_hidden() {
    let error = failed(b"").await;
    assert_eq!(error.delivery(), Some(Delivery::Unknown));
}
