//! Audio over AudioSocket (22).

use std::time::Duration;

use asterisk_sdk::ari::Client;
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::ari::rest::channels::{Encapsulation, MediaTransport};
use asterisk_sdk::media::audiosocket::{self, Expected};
use asterisk_sdk::media::{
    ConnectError, End, Format, MediaError, MediaEvent, MediaStream, Reached,
};
use harness::live::Server;

use super::{Bridged, application, audio, comes_back, destroyed, echoes, pattern, soon};

/// The server, if it has the module.
fn server() -> Option<Server> {
    harness::live::server().filter(|server| server.major() >= 22)
}

async fn channel(
    client: &Client,
    app: &str,
    format: &str,
    ours: &audiosocket::Server,
    uuid: &str,
) -> Channel {
    let media = client
        .channels()
        .external_media(app, format)
        .transport(MediaTransport::Tcp)
        .encapsulation(Encapsulation::AudioSocket)
        .host(ours.local_addr().to_string())
        .data(uuid);
    media.await.expect("a channel")
}

async fn stream(expected: Expected) -> MediaStream {
    soon(expected.stream(Duration::from_secs(10))).await.expect("it connects")
}

async fn lossless(format: &str) {
    let Some(server) = server() else { return };
    let (client, app) = application(&server, &format!("as-{format}")).await;
    let ours = audiosocket::Server::bind("127.0.0.1:0").await.expect("a free port");
    let uuid = audiosocket::new_uuid();
    let expected = ours.expect(&uuid, Format::from(format)).expect("nobody waits for it");
    let media = channel(&client, &app, format, &ours, &uuid).await;
    let stream = stream(expected).await;
    assert_eq!((stream.name(), stream.format()), (uuid.as_str(), &Format::from(format)));
    let frame = stream.format().bytes_in(stream.frame_length()).expect("it is cut");
    let call = Bridged::new(&client, &app, &media, "echo", format).await;
    echoes(&stream, &vec![0x31; frame]).await;
    // With a tail of a quarter of a frame.
    comes_back(&stream, &pattern(frame * 150 + frame / 4)).await;
    assert_eq!(stream.statistics().clock_moved, 0);
    let mut events = media.events();
    stream.hangup().expect("it is open");
    destroyed(&mut events).await;
    assert_eq!(soon(stream.ended()).await, End::Local);
    call.end().await;
}

#[tokio::test]
async fn linear_audio_comes_back_as_it_was() {
    lossless("slin").await;
}

#[tokio::test]
async fn linear_audio_of_a_high_rate_comes_back_as_it_was() {
    lossless("slin48").await;
}

#[tokio::test]
async fn ulaw_comes_back_as_it_was() {
    lossless("ulaw").await;
}

#[tokio::test]
async fn keys_marks_a_flush_and_the_other_side_s_hangup() {
    let Some(server) = server() else { return };
    let (client, app) = application(&server, "as-keys").await;
    let ours = audiosocket::Server::bind("127.0.0.1:0").await.expect("a free port");
    let uuid = audiosocket::new_uuid();
    assert!(matches!(ours.expect("x", Format::Ulaw), Err(ConnectError::Address(_))));
    let expected = ours.expect(uuid.to_uppercase(), Format::Ulaw).expect("nobody waits for it");
    let media = channel(&client, &app, "ulaw", &ours, &uuid).await;
    let stream = stream(expected).await;
    let call = Bridged::new(&client, &app, &media, "echo", "ulaw").await;
    echoes(&stream, &[0x31; 160]).await;
    call.caller.send_dtmf("7").await.expect("it is there");
    let key = async {
        loop {
            match stream.next().await.expect("it is open") {
                MediaEvent::Audio(_) => {}
                other => return other,
            }
        }
    };
    assert_eq!(soon(key).await, MediaEvent::Dtmf('7'));
    stream.write(&[0x32; 1_600]).await.expect("it is open");
    let mark = stream.mark().expect("there is room");
    assert_eq!(soon(mark.reached()).await, Ok(Reached::Played));
    stream.write(vec![0x33; 80_000]).await.expect("it is open");
    let mark = stream.mark().expect("there is room");
    while audio(&stream).await != [0x33; 160] {}
    stream.flush().expect("it is open");
    assert_eq!(soon(mark.reached()).await, Ok(Reached::Flushed));
    stream.write(&[0x34; 1_600]).await.expect("it is open");
    let mut stale = 0;
    while audio(&stream).await != [0x34; 160] {
        stale += 1;
    }
    assert!(stale <= 5, "{stale} stale frames");
    assert_eq!(soon(stream.status()).await, Err(MediaError::Unsupported("asking for the status")));
    assert_eq!(stream.answer(), Err(MediaError::Unsupported("answering")));
    media.hangup().await.expect("it is there");
    let end = soon(stream.ended()).await;
    assert!(matches!(end, End::Remote { code: None, .. }), "{end:?}");
    call.end().await;
}

#[tokio::test]
async fn the_dialplan_goes_on_after_a_stream() {
    let Some(server) = server() else { return };
    let (client, app) = application(&server, "as-dialplan").await;
    let ours = audiosocket::Server::bind("127.0.0.1:0").await.expect("a free port");
    let uuid = audiosocket::new_uuid();
    let call = client
        .channels()
        .originate("Local/audiosocket@sdk")
        .app(&app)
        .formats("slin")
        .variable("__AUDIOSOCKET_HOST", ours.local_addr().to_string())
        .variable("__AUDIOSOCKET_UUID", &uuid);
    let call = call.await.expect("the call is made");
    let stream = soon(ours.accept()).await.expect("it connects");
    assert_eq!((stream.name(), stream.format()), (uuid.as_str(), &Format::Linear(8_000)));
    stream.hangup().expect("it is open");
    // Behind it stands Echo().
    let mut events = client.events().all();
    drop(stream);
    let went_on = async {
        loop {
            let event = events.next().await.expect("the connection holds").expect("all");
            if event.json().contains("\"app_name\":\"Echo\"") {
                break;
            }
        }
    };
    tokio::select! {
        () = went_on => {}
        () = soon(async {
            loop {
                let said = server.cli("core show channels concise");
                if said.lines().any(|line| line.contains("!audiosocket!") && line.contains("!Echo!")) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }) => {}
    }
    call.hangup().await.expect("it is there");
}
