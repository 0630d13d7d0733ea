//! Over TLS: requests and events alike. The certificates are those of `tests/ami`; the server's names
//! are `pbx` and `127.0.0.1`.

use std::error::Error;
use std::sync::Arc;

use asterisk_sdk::ari::{ConnectError, Tls, TlsError};
use asterisk_sdk::proto::error::Delivery;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::*;

const CA: &str = include_str!("../ami/certificates/ca.pem");
const SERVER: (&str, &str) = (
    include_str!("../ami/certificates/server.pem"),
    include_str!("../ami/certificates/server.key"),
);

/// Opens a TLS port in front of a scripted server, and gives its address. It ends connections
/// without TLS's goodbye, as a server does that is killed.
async fn front(peer: &AriPeer) -> String {
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("versions");
    let chain = vec![CertificateDer::from_pem_slice(SERVER.0.as_bytes()).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_slice(SERVER.1.as_bytes()).expect("a key");
    let config = builder.with_no_client_auth().with_single_cert(chain, key);
    let acceptor = TlsAcceptor::from(Arc::new(config.expect("they belong together")));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let behind = peer.address();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            let Ok(outside) = acceptor.accept(stream).await else { continue };
            let inside = TcpStream::connect(&behind).await.expect("the peer listens");
            tokio::spawn(async move {
                let (mut outside_reader, mut outside_writer) = tokio::io::split(outside);
                let (mut inside_reader, mut inside_writer) = inside.into_split();
                tokio::select! {
                    _ = tokio::io::copy(&mut outside_reader, &mut inside_writer) => {}
                    _ = tokio::io::copy(&mut inside_reader, &mut outside_writer) => {}
                }
            });
        }
    });
    format!("127.0.0.1:{port}")
}

fn secure(address: &str, tls: Tls) -> Builder {
    Client::builder(format!("https://{address}")).login("app", "s3cret").tls(tls)
}

/// Why a client with these settings is refused by TLS.
async fn refused(tls: Tls) -> Option<TlsError> {
    let peer = AriPeer::bind().await;
    let address = front(&peer).await;
    match soon(secure(&address, tls).connect()).await {
        Err(ConnectError::Tls(error)) => Some(error),
        _ => None,
    }
}

#[tokio::test]
async fn requests_and_events_go_over_tls() {
    let mut peer = AriPeer::bind().await;
    let address = front(&peer).await;
    let connecting =
        secure(&address, Tls::new().private_ca(CA)).app("capture").no_reconnect().connect();
    let (client, (mut socket, request)) =
        soon(async { tokio::join!(connecting, accept(&mut peer)) }).await;
    assert_eq!(request.headers["host"], address);
    let client = client.unwrap();
    let mut events = client.events().all();
    for line in events_22() {
        socket.text(line).await;
    }
    for line in events_22() {
        assert_eq!(&**soon(events.next()).await.unwrap().unwrap().json(), line);
    }
    socket.frame(0x89, b"are you there").await;
    assert_eq!(soon(socket.read()).await, Some((0x8a, b"are you there".to_vec())));

    let script = async {
        let exchange = peer.expect("GET /ari/channels").await;
        exchange.reply(capture!("channels")).await;
    };
    let list = client.channels().list().into_future();
    let (channels, ()) = soon(async { tokio::join!(list, script) }).await;
    assert_eq!(channels.unwrap().len(), 2);

    drop(socket);
    let end = soon(client.closed()).await;
    assert_eq!(end, asterisk_sdk::ari::CloseReason::Remote(None), "an end without a goodbye");
}

#[tokio::test]
async fn the_servers_name_can_be_another_than_its_address() {
    let mut peer = AriPeer::bind().await;
    let address = front(&peer).await;
    let tls = Tls::new().private_ca(CA).server_name("pbx");
    let info = async { peer.next().await.reply(capture!("info")).await };
    let connecting = secure(&address, tls).connect();
    let (client, ()) = soon(async { tokio::join!(connecting, info) }).await;
    client.unwrap();

    let error = refused(Tls::new().private_ca(CA).server_name("other")).await.unwrap();
    assert_eq!(error.to_string(), "the server's certificate is not for other");
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    // Its own certificate instead of the authority's.
    let error = refused(Tls::new().private_ca(SERVER.0)).await;
    assert!(matches!(error, Some(TlsError::UnknownAuthority { .. })), "{error:?}");
    let error = refused(Tls::new().private_ca("nonsense")).await.unwrap();
    assert_eq!(error.to_string(), "unusable private authority");
}

#[tokio::test]
async fn a_plain_port_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let script = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 16];
        stream.read_exact(&mut hello).await.unwrap();
        // What Asterisk's plain port says to it.
        let reply = include_bytes!("captures/22/request-line-too-long.http");
        tokio::io::AsyncWriteExt::write_all(&mut stream, reply).await.unwrap();
        stream
    };
    let connecting = secure(&address, Tls::new().private_ca(CA)).connect();
    let (result, _stream) = soon(async { tokio::join!(connecting, script) }).await;
    let error = result.unwrap_err();
    assert!(matches!(error, ConnectError::Tls(TlsError::NotTls { .. })), "{error:?}");
}

#[tokio::test]
async fn a_later_handshake_that_fails_leaves_the_request_unsent() {
    let mut peer = AriPeer::bind().await;
    let address = front(&peer).await;
    let info = async { peer.next().await.reply_and_close(capture!("info")).await };
    let connecting = secure(&address, Tls::new().private_ca(CA)).connect();
    let (client, ()) = soon(async { tokio::join!(connecting, info) }).await;
    let client = client.unwrap();
    // What stands before it cannot reach it any more.
    drop(peer);
    let _ = soon(client.channels().list().into_future()).await;
    let error = soon(client.channels().list().into_future()).await.unwrap_err();
    assert!(error.delivery().is_some(), "{error:?} {:?}", error.source());
    assert_ne!(error.delivery(), Some(Delivery::Unknown), "{error:?}");
}

#[tokio::test]
async fn settings_for_tls_belong_to_https() {
    let connecting = Client::builder("http://127.0.0.1:1").login("app", "s3cret").tls(Tls::new());
    let error = connecting.connect().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid settings: there are settings for TLS, but the address is not https://"
    );
}
