//! Audio over WebSocket (22).

use std::time::{Duration, Instant};

use asterisk_sdk::ari::Client;
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::ari::rest::channels::{ConnectionType, Encapsulation, MediaTransport};
use asterisk_sdk::media::{
    ConnectError, Direction, End, Format, MediaError, MediaEvent, MediaStream, Options, Reached,
    websocket,
};
use harness::live::{OwnServer, Server};

use super::{Bridged, application, audio, comes_back, destroyed, echoes, name, pattern, soon};

/// The server, if it knows this transport.
pub(super) fn server() -> Option<Server> {
    harness::live::server().filter(|server| server.major() >= 22)
}

pub(super) async fn channel(
    client: &Client,
    app: &str,
    format: &str,
    options: &str,
) -> (Channel, String) {
    let media = client
        .channels()
        .external_media(app, format)
        .transport(MediaTransport::WebSocket)
        .encapsulation(Encapsulation::None)
        .connection_type(ConnectionType::Server)
        .host("INCOMING")
        .transport_data(options);
    let media = media.await.expect("a channel");
    let id = media.variable("MEDIA_WEBSOCKET_CONNECTION_ID").await.expect("it has an id");
    (media, id.value.to_string())
}

async fn open(server: &Server, id: &str, options: Options) -> MediaStream {
    let dial = websocket::connect(&server.http, id).options(options);
    soon(dial.open()).await.expect("it waits for us")
}

async fn lossless(format: &str, options: &str) {
    let Some(server) = server() else { return };
    let (client, app) = application(&server, format).await;
    let (media, id) = channel(&client, &app, format, options).await;
    let stream = open(&server, &id, Options::default()).await;
    assert_eq!(stream.name(), media.id().as_str());
    assert_eq!(stream.format(), &Format::from(format));
    let frame = stream.format().bytes_in(stream.frame_length()).expect("it is cut");
    let call = Bridged::new(&client, &app, &media, "echo", format).await;
    echoes(&stream, &vec![0x31; frame]).await;
    let before = stream.statistics();
    // Five seconds, more than is sent ahead.
    comes_back(&stream, &pattern(frame * 250)).await;
    let statistics = stream.statistics();
    assert_eq!(statistics.frames_sent - before.frames_sent, 250);
    assert_eq!((statistics.frames_dropped, statistics.clock_moved, statistics.xoffs), (0, 0, 0));
    let mut events = media.events();
    stream.hangup().expect("it is open");
    destroyed(&mut events).await;
    assert_eq!(soon(stream.ended()).await, End::Local);
    assert_eq!(stream.write(&[1]).await, Err(MediaError::Closed(End::Local)));
    call.end().await;
}

#[tokio::test]
async fn ulaw_comes_back_as_it_was() {
    lossless("ulaw", "").await;
}

#[tokio::test]
async fn linear_audio_comes_back_as_it_was_with_json() {
    lossless("slin16", "f(json)").await;
}

#[tokio::test]
async fn tails_marks_and_flushes() {
    let Some(server) = server() else { return };
    let (client, app) = application(&server, "marks").await;
    let (media, id) = channel(&client, &app, "ulaw", "").await;
    let stream = open(&server, &id, Options::default()).await;
    let call = Bridged::new(&client, &app, &media, "echo", "ulaw").await;
    echoes(&stream, &[0x31; 160]).await;

    // A tail is played, and a mark behind it reached.
    let sent = pattern(1_000);
    comes_back(&stream, &sent).await;
    let mut marks = Vec::new();
    for _ in 0..20 {
        stream.write(&[0x32; 250]).await.expect("it is open");
        marks.push(stream.mark().expect("there is room"));
    }
    let (told, mut order) = tokio::sync::mpsc::unbounded_channel();
    for (at, mark) in marks.into_iter().enumerate() {
        let told = told.clone();
        tokio::spawn(async move { told.send((at, mark.reached().await)) });
    }
    for expected in 0..20 {
        assert_eq!(soon(order.recv()).await, Some((expected, Ok(Reached::Played))));
    }
    assert_eq!(soon(stream.drained()).await, Ok(Reached::Played));
    assert_eq!(soon(stream.status()).await.expect("it is open").queue_length, 0);

    // Ten seconds are cut off.
    stream.write(vec![0x33; 80_000]).await.expect("it is open");
    let mark = stream.mark().expect("there is room");
    while audio(&stream).await != [0x33; 160] {}
    stream.flush().expect("it is open");
    let flushed = Instant::now();
    stream.write(&[0x34; 1_600]).await.expect("it is open");
    assert_eq!(soon(mark.reached()).await, Ok(Reached::Flushed));
    let mut stale = 0;
    let mut last = Duration::ZERO;
    loop {
        let heard = audio(&stream).await;
        if heard == [0x34; 160] {
            break;
        }
        stale += 1;
        last = flushed.elapsed();
    }
    let fresh = flushed.elapsed();
    println!(
        "{stale} stale frames after the flush, the last after {last:?}, fresh audio after {fresh:?}"
    );
    assert!(stale <= 5, "{stale} stale frames");
    let statistics = stream.statistics();
    assert!(statistics.bytes_flushed > 60_000, "{statistics:?}");
    call.end().await;
}

