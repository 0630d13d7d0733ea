//! chan_websocket, with the test as Asterisk.

use std::time::Duration;

use asterisk_sdk::media::websocket::{self, Server};
use asterisk_sdk::media::{
    ConnectError, Direction, End, MediaError, MediaEvent, MediaStream, Options, Reached, ServerTls,
    TlsError,
};
use harness::media_peer::{MediaPeer, frame};
use harness::soon;

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;

async fn opened(options: Options, format: &str, size: usize) -> (MediaPeer, MediaStream) {
    let server = Server::bind_with("127.0.0.1:0", options).await.expect("a free port");
    let expected = server.expect("c1").expect("nobody waits");
    let peer = MediaPeer::channel(server.local_addr(), "c1", format, size).await;
    let stream = soon(expected.stream(Duration::from_secs(10))).await.expect("it has come");
    (peer, stream)
}

async fn next(peer: &mut MediaPeer) -> (u8, Vec<u8>) {
    soon(peer.next()).await.expect("it is open")
}

async fn said(peer: &mut MediaPeer) -> String {
    let (opcode, payload) = next(peer).await;
    assert_eq!(opcode, TEXT, "{payload:?}");
    String::from_utf8(payload).expect("text")
}

#[tokio::test]
async fn audio_is_cut_into_frames_and_a_tail_is_kept_whole() {
    let (mut peer, stream) = opened(Options::default(), "ulaw", 160).await;
    stream.write(&[1; 370]).await.unwrap();
    let mark = stream.mark().unwrap();
    assert_eq!(next(&mut peer).await, (BINARY, vec![1; 160]));
    assert_eq!(next(&mut peer).await, (BINARY, vec![1; 160]));
    assert_eq!(said(&mut peer).await, "START_MEDIA_BUFFERING");
    assert_eq!(next(&mut peer).await, (BINARY, vec![1; 50]));
    assert_eq!(said(&mut peer).await, "STOP_MEDIA_BUFFERING");
    assert_eq!(said(&mut peer).await, "MARK_MEDIA sdk1");
    peer.text("MEDIA_BUFFERING_COMPLETED").await;
    peer.text("MEDIA_MARK_PROCESSED sdk1").await;
    assert_eq!(soon(mark.reached()).await, Ok(Reached::Played));

    let waiting = {
        let stream = stream.clone();
        tokio::spawn(async move { stream.drained().await })
    };
    assert_eq!(said(&mut peer).await, "REPORT_QUEUE_DRAINED");
    peer.text("QUEUE_DRAINED").await;
    assert_eq!(soon(waiting).await.unwrap(), Ok(Reached::Played));

    assert_eq!(
        stream.set_direction(Direction::In),
        Err(MediaError::Unsupported("setting the direction"))
    );
    drop(stream);
    assert_eq!(next(&mut peer).await, (CLOSE, vec![3, 232]));
    soon(peer.end()).await;
}

#[tokio::test]
async fn a_flush_comes_before_what_is_written_after_it() {
    let (mut peer, stream) =
        opened(Options::default().lead(Duration::from_millis(100)), "ulaw", 160).await;
    stream.write(vec![1; 160_000]).await.unwrap();
    let mark = stream.mark().unwrap();
    assert_eq!(next(&mut peer).await, (BINARY, vec![1; 160]));
    stream.flush().unwrap();
    stream.write(&[2; 160]).await.unwrap();
    assert_eq!(soon(mark.reached()).await, Ok(Reached::Flushed));
    let mut flushed = false;
    loop {
        match next(&mut peer).await {
            (TEXT, text) => {
                assert_eq!(text, b"FLUSH_MEDIA");
                flushed = true;
            }
            (_, audio) if audio == [2; 160] => break,
            (_, audio) => assert!(!flushed && audio == [1; 160], "{audio:?}"),
        }
    }
    assert!(flushed);
}

