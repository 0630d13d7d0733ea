//! ARI over TLS against a real Asterisk: requests, events and a recording.

use asterisk_sdk::ari::event::{RecordingFinished, RecordingStarted, StasisStart};
use asterisk_sdk::ari::{
    AriEvent, Builder, Client, ConnectError, Event, EventStream, Tls, TlsError,
};
use harness::live::{self, Server};
use harness::soon;

fn builder(server: &Server, url: &str) -> Builder {
    Client::builder(url).login(&server.ari_user, server.ari_password.as_str())
}

/// Trusts the server's authority.
fn trusting(server: &Server) -> Tls {
    Tls::new().private_ca(std::fs::read(&server.ca).expect("ASTERISK_CA names a file"))
}

/// Why a client is refused by TLS.
async fn refused(builder: Builder) -> Option<TlsError> {
    match soon(builder.connect()).await {
        Err(ConnectError::Tls(error)) => Some(error),
        _ => None,
    }
}

async fn next<E: AriEvent>(events: &mut EventStream<Event>) -> E {
    let search = async {
        loop {
            let event = events.next().await.expect("the connection holds").expect("none is missed");
            if let Some(event) = event.decode::<E>() {
                return event;
            }
        }
    };
    soon(search).await
}

#[tokio::test]
async fn a_call_is_recorded_and_the_recording_downloaded() {
    let Some(server) = live::server() else { return };
    let name = format!("sdk-tls-{}", std::process::id());
    let settings = builder(&server, &server.https).tls(trusting(&server)).app(&name);
    let client = soon(settings.connect()).await.unwrap();
    let originate = client.channels().originate("Local/play@sdk").app(&name);
    let channel = soon(originate.into_future()).await.unwrap();
    let mut events = channel.events();
    next::<StasisStart>(&mut events).await;

    let recording = channel.record(&name, "wav").max_duration_seconds(1);
    soon(recording.into_future()).await.unwrap();
    next::<RecordingStarted>(&mut events).await;
    let finished = next::<RecordingFinished>(&mut events).await;
    assert_eq!(finished.recording.format, "wav".into());

    let stored = client.stored_recording(&*name);
    let mut download = soon(stored.download().into_future()).await.unwrap();
    assert_eq!(download.content_type(), Some("audio/wav"));
    let length = download.content_length().expect("Asterisk says it");
    let mut file = Vec::new();
    while let Some(piece) = soon(download.next()).await {
        file.extend_from_slice(&piece.unwrap());
    }
    assert_eq!(file.len() as u64, length);
    assert!(file.starts_with(b"RIFF") && file[8..].starts_with(b"WAVEfmt "));
    // A head of 44 bytes, and the more audio the less else the server has to do.
    assert!(length > 44, "{length}");

    soon(stored.delete().into_future()).await.unwrap();
    assert!(soon(stored.download().into_future()).await.unwrap_err().is_not_found());
    soon(channel.hangup().into_future()).await.unwrap();
    soon(client.close()).await;
}

#[tokio::test]
async fn the_servers_certificate_is_checked() {
    let Some(server) = live::server() else { return };
    match refused(builder(&server, &server.https)).await {
        Some(TlsError::UnknownAuthority { .. } | TlsError::NoSystemAuthorities { .. }) => {}
        other => panic!("{other:?}"),
    }
    let other = trusting(&server).server_name("pbx.example");
    match refused(builder(&server, &server.https).tls(other)).await {
        Some(TlsError::WrongName { name, .. }) => assert_eq!(name, "pbx.example"),
        other => panic!("{other:?}"),
    }
    let plain = server.http.replace("http://", "https://");
    let error = refused(builder(&server, &plain).tls(trusting(&server))).await;
    assert!(matches!(error, Some(TlsError::NotTls { .. })), "{error:?}");
    let name = trusting(&server).server_name("localhost");
    soon(builder(&server, &server.https).tls(name).connect()).await.unwrap();
}
