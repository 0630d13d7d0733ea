//! FastAGI behind TLS: what a tunnel between Asterisk and the server sees. The certificates are those of
//! the AMI's tests; the server's names are `pbx` and `127.0.0.1`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use asterisk_sdk::agi::fastagi::{Server, ServerTls, TlsError};
use asterisk_sdk::agi::{self, Call, HangupKind, ServiceBuilder};
use harness::agi_caller::{AgiCaller, Capture};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::{PATIENCE, Running, Seen};

const CA: &str = include_str!("../ami/certificates/ca.pem");
const SERVER: (&str, &str) = (
    include_str!("../ami/certificates/server.pem"),
    include_str!("../ami/certificates/server.key"),
);
const CLIENT: (&str, &str) = (
    include_str!("../ami/certificates/client.pem"),
    include_str!("../ami/certificates/client.key"),
);

fn certificate(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

async fn serve(builder: ServiceBuilder, tls: ServerTls) -> Running {
    let server = builder.bind("127.0.0.1:0").await.unwrap();
    Running::serve(server.tls(&tls).unwrap())
}

/// The near end of a tunnel.
struct Tunnel(BufReader<TlsStream<TcpStream>>);

impl Tunnel {
    async fn open(server: SocketAddr, client: Option<(&str, &str)>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(certificate(CA)).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match client {
            None => config.with_no_client_auth(),
            Some((chain, key)) => {
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
                config.with_client_auth_cert(vec![certificate(chain)], key).unwrap()
            }
        };
        let stream = TcpStream::connect(server).await.unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        let connecting = connector.connect("pbx".try_into().unwrap(), stream);
        Self(BufReader::new(timeout(PATIENCE, connecting).await.unwrap().unwrap()))
    }

    /// Opens it and sends the variables of a captured call.
    async fn call(server: SocketAddr) -> Self {
        let mut tunnel = Self::open(server, None).await;
        tunnel.send(&Capture::load("forms", 22).prelude()).await;
        tunnel
    }

    async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// The next line, or why there is none. An end without TLS's goodbye is an error.
    async fn line(&mut self) -> Result<String, std::io::Error> {
        let mut line = String::new();
        timeout(PATIENCE, self.0.read_line(&mut line)).await.unwrap().map(|_| line)
    }
}

async fn handler(mut call: Call) -> agi::Result {
    call.verbose("over TLS").await?;
    match call.variable("X").await? {
        Some(_) => Ok(()),
        None => Err("on purpose".into()),
    }
}

#[tokio::test]
async fn a_call_to_its_end() {
    let running =
        serve(Server::builder().fallback(handler), ServerTls::new(SERVER.0, SERVER.1)).await;
    for (reply, last) in [("200 result=1 (x)\n", ""), ("200 result=0\n", "failure\n")] {
        let mut tunnel = Tunnel::call(running.addr).await;
        assert_eq!(tunnel.line().await.unwrap(), "VERBOSE \"over TLS\" \"1\"\n");
        tunnel.send("200 result=1\n").await;
        assert_eq!(tunnel.line().await.unwrap(), "GET VARIABLE \"X\"\n");
        tunnel.send(reply).await;
        assert_eq!(tunnel.line().await.unwrap(), last);
        // Said goodbye to, whether the script failed or not.
        assert_eq!(tunnel.line().await.unwrap(), "");
    }
}

#[tokio::test]
async fn a_tunnel_that_breaks_is_a_hangup() {
    let (sender, mut seen) = Seen::new();
    let builder = Server::builder().fallback(move |mut call: Call| {
        let sender = sender.clone();
        async move { sender.send((call.peer(), call.hung_up().await)).await.unwrap() }
    });
    let running = serve(builder, ServerTls::new(SERVER.0, SERVER.1)).await;
    let tunnel = Tunnel::call(running.addr).await;
    let peer = tunnel.0.get_ref().get_ref().0.local_addr().unwrap();
    drop(tunnel);
    assert_eq!(seen.next().await, (Some(peer), HangupKind::Pipe));
}

#[tokio::test]
async fn only_clients_with_a_certificate() {
    let tls = ServerTls::new(SERVER.0, SERVER.1).client_ca(CA);
    let running = serve(Server::builder().fallback(handler), tls).await;
    let mut tunnel = Tunnel::open(running.addr, Some(CLIENT)).await;
    tunnel.send(&Capture::load("forms", 22).prelude()).await;
    assert_eq!(tunnel.line().await.unwrap(), "VERBOSE \"over TLS\" \"1\"\n");
    // TLS 1.3 tells a client what it lacks only after the handshake.
    let refused = Tunnel::open(running.addr, None).await.line().await.unwrap_err();
    assert_eq!(refused.to_string(), "received fatal alert: CertificateRequired");
}

#[tokio::test]
async fn a_handshake_that_fails_or_does_not_come_holds_up_nobody() {
    let builder = Server::builder().fallback(handler).prelude_timeout(Duration::from_millis(300));
    let running = serve(builder, ServerTls::new(SERVER.0, SERVER.1)).await;
    let mut silent = AgiCaller::connect(running.addr).await;
    let mut half = AgiCaller::connect(running.addr).await;
    // The beginning of a handshake that goes on with 512 bytes more.
    half.send(b"\x16\x03\x01\x02\x00\x01").await;
    // What Asterisk would do without a tunnel.
    let mut plain = TcpStream::connect(running.addr).await.unwrap();
    plain.write_all(Capture::load("forms", 22).prelude().as_bytes()).await.unwrap();
    let mut alert = Vec::new();
    // Reset, if the server has not read all.
    let _ = timeout(PATIENCE, plain.read_to_end(&mut alert)).await.unwrap();
    assert!(alert.is_empty() || alert.starts_with(b"\x15\x03"), "{alert:?}");

    let mut tunnel = Tunnel::call(running.addr).await;
    assert_eq!(tunnel.line().await.unwrap(), "VERBOSE \"over TLS\" \"1\"\n");
    silent.closed().await;
    half.closed().await;
    tunnel.send("200 result=1\n").await;
    assert_eq!(tunnel.line().await.unwrap(), "GET VARIABLE \"X\"\n");
    drop(tunnel);
    running.stop().await;
}

#[tokio::test]
async fn settings_that_cannot_be_used() {
    for (tls, expected) in [
        (ServerTls::new(SERVER.0, "no key"), "key"),
        (ServerTls::new(SERVER.0, CLIENT.1), "certificate"),
        (ServerTls::new("no chain", SERVER.1), "certificate"),
        (ServerTls::new(SERVER.0, SERVER.1).client_ca("nobody"), "client authority"),
    ] {
        let server = Server::builder().bind("127.0.0.1:0").await.unwrap();
        match server.tls(&tls) {
            Err(TlsError::Invalid { what, .. }) => assert_eq!(what, expected),
            other => panic!("{other:?}"),
        }
    }
}
