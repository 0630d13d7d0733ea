//! AMI over TLS against a real Asterisk.

use std::time::Duration;

use asterisk_sdk::ami::action::Command;
use asterisk_sdk::ami::{Builder, CloseReason, ConnectError, Manager, Stage, Tls, TlsError};
use harness::live::{self, Server};

use crate::calls;

fn builder(server: &Server, address: &str) -> Builder {
    let (user, secret) = server.ami_admin.clone();
    Manager::builder(address).login(user, secret)
}

/// Trusts the server's authority.
fn trusting(server: &Server) -> Tls {
    Tls::new().private_ca(std::fs::read(&server.ca).expect("ASTERISK_CA names a file"))
}

/// Why a client is refused by TLS.
async fn refused(builder: Builder) -> Option<TlsError> {
    match builder.connect().await {
        Err(ConnectError::Tls(error)) => Some(error),
        _ => None,
    }
}

#[tokio::test]
async fn the_same_session_as_without() {
    let Some(server) = live::server() else { return };
    let plain = calls::manager(&server).await;
    let port = server.ami_tls.rsplit_once(':').unwrap().1;
    for address in [server.ami_tls.clone(), format!("localhost:{port}")] {
        let builder = builder(&server, &address).tls(trusting(&server));
        let manager = builder.connect().await.unwrap();
        assert_eq!(manager.banner(), plain.banner());
        // The last one is long.
        for command in ["core show version", "core show applications", "manager show commands"] {
            let output = manager.send(Command::new(command)).await.unwrap();
            let expected = plain.send(Command::new(command)).await.unwrap();
            let lines: Vec<_> = output.lines().collect();
            assert_eq!(lines, expected.lines().collect::<Vec<_>>(), "{command}");
            assert!(!lines.is_empty(), "{command}");
        }
        manager.close().await;
        assert_eq!(manager.closed().await, CloseReason::Local);
    }
}

#[tokio::test]
async fn a_name_of_ones_own() {
    let Some(server) = live::server() else { return };
    let builder = builder(&server, &server.ami_tls).tls(trusting(&server).server_name("localhost"));
    builder.connect().await.unwrap();
}

#[tokio::test]
async fn what_is_not_trusted_is_refused() {
    let Some(server) = live::server() else { return };
    // The system's authorities, if it has any, do not know the instance's.
    let error = refused(builder(&server, &server.ami_tls).tls(Tls::new())).await;
    match error {
        Some(TlsError::UnknownAuthority { .. } | TlsError::NoSystemAuthorities { .. }) => {}
        other => panic!("{other:?}"),
    }

    let other = trusting(&server).server_name("pbx.example");
    let error = refused(builder(&server, &server.ami_tls).tls(other)).await;
    match error {
        Some(TlsError::WrongName { name, .. }) => assert_eq!(name, "pbx.example"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn tls_to_the_plain_port() {
    let Some(server) = live::server() else { return };
    let error = refused(builder(&server, &server.ami).tls(trusting(&server))).await;
    assert!(matches!(error, Some(TlsError::NotTls { .. })), "{error:?}");
}

#[tokio::test]
async fn plain_text_to_the_tls_port() {
    let Some(server) = live::server() else { return };
    let patience = Duration::from_secs(1);
    let error = builder(&server, &server.ami_tls).connect_timeout(patience).connect().await;
    let error = error.unwrap_err();
    // Each side waits for the other's first word.
    assert!(matches!(error, ConnectError::TimedOut { stage: Stage::Banner, .. }), "{error:?}");
}
