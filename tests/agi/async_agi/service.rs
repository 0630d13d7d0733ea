//! Which calls are taken, when, and what becomes of them when it is over.

use std::future::{IntoFuture, pending};
use std::time::Duration;

use asterisk_sdk::agi::{Call, HangupKind, Service};
use asterisk_sdk::ami::{Builder, Manager, Reconnect};
use asterisk_sdk::async_agi::AsyncAgi;
use asterisk_sdk::proto::error::Delivery;
use harness::ami_peer::{AmiPeer, Link, captured_response};
use harness::{handed_over, soon};
use tokio::sync::{mpsc, oneshot};

use super::{FAIL, Played, VERSIONS, action_id, is_pipe, messages, start, taken};

#[tokio::test]
async fn handlers_that_fail_and_calls_that_nobody_takes() {
    let service = Service::builder()
        .route("^x$", |call: Call| async move { Err::<(), _>(format!("not {}", call.path())) });
    let mut played = Played::start(22, service).await;
    for (name, path) in [("async_idle", "an error"), ("async_menu", "no route")] {
        played.link.write(start(name, 22)).await;
        let release = played.queued(22).await;
        assert_eq!(release.get("Command"), FAIL, "{path}");
        assert_eq!(release.get("Channel"), format!("{name}-script"));
    }
    played.stop().await;
}

#[tokio::test]
async fn a_test_decides_whose_calls_are_whose() {
    let (service, mut calls) = handed_over();
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let service = service.build().unwrap();
    let ours = AsyncAgi::new(&manager, service).take_if(|start| {
        let id = start.channel.unique_id.as_ref().unwrap().as_str();
        assert_ne!(id, "async_env-script", "one that panics takes nothing");
        id == "async_idle-script"
    });
    // They are seen from the time when it was made.
    for name in ["async_menu", "async_env", "async_idle"] {
        link.write(start(name, 22)).await;
    }
    let served = tokio::spawn(ours.serve());
    let call = taken(&mut calls).await;
    assert_eq!(call.environment().unique_id().as_str(), "async_idle-script");
    assert!(!served.is_finished());
    served.abort();
}

#[tokio::test]
async fn a_connection_that_ends_for_good() {
    let (service, mut calls) = handed_over();
    let mut played = Played::start(22, service).await;
    played.link.write(start("async_idle", 22)).await;
    let mut busy = taken(&mut calls).await;
    played.link.write(start("async_menu", 22)).await;
    let mut idle = taken(&mut calls).await;
    let Played { mut link, served, stop } = played;
    let lost = async {
        let action = link.expect("AGI").await;
        let answer = captured_response("async_moved", 22, "c2");
        link.write_as(&answer, &[("c2", action.id())]).await;
        drop(link);
    };
    let (cut, ()) = soon(async { tokio::join!(busy.noop().into_future(), lost) }).await;
    assert!(is_pipe(&cut, Delivery::Unknown), "{cut:?}");
    assert_eq!(soon(idle.hung_up()).await, HangupKind::Pipe);
    // Serving ends too.
    let drained = soon(served).await.unwrap();
    assert_eq!((drained.finished, drained.aborted), (0, 0));
    drop(stop);
}

/// A client that comes back at once.
fn builder(peer: &AmiPeer) -> Builder {
    let quick = Reconnect::default().pauses(Duration::from_millis(1), Duration::from_millis(1));
    Manager::builder(peer.address()).login("admin", "secret").reconnect(quick)
}

async fn accept(peer: &AmiPeer, version: u32) -> Link {
    let mut link = soon(peer.accept()).await;
    link.play_login(version).await;
    link
}