#[tokio::test]
async fn xoff_stops_audio_and_nothing_else() {
    let options = Options::default().lead(Duration::from_secs(10)).outgoing_bytes(1 << 16);
    let (mut peer, stream) = opened(options, "ulaw", 160).await;
    peer.text("MEDIA_XOFF").await;
    // It has been read when the key comes, which was sent behind it.
    peer.text("DTMF_END digit:1 channel_id:c1").await;
    assert_eq!(soon(stream.next()).await, Some(MediaEvent::Dtmf('1')));
    stream.write(vec![1; 1 << 16]).await.unwrap();
    // The queue is full: this one waits for ever.
    let blocked = stream.write(&[2; 1]);
    assert!(tokio::time::timeout(Duration::from_millis(50), blocked).await.is_err());
    stream.pause().unwrap();
    assert_eq!(said(&mut peer).await, "PAUSE_MEDIA");
    peer.text("MEDIA_XON").await;
    assert_eq!(next(&mut peer).await, (BINARY, vec![1; 160]));
    let statistics = stream.statistics();
    assert_eq!((statistics.xoffs, statistics.clock_moved), (1, 0));
    peer.text("MEDIA_XOFF").await;
    stream.hangup().unwrap();
    loop {
        if next(&mut peer).await == (TEXT, b"HANGUP".to_vec()) {
            break;
        }
    }
    peer.frame(CLOSE, &1000_u16.to_be_bytes()).await;
    assert_eq!(soon(stream.ended()).await, End::Local);
    assert_eq!(next(&mut peer).await, (CLOSE, vec![3, 232]));
}

#[tokio::test]
async fn a_peer_that_takes_nothing_ends_the_stream() {
    let options = Options::default()
        .lead(Duration::from_secs(10))
        .outgoing_bytes(8 << 20)
        .write_timeout(Duration::from_millis(200));
    // More than the system's buffers hold.
    let (_peer, stream) = opened(options, "slin192", 7_680).await;
    let writing = async {
        loop {
            if let Err(error) = stream.write(vec![1; 1 << 20]).await {
                return error;
            }
        }
    };
    assert_eq!(soon(writing).await, MediaError::Closed(End::Stalled));
}

