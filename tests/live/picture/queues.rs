//! Queues, agents, parked calls and conferences.

use asterisk_sdk::ami::action::{
    AgentLogoff, ConfbridgeMute, ConfbridgeUnmute, Hangup, Originate, QueueAdd, QueuePause,
    QueuePenalty, QueueRemove,
};
use asterisk_sdk::ami::event::AgentStatus;
use asterisk_sdk::ami::live::{
    Agent, Channel, Conference, ConferenceUser, ParkedCall, Queue, QueueCaller, QueueMember, What,
};

use super::Scene;
use super::records::Records;

#[tokio::test]
async fn queues_agents_and_conferences_equal_lists() {
    let Some(scene) = Scene::open().await else { return };
    scene.is_right("at the beginning").await;
    members(&scene).await;
    connected(&scene).await;
    waiting(&scene).await;
    agents(&scene).await;
    parked(&scene).await;
    conferences(&scene).await;
    let statistics = scene.live.statistics();
    assert_eq!((statistics.gaps, statistics.corrections), (0, 0));
}

// Not what the callers are, who would have it in use.
const MEMBER: &str = "Local/echo@sdk";

async fn members(scene: &Scene) {
    let key = QueueMember::key_of("calls", MEMBER);
    scene
        .manager
        .send(QueueAdd::new("calls", MEMBER).member_name("Bob").penalty(2_u32))
        .await
        .unwrap();
    let snapshot = scene.until(|snapshot| snapshot.get::<QueueMember>(&key).is_some()).await;
    let member = snapshot.get::<QueueMember>(&key).unwrap();
    assert_eq!((&*member.name, member.penalty, member.paused), ("Bob", 2, false));
    scene.is_right("with a member").await;
    let pause = |paused| QueuePause::new(MEMBER, paused).queue("calls");
    scene.manager.send(pause(true).reason("tea")).await.unwrap();
    let is_paused = |paused| {
        let key = key.clone();
        move |snapshot: &asterisk_sdk::ami::live::Snapshot| {
            snapshot.get::<QueueMember>(&key).unwrap().paused == paused
        }
    };
    let snapshot = scene.until(is_paused(true)).await;
    assert_eq!(&*snapshot.get::<QueueMember>(&key).unwrap().paused_reason, "tea");
    scene.is_right("with a paused member").await;
    scene.manager.send(pause(false)).await.unwrap();
    scene.until(is_paused(false)).await;
    scene.manager.send(QueuePenalty::new(MEMBER, 5_u32).queue("calls")).await.unwrap();
    scene.until(|snapshot| snapshot.get::<QueueMember>(&key).unwrap().penalty == 5).await;
    scene.is_right("with another penalty").await;
}

async fn connected(scene: &Scene) {
    let key = QueueMember::key_of("calls", MEMBER);
    let records = Records::begin(scene);
    let call = Originate::to("Local/wait@sdk/n").application_with("Queue", "calls");
    scene.originate(call, "asks").await;
    scene.until(|snapshot| snapshot.get::<QueueMember>(&key).unwrap().in_call).await;
    scene.is_right("with a caller connected").await;
    let calls = records.end(scene, 1).await;
    let steps: Vec<&What> = calls[0].timeline.iter().map(|step| &step.what).collect();
    assert!(steps.contains(&&What::Queued { queue: "calls".into() }));
    assert!(steps.contains(&&What::Connected { member: MEMBER.into() }));
    let snapshot = scene.is_right("with a call completed").await;
    assert_eq!(snapshot.get::<Queue>("calls").unwrap().completed, 1);
    assert_eq!(snapshot.get::<QueueMember>(&key).unwrap().calls_taken, 1);
    scene.manager.send(QueueRemove::new("calls", MEMBER)).await.unwrap();
    scene.until(|snapshot| snapshot.get::<QueueMember>(&key).is_none()).await;
}

