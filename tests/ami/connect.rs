//! Connecting and logging in.

use std::time::Duration;

use asterisk_sdk::ami::action::EventClass;
use asterisk_sdk::ami::{ConnectError, LoginMethod, Manager, Stage};
use harness::ami_peer::{AmiPeer, capture};

#[tokio::test]
async fn md5_login_on_both_versions() {
    for (version, banner) in
        [(22, "Asterisk Call Manager/11.0.0"), (16, "Asterisk Call Manager/5.0.4")]
    {
        let peer = AmiPeer::bind().await;
        let manager = Manager::builder(peer.address()).login("admin", "secret");
        let (manager, ()) = tokio::join!(manager.connect(), async {
            let mut link = peer.accept().await;
            link.play_login(version).await;
        });
        assert_eq!(manager.unwrap().banner(), banner);
    }
}

#[tokio::test]
async fn plain_login_sends_the_secret_and_no_challenge() {
    let peer = AmiPeer::bind().await;
    let manager = Manager::builder(peer.address())
        .login("admin", "secret")
        .login_method(LoginMethod::Plain)
        .event_mask([EventClass::Call, EventClass::User]);
    let (manager, login) = tokio::join!(manager.connect(), async {
        let mut link = peer.accept().await;
        link.write("Asterisk Call Manager/11.0.0\r\n").await;
        let login = link.expect("Login").await;
        let answer =
            b"Response: Success\r\nActionID: c2\r\nMessage: Authentication accepted\r\n\r\n";
        link.write_as(answer, &[("c2", login.id())]).await;
        login
    });
    manager.unwrap();
    assert_eq!(login.get("Secret"), "secret");
    assert_eq!(login.get("Events"), "call,user");
    assert_eq!(login.get("Key"), "");
}

#[tokio::test]
async fn a_wrong_password_is_told_in_the_servers_words() {
    for version in [22, 16] {
        let refused = capture("login_refused", version);
        let banner = refused.iter().position(|b| *b == b'\n').unwrap() + 1;
        let peer = AmiPeer::bind().await;
        let result = peer
            .connect_against(async |mut link| {
                link.write(&refused[..banner]).await;
                let challenge = link.expect("Challenge").await;
                let answer = b"Response: Success\r\nActionID: c1\r\nChallenge: 684142104\r\n\r\n";
                link.write_as(answer, &[("c1", challenge.id())]).await;
                let login = link.expect("Login").await;
                assert_eq!(login.get("AuthType"), "MD5");
                link.write_as(&refused[banner..], &[("c1", login.id())]).await;
            })
            .await;
        match result.unwrap_err() {
            ConnectError::Authentication { message } => {
                assert_eq!(message, "Authentication failed");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let address = AmiPeer::bind().await.address();
    let error = Manager::builder(&address).login("admin", "x").connect().await.unwrap_err();
    assert!(
        matches!(&error, ConnectError::Unreachable { address: a, .. } if *a == address),
        "{error:?}"
    );
    assert_eq!(error.to_string(), format!("cannot reach {address}"));
}

#[tokio::test]
async fn another_protocol_is_named_by_what_it_says() {
    let peer = AmiPeer::bind().await;
    let result = peer
        .connect_against(async |mut link| {
            link.write("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u6\r\n").await;
            link.try_action().await;
        })
        .await;
    match result.unwrap_err() {
        ConnectError::NotAsterisk { received } => {
            assert_eq!(received, "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u6");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_endless_first_line_is_cut() {
    let peer = AmiPeer::bind().await;
    let result = peer
        .connect_against(async |mut link| {
            link.write(format!("Asterisk Call Manager/{}", "1".repeat(10_000))).await;
            link.try_action().await;
        })
        .await;
    match result.unwrap_err() {
        ConnectError::NotAsterisk { received } => assert_eq!(received.len(), 256),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_silent_peer_runs_out_of_time() {
    let peer = AmiPeer::bind().await;
    let after = Duration::from_millis(200);
    let connect = Manager::builder(peer.address()).login("admin", "x").connect_timeout(after);
    let (result, _link) = tokio::join!(connect.connect(), peer.accept());
    match result.unwrap_err() {
        ConnectError::TimedOut { stage, after: told } => {
            assert_eq!((stage, told), (Stage::Banner, after));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_peer_that_closes_says_how_far_it_came() {
    let peer = AmiPeer::bind().await;
    // As Asterisk does with one session too many that has not logged in.
    let result = peer.connect_against(async |link| drop(link)).await;
    let error = result.unwrap_err();
    assert!(matches!(error, ConnectError::Closed { stage: Stage::Banner, .. }), "{error:?}");

    let result = peer
        .connect_against(async |mut link| {
            link.write("Asterisk Call Manager/11.0.0\r\n").await;
            link.expect("Challenge").await;
        })
        .await;
    let error = result.unwrap_err();
    assert!(matches!(error, ConnectError::Closed { stage: Stage::Login, .. }), "{error:?}");
}

#[tokio::test]
async fn a_line_end_in_the_user_name_is_refused() {
    let peer = AmiPeer::bind().await;
    let connect = Manager::builder(peer.address())
        .login("admin\r\nAction: Logoff", "x")
        .login_method(LoginMethod::Plain);
    let (result, sent) = tokio::join!(connect.connect(), async {
        let mut link = peer.accept().await;
        link.write("Asterisk Call Manager/11.0.0\r\n").await;
        link.try_action().await
    });
    assert!(matches!(result.unwrap_err(), ConnectError::Invalid(_)));
    assert_eq!(sent, None);
}

#[test]
fn debug_shows_no_password() {
    let builder = Manager::builder("pbx:5038").login("admin", "hunter2");
    assert!(!format!("{builder:?}").contains("hunter2"));
}
