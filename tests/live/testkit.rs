//! Conversations with a real server that are recorded, and had again with the recording. With
//! `TESTKIT_TRACES=<folder>` the recordings are written there: `tests/testkit/traces`.

use asterisk_sdk::ami::CloseReason;
use asterisk_sdk::ami::Missed;
use asterisk_sdk::ami::action::Originate;
use asterisk_sdk::ari;
use asterisk_sdk_testkit::Protocol;
use asterisk_sdk_testkit::fault::{Fault, Faults, Proxy};
use asterisk_sdk_testkit::record::{Recorder, Trace};
use asterisk_sdk_testkit::replay::{Replay, Speed};
use harness::live::{self, Server};
use harness::{conversation, soon};

/// What was recorded, as a file would hold it.
fn recorded(recorder: &Recorder, server: &Server, name: &str) -> Trace {
    let text = recorder.trace().to_string();
    let trace: Trace = text.parse().expect("it is a trace");
    assert_eq!(trace, rounded(&recorder.trace()), "what is written is what was recorded");
    for secret in [&server.ami_admin.1, &server.ari_password] {
        assert!(!text.contains(secret), "{name} holds a secret");
    }
    if let Ok(folder) = std::env::var("TESTKIT_TRACES") {
        trace.save(format!("{folder}/{name}-{}.txt", server.major())).expect("it can be written");
    }
    trace
}

/// A trace that went through a file.
fn rounded(trace: &Trace) -> Trace {
    trace.to_string().parse().expect("it is a trace")
}

#[tokio::test]
async fn ami_is_recorded_and_replayed() {
    let Some(server) = live::server() else { return };
    let secret = server.ami_admin.1.as_str();
    let mut recorder = Recorder::new();
    let address = recorder.listen(Protocol::Ami, &server.ami).await.unwrap();
    let real = conversation::ami(conversation::manager(&address.to_string(), secret)).await;
    let trace = recorded(&recorder, &server, "ami");
    for speed in [Speed::AtOnce, Speed::Scaled(0.5)] {
        let playing = Replay::new(trace.clone()).speed(speed).start().await.unwrap();
        let address = playing.ami().to_string();
        let replayed = conversation::ami(conversation::manager(&address, "not asked for")).await;
        assert_eq!(replayed, real);
        soon(playing.finished()).await.unwrap();
    }
}

#[tokio::test]
async fn a_lost_connection_is_recorded_and_replayed() {
    let Some(server) = live::server() else { return };
    let secret = server.ami_admin.1.as_str();
    let cut = || Faults::new([Fault::cut().on(|m| m.contains("Ping: Pong")).times(1)]);
    let mut recorder = Recorder::new();
    let address = recorder.listen(Protocol::Ami, &server.ami).await.unwrap();
    let proxy = Proxy::to(Protocol::Ami, address.to_string(), &cut()).await.unwrap();
    let address = proxy.address().to_string();
    let (lost, gap, pong) =
        conversation::ami_again(conversation::persistent(&address, secret)).await;
    let trace = recorded(&recorder, &server, "ami_again");

    let playing = Replay::new(trace).start().await.unwrap();
    let proxy = Proxy::to(Protocol::Ami, playing.ami().to_string(), &cut()).await.unwrap();
    let address = proxy.address().to_string();
    let replayed = conversation::ami_again(conversation::persistent(&address, "x")).await;
    soon(playing.finished()).await.unwrap();
    assert_eq!((replayed.0.to_string(), replayed.2), (lost.to_string(), pong));
    for gap in [gap, replayed.1] {
        assert!(matches!(&gap, Missed::Gap(gap) if gap.cause == CloseReason::Remote), "{gap:?}");
    }
}