async fn waiting(scene: &Scene) {
    for (id, caller) in [("first", "Ada <100>"), ("second", "Bob <101>"), ("third", "Eve <102>")] {
        let call = Originate::to("Local/wait@sdk/n").application_with("Queue", "calls");
        scene.originate(call.caller_id(caller), id).await;
        scene.until(|snapshot| snapshot.get::<QueueCaller>(id).is_some()).await;
    }
    let snapshot = scene.is_right("with three who wait").await;
    assert_eq!(snapshot.get::<Queue>("calls").unwrap().waiting, 3);
    assert_eq!(snapshot.get::<QueueCaller>("third").unwrap().position, 3);
    let mut feed = scene.live.changes().completed_calls();
    scene.manager.send(Hangup::new("first")).await.unwrap();
    let snapshot = scene.until(|snapshot| snapshot.get::<QueueCaller>("first").is_none()).await;
    // At once, though nobody has asked for the figures yet.
    assert_eq!(snapshot.get::<Queue>("calls").unwrap().waiting, 2);
    assert_eq!(snapshot.get::<QueueCaller>("third").unwrap().position, 2);
    let call = harness::soon(feed.next()).await.unwrap().unwrap();
    assert!(call.timeline.iter().any(|step| step.what == What::Abandoned));
    let snapshot = scene.is_right("with one who gave up").await;
    assert_eq!(snapshot.get::<Queue>("calls").unwrap().abandoned, 1);
    scene.clear().await;
}

async fn agents(scene: &Scene) {
    let is = |status: AgentStatus| {
        move |snapshot: &asterisk_sdk::ami::live::Snapshot| {
            snapshot.get::<Agent>("1001").unwrap().status.as_ref() == Some(&status)
        }
    };
    assert!(is(AgentStatus::LoggedOff)(&scene.live.snapshot()));
    let call = Originate::to("Local/wait@sdk/n").application_with("AgentLogin", "1001");
    scene.originate(call, "agent").await;
    let snapshot = scene.until(is(AgentStatus::Idle)).await;
    let agent = snapshot.get::<Agent>("1001").unwrap();
    assert_eq!(agent.channel.as_ref().map(AsRef::as_ref), Some("agent"));
    assert_eq!(&*agent.name, "Agent Ada");
    scene.is_right("with an agent").await;
    scene.manager.send(AgentLogoff::new("1001")).await.unwrap();
    scene.until(is(AgentStatus::LoggedOff)).await;
    scene.clear().await;
}

async fn parked(scene: &Scene) {
    scene.call("waits", "park").await;
    let snapshot = scene.until(|snapshot| snapshot.get::<ParkedCall>("waits").is_some()).await;
    let call = snapshot.get::<ParkedCall>("waits").unwrap();
    assert_eq!((&*call.lot, call.space), ("default", 701));
    let stays = call.until.unwrap().duration_since(call.since).unwrap();
    assert_eq!(stays.as_secs(), 45);
    scene.is_right("with a parked call").await;
    scene.call("fetches", "701").await;
    scene.until(|snapshot| snapshot.get::<ParkedCall>("waits").is_none()).await;
    scene.is_right("with a call fetched").await;
    scene.clear().await;
    scene.call("leaves", "park").await;
    scene.until(|snapshot| snapshot.get::<ParkedCall>("leaves").is_some()).await;
    scene.manager.send(Hangup::new("leaves")).await.unwrap();
    scene.until(|snapshot| snapshot.get::<ParkedCall>("leaves").is_none()).await;
    scene.clear().await;
}

async fn conferences(scene: &Scene) {
    for (id, profile) in [("chair", "admin"), ("guest", "waiting")] {
        let data = format!("room,,{profile}");
        let call = Originate::to("Local/wait@sdk/n").application_with("ConfBridge", data);
        scene.originate(call, id).await;
        scene.until(|snapshot| snapshot.get::<ConferenceUser>(id).is_some()).await;
    }
    let marked = |snapshot: &asterisk_sdk::ami::live::Snapshot| {
        snapshot.get::<ConferenceUser>("chair").unwrap().marked == Some(true)
    };
    scene.until(marked).await;
    let snapshot = scene.is_right("with a conference").await;
    assert_eq!(snapshot.get::<Conference>("room").unwrap().parties, 2);
    let name = snapshot.get::<Channel>("guest").unwrap().name.clone();
    let is_muted = |muted| {
        move |snapshot: &asterisk_sdk::ami::live::Snapshot| {
            snapshot.get::<ConferenceUser>("guest").unwrap().muted == muted
        }
    };
    scene.manager.send(ConfbridgeMute::new("room", &*name)).await.unwrap();
    scene.until(is_muted(true)).await;
    scene.is_right("with a muted user").await;
    scene.manager.send(ConfbridgeUnmute::new("room", &*name)).await.unwrap();
    scene.until(is_muted(false)).await;
    scene.manager.send(Hangup::new("guest")).await.unwrap();
    scene.until(|snapshot| snapshot.get::<ConferenceUser>("guest").is_none()).await;
    scene.is_right("with one user left").await;
    scene.clear().await;
    assert_eq!(scene.live.snapshot().count::<Conference>(), 0);
}
