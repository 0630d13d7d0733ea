//! What a real server does with logins and with the end of sessions.

use std::time::Duration;

use asterisk_sdk::ami::action::{Command, Originate, Ping};
use asterisk_sdk::ami::event::OriginateReason;
use asterisk_sdk::ami::{CloseReason, ConnectError, Manager, Missed, Stage};
use asterisk_sdk::proto::error::Delivery;
use harness::live::{self, OwnServer};
use harness::soon;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::calls::wait_for;

#[tokio::test]
async fn the_case_of_a_user_name_does_not_matter() {
    let Some(server) = live::server() else { return };
    let (user, secret) = server.ami_admin.clone();
    let builder = Manager::builder(&server.ami).login(user.to_uppercase(), secret);
    builder.connect().await.unwrap().send(Ping::new()).await.unwrap();
}

#[tokio::test]
async fn a_second_login_of_a_user_who_may_have_one() {
    let Some(server) = live::server() else { return };
    let (_, secret) = server.ami_nobody.clone();
    let login = || Manager::builder(&server.ami).login("single", secret.clone());
    let first = login().connect().await.unwrap();
    match login().connect().await.unwrap_err() {
        ConnectError::Authentication { message } => assert_eq!(message, "Login Already In Use"),
        other => panic!("{other:?}"),
    }
    first.send(Ping::new()).await.unwrap();
    first.close().await;
}

#[tokio::test]
async fn too_many_sessions_without_a_login() {
    let Some(server) = live::server() else { return };
    let server = OwnServer::start(&server);
    // Asterisk lets 50 wait for their login, and closes further ones without a word.
    let mut waiting = Vec::new();
    for _ in 0..50 {
        let mut peer = TcpStream::connect(&server.ami).await.unwrap();
        let mut banner = [0; 8];
        peer.read_exact(&mut banner).await.unwrap();
        assert_eq!(&banner, b"Asterisk");
        waiting.push(peer);
    }
    let (user, secret) = server.ami_admin.clone();
    let builder = Manager::builder(&server.ami).login(user, secret);
    match builder.clone().connect().await.unwrap_err() {
        ConnectError::Closed { stage: Stage::Banner, .. } => {}
        other => panic!("{other:?}"),
    }
    drop(waiting);
    // The server notices one after the other.
    let manager = loop {
        match builder.clone().connect().await {
            Ok(manager) => break manager,
            Err(ConnectError::Closed { .. }) => tokio::task::yield_now().await,
            Err(other) => panic!("{other:?}"),
        }
    };
    manager.send(Ping::new()).await.unwrap();
}

#[tokio::test]
async fn a_shutdown_with_an_action_in_flight() {
    let Some(server) = live::server() else { return };
    let server = OwnServer::start(&server);
    let (user, secret) = server.ami_admin.clone();
    let builder = Manager::builder(&server.ami).login(user, secret).no_reconnect();
    let one = builder.clone().connect().await.unwrap();
    let other = builder.connect().await.unwrap();
    let mut events = one.events().all();
    let call = tokio::spawn({
        let one = one.clone();
        let call = Originate::to("Local/ring@sdk").application("Wait");
        async move { one.originate(call.timeout(Duration::from_secs(60))).await }
    });
    wait_for(&mut events, |event| event.name() == "Newchannel").await;
    // A session that stops the server gets no answer, at best the end of the connection.
    let stop = other.send(Command::new("core stop now")).timeout(Duration::from_secs(5));
    let error = stop.await.unwrap_err();
    assert_eq!(error.delivery(), Some(Delivery::Unknown), "{error}");

    // The server hangs up before it goes, and says so.
    let outcome = soon(call).await.unwrap().unwrap();
    assert_eq!(outcome.reason, Some(OriginateReason::Failed));
    let reason = soon(one.closed()).await;
    assert_eq!(reason, CloseReason::Shutdown { restart: false });
    let mut told = false;
    while let Some(event) = soon(events.next()).await {
        match event {
            Ok(event) if event.name() == "Shutdown" => {
                assert_eq!(event.get("Shutdown").unwrap(), "Cleanly");
                assert_eq!(event.get("Restart").unwrap(), "False");
                told = true;
            }
            Ok(_) => assert!(!told, "nothing comes behind it"),
            Err(missed) => assert!(matches!(missed, Missed::Gap(_)), "{missed:?}"),
        }
    }
    assert!(told);
}
