//! Calls that somebody sends elsewhere.

use asterisk_sdk::ami::action::Custom;
use asterisk_sdk::ami::{Event, EventStream, Manager};
use asterisk_sdk_testkit::Endpoint;
use harness::soon;

use super::scene::{Side, add_member, line, reply, same};
use crate::calls::{has, wait_for};

/// Where a call is sent to, for caller and called.
const ELSEWHERE: [(&str, &str); 2] = [("away", "Away"), ("apart", "Apart")];

async fn scene(side: &Side) -> Manager {
    side.phone(Endpoint::answers);
    let manager = side.manager().await;
    side.teach(&manager, "truth", &[("Dial", "PJSIP/wait@loop,20"), ("Hangup", "")]).await;
    for (exten, name) in ELSEWHERE {
        let tells = format!("{name},Call: ${{UNIQUEID}}");
        side.teach(&manager, exten, &[("UserEvent", &tells), ("Wait", "0.2"), ("Hangup", "")])
            .await;
    }
    manager
}

fn redirect(channel: &str, exten: &str) -> Custom {
    let redirect = Custom::new("Redirect").header("Channel", channel).header("Context", "sdk");
    redirect.header("Exten", exten).header("Priority", "1")
}

/// What is told of each of these channels until it is gone.
async fn ends(events: &mut EventStream<Event>, ids: &[(&str, &str)]) -> Vec<String> {
    let mut lines: Vec<Vec<String>> = vec![Vec::new(); ids.len()];
    let mut gone = 0;
    while gone < ids.len() {
        let event = soon(events.next()).await.expect("it holds").expect("none is missed");
        let Some(at) = ids.iter().position(|(id, _)| has(&event, "Uniqueid", id)) else { continue };
        gone += usize::from(event.name() == "Hangup");
        // In which order they leave, and so what they look like then, is a matter of chance; when a queue says that its
        // call is over, too.
        if !["BridgeLeave", "AgentComplete"].contains(&&*event.name()) {
            lines[at].extend(line(&event, ids));
        }
    }
    lines.concat()
}

/// A caller who is in `Wait()`, by the id, and what is told of the call from then on.
async fn waiting(side: &Side, manager: &Manager) -> (String, EventStream<Event>) {
    let mut events = manager.events().all();
    side.call_in(manager, "wait").await;
    let waits = wait_for(&mut events, |event| {
        event.name() == "Newexten" && has(event, "Application", "Wait")
    });
    let id = waits.await.get("Uniqueid").expect("an id").into_owned();
    (id, events)
}

#[tokio::test]
async fn a_caller_who_waits() {
    let Some(sides) = Side::both().await else { return };
    let mut transcripts = Vec::new();
    for side in &sides {
        let manager = scene(side).await;
        let (id, mut events) = waiting(side, &manager).await;
        let mut lines = vec![reply(&manager, redirect(&id, "away")).await];
        lines.extend(ends(&mut events, &[(&id, "ID")]).await);
        println!("{}: {lines:#?}", side.name());
        transcripts.push(lines);
    }
    same("waiting", &transcripts[0], &transcripts[1]);
}

/// Two who talk because one called the other, after `order` was sent.
async fn parted(scenario: &str, order: impl Fn(&str, &str) -> Custom) {
    parted_in(scenario, "truth", order).await;
}

/// Two who talk behind an extension.
async fn parted_in(scenario: &str, exten: &str, order: impl Fn(&str, &str) -> Custom) {
    let Some(sides) = Side::both().await else { return };
    let mut transcripts = Vec::new();
    for side in &sides {
        let manager = scene(side).await;
        let mut events = manager.events().all();
        add_member(&manager, "PJSIP/wait@loop").await;
        side.call_in(&manager, exten).await;
        let dialled = wait_for(&mut events, |event| {
            event.name() == "DialBegin" && has(event, "Exten", exten)
        });
        let dialled = dialled.await;
        let id = |header| dialled.get(header).expect("an id").into_owned();
        let (caller, peer) = (id("Uniqueid"), id("DestUniqueid"));
        for _ in 0..2 {
            wait_for(&mut events, |event| event.name() == "BridgeEnter").await;
        }
        let mut lines = vec![reply(&manager, order(&caller, &peer)).await];
        lines.extend(ends(&mut events, &[(&caller, "ID"), (&peer, "PEER")]).await);
        println!("{}: {lines:#?}", side.name());
        transcripts.push(lines);
    }
    same(scenario, &transcripts[0], &transcripts[1]);
}

#[tokio::test]
async fn a_caller_who_talks() {
    parted("caller", |caller, _| redirect(caller, "away")).await;
}

#[tokio::test]
async fn a_called_one_who_talks() {
    parted("called", |_, peer| redirect(peer, "away")).await;
}

#[tokio::test]
async fn both_who_talk() {
    parted("both", |caller, peer| {
        let order = redirect(caller, "away").header("ExtraChannel", peer);
        let order = order.header("ExtraContext", "sdk").header("ExtraExten", "apart");
        order.header("ExtraPriority", "1")
    })
    .await;
}

#[tokio::test]
async fn both_who_talk_to_one_place() {
    parted("both", |caller, peer| redirect(caller, "away").header("ExtraChannel", peer)).await;
}

#[tokio::test]
async fn a_caller_who_is_sent_nowhere() {
    let Some(sides) = Side::both().await else { return };
    let mut transcripts = Vec::new();
    for side in &sides {
        let manager = scene(side).await;
        let (id, mut events) = waiting(side, &manager).await;
        let other = redirect(&id, "away").header("ExtraChannel", "nosuch");
        let mut lines = vec![reply(&manager, other).await];
        lines.push(reply(&manager, redirect(&id, "nosuch")).await);
        // This one is taken, and the call is over.
        lines.extend(ends(&mut events, &[(&id, "ID")]).await);
        println!("{}: {lines:#?}", side.name());
        transcripts.push(lines);
    }
    same("nowhere", &transcripts[0], &transcripts[1]);
}

#[tokio::test]
async fn a_caller_who_talks_to_an_agent() {
    parted_in("caller of a queue", "calls", |caller, _| redirect(caller, "away")).await;
}

#[tokio::test]
async fn an_agent_who_talks() {
    parted_in("agent", "calls", |_, peer| redirect(peer, "away")).await;
}