#[tokio::test]
async fn a_flood_of_control_messages_is_counted_and_costs_no_audio() {
    let (mut peer, stream) = opened(Options::default(), "ulaw", 160).await;
    let mut flood = frame(BINARY, &[7; 160]);
    for _ in 0..10_000 {
        flood.extend(frame(TEXT, b"DTMF_END digit:1 channel_id:c1"));
    }
    for _ in 0..300 {
        flood.extend(frame(BINARY, &[8; 160]));
    }
    flood.extend(frame(9, b"ping"));
    peer.send(&flood).await;
    // Everything has been read when the ping is answered.
    assert_eq!(next(&mut peer).await, (10, b"ping".to_vec()));
    let Some(MediaEvent::Missed(missed)) = stream.next().await else { panic!("it is told first") };
    assert_eq!((missed.frames, missed.others), (51, 10_000 - 64));
    let (mut keys, mut frames) = (0, 0);
    for _ in 0..314 {
        match soon(stream.next()).await {
            Some(MediaEvent::Dtmf('1')) => keys += 1,
            Some(MediaEvent::Audio(frame)) => {
                assert_eq!(&frame.data[..], [8; 160]);
                frames += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((keys, frames), (64, 250));
    let statistics = stream.statistics();
    assert_eq!((statistics.frames_received, statistics.frames_dropped), (301, 51));
}

#[tokio::test]
async fn what_asterisk_never_sends_ends_the_stream_or_is_told() {
    for (bytes, expected) in [
        // A frame cut by the end of the connection, and before its length.
        (frame(BINARY, &[1; 160])[..50].to_vec(), "Asterisk has ended it"),
        (vec![0x82], "Asterisk has ended it"),
        // A fragment, an unknown opcode, a reserved bit, a frame of a gigabyte.
        (vec![0x02, 0x81, 0, 0, 0, 0, 1], "the connection failed: a message in fragments"),
        (vec![0x8b, 0x80, 0, 0, 0, 0], "the connection failed: Invalid value"),
        (vec![0xc2, 0x80, 0, 0, 0, 0], "the connection failed: Reserved bits are not zero"),
        (
            vec![0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0],
            "the connection failed: Frame too large",
        ),
    ] {
        let (mut peer, stream) = opened(Options::default(), "ulaw", 160).await;
        peer.send(&bytes).await;
        if bytes.len() != 7 && bytes.len() != 6 && bytes.len() != 14 {
            drop(peer);
        }
        assert_eq!(soon(stream.ended()).await.to_string(), expected, "{bytes:?}");
        assert_eq!(stream.next().await, None);
    }
    let (mut peer, stream) = opened(Options::default(), "ulaw", 160).await;
    peer.text("SOMETHING new").await;
    peer.frame(TEXT, b"\xff").await;
    peer.text("ERROR channel_id:c1 error_text:no\n").await;
    peer.frame(CLOSE, &1011_u16.to_be_bytes()).await;
    assert_eq!(soon(stream.next()).await, Some(MediaEvent::Other("SOMETHING new".to_owned())));
    assert!(matches!(soon(stream.next()).await, Some(MediaEvent::Other(_))));
    assert_eq!(soon(stream.next()).await, Some(MediaEvent::Refused("no".to_owned())));
    assert_eq!(soon(stream.next()).await, None);
    let end = stream.ended().await;
    assert!(matches!(end, End::Remote { code: Some(1011), .. }), "{end:?}");
}

#[tokio::test]
async fn who_does_not_begin_as_asterisk_does_is_turned_away() {
    let options = Options::default()
        .handshake_timeout(Duration::from_millis(200))
        .claim_timeout(Duration::from_millis(200))
        .unclaimed(1);
    let server = Server::bind_with("127.0.0.1:0", options).await.expect("a free port");
    let address = server.local_addr();

    // Silence, another protocol, no MEDIA_START, and silence instead of it.
    soon(MediaPeer::connect(address).await.end()).await;
    let mut peer = MediaPeer::connect(address).await;
    peer.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(soon(peer.head()).await.starts_with("HTTP/1.1 400 "));
    let mut peer = MediaPeer::websocket(address).await;
    peer.text("QUEUE_DRAINED").await;
    soon(peer.end()).await;
    soon(MediaPeer::websocket(address).await.end()).await;

    // Nobody waits for these, and there is room for one.
    let mut held = MediaPeer::channel(address, "held", "ulaw", 160).await;
    soon(held.end()).await;

    // A second connection for one that runs.
    let expected = server.expect("c1").unwrap();
    let _first = MediaPeer::channel(address, "c1", "ulaw", 160).await;
    let stream = soon(expected.stream(Duration::from_secs(10))).await.unwrap();
    let mut second = MediaPeer::channel(address, "c1", "ulaw", 160).await;
    tokio::select! {
        held = server.accept() => panic!("{held:?}"),
        () = soon(second.end()) => {}
    }
    assert_eq!(stream.write(&[1]).await, Ok(()));

    // One that never comes, and a server that goes.
    let never = server.expect("never").unwrap().stream(Duration::from_millis(20)).await;
    assert!(matches!(never, Err(ConnectError::Timeout(_))), "{never:?}");
    let expected = server.expect("never").unwrap();
    drop(server);
    let gone = soon(expected.stream(Duration::from_secs(10))).await;
    assert!(matches!(gone, Err(ConnectError::Gone)), "{gone:?}");
    // Streams go on.
    assert_eq!(stream.write(&[1]).await, Ok(()));
}

#[tokio::test]
async fn addresses_that_make_no_sense_are_refused() {
    for base in ["https://pbx", "pbx:8088", "http://127.0.0.1:1/\n"] {
        let error = websocket::connect(base, "x").open().await.unwrap_err();
        assert!(
            matches!(error, ConnectError::Address(_) | ConnectError::Io(_)),
            "{base}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used() {
    let tls = ServerTls::new("no certificate", "");
    let bound = Server::bind_tls("127.0.0.1:0", Options::default(), &tls).await;
    let error = bound.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<TlsError>());
    assert!(matches!(cause, Some(TlsError::Invalid { what: "certificate", .. })), "{error:?}");
}
