//! Connections that break, servers that die, and what events do not tell.

use std::collections::HashSet;
use std::time::Duration;

use asterisk_sdk::ami::action::{Hangup, Originate, Setvar};
use asterisk_sdk::ami::live::{Call, Change, Channel, Freshness, Live, Snapshot};
use asterisk_sdk::ami::{Manager, Reconnect};
use harness::live::{OwnServer, Server, server};
use harness::soon;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::Scene;

/// A way to the server that can be cut.
pub(super) struct Relay {
    address: String,
    /// How many times it was cut; connections of before are closed. An odd number lets nobody in.
    cuts: watch::Sender<u32>,
}

impl Relay {
    async fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (cuts, seen) = watch::channel(0);
        let server = server.ami.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let mut seen = seen.clone();
                if *seen.borrow_and_update() % 2 == 0 {
                    tokio::spawn(pass(client, server.clone(), seen));
                }
            }
        });
        Self { address, cuts }
    }

    pub(super) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    pub(super) fn mend(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

async fn pass(mut client: TcpStream, server: String, mut cuts: watch::Receiver<u32>) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
        _ = cuts.changed() => {}
    }
}

/// A picture whose connection can be cut.
async fn scene() -> Option<(Scene, Relay)> {
    let server = OwnServer::start(&server()?);
    let user = server.ami_admin.0.clone();
    Some(over_relay(server, &user).await)
}

/// The same of this server, whose picture has a user of its own with the secret of all.
pub(super) async fn over_relay(server: OwnServer, user: &str) -> (Scene, Relay) {
    let relay = Relay::to(&server).await;
    let secret = server.ami_admin.1.clone();
    let quick = Reconnect::default().pauses(Duration::from_millis(20), Duration::from_millis(100));
    let builder = Manager::builder(&relay.address).login(user, secret).reconnect(quick);
    let pictured = builder.connect().await.unwrap();
    let live = Live::attach(&pictured).no_reconcile().await.unwrap();
    let manager = crate::calls::manager(&server).await;
    (Scene { manager, live, server }, relay)
}

pub(super) fn is_current(snapshot: &Snapshot) -> bool {
    snapshot.freshness() == Freshness::Current
}

