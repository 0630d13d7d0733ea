//! Facts about the protocol that no other file here is about.

use asterisk_sdk::agi::{Call, CommandError, Service, ServiceBuilder};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};

use crate::Seen;

/// Starts a service on a pipe whose other end has sent these variables.
async fn started(service: ServiceBuilder, variables: &str) -> BufReader<DuplexStream> {
    let (mut ours, theirs) = tokio::io::duplex(64 * 1024);
    ours.write_all(variables.as_bytes()).await.unwrap();
    tokio::spawn(service.build().unwrap().run(theirs, None));
    BufReader::new(ours)
}

async fn line(peer: &mut BufReader<DuplexStream>) -> String {
    let mut line = String::new();
    peer.read_line(&mut line).await.unwrap();
    line
}

const VARIABLES: &str = "agi_network: yes\nagi_version: 22.10.1\n\n";

#[tokio::test]
async fn commands_are_never_sent_ahead() {
    let (told, mut seen) = Seen::new();
    let service = Service::builder().fallback(move |mut call: Call| {
        let told = told.clone();
        async move {
            let soon = std::time::Duration::from_millis(10);
            assert!(tokio::time::timeout(soon, call.stream_file("a").into_future()).await.is_err());
            let timed_out = call.variable("B").reply_timeout(soon).await.unwrap_err();
            assert!(timed_out.is_timeout());
            told.send(()).await.unwrap();
            call.noop().await.unwrap();
        }
    });
    let mut peer = started(service, VARIABLES).await;
    assert_eq!(line(&mut peer).await, "STREAM FILE \"a\" \"\"\n");
    seen.next().await;
    // Two commands later there is still only the first one, and the last waits for its reply.
    let soon = std::time::Duration::from_millis(20);
    assert!(tokio::time::timeout(soon, peer.fill_buf()).await.is_err());
    peer.write_all(b"200 result=0 endpos=1\n").await.unwrap();
    assert_eq!(line(&mut peer).await, "NOOP\n");
    peer.write_all(b"200 result=0\n").await.unwrap();
    assert_eq!(line(&mut peer).await, "");
}

#[tokio::test]
async fn a_url_without_a_path_has_no_script() {
    let (told, mut seen) = Seen::new();
    let service = Service::builder().route("^$", move |call: Call| {
        let told = told.clone();
        async move {
            let seen = (call.path().to_owned(), call.environment().network_script().is_none());
            told.send(seen).await.unwrap();
        }
    });
    let variables = "agi_network: yes\nagi_request: agi://127.0.0.1:4573\n\n";
    let _peer = started(service, variables).await;
    assert_eq!(seen.next().await, (String::new(), true));
}

#[tokio::test]
async fn lines_end_with_a_line_feed_and_no_more_than_8191_or_2047_bytes() {
    for (version, limit) in [("22.10.1", 8191), ("16.28.0~dfsg", 2047), ("unknown", 2047)] {
        let (told, mut seen) = Seen::new();
        let service = Service::builder().fallback(move |mut call: Call| {
            let told = told.clone();
            async move {
                // `SET VARIABLE "X" "…"` and its line break are 20 bytes; quotes count twice.
                let over = "\"".repeat(limit / 2 - 9);
                let error = call.set_variable("X", over).await.unwrap_err();
                assert!(matches!(error, CommandError::Invalid(_)), "{error:?}");
                call.set_variable("X", "x".repeat(limit - 20)).await.unwrap();
                told.send(()).await.unwrap();
            }
        });
        let mut peer = started(service, &format!("agi_version: {version}\n\n")).await;
        let longest = line(&mut peer).await;
        assert_eq!(longest.len(), limit);
        assert!(longest.ends_with("x\"\n") && !longest.contains('\r'));
        peer.write_all(b"200 result=1\n").await.unwrap();
        seen.next().await;
        let mut rest = String::new();
        peer.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "");
    }
}
