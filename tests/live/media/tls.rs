//! Audio over WebSockets with TLS, opened from either side (22).

use std::time::Duration;

use asterisk_sdk::ari::rest::channels::{Encapsulation, MediaTransport};
use asterisk_sdk::media::{ConnectError, End, Options, ServerTls, Tls, TlsError, websocket};
use harness::live::OwnServer;

use super::websocket::{channel, server};
use super::{Bridged, application, comes_back, destroyed, echoes, name, pattern, soon};

#[tokio::test]
async fn a_stream_that_we_open() {
    let Some(server) = server() else { return };
    let (client, app) = application(&server, "secure").await;
    let (media, id) = channel(&client, &app, "ulaw", "").await;
    let authority = std::fs::read(&server.ca).expect("ASTERISK_CA names a file");
    let trusting = Tls::new().private_ca(authority);
    let dial = |base: &str, tls: Tls| websocket::connect(base, id.as_str()).tls(tls).open();

    let plain = server.https.replace("https", "http");
    let error = soon(dial(&plain, trusting.clone())).await.unwrap_err();
    assert!(matches!(error, ConnectError::Address(_)), "{error:?}");
    let named = trusting.clone().server_name("pbx.example");
    let error = soon(dial(&server.https, named)).await.unwrap_err();
    let ConnectError::Tls(TlsError::WrongName { name, .. }) = error else { panic!("{error:?}") };
    assert_eq!(name, "pbx.example");
    let error =
        soon(dial(&server.http.replace("http", "wss"), trusting.clone())).await.unwrap_err();
    assert!(matches!(error, ConnectError::Tls(TlsError::NotTls { .. })), "{error:?}");

    let stream = soon(dial(&server.https, trusting)).await.expect("it waits for us");
    assert_eq!(stream.name(), media.id().as_str());
    let call = Bridged::new(&client, &app, &media, "echo", "ulaw").await;
    echoes(&stream, &[0x31; 160]).await;
    comes_back(&stream, &pattern(160 * 100)).await;
    media.hangup().await.expect("it is there");
    let end = soon(stream.ended()).await;
    assert!(matches!(end, End::Remote { code: Some(1000), .. }), "{end:?}");
    call.end().await;
}

#[tokio::test]
async fn a_stream_that_asterisk_opens() {
    let Some(server) = server() else { return };
    let server = OwnServer::start(&server);
    // Asterisk sees the folders of its root only.
    let (root, inside) = server.ca.split_once("/instances/").expect("an instance");
    let folder = inside.strip_suffix("ca.pem").expect("the authority");
    let read = |name: &str| {
        std::fs::read(format!("{root}/instances/{folder}{name}")).expect("a certificate")
    };
    let tls = ServerTls::new(read("server.pem"), read("server.key"));
    let ours = websocket::Server::bind_tls("127.0.0.1:0", Options::default(), &tls);
    let ours = ours.await.expect("a free port and a certificate");
    // Asterisk compares names, not addresses.
    let entry = format!(
        "\n[media]\ntype = websocket_client\nconnection_type = per_call_config\n\
         uri = wss://localhost:{}/media\nprotocols = media\ntls_enabled = yes\n\
         ca_list_file = /instances/{inside}\n",
        ours.local_addr().port()
    );
    server.configure("websocket_client.conf", &entry, "res_websocket_client.so");
    let (client, app) = application(&server, "secure").await;
    let id = name("secure");
    let expected = ours.expect(&id).expect("nobody waits for it");
    let external = client.channels().external_media(&app, "slin16");
    let external = external.transport(MediaTransport::WebSocket);
    let external = external.encapsulation(Encapsulation::None).host("media").id(&id);
    let media = external.await.expect("a channel");
    let stream = soon(expected.stream(Duration::from_secs(10))).await.expect("it connects");
    let call = Bridged::new(&client, &app, &media, "echo", "slin16").await;
    echoes(&stream, &[0x31; 640]).await;
    comes_back(&stream, &pattern(640 * 100)).await;
    let mut events = media.events();
    stream.hangup().expect("it is open");
    destroyed(&mut events).await;
    call.end().await;
}