#[tokio::test]
async fn what_happened_while_cut_off_comes_as_changes() {
    let Some((scene, relay)) = scene().await else { return };
    scene.call("ends", "echo").await;
    scene.call("stays", "echo").await;
    scene.until(|snapshot| snapshot.count::<Channel>() == 4).await;
    scene.is_right("before").await;
    let mut calls = scene.live.changes().of::<Call>();
    let mut completed = scene.live.changes().completed_calls();
    relay.cut();
    scene.until(|snapshot| matches!(snapshot.freshness(), Freshness::Stale { .. })).await;
    scene.manager.send(Hangup::new("ends")).await.unwrap();
    scene.call("began", "echo").await;
    while scene.manager.send(asterisk_sdk::ami::action::Status::new().channel("ends")).await.is_ok()
    {
        tokio::task::yield_now().await;
    }
    // Still as it was.
    assert!(scene.live.get::<Channel>("ends").is_some());
    relay.mend();
    scene.until(is_current).await;
    let mut changes = HashSet::new();
    while changes.len() < 3 {
        changes.insert(match soon(calls.next()).await.unwrap().unwrap() {
            Change::Added(call) => ("added", call.id.as_str().to_owned()),
            Change::Removed(call) => ("removed", call.id.as_str().to_owned()),
            // What goes on says that something of it may have been missed.
            Change::Changed { after, .. } if !after.gaps => panic!("{after:?}"),
            Change::Changed { .. } => continue,
            other => panic!("{other:?}"),
        });
        if changes.len() == 2 {
            break;
        }
    }
    let expected = [("added", "began".to_owned()), ("removed", "ends".to_owned())];
    assert_eq!(changes, HashSet::from(expected));
    let ended = soon(completed.next()).await.unwrap().unwrap();
    assert_eq!((ended.id.as_str(), ended.gaps, ended.cause), ("ends", true, None));
    let snapshot = scene.is_right("after").await;
    assert!(snapshot.get::<Call>("stays").unwrap().gaps);
    assert_eq!(scene.live.statistics().gaps, 1);
    assert_eq!(scene.live.statistics().corrections, 0);
    scene.clear().await;
    for _ in 0..2 {
        assert!(soon(completed.next()).await.unwrap().unwrap().gaps);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_leaves_nothing() {
    let Some((scene, _relay)) = scene().await else { return };
    scene.call("lost", "pair").await;
    scene.until(|snapshot| snapshot.count::<Channel>() == 4).await;
    let mut completed = scene.live.changes().completed_calls();
    tokio::task::block_in_place(|| scene.server.restart());
    let snapshot =
        scene.until(|snapshot| is_current(snapshot) && snapshot.count::<Channel>() == 0).await;
    assert_eq!(snapshot.count::<Call>(), 0);
    let lost = soon(completed.next()).await.unwrap().unwrap();
    assert_eq!((lost.id.as_str(), lost.gaps, lost.legs.len()), ("lost", true, 4));
}

#[tokio::test]
async fn two_hundred_calls_with_the_connection_cut_now_and_then() {
    let Some((scene, relay)) = scene().await else { return };
    let mut completed = scene.live.changes().capacity(1000).completed_calls();
    let places = ["echo", "busy", "conference", "queue", "park", "pair", "congestion", "late"];
    let add = asterisk_sdk::ami::action::QueueAdd::new("calls", "Local/echo@sdk");
    scene.manager.send(add).await.unwrap();
    for n in 0..200 {
        let place = places[n % places.len()];
        let call = Originate::to(format!("Local/{place}@sdk"))
            .exten("sdk", "echo", 1)
            .channel_id(format!("many-{n:03}-"))
            .other_channel_id(format!("far-{n:03}-"));
        scene.manager.send(call).await.unwrap();
        if n % 40 == 20 {
            relay.cut();
            scene.until(|snapshot| !is_current(snapshot)).await;
        }
        if n % 40 == 25 {
            relay.mend();
            scene.until(is_current).await;
            scene.is_right("after a cut").await;
        }
        if n % 40 == 39 {
            scene.is_right("between cuts").await;
            scene.clear().await;
        }
    }
    assert_eq!(scene.live.statistics().gaps, 5);
    let mut seen = HashSet::new();
    let last = Originate::to("Local/busy@sdk").exten("sdk", "echo", 1).channel_id("last");
    scene.manager.send(last).await.unwrap();
    loop {
        let call = soon(completed.next()).await.unwrap().expect("none is missed");
        assert!(seen.insert(call.id.clone()), "{} is told twice", call.id);
        if call.id.as_str() == "last" {
            break;
        }
    }
    // Only what came and went while the connection was cut was not seen at all.
    let unseen = (0..200).filter(|n| !seen.contains(format!("many-{n:03}-").as_str()));
    assert!(unseen.count() <= 5 * 6, "{}", seen.len());
}

#[tokio::test]
async fn a_reconciliation_finds_what_no_event_told() {
    let Some(server) = server() else { return };
    let server = OwnServer::start(&server);
    let pictured = crate::calls::manager(&server).await;
    let live = Live::attach(&pictured).reconcile_every(Duration::from_millis(300)).await.unwrap();
    let manager = crate::calls::manager(&server).await;
    let scene = Scene { manager, live, server };
    scene.call("quiet", "music").await;
    let up = |snapshot: &Snapshot| {
        let channel = snapshot.get::<Channel>("quiet");
        channel.is_some_and(|channel| channel.application.as_deref() == Some("MusicOnHold"))
    };
    scene.until(up).await;
    let before = scene.live.statistics();
    let name = scene.live.get::<Channel>("quiet").unwrap().name.clone();
    let language = Setvar::new("CHANNEL(language)", "de").channel(&*name);
    scene.manager.send(language).await.unwrap();
    let is_german = |snapshot: &Snapshot| {
        snapshot.get::<Channel>("quiet").unwrap().language.as_deref() == Some("de")
    };
    scene.until(is_german).await;
    let after = scene.live.statistics();
    assert!(after.corrections > before.corrections, "{before:?} {after:?}");
    assert_eq!(after.gaps, 0);
}
