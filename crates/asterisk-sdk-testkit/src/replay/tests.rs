use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};

use super::{Mismatch, Playing, Replay, Speed};

/// Two AMI connections; Asterisk says on the second what the first has led to.
const AMI: &str = r"asterisk-trace 1
0.000000 0 opened AMI
0.000100 0 <
|Asterisk Call Manager/11.0.0\r
0.000200 1 opened AMI
0.000300 1 <
|Asterisk Call Manager/11.0.0\r
0.200300 0 >
|Action: Ping\r
|ActionID: 1\r
|\r
0.300300 1 <
|Event: X\r
|\r
0.300400 0 <
|Response: Success\r
|ActionID: 1\r
|\r
0.300500 0 < ended
";
const GREETING: &str = "Asterisk Call Manager/11.0.0\r\n";

async fn play(text: &str) -> Playing {
    Replay::new(text.parse().unwrap()).start().await.unwrap()
}

/// The same with little patience.
async fn play_briefly(text: &str) -> Playing {
    let replay = Replay::new(text.parse().unwrap()).patience(Duration::from_millis(200));
    replay.start().await.unwrap()
}

async fn soon<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(10), future).await.unwrap()
}

/// Reads so much text.
async fn read(stream: &mut TcpStream, length: usize) -> String {
    let mut text = vec![0; length];
    soon(stream.read_exact(&mut text)).await.unwrap();
    String::from_utf8(text).unwrap()
}

async fn ami(playing: &Playing) -> TcpStream {
    let mut stream = TcpStream::connect(playing.ami()).await.unwrap();
    assert_eq!(read(&mut stream, GREETING.len()).await, GREETING);
    stream
}

#[tokio::test]
async fn asterisk_speaks_in_its_order_and_not_before_the_application() {
    let playing = play(AMI).await;
    let mut first = ami(&playing).await;
    let mut second = ami(&playing).await;
    let early = timeout(Duration::from_millis(50), second.read(&mut [0])).await;
    assert!(early.is_err(), "the event is a consequence of the action");
    first.write_all(b"Action: Ping\r\nActionID: abc\r\n\r\n").await.unwrap();
    assert_eq!(read(&mut second, 12).await, "Event: X\r\n\r\n");
    let mut answer = String::new();
    soon(first.read_to_string(&mut answer)).await.unwrap();
    assert_eq!(answer, "Response: Success\r\nActionID: abc\r\n\r\n");
    soon(playing.finished()).await.unwrap();
}

#[tokio::test]
async fn pauses_are_those_of_the_trace_or_scaled() {
    for (speed, shortest) in [(Speed::Recorded, 100), (Speed::Scaled(2.0), 200)] {
        let replay = Replay::new(AMI.parse().unwrap()).speed(speed);
        let playing = replay.start().await.unwrap();
        let mut first = ami(&playing).await;
        let mut second = ami(&playing).await;
        let start = Instant::now();
        first.write_all(b"Action: Ping\r\nActionID: abc\r\n\r\n").await.unwrap();
        read(&mut second, 12).await;
        assert!(start.elapsed() >= Duration::from_millis(shortest), "{speed:?}");
        soon(playing.finished()).await.unwrap();
    }
}

fn mismatch(line: usize, at: u64, connection: usize, expected: &str, got: &str) -> Mismatch {
    let (expected, got) = (expected.to_owned(), got.to_owned());
    Mismatch { line, at: Duration::from_micros(at), connection, expected, got }
}

#[tokio::test]
async fn what_does_not_fit_is_told() {
    let playing = play(AMI).await;
    let (mut first, _second) = (ami(&playing).await, ami(&playing).await);
    first.write_all(b"Action: Logoff\r\nActionID: abc\r\n\r\n").await.unwrap();
    let error = soon(playing.finished()).await.unwrap_err();
    assert_eq!(error, mismatch(8, 200_300, 0, "Action: Ping", "Action: Logoff"));
    let text = "line 8 of the trace (connection 0, 0.200300 s)\n  expected: Action: Ping\n       \
        got: Action: Logoff";
    assert_eq!(error.to_string(), text);

    let playing = play(AMI).await;
    let (mut first, _second) = (ami(&playing).await, ami(&playing).await);
    first.shutdown().await.unwrap();
    let error = soon(playing.finished()).await.unwrap_err();
    let ping = r#""Action: Ping\r\nActionID: 1""#;
    assert_eq!(error, mismatch(8, 200_300, 0, ping, "the end of the connection"));

    let playing = play(AMI).await;
    let (_first, mut second) = (ami(&playing).await, ami(&playing).await);
    second.write_all(b"Action: Ping\r\n\r\n").await.unwrap();
    let error = soon(playing.finished()).await.unwrap_err();
    let got = r#""Action: Ping""#;
    assert_eq!(error, mismatch(12, 300_300, 1, "nothing more of that", got));

    let playing = play(AMI).await;
    let _two = (ami(&playing).await, ami(&playing).await);
    let _third = TcpStream::connect(playing.ami()).await.unwrap();
    let error = soon(playing.finished()).await.unwrap_err();
    assert_eq!(
        (error.expected.as_str(), error.got.as_str()),
        ("nothing more of that", "another AMI connection")
    );
}