#[tokio::test]
async fn after_a_reconnect_lost_calls_are_let_go_on_where_they_are() {
    for version in VERSIONS {
        for moved in [false, true] {
            let peer = AmiPeer::bind().await;
            let (manager, link) = tokio::join!(builder(&peer).connect(), accept(&peer, version));
            let (service, mut calls) = handed_over();
            let mut played = Played::over(&manager.unwrap(), link, service);
            played.link.write(start("async_listed", version)).await;
            let mut call = taken(&mut calls).await;

            played.link.close().await;
            assert_eq!(soon(call.hung_up()).await, HangupKind::Pipe);
            played.link = accept(&peer, version).await;
            let asked = played.link.expect("CoreShowChannels").await;
            let list: String = messages("async_listed", version).split_off(1).concat();
            let mut list = list.replace("ActionID: l1\r\n", &action_id(&asked));
            if moved {
                list = list.replace("Exten: agi\r\n", "Exten: queue\r\n");
            }
            played.link.write(list).await;
            if !moved {
                let release = played.queued(version).await;
                assert_eq!(release.get("Command"), FAIL);
                assert_eq!(release.get("Channel"), "async_listed-script");
            }
            // The next call is served; it has been let go on before any other action.
            played.link.write(start("async_idle", version)).await;
            drop(taken(&mut calls).await);
            let release = played.queued(version).await;
            assert_eq!(release.get("Command"), "ASYNCAGI BREAK");
            assert_eq!(release.get("Channel"), "async_idle-script");
            played.shutdown();
            assert_eq!(soon(played.served).await.unwrap().aborted, 0);
        }
    }
}

#[tokio::test]
async fn calls_take_turns() {
    let (calls, mut running) = mpsc::channel(1);
    let service = Service::builder().fallback(move |call: Call| {
        let calls = calls.clone();
        async move {
            let (end, ended) = oneshot::channel::<()>();
            let id = call.environment().unique_id();
            let _ = calls.send((id.as_str().to_owned(), end)).await;
            let _ = ended.await;
        }
    });
    let mut played = Played::start(22, service.max_connections(1)).await;
    let hung_up = messages("async_failed", 22);
    let end = hung_up.iter().find(|message| message.starts_with("Event: AsyncAGIEnd"));
    let waiting = [&start("async_idle", 22), &hung_up[0], end.unwrap(), &start("async_menu", 22)];
    for message in waiting {
        played.link.write(message).await;
    }
    let (id, end) = soon(running.recv()).await.unwrap();
    assert_eq!(id, "async_idle-script");
    assert!(running.try_recv().is_err());
    drop(end);
    assert_eq!(played.queued(22).await.get("Channel"), "async_idle-script");
    // Whoever hung up meanwhile is passed over.
    let (id, end) = soon(running.recv()).await.unwrap();
    assert_eq!(id, "async_menu-script");
    drop(end);
    assert_eq!(played.queued(22).await.get("Channel"), "async_menu-script");
    played.stop().await;
}

#[tokio::test]
async fn a_shutdown_with_calls_that_run_and_that_wait() {
    let (running, mut began) = mpsc::channel(1);
    let service = Service::builder().fallback(move |call: Call| {
        let running = running.clone();
        async move {
            let _ = running.send(()).await;
            pending::<()>().await;
            drop(call);
        }
    });
    let service = service.max_connections(1).drain_timeout(Duration::from_millis(10));
    let mut played = Played::start(22, service).await;
    played.link.write(start("async_idle", 22)).await;
    soon(began.recv()).await.unwrap();
    // Whoever hangs up while waiting is not of interest any more.
    let hung_up = messages("async_failed", 22);
    let end = hung_up.iter().find(|message| message.starts_with("Event: AsyncAGIEnd"));
    played.link.write(&hung_up[0]).await;
    played.link.write(end.unwrap()).await;
    let limit = 4095;
    let waits = start("async_menu", 22);
    for number in 0..limit {
        let id = format!("Uniqueid: waits-{number}\r\n");
        played.link.write(waits.replace("Uniqueid: async_menu-script\r\n", &id)).await;
    }
    // There is no room for this one.
    played.link.write(start("async_env", 22)).await;
    let refused = played.queued(22).await;
    assert_eq!((refused.get("Command"), refused.get("Channel")), (FAIL, "async_env-script"));

    played.shutdown();
    let mut channels = Vec::new();
    for _ in 0..=limit {
        let release = played.queued(22).await;
        let channel = release.get("Channel").to_owned();
        let expected = if channel == "async_idle-script" { "ASYNCAGI BREAK" } else { FAIL };
        assert_eq!(release.get("Command"), expected, "{channel}");
        channels.push(channel);
    }
    channels.sort_unstable();
    channels.dedup();
    assert_eq!(channels.len(), limit + 1);
    let drained = soon(played.served).await.unwrap();
    assert_eq!((drained.finished, drained.aborted), (0, 1));
}
