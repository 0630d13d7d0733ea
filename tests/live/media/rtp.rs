//! Audio as RTP (16 and 22).

use std::net::SocketAddr;
use std::time::Duration;

use asterisk_sdk::ami::event::{DtmfDirection, DtmfEnd};
use asterisk_sdk::ari::Client;
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::media::{Format, MediaError, MediaEvent, MediaStream, Reached, rtp};

use crate::calls::manager;
use crate::phone::{Phone, Request};

use super::{Bridged, application, audio, comes_back, echoes, pattern, soon};

async fn stream(client: &Client, app: &str, format: &str) -> (Channel, MediaStream) {
    let socket = rtp::Socket::bind("127.0.0.1:0").await.expect("a free port");
    let host = socket.local_addr().expect("it has one").to_string();
    let media = client.channels().external_media(app, format).host(host);
    let media = media.await.expect("a channel");
    let variable =
        async |name: &str| media.variable(name).await.expect("it is set").value.to_string();
    let address = variable("UNICASTRTP_LOCAL_ADDRESS").await;
    let port = variable("UNICASTRTP_LOCAL_PORT").await;
    let asterisk: SocketAddr = format!("{address}:{port}").parse().expect("an address");
    let stream = socket.stream(Format::from(format), asterisk).await.expect("a way to it");
    (media, stream)
}

async fn lossless(format: &str) {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, &format!("rtp-{format}")).await;
    let (media, stream) = stream(&client, &app, format).await;
    let frame = stream.format().bytes_in(stream.frame_length()).expect("it is cut");
    let call = Bridged::new(&client, &app, &media, "echo", format).await;
    echoes(&stream, &vec![0x31; frame]).await;
    comes_back(&stream, &pattern(frame * 150)).await;
    let statistics = stream.statistics();
    assert_eq!(
        (statistics.packets_lost, statistics.packets_late, statistics.packets_ignored),
        (0, 0, 0)
    );

    stream.write(vec![0x33; frame * 500]).await.expect("it is open");
    let mark = stream.mark().expect("there is room");
    while audio(&stream).await != vec![0x33; frame] {}
    stream.flush().expect("it is open");
    assert_eq!(soon(mark.reached()).await, Ok(Reached::Flushed));
    stream.write(vec![0x34; frame * 10]).await.expect("it is open");
    let mut stale = 0;
    while audio(&stream).await != vec![0x34; frame] {
        stale += 1;
    }
    assert!(stale <= 5, "{stale} stale frames");
    assert_eq!(stream.hangup(), Err(MediaError::Unsupported("hanging up")));
    media.hangup().await.expect("it is there");
    // Noticed as soon as something is sent.
    let speaking = async {
        while stream.write(vec![0x35; frame]).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    soon(speaking).await;
    call.end().await;
}

#[tokio::test]
async fn ulaw_comes_back_as_it_was() {
    lossless("ulaw").await;
}

#[tokio::test]
async fn alaw_comes_back_as_it_was() {
    lossless("alaw").await;
}

#[tokio::test]
async fn a_high_rate_is_heard_and_cannot_be_spoken() {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, "rtp-slin16").await;
    let (media, stream) = stream(&client, &app, "slin16").await;
    let call = Bridged::new(&client, &app, &media, "play", "slin16").await;
    let (mut loudness, mut changes) = (0, 0);
    for _ in 0..50 {
        match soon(stream.next()).await {
            Some(MediaEvent::Audio(frame)) => {
                assert_eq!((frame.format.to_string().as_str(), frame.data.len()), ("slin16", 640));
                let samples: Vec<_> = frame.samples().expect("linear").map(i32::from).collect();
                loudness += samples.iter().map(|sample| sample.abs()).sum::<i32>();
                changes += samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<i32>();
            }
            other => panic!("{other:?}"),
        }
    }
    // Speech; with its bytes in the wrong order it would be noise.
    assert!(loudness > 1_000_000 && changes < loudness / 2, "{changes} of {loudness}");
    let refused = stream.write(&[0; 640]).await;
    assert_eq!(refused, Err(MediaError::Unsupported("sending this format")));
    media.hangup().await.expect("it is there");
    call.end().await;
}

/// The keys among what comes.
async fn key(stream: &MediaStream) -> char {
    loop {
        match soon(stream.next()).await {
            Some(MediaEvent::Audio(_)) => {}
            Some(MediaEvent::Dtmf(key)) => return key,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn keys_go_both_ways_in_a_sip_call() {
    let Some(server) = harness::live::server() else { return };
    // On a server of its own, as there is one phone.
    let server = harness::live::OwnServer::start(&server);
    let manager = manager(&server).await;
    let mut keys = manager.events().of::<DtmfEnd>();
    let socket = rtp::Socket::bind("127.0.0.1:0").await.expect("a free port");
    let port = socket.local_addr().expect("it has one").port();
    let body = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 0 96\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\n"
    );
    let headers = "Content-Type: application/sdp\r\n";
    let mut phone = Phone::new(&server.sip).await;
    let (method, user, call_id) = ("INVITE", "echo", "media-keys");
    let answer = phone.ask(&Request { method, user, call_id, headers, body: &body }).await;
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    let audio = answer.lines().find_map(|line| line.strip_prefix("m=audio "));
    let port = audio.and_then(|line| line.split(' ').next()).expect("a port");
    let asterisk = format!("127.0.0.1:{port}").parse().expect("an address");
    let socket = socket.telephone_events(96);
    let stream = socket.stream(Format::Ulaw, asterisk).await.expect("a way to it");

    echoes(&stream, &[0x31; 160]).await;
    for (digit, length) in [('5', 100), ('A', 40), ('5', 160), ('*', 1_000)] {
        let length = Duration::from_millis(length);
        stream.send_dtmf(digit, length).expect("it is open");
        // Asterisk has it as it was pressed, and its echo sends it back.
        for direction in [DtmfDirection::Received, DtmfDirection::Sent] {
            let event = soon(keys.next()).await.expect("it goes on").expect("none is missed");
            let told = (event.digit.as_deref(), event.direction.clone());
            assert_eq!(told, (Some(&*digit.to_string()), Some(direction)));
            if event.direction == Some(DtmfDirection::Received) {
                assert_eq!(event.duration, Some(length));
            }
        }
        assert_eq!(key(&stream).await, digit);
    }
    // The audio goes on as it was.
    comes_back(&stream, &pattern(16_000)).await;
    let statistics = stream.statistics();
    assert_eq!((statistics.packets_lost, statistics.packets_ignored), (0, 0));
    let bye = Request { method: "BYE", user, call_id, headers: "", body: "" };
    let answer = phone.ask_within(&answer, &bye).await;
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
}
