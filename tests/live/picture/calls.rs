//! Channels, bridges and calls: plain ones, handed on, picked up, parked.

use asterisk_sdk::ami::action::{Atxfer, BlindTransfer, Hangup, Originate, Park, Redirect};
use asterisk_sdk::ami::event::{self, DialState, Pickup};
use asterisk_sdk::ami::live::{Bridge, Call, Channel, Direction, Snapshot, What};
use asterisk_sdk::ami::{AmiEvent, Event, EventStream};
use asterisk_sdk::proto::ChannelState;

use super::Scene;
use super::records::Records;
use crate::calls::wait_for;

pub(super) async fn next<E: AmiEvent>(events: &mut EventStream<Event>) -> E {
    wait_for(events, Event::is::<E>).await.decode().expect("it is one")
}

/// Whether a channel is in a bridge with another.
pub(super) fn talks(snapshot: &Snapshot, id: &str) -> bool {
    let bridge = snapshot.get::<Channel>(id).and_then(|channel| channel.bridge.clone());
    let bridge = bridge.and_then(|id| snapshot.get::<Bridge>(id.as_str()).cloned());
    bridge.is_some_and(|bridge| bridge.members.len() == 2)
}

pub(super) fn runs(snapshot: &Snapshot, id: &str, application: &str) -> bool {
    snapshot
        .get::<Channel>(id)
        .is_some_and(|channel| channel.application.as_deref() == Some(application))
}

#[tokio::test]
async fn calls_equal_lists_and_records() {
    let Some(scene) = Scene::open().await else { return };
    plain(&scene).await;
    optimized(&scene).await;
    handed_on_blindly(&scene).await;
    handed_on_with_a_word(&scene).await;
    picked_up(&scene).await;
    parked(&scene).await;
    redirected(&scene).await;
    unanswered(&scene).await;
    over_sip(&scene).await;
    let statistics = scene.live.statistics();
    assert_eq!((statistics.gaps, statistics.corrections), (0, 0));
}

async fn plain(scene: &Scene) {
    let records = Records::begin(scene);
    let call = Originate::to("Local/wait@sdk/n").exten("sdk", "echo", 1);
    scene.originate(call.caller_id("\"Ada \\\"L\\\"\" <100>").account("acme"), "plain").await;
    let snapshot = scene.until(|snapshot| runs(snapshot, "plain", "Echo")).await;
    let channel = snapshot.get::<Channel>("plain").expect("it is there");
    assert_eq!(channel.state, Some(ChannelState::Up));
    assert_eq!(channel.caller_id.number.as_deref(), Some("100"));
    assert!(channel.is_local() && channel.answered.is_some());
    let call = snapshot.get::<Call>("plain").expect("it is there");
    assert_eq!(call.channels.len(), 2);
    assert_eq!(call.direction, Direction::Outgoing);
    assert_eq!(call.caller.number.as_deref(), Some("100"));
    assert!(call.answered.is_some() && !call.gaps);
    scene.is_right("a plain call").await;
    let calls = records.end(scene, 1).await;
    assert_eq!(calls[0].id.as_str(), "plain");
    assert_eq!(calls[0].legs.len(), 2);
    assert_eq!(calls[0].legs[0].caller_id.number.as_deref(), Some("100"));
}

async fn optimized(scene: &Scene) {
    let records = Records::begin(scene);
    let call = Originate::to("PJSIP/echo@loop").application_with("Dial", "Local/wait@sdk,20");
    scene.originate(call, "short").await;
    scene.until(|snapshot| talks(snapshot, "short")).await;
    scene.is_right("a call through a Local channel").await;
    // Over SIP, the server's other end of it is a call of its own.
    let calls = records.end(scene, 2).await;
    let ours = calls.iter().find(|call| call.id.as_str() == "short").expect("it has ended");
    assert_eq!(ours.legs.len(), 3);
}

async fn handed_on_blindly(scene: &Scene) {
    let records = Records::begin(scene);
    scene.call("from", "pair").await;
    let snapshot = scene.until(|snapshot| talks(snapshot, "from")).await;
    let other = other(&snapshot, "from");
    scene.is_right("before a blind transfer").await;
    scene.manager.send(BlindTransfer::new("from", "echo").context("sdk")).await.unwrap();
    scene.until(|snapshot| runs(snapshot, &other, "Echo")).await;
    let snapshot = scene.is_right("after a blind transfer").await;
    let call = snapshot.get::<Call>("from").expect("it goes on");
    assert_eq!(call.transfers, 1);
    let calls = records.end(scene, 1).await;
    assert_eq!(calls[0].transfers, 1);
    let handed_on = |step: &&asterisk_sdk::ami::live::Step| matches!(&step.what, What::BlindTransfer { to } if &**to == "echo@sdk");
    let step = calls[0].timeline.iter().find(handed_on).expect("it is told");
    assert_eq!(step.channel.as_ref().map(AsRef::as_ref), Some("from"));
}

async fn handed_on_with_a_word(scene: &Scene) {
    let records = Records::begin(scene);
    scene.call("from", "pair").await;
    let snapshot = scene.until(|snapshot| talks(snapshot, "from")).await;
    let bridge = snapshot.get::<Channel>("from").unwrap().bridge.clone();
    let mut events = scene.events();
    scene.manager.send(Atxfer::new("from", "200").context("sdk")).await.unwrap();
    let elsewhere = |snapshot: &Snapshot| {
        talks(snapshot, "from") && snapshot.get::<Channel>("from").unwrap().bridge != bridge
    };
    scene.until(elsewhere).await;
    let snapshot = scene.is_right("while asking").await;
    assert_eq!(snapshot.get::<Call>("from").unwrap().holds, 1);
    scene.manager.send(Hangup::new("from")).await.unwrap();
    next::<event::AttendedTransfer>(&mut events).await;
    scene.until(|snapshot| snapshot.get::<Channel>("from").is_none()).await;
    let snapshot = scene.is_right("after an attended transfer").await;
    assert_eq!(snapshot.get::<Call>("from").unwrap().transfers, 1);
    assert_eq!(snapshot.get::<Call>("from").unwrap().holds, 0);
    records.end(scene, 1).await;
}