#[tokio::test]
async fn nothing_is_lost_while_asterisk_wants_no_more() {
    let Some(server) = server() else { return };
    let (client, app) = application(&server, "xoff").await;
    let (media, id) = channel(&client, &app, "ulaw", "").await;
    let options = Options::default().lead(Duration::from_secs(10)).incoming_frames(2_000);
    let stream = open(&server, &id, options).await;
    let call = Bridged::new(&client, &app, &media, "echo", "ulaw").await;
    echoes(&stream, &[0x31; 160]).await;
    stream.pause().expect("it is open");
    let sent = pattern(160 * 1_100);
    stream.write(&sent).await.expect("it is open");
    let full = async {
        while stream.statistics().xoffs == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    soon(full).await;
    let status = soon(stream.status()).await.expect("it is open");
    assert!((900..1_000).contains(&status.queue_length), "{status:?}");
    assert!(status.paused && status.queue_full, "{status:?}");
    stream.resume().expect("it is open");
    let heard = soon(super::collect(&stream, &sent)).await;
    assert!(heard == sent, "audio was lost");
    assert_eq!(stream.statistics().clock_moved, 0);
    call.end().await;
}

#[tokio::test]
async fn keys_the_direction_and_what_is_refused() {
    let Some(server) = server() else { return };
    let (client, app) = application(&server, "control").await;
    let (media, id) = channel(&client, &app, "slin", "f(json)").await;
    let stream = open(&server, &id, Options::default()).await;
    let second = websocket::connect(&server.http, &id).open();
    assert!(matches!(soon(second).await, Err(ConnectError::Status(409))));
    let unknown = websocket::connect(&server.http, "nobody").open();
    assert!(matches!(soon(unknown).await, Err(ConnectError::Status(404))));

    let call = Bridged::new(&client, &app, &media, "echo", "slin").await;
    echoes(&stream, &[0x31; 320]).await;
    call.caller.send_dtmf("5").await.expect("it is there");
    let key = async {
        loop {
            match stream.next().await.expect("it is open") {
                MediaEvent::Audio(_) => {}
                other => return other,
            }
        }
    };
    assert_eq!(soon(key).await, MediaEvent::Dtmf('5'));

    let long = stream.control("x".repeat(129));
    assert!(matches!(long, Err(MediaError::TooLong { length: 129, limit: 128, .. })), "{long:?}");
    stream.control(r#"{"command":"MARK_MEDIA","correlation_id":"mine"}"#).expect("it is open");
    let other = async {
        loop {
            if let MediaEvent::Other(text) = stream.next().await.expect("it is open") {
                return text;
            }
        }
    };
    let said = soon(other).await;
    assert!(said.contains("\"MEDIA_MARK_PROCESSED\"") && said.contains("\"mine\""), "{said}");
    stream.set_direction(Direction::Both).expect("it is JSON");
    stream.answer().expect("it is open");

    // The other side hangs up.
    media.hangup().await.expect("it is there");
    let end = soon(stream.ended()).await;
    assert!(matches!(end, End::Remote { code: Some(1000), .. }), "{end:?}");
    call.end().await;
}

#[tokio::test]
async fn frames_pass_through_as_they_are() {
    let Some(server) = server() else { return };
    let (client, app) = application(&server, "passthrough").await;
    let (media, id) = channel(&client, &app, "ulaw", "p").await;
    let stream = soon(websocket::connect(&server.http, &id).passthrough().open()).await;
    let stream = stream.expect("it waits for us");
    let call = Bridged::new(&client, &app, &media, "echo", "ulaw").await;
    echoes(&stream, &[0x31; 160]).await;
    comes_back(&stream, &pattern(160 * 50)).await;
    assert_eq!(
        stream.set_direction(Direction::In),
        Err(MediaError::Unsupported("setting the direction"))
    );
    // Asterisk says itself what it does not do there.
    stream.control("FLUSH_MEDIA").expect("it is open");
    let refused = async {
        loop {
            if let MediaEvent::Refused(text) = stream.next().await.expect("it is open") {
                return text;
            }
        }
    };
    assert_eq!(soon(refused).await, "FLUSH_MEDIA not supported in passthrough mode");
    let mut events = media.events();
    drop(stream);
    destroyed(&mut events).await;
    call.end().await;
}

#[tokio::test]
async fn asterisk_connects_to_us() {
    let Some(server) = server() else { return };
    let server = OwnServer::start(&server);
    let ours = websocket::Server::bind("127.0.0.1:0").await.expect("a free port");
    let entry = format!(
        "\n[media]\ntype = websocket_client\nconnection_type = per_call_config\nuri = ws://{}/media\n\
         protocols = media\n",
        ours.local_addr()
    );
    server.configure("websocket_client.conf", &entry, "res_websocket_client.so");
    let (client, app) = application(&server, "server").await;
    let id = name("dialed");
    let expected = ours.expect(&id).expect("nobody waits for it");
    assert!(matches!(ours.expect(&id), Err(ConnectError::Taken)));
    let external = |id: &str| {
        client
            .channels()
            .external_media(&app, "slin48")
            .transport(MediaTransport::WebSocket)
            .encapsulation(Encapsulation::None)
            .host("media")
            .id(id)
    };
    let media = external(&id).await.expect("a channel");
    let stream = soon(expected.stream(Duration::from_secs(10))).await.expect("it connects");
    assert_eq!((stream.name(), stream.format()), (id.as_str(), &Format::Linear(48_000)));
    let call = Bridged::new(&client, &app, &media, "echo", "slin48").await;
    echoes(&stream, &[0x31; 1_920]).await;
    comes_back(&stream, &pattern(1_920 * 100)).await;
    assert!(matches!(ours.expect(&id), Err(ConnectError::Taken)));
    let mut events = media.events();
    stream.hangup().expect("it is open");
    destroyed(&mut events).await;
    call.end().await;

    // One that nobody expects.
    let other = external(&name("unexpected")).await.expect("a channel");
    let stream = soon(ours.accept()).await.expect("it connects");
    assert_eq!(stream.name(), other.id().as_str());
    other.hangup().await.expect("it is there");
    let end = soon(stream.ended()).await;
    assert!(matches!(end, End::Remote { code: Some(1000), .. }), "{end:?}");
}
