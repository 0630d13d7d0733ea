//! Over TLS. `certificates/make` has made what is used here; the server's names are `pbx` and
//! `127.0.0.1`.

use std::sync::Arc;
use std::time::Duration;

use asterisk_sdk::ami::action::Ping;
use asterisk_sdk::ami::{
    CloseReason, ConnectError, ConnectionState, Manager, Reconnect, Stage, Tls, TlsError,
};
use harness::ami_peer::AmiPeer;
use harness::soon;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

const CA: &str = include_str!("certificates/ca.pem");
const SERVER: (&str, &str) =
    (include_str!("certificates/server.pem"), include_str!("certificates/server.key"));
const CLIENT: (&str, &str) =
    (include_str!("certificates/client.pem"), include_str!("certificates/client.key"));

/// Whether the server asks for a certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Client {
    Anybody,
    Certified,
}

/// Opens a TLS port in front of a scripted server, and gives its address. It ends connections
/// without TLS's goodbye, as a server does that is killed.
async fn front(peer: &AmiPeer, client: Client) -> String {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().expect("versions");
    let builder = match client {
        Client::Anybody => builder.with_no_client_auth(),
        Client::Certified => {
            let mut roots = RootCertStore::empty();
            roots.add(certificate(CA)).expect("an authority");
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.expect("a verifier"))
        }
    };
    let chain = vec![certificate(SERVER.0)];
    let key = PrivateKeyDer::from_pem_slice(SERVER.1.as_bytes()).expect("a key");
    let config = builder.with_single_cert(chain, key).expect("they belong together");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
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
    address
}

/// Connects to a scripted server behind TLS, which plays the login.
async fn connect(client: Client, tls: Tls) -> Result<Manager, ConnectError> {
    let peer = AmiPeer::bind().await;
    let address = front(&peer, client).await;
    let builder = Manager::builder(address).login("admin", "secret").tls(tls);
    let server = async {
        let mut link = peer.accept().await;
        link.play_login(22).await;
        // It goes on until the client has seen all.
        std::future::pending::<()>().await;
    };
    tokio::select! {
        result = soon(builder.connect()) => result,
        () = server => unreachable!(),
    }
}

/// Why such a client is refused by TLS.
async fn refused(client: Client, tls: Tls) -> Option<TlsError> {
    match connect(client, tls).await {
        Err(ConnectError::Tls(error)) => Some(error),
        _ => None,
    }
}

fn certificate(pem: &'static str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate")
}

#[tokio::test]
async fn a_private_authority() {
    let tls = Tls::new().private_ca(CA);
    let manager = connect(Client::Anybody, tls.clone()).await.unwrap();
    assert_eq!(manager.banner(), "Asterisk Call Manager/11.0.0");
    connect(Client::Anybody, tls.server_name("pbx")).await.unwrap();
    // One authority of several.
    let tls = Tls::new().private_ca(CLIENT.0).private_ca(CA.trim_end());
    connect(Client::Anybody, tls).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_not_trusted() {
    // An authority, but of nobody.
    for tls in [Tls::new().private_ca(CLIENT.0), Tls::new()] {
        match refused(Client::Anybody, tls).await {
            // The second where the system has no authorities.
            Some(TlsError::UnknownAuthority { .. } | TlsError::NoSystemAuthorities { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    let other_name = Tls::new().private_ca(CA).server_name("other");
    match refused(Client::Anybody, other_name).await {
        Some(TlsError::WrongName { name, .. }) => assert_eq!(name, "other"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_client_certificate() {
    let tls = Tls::new().private_ca(CA);
    let certified = tls.clone().client_certificate(CLIENT.0, CLIENT.1);
    connect(Client::Certified, certified).await.unwrap();
    // TLS 1.3 tells a client what it lacks only after the handshake.
    match connect(Client::Certified, tls.clone()).await.unwrap_err() {
        ConnectError::Closed { stage: Stage::Banner, source: Some(source) } => {
            assert_eq!(source.to_string(), "received fatal alert: CertificateRequired");
        }
        other => panic!("{other:?}"),
    }
    for (chain, key, expected) in [
        (CLIENT.0, "no key", "client key"),
        ("no chain", CLIENT.1, "client certificate"),
        (CLIENT.0, SERVER.1, "client certificate"),
    ] {
        match refused(Client::Certified, tls.clone().client_certificate(chain, key)).await {
            Some(TlsError::Invalid { what, .. }) => assert_eq!(what, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_peer_that_speaks_no_tls() {
    let tls = Tls::new().private_ca(CA);
    let peer = AmiPeer::bind().await;
    let patience = Duration::from_millis(200);
    let builder = || {
        let builder = Manager::builder(peer.address()).login("admin", "secret");
        builder.tls(tls.clone()).connect_timeout(patience)
    };
    let (result, _link) = tokio::join!(builder().connect(), async {
        let mut link = soon(peer.accept()).await;
        link.write("Asterisk Call Manager/11.0.0\r\n").await;
        link
    });
    let error = result.unwrap_err();
    assert!(matches!(error, ConnectError::Tls(TlsError::NotTls { .. })), "{error:?}");

    let (result, _link) = tokio::join!(builder().connect(), soon(peer.accept()));
    let error = result.unwrap_err();
    assert!(matches!(error, ConnectError::TimedOut { stage: Stage::Tls, .. }), "{error:?}");

    let (result, ()) = tokio::join!(builder().connect(), async { drop(soon(peer.accept()).await) });
    let error = result.unwrap_err();
    assert!(matches!(error, ConnectError::Closed { stage: Stage::Tls, .. }), "{error:?}");
}

#[tokio::test]
async fn the_secret_is_not_sent_in_plain_text() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let builder = Manager::builder(address).login("admin", "secret").tls(Tls::new().private_ca(CA));
    let connect = builder.connect_timeout(Duration::from_millis(200)).connect();
    let (_, first) = tokio::join!(connect, async {
        let (mut stream, _) = soon(listener.accept()).await.unwrap();
        soon(stream.read_u8()).await.unwrap()
    });
    // A handshake record, sent without waiting for anything.
    assert_eq!(first, 0x16);
}

#[tokio::test]
async fn a_lost_connection_is_made_again_over_tls() {
    let peer = AmiPeer::bind().await;
    let address = front(&peer, Client::Anybody).await;
    let builder = Manager::builder(address)
        .login("admin", "secret")
        .tls(Tls::new().private_ca(CA))
        .reconnect(Reconnect::default().pauses(Duration::ZERO, Duration::from_millis(1)));
    let (manager, link) = tokio::join!(builder.connect(), async {
        let mut link = soon(peer.accept()).await;
        link.play_login(22).await;
        link
    });
    let manager = manager.unwrap();
    let mut state = manager.watch();
    drop(link);
    match soon(state.changed()).await.unwrap() {
        // As over TCP: the missing goodbye is no failure of its own.
        ConnectionState::Reconnecting { cause, .. } => assert_eq!(cause, CloseReason::Remote),
        other => panic!("{other:?}"),
    }
    let mut link = soon(peer.accept()).await;
    link.play_login(22).await;
    let ready = async {
        while state.current() != ConnectionState::Connected {
            state.changed().await.unwrap();
        }
    };
    soon(ready).await;
    let (pong, ()) = tokio::join!(manager.send(Ping::new()), async {
        let ping = link.expect("Ping").await;
        let answer = b"Response: Success\r\nActionID: 1\r\nPing: Pong\r\n\r\n";
        link.write_as(answer, &[("1", ping.id())]).await;
    });
    pong.unwrap();
}
