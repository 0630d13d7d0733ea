//! RTP, with the test as Asterisk.

use std::time::Duration;

use asterisk_sdk::media::rtp::Socket;
use asterisk_sdk::media::{ConnectError, Format, MediaError, MediaEvent, MediaStream};
use harness::soon;
use tokio::net::UdpSocket;

async fn opened(format: &str) -> (UdpSocket, MediaStream) {
    opened_with(format, |socket| socket).await
}

async fn opened_with(format: &str, with: impl Fn(Socket) -> Socket) -> (UdpSocket, MediaStream) {
    let asterisk = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let socket = with(Socket::bind("127.0.0.1:0").await.unwrap());
    asterisk.connect(socket.local_addr().unwrap()).await.unwrap();
    let stream = socket.stream(Format::from(format), asterisk.local_addr().unwrap()).await.unwrap();
    (asterisk, stream)
}

fn packet(sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend(sequence.to_be_bytes());
    packet.extend((u32::from(sequence) * 160).to_be_bytes());
    packet.extend([1, 2, 3, 4]);
    packet.extend(sequence.to_be_bytes());
    packet
}

async fn numbers(stream: &MediaStream, count: usize) -> Vec<u16> {
    let mut numbers = Vec::new();
    for _ in 0..count {
        let Some(MediaEvent::Audio(frame)) = soon(stream.next()).await else { panic!("audio") };
        let number = u16::from_be_bytes(frame.data[..].try_into().unwrap());
        assert_eq!(frame.packet.map(|packet| packet.sequence), Some(number));
        numbers.push(number);
    }
    numbers
}

#[tokio::test]
async fn packets_come_in_order_and_losses_are_counted() {
    let (asterisk, stream) = opened("ulaw").await;
    for sequence in [65_534, 0, 65_535, 1, 1, 3, 5, 6, 7, 8] {
        asterisk.send(&packet(sequence)).await.unwrap();
    }
    // 2 and 4 never come, which is clear at the fifth that waits, or after a while.
    assert_eq!(numbers(&stream, 9).await, [65_534, 65_535, 0, 1, 3, 5, 6, 7, 8]);
    // A jump, and control packets, noise and garbage in between.
    asterisk.send(b"\x80\xc8\x00\x06garbage-of-a-report-of-the-sender").await.unwrap();
    asterisk.send(b"\x80\x0d\x00\x06\0\0\0\0\0\0\0\0\0").await.unwrap();
    asterisk.send(b"x").await.unwrap();
    asterisk.send(&[]).await.unwrap();
    asterisk.send(&packet(30_000)).await.unwrap();
    assert_eq!(numbers(&stream, 1).await, [30_000]);
    let statistics = stream.statistics();
    assert_eq!((statistics.packets_lost, statistics.packets_late), (2, 1));
    assert_eq!(statistics.packets_ignored, 4);
}

#[tokio::test]
async fn packets_from_elsewhere_are_not_taken() {
    let (asterisk, stream) = opened("ulaw").await;
    stream.write(&[1; 160]).await.unwrap();
    let mut buffer = [0; 200];
    let (_, ours) = soon(asterisk.recv_from(&mut buffer)).await.unwrap();
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    for sequence in 0..100 {
        stranger.send_to(&packet(sequence), ours).await.unwrap();
    }
    asterisk.send(&packet(9)).await.unwrap();
    assert_eq!(numbers(&stream, 1).await, [9]);
    assert_eq!(stream.statistics().frames_received, 1);
}

#[tokio::test]
async fn ours_have_numbers_and_times() {
    let (asterisk, stream) = opened("slin").await;
    stream.write(&[1, 2].repeat(400)).await.unwrap();
    let mut packets = Vec::new();
    for length in [320, 320, 160] {
        let mut buffer = [0; 400];
        let read = soon(asterisk.recv(&mut buffer)).await.unwrap();
        assert_eq!(read, 12 + length);
        assert_eq!(&buffer[12..14], [2, 1]);
        let sequence = u16::from_be_bytes([buffer[2], buffer[3]]);
        let time = u32::from_be_bytes(buffer[4..8].try_into().unwrap());
        packets.push((buffer[..2].to_vec(), sequence, time, buffer[8..12].to_vec()));
    }
    let (_, sequence, time, source) = packets[0].clone();
    for (at, packet) in packets.into_iter().enumerate() {
        let number = u16::try_from(at).unwrap();
        let head = vec![0x80, if at == 0 { 0x8a } else { 0x0a }];
        let time = time.wrapping_add(u32::from(number) * 160);
        assert_eq!(packet, (head, sequence.wrapping_add(number), time, source.clone()));
    }
    assert_eq!(stream.answer(), Err(MediaError::Unsupported("answering")));
}

#[tokio::test]
async fn compressed_frames_stay_whole() {
    let (asterisk, stream) = opened("gsm").await;
    for byte in [1, 2] {
        stream.write(&[byte; 33]).await.unwrap();
    }
    for byte in [1, 2] {
        let mut buffer = [0; 100];
        assert_eq!(soon(asterisk.recv(&mut buffer)).await.unwrap(), 45);
        assert_eq!(buffer[12..45], [byte; 33]);
    }
    let long = stream.write(&[0; 1_401]).await;
    assert!(
        matches!(long, Err(MediaError::TooLong { length: 1_401, limit: 1_400, .. })),
        "{long:?}"
    );
    assert_eq!(
        stream.write_samples(&[0]).await,
        Err(MediaError::Unsupported("writing samples in a compressed format"))
    );
}