async fn picked_up(scene: &Scene) {
    let records = Records::begin(scene);
    let mut events = scene.events();
    let call = Originate::to("Local/wait@sdk/n").application_with("Dial", "Local/ring@sdk/n,20");
    scene.originate(call, "calls").await;
    let rings = next::<DialState>(&mut events).await.dest.channel.unwrap();
    scene.is_right("while it rings").await;
    let call = Originate::to("Local/wait@sdk/n").application_with("PickupChan", &*rings);
    scene.originate(call, "takes").await;
    next::<Pickup>(&mut events).await;
    scene.until(|snapshot| talks(snapshot, "takes")).await;
    let snapshot = scene.is_right("after a pickup").await;
    let [call] = &snapshot.all::<Call>().collect::<Vec<_>>()[..] else { panic!("{snapshot:#?}") };
    assert_eq!((call.id.as_str(), call.joined[0].as_str()), ("calls", "takes"));
    // Two calls became one.
    let calls = records.end(scene, 1).await;
    let joined = |what: &What| matches!(what, What::Joined { with } if with.as_str() == "takes");
    assert!(calls[0].timeline.iter().any(|step| joined(&step.what)));
    assert!(calls[0].timeline.iter().any(|step| step.what == What::PickedUp));
}

async fn parked(scene: &Scene) {
    let records = Records::begin(scene);
    scene.call("parks", "pair").await;
    scene.until(|snapshot| talks(snapshot, "parks")).await;
    scene.manager.send(Park::new("parks")).await.unwrap();
    let waits = |snapshot: &Snapshot| {
        let bridge = snapshot.get::<Channel>("parks").and_then(|channel| channel.bridge.clone());
        bridge.is_some_and(|id| {
            let bridge = snapshot.get::<Bridge>(id.as_str()).expect("it is known");
            bridge.technology.as_deref() == Some("holding_bridge")
        })
    };
    scene.until(waits).await;
    scene.is_right("while parked").await;
    scene.call("fetches", "701").await;
    scene.until(|snapshot| talks(snapshot, "parks")).await;
    let snapshot = scene.is_right("after it was fetched").await;
    assert_eq!(snapshot.count::<Call>(), 1);
    let calls = records.end(scene, 1).await;
    assert_eq!(calls[0].id.as_str(), "parks");
    let steps: Vec<&What> = calls[0].timeline.iter().map(|step| &step.what).collect();
    assert!(steps.contains(&&What::Parked { space: 701 }) && steps.contains(&&What::Unparked));
}

async fn redirected(scene: &Scene) {
    let records = Records::begin(scene);
    scene.call("both", "pair").await;
    let snapshot = scene.until(|snapshot| talks(snapshot, "both")).await;
    let other = other(&snapshot, "both");
    let name = snapshot.get::<Channel>(&other).unwrap().name.clone();
    let redirect = Redirect::new("both", "echo", "sdk", "1")
        .extra_channel(&*name)
        .extra_exten("wait")
        .extra_context("sdk")
        .extra_priority("1");
    scene.manager.send(redirect).await.unwrap();
    let apart =
        |snapshot: &Snapshot| runs(snapshot, "both", "Echo") && runs(snapshot, &other, "Wait");
    scene.until(apart).await;
    let snapshot = scene.is_right("after a redirect").await;
    assert_eq!(snapshot.count::<Call>(), 1);
    records.end(scene, 1).await;
}

async fn unanswered(scene: &Scene) {
    for exten in ["busy", "congestion"] {
        let mut feed = scene.live.changes().completed_calls();
        let call = Originate::to(format!("Local/{exten}@sdk")).exten("sdk", "echo", 1);
        scene.originate(call, exten).await;
        let call = harness::soon(feed.next()).await.unwrap().unwrap();
        assert_eq!((call.id.as_str(), call.answered), (exten, None));
        assert_eq!(call.talk_time(), std::time::Duration::ZERO);
        scene.is_right("after a call that failed").await;
    }
}

async fn over_sip(scene: &Scene) {
    let records = Records::begin(scene);
    let call = Originate::to("PJSIP/pair@loop").exten("sdk", "pair", 1);
    scene.originate(call, "sip").await;
    scene.until(|snapshot| talks(snapshot, "sip")).await;
    let snapshot = scene.is_right("over SIP").await;
    let incoming: Vec<_> =
        snapshot.all::<Call>().filter(|call| call.direction == Direction::Incoming).collect();
    let [incoming] = &incoming[..] else { panic!("{incoming:#?}") };
    assert_eq!(incoming.exten.as_deref(), Some("pair"));
    let calls = records.end(scene, 2).await;
    assert!(calls.iter().all(|call| call.answered.is_some()));
}

/// The channel that one talks to.
pub(super) fn other(snapshot: &Snapshot, id: &str) -> String {
    let bridge = snapshot.get::<Channel>(id).unwrap().bridge.clone().unwrap();
    let bridge = snapshot.get::<Bridge>(bridge.as_str()).unwrap();
    let other = bridge.members.iter().find(|member| member.as_str() != id).unwrap();
    other.as_str().to_owned()
}
