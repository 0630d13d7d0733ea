//! AudioSocket, with the test as Asterisk.

use std::time::Duration;

use asterisk_sdk::media::audiosocket::{Server, new_uuid};
use asterisk_sdk::media::{End, Format, MediaEvent, MediaStream, Options};
use harness::media_peer::MediaPeer;
use harness::soon;
use tokio::task::JoinSet;

fn first(uuid: &str) -> Vec<u8> {
    let digits: Vec<u8> = uuid.bytes().filter(|byte| *byte != b'-').collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    [1, 0, 16].into_iter().chain(digits.chunks(2).map(byte)).collect()
}

async fn opened(options: Options, format: Format) -> (MediaPeer, MediaStream) {
    let server = Server::bind_with("127.0.0.1:0", options).await.expect("a free port");
    let uuid = new_uuid();
    let expected = server.expect(&uuid, format).expect("nobody waits");
    let mut peer = MediaPeer::connect(server.local_addr()).await;
    peer.send(&first(&uuid)).await;
    let stream = soon(expected.stream(Duration::from_secs(10))).await.expect("it has come");
    (peer, stream)
}

#[tokio::test]
async fn audio_goes_out_in_messages_of_20_ms() {
    let (mut peer, stream) = opened(Options::default(), Format::Linear(16_000)).await;
    stream.write(&[1; 1_400]).await.unwrap();
    for length in [640_u16, 640, 120] {
        let head = soon(peer.bytes(3)).await;
        assert_eq!(head, [&[0x12], &length.to_be_bytes()[..]].concat());
        assert_eq!(soon(peer.bytes(length.into())).await, vec![1; length.into()]);
    }
    stream.hangup().unwrap();
    assert_eq!(soon(peer.bytes(3)).await, [0, 0, 0]);
    drop(peer);
    assert_eq!(soon(stream.ended()).await, End::Local);
}

#[tokio::test]
async fn every_message_is_told_or_ends_the_stream() {
    let (mut peer, stream) = opened(Options::default(), Format::Linear(8_000)).await;
    peer.send(b"\x10\x00\x02ab\x16\x00\x02cd\x03\x00\x01#\xff\x00\x01\x04\x77\x00\x00\x10\x00\x00")
        .await;
    for (rate, data) in [(8_000, b"ab"), (48_000, b"cd")] {
        let Some(MediaEvent::Audio(frame)) = soon(stream.next()).await else { panic!("audio") };
        assert_eq!((frame.format, &frame.data[..]), (Format::Linear(rate), &data[..]));
    }
    assert_eq!(soon(stream.next()).await, Some(MediaEvent::Dtmf('#')));
    assert_eq!(soon(stream.next()).await, Some(MediaEvent::Refused("error \\x04".to_owned())));
    assert_eq!(
        soon(stream.next()).await,
        Some(MediaEvent::Other("type 0x77 of 0 bytes".to_owned()))
    );
    let Some(MediaEvent::Audio(frame)) = soon(stream.next()).await else { panic!("audio") };
    assert!(frame.data.is_empty());
    peer.send(&[0, 0, 0]).await;
    assert_eq!(soon(stream.next()).await, None);
    assert_eq!(stream.ended().await.to_string(), "Asterisk has ended it");
}

#[tokio::test]
async fn half_a_message_is_not_waited_for_for_ever() {
    let options = Options::default().handshake_timeout(Duration::from_millis(200));
    let (mut peer, stream) = opened(options.clone(), Format::Ulaw).await;
    peer.send(&[0x10, 0, 160, 1, 2, 3]).await;
    let end = soon(stream.ended()).await;
    assert_eq!(end.to_string(), "the connection failed: half a message, and no more");

    let (mut peer, stream) = opened(options, Format::Ulaw).await;
    peer.send(&[0x10, 0]).await;
    drop(peer);
    let end = soon(stream.ended()).await;
    assert_eq!(end.to_string(), "the connection failed: the end in the middle of a message");
}

#[tokio::test]
async fn who_does_not_say_a_uuid_that_is_waited_for_is_turned_away() {
    let options = Options::default()
        .handshake_timeout(Duration::from_millis(200))
        .claim_timeout(Duration::from_millis(200));
    let server = Server::bind_with("127.0.0.1:0", options).await.expect("a free port");
    for beginning in [
        b"".to_vec(),
        b"\x01\x00".to_vec(),
        b"\x10\x00\x02ab".to_vec(),
        b"\x01\x00\x02ab".to_vec(),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        first("d1872878-f903-4422-8645-bbf0b1112680"),
    ] {
        let mut peer = MediaPeer::connect(server.local_addr()).await;
        peer.send(&beginning).await;
        soon(peer.end()).await;
    }
    let uuid = new_uuid();
    let expected = server.expect(&uuid, Format::Ulaw).unwrap();
    let mut peer = MediaPeer::connect(server.local_addr()).await;
    peer.send(&first(&uuid)).await;
    let stream = soon(expected.stream(Duration::from_secs(10))).await.unwrap();
    let mut second = MediaPeer::connect(server.local_addr()).await;
    second.send(&first(&uuid)).await;
    tokio::select! {
        held = server.accept() => panic!("{held:?}"),
        () = soon(second.end()) => {}
    }
    // The first is unharmed, and its UUID is free again at its end.
    peer.send(b"\x03\x00\x015").await;
    assert_eq!(soon(stream.next()).await, Some(MediaEvent::Dtmf('5')));
    drop(peer);
    soon(stream.ended()).await;
    let again = async {
        while server.expect(&uuid, Format::Ulaw).is_err() {
            tokio::task::yield_now().await;
        }
    };
    soon(again).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_calls_at_once_each_get_their_own_stream() {
    const CALLS: usize = 1_000;
    let server = Server::bind("127.0.0.1:0").await.expect("a free port");
    let address = server.local_addr();
    let mut tasks = JoinSet::new();
    for number in 0..CALLS {
        let uuid = new_uuid();
        let expected = server.expect(&uuid, Format::Linear(8_000)).expect("nobody waits");
        let own = u32::try_from(number).unwrap().to_be_bytes();
        tasks.spawn(async move {
            let mut peer = MediaPeer::connect(address).await;
            let mut bytes = first(&uuid);
            bytes.extend([0x10, 0, 4]);
            bytes.extend(own);
            peer.send(&bytes).await;
            assert_eq!(peer.bytes(7).await, [&[0x10, 0, 4], &own[..]].concat());
        });
        tasks.spawn(async move {
            let stream = expected.stream(Duration::from_secs(20)).await.expect("it comes");
            let Some(MediaEvent::Audio(frame)) = stream.next().await else { panic!("audio") };
            assert_eq!(&frame.data[..], own);
            stream.write(&frame.data).await.expect("it is open");
            stream.ended().await;
        });
    }
    while let Some(result) = soon(tasks.join_next()).await {
        result.expect("no panic");
    }
}