#[tokio::test]
async fn ari_is_recorded_and_replayed() {
    let Some(server) = live::server() else { return };
    let mut recorder = Recorder::new();
    let target = server.http.trim_start_matches("http://");
    let address = recorder.listen(Protocol::Ari, target).await.unwrap();
    let url = format!("http://{address}");
    let real =
        conversation::ari(conversation::client(&url, &server.ari_user, &server.ari_password)).await;
    let trace = recorded(&recorder, &server, "ari");
    for speed in [Speed::AtOnce, Speed::Recorded] {
        let playing = Replay::new(trace.clone()).speed(speed).start().await.unwrap();
        let url = format!("http://{}", playing.ari());
        let replayed = conversation::ari(conversation::client(&url, "anybody", "x")).await;
        assert_eq!(replayed, real);
        soon(playing.finished()).await.unwrap();
    }
}

#[tokio::test]
async fn requests_over_the_event_socket_are_recorded_and_replayed() {
    let Some(server) = live::server().filter(|server| server.major() >= 22) else { return };
    // An application that two tests had would be taken from one by the other.
    let server = live::OwnServer::start(&server);
    let mut recorder = Recorder::new();
    let target = server.http.trim_start_matches("http://");
    let address = recorder.listen(Protocol::Ari, target).await.unwrap();
    let url = format!("http://{address}");
    let client = conversation::client(&url, &server.ari_user, &server.ari_password);
    let real = conversation::ari(client.rest_over_websocket()).await;
    let trace = recorded(&recorder, &server, "ari_socket");

    let playing = Replay::new(trace).start().await.unwrap();
    let url = format!("http://{}", playing.ari());
    let client = conversation::client(&url, "anybody", "x");
    assert_eq!(conversation::ari(client.rest_over_websocket()).await, real);
    soon(playing.finished()).await.unwrap();
}

#[tokio::test]
async fn a_lost_event_connection_is_recorded_and_replayed() {
    let Some(server) = live::server() else { return };
    // An application that two tests had would be taken from one by the other.
    let server = live::OwnServer::start(&server);
    let cut = || Faults::new([Fault::cut().on(|m| m.contains("StasisStart")).times(1)]);
    let mut recorder = Recorder::new();
    let target = server.http.trim_start_matches("http://");
    let address = recorder.listen(Protocol::Ari, target).await.unwrap();
    let proxy = Proxy::to(Protocol::Ari, address.to_string(), &cut()).await.unwrap();
    let url = format!("http://{}", proxy.address());
    let client = conversation::client(&url, &server.ari_user, &server.ari_password);
    let real = conversation::ari_again(client).await;
    assert_eq!((&real.0, real.1), (&ari::CloseReason::Remote(None), true));
    let trace = recorded(&recorder, &server, "ari_again");

    let playing = Replay::new(trace).start().await.unwrap();
    let proxy = Proxy::to(Protocol::Ari, playing.ari().to_string(), &cut()).await.unwrap();
    let url = format!("http://{}", proxy.address());
    let replayed = conversation::ari_again(conversation::client(&url, "anybody", "x")).await;
    assert_eq!(replayed, real);
    soon(playing.finished()).await.unwrap();
}

#[tokio::test]
async fn agi_is_recorded_and_replayed() {
    let Some(server) = live::server() else { return };
    let (service, mut seen) = conversation::agi();
    let fastagi = service.bind("127.0.0.1:0").await.unwrap();
    let script = fastagi.local_addr().to_string();
    let serving = tokio::spawn(fastagi.serve());
    let mut recorder = Recorder::new();
    let address = recorder.listen(Protocol::Agi, &script).await.unwrap();
    let manager = crate::calls::manager(&server).await;
    let call = Originate::to("Local/agi@sdk").exten("sdk", "wait", 1);
    let call = call.variable("__AGI_URL", format!("agi://{address}/trace/1?a=b"));
    manager.originate(call.variable("__AGI_ARG1", "an argument")).await.unwrap();
    let real = soon(seen.recv()).await.unwrap();
    soon(recorder.all_closed()).await;
    let trace = recorded(&recorder, &server, "agi");
    let playing = Replay::new(trace).calls(&script).start().await.unwrap();
    assert_eq!(soon(seen.recv()).await.unwrap(), real);
    soon(playing.finished()).await.unwrap();
    serving.abort();
}