#[tokio::test]
async fn silence_ends() {
    let playing = play_briefly(AMI).await;
    let _two = (ami(&playing).await, ami(&playing).await);
    let error = soon(playing.finished()).await.unwrap_err();
    let ping = r#""Action: Ping\r\nActionID: 1""#;
    assert_eq!(error, mismatch(8, 200_300, 0, ping, "nothing for 200ms"));
    let playing = play_briefly(AMI).await;
    let error = soon(playing.finished()).await.unwrap_err();
    let expected = "a connection on which Asterisk can go on";
    assert_eq!(error, mismatch(3, 100, 0, expected, "nothing for 200ms"));
}

const AGI: &str = r"asterisk-trace 1
0.000000 0 opened AGI
0.000100 0 <
|agi_network: yes
0.000100 0 <
|
0.000200 0 >
|ANSWER
0.000300 0 <
|200 result=0
0.000400 0 > ended
";

#[tokio::test]
async fn a_fastagi_server_is_called() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let replay = Replay::new(AGI.parse().unwrap());
    let error = replay.clone().start().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    let playing = replay.calls(address.to_string()).start().await.unwrap();
    let (mut call, _) = soon(listener.accept()).await.unwrap();
    assert_eq!(read(&mut call, 18).await, "agi_network: yes\n\n");
    call.write_all(b"ANSWER\n").await.unwrap();
    assert_eq!(read(&mut call, 13).await, "200 result=0\n");
    soon(playing.finished()).await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_answer_the_call_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let playing = Replay::new(AGI.parse().unwrap()).calls(&address).start().await.unwrap();
    let error = soon(playing.finished()).await.unwrap_err();
    assert!(error.got.starts_with(&format!("no connection to {address}: ")), "{error}");
}

/// Two requests on one connection and one on another, and a WebSocket with an event between.
const ARI: &str = r#"asterisk-trace 1
0.000000 0 opened ARI
0.000100 0 >
|GET /ari/events?app=a HTTP/1.1\r
|Upgrade: websocket\r
|Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r
|\r
0.000200 0 <
|HTTP/1.1 101 Switching Protocols\r
|Sec-WebSocket-Accept: HSmrc0sMlYUkAGmm5OPpG2HaGWk=\r
|\r
0.000300 1 opened ARI
0.000400 1 >
|POST /ari/channels?channelId=recorded HTTP/1.1\r
|Content-Length: 0\r
|\r
0.000500 0 < frame 81
|{"type":"ChannelCreated","channel":{"id":"recorded"}}\
0.000600 0 > frame 89 mask 01020304
0.000600 0 < frame 8a
0.000700 1 <
|HTTP/1.1 200 OK\r
|Content-Length: 17\r
|\r
|{"id":"recorded"}\
0.000800 1 >
|DELETE /ari/channels/recorded HTTP/1.1\r
|\r
0.000900 1 <
|HTTP/1.1 204 No Content\r
|\r
1.000900 1 < ended
"#;

#[tokio::test]
async fn requests_are_found_and_the_events_come_between() {
    let playing = play(ARI).await;
    let connect = || TcpStream::connect(playing.ari());
    let mut requests = connect().await.unwrap();
    requests
        .write_all(b"POST /ari/channels?channelId=x HTTP/1.1\r\nHost: h\r\n\r\n")
        .await
        .unwrap();
    let mut socket = connect().await.unwrap();
    let upgrade = "GET /ari/events?app=a HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    socket.write_all(upgrade.as_bytes()).await.unwrap();
    let accepted = "HTTP/1.1 101 Switching Protocols\r\n\
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    assert_eq!(read(&mut socket, accepted.len()).await, accepted);
    let event = r#"{"type":"ChannelCreated","channel":{"id":"x"}}"#;
    let frame = crate::wire::Frame::new(0x81, event.into()).bytes();
    assert_eq!(read_bytes(&mut socket, frame.len()).await, frame);
    let reply = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"id\":\"x\"}";
    assert_eq!(read(&mut requests, reply.len()).await, reply);
    let mut other = connect().await.unwrap();
    other.write_all(b"DELETE /ari/channels/x HTTP/1.1\r\n\r\n").await.unwrap();
    let reply = "HTTP/1.1 204 No Content\r\n\r\n";
    assert_eq!(read(&mut other, reply.len()).await, reply);
    soon(playing.finished()).await.unwrap();
    // Pings are answered whenever they come, also after the end.
    socket.write_all(&[0x89, 0x82, 0, 0, 0, 0, b'h', b'i']).await.unwrap();
    assert_eq!(read_bytes(&mut socket, 4).await, [0x8a, 2, b'h', b'i']);
}

async fn read_bytes(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    soon(stream.read_exact(&mut bytes)).await.unwrap();
    bytes
}

#[tokio::test]
async fn a_request_that_was_not_recorded_is_told() {
    let playing = play(ARI).await;
    let mut requests = TcpStream::connect(playing.ari()).await.unwrap();
    requests.write_all(b"GET /ari/bridges HTTP/1.1\r\n\r\n").await.unwrap();
    let error = soon(playing.finished()).await.unwrap_err();
    assert_eq!(error, mismatch(3, 100, 0, "GET /ari/events?app=a", "GET /ari/bridges"));
}
