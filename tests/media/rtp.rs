//! RTP, with the test as Asterisk.

use asterisk_sdk::media::rtp::Socket;
use asterisk_sdk::media::{Format, MediaError, MediaEvent, MediaStream};
use harness::soon;
use tokio::net::UdpSocket;

async fn opened(format: &str) -> (UdpSocket, MediaStream) {
    let asterisk = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let socket = Socket::bind("127.0.0.1:0").await.unwrap();
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