/// The keys `5` and `#` as Asterisk 22.10.1 sends them over SIP (`SendDTMF(5#)`), each packet in hexadecimal digits.
const KEYS: &str = include_str!("captures/rtp_keys_22.txt");

fn keys() -> Vec<Vec<u8>> {
    let byte = |line: &str, at| u8::from_str_radix(&line[at..at + 2], 16).unwrap();
    KEYS.lines().map(|line| (0..line.len()).step_by(2).map(|at| byte(line, at)).collect()).collect()
}

async fn key(stream: &MediaStream) -> char {
    match soon(stream.next()).await {
        Some(MediaEvent::Dtmf(key)) => key,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn keys_come_once_each() {
    let (asterisk, stream) = opened_with("ulaw", |socket| socket.telephone_events(101)).await;
    for packet in keys() {
        asterisk.send(&packet).await.unwrap();
    }
    assert_eq!((key(&stream).await, key(&stream).await), ('5', '#'));
    assert_eq!(stream.statistics().packets_lost, 0);

    // Without the ends of the first, and of the second but the last packet; their numbers tell of what is missing.
    let (asterisk, stream) = opened_with("ulaw", |socket| socket.telephone_events(101)).await;
    let mut all = keys();
    all.drain(17..19);
    all.drain(7..10);
    for packet in all {
        asterisk.send(&packet).await.unwrap();
    }
    assert_eq!((key(&stream).await, key(&stream).await), ('5', '#'));
    assert_eq!(stream.statistics().packets_lost, 5);

    // Without any end: silence tells.
    let (asterisk, stream) = opened_with("ulaw", |socket| socket.telephone_events(101)).await;
    for packet in &keys()[..3] {
        asterisk.send(packet).await.unwrap();
    }
    assert_eq!(key(&stream).await, '5');
    // The flash, which no capture has.
    let mut flash = keys()[19].clone();
    flash[12] = 16;
    asterisk.send(&flash).await.unwrap();
    assert_eq!(soon(stream.next()).await, Some(MediaEvent::Other("telephone event 16".to_owned())));
}

#[tokio::test]
async fn without_telephone_events_there_are_no_keys() {
    let (asterisk, stream) = opened("ulaw").await;
    for packet in keys() {
        asterisk.send(&packet).await.unwrap();
    }
    // Of a dynamic type, so audio for all that the stream knows.
    let Some(MediaEvent::Audio(frame)) = soon(stream.next()).await else { panic!("audio") };
    assert_eq!(frame.data[..], [5, 10, 0, 160]);
    let length = Duration::from_millis(100);
    assert_eq!(stream.send_dtmf('5', length), Err(MediaError::Unsupported("sending keys")));
    let socket = Socket::bind("127.0.0.1:0").await.unwrap().telephone_events(10);
    let refused = socket.stream(Format::Ulaw, asterisk.local_addr().unwrap()).await;
    assert!(
        matches!(&refused, Err(ConnectError::Io(error)) if error.kind() == std::io::ErrorKind::InvalidInput),
        "{refused:?}"
    );
}

#[tokio::test]
async fn keys_of_ours_hold_back_audio() {
    let (asterisk, stream) = opened_with("ulaw", |socket| socket.telephone_events(96)).await;
    stream.send_dtmf('*', Duration::from_millis(50)).unwrap();
    stream.send_dtmf('D', Duration::ZERO).unwrap();
    let refused = stream.send_dtmf('E', Duration::ZERO);
    assert_eq!(refused, Err(MediaError::Unsupported("a key of this name")));
    stream.write(&[7; 160]).await.unwrap();
    let mut packets = Vec::new();
    for _ in 0..10 {
        let mut buffer = [0; 400];
        let length = soon(asterisk.recv(&mut buffer)).await.unwrap();
        let number = u16::from_be_bytes([buffer[2], buffer[3]]);
        let time = u32::from_be_bytes(buffer[4..8].try_into().unwrap());
        packets.push((buffer[1], number, time, buffer[12..length].to_vec()));
    }
    let (_, number, time, _) = packets[0];
    for (_, at, then, _) in &mut packets {
        *at = at.wrapping_sub(number);
        *then = then.wrapping_sub(time);
    }
    let key = |kind, number, time, event, flags, duration: u16| {
        let [high, low] = duration.to_be_bytes();
        (kind, number, time, vec![event, flags, high, low])
    };
    let mut expected = vec![key(0xe0, 0, 0, 10, 10, 160), key(0x60, 1, 0, 10, 10, 320)];
    expected.extend((2..5).map(|number| key(0x60, number, 0, 10, 0x8a, 480)));
    // 60 ms, and 40 ms of pause.
    expected.push(key(0xe0, 5, 800, 15, 10, 160));
    expected.extend((6..9).map(|number| key(0x60, number, 800, 15, 0x8a, 320)));
    expected.push((0, 9, 1_440, vec![7; 160]));
    assert_eq!(packets, expected);
}
