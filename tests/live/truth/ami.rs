//! Calls, as AMI tells of them.

use std::time::Duration;

use asterisk_sdk::ami::action::{Custom, Originate};
use asterisk_sdk::ami::{Event, EventStream, Manager};
use asterisk_sdk_testkit::Endpoint;
use harness::soon;
use tokio::time::timeout;

use super::scene::{Side, add_member, line, same};
use crate::calls::has;

/// What a call ends with, in any order: a thread of its own tells how the order came out.
const ENDS: [&str; 2] = ["Hangup", "OriginateResponse"];

/// What is told of a channel until all of these were told.
async fn told(events: &mut EventStream<Event>, id: &str, last: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut ends = 0;
    loop {
        let event =
            soon(events.next()).await.expect("the connection holds").expect("none is missed");
        let own = ["Uniqueid", "DestUniqueid"].iter().any(|header| has(&event, header, id))
            || event.name() == "OriginateResponse";
        if !own {
            continue;
        }
        ends += usize::from(last.contains(&&*event.name()));
        lines.extend(line(&event, &[(id, "ID")]));
        if ends == last.len() {
            return lines;
        }
    }
}

/// Runs a scenario on both servers and compares what they tell.
async fn on_both(
    scenario: &str,
    order: Originate,
    behaves: fn(&Endpoint),
    ends_itself: bool,
    last: &[&str],
) {
    let Some(sides) = Side::both().await else { return };
    let mut transcripts = Vec::new();
    for side in &sides {
        side.phone(behaves);
        let manager = side.manager().await;
        let mut events = manager.events().all();
        let order = order.clone().channel_id("truth");
        manager.originate(order).await.expect("it is ordered");
        if !ends_itself {
            let hangup = Custom::new("Hangup").header("Channel", "truth").header("Cause", "16");
            manager.send(hangup).await.expect("it is there");
        }
        let lines = told(&mut events, "truth", last).await;
        println!("{}: {lines:#?}", side.name());
        transcripts.push(lines);
    }
    same(scenario, &transcripts[0], &transcripts[1]);
}

#[tokio::test]
async fn a_call_that_is_answered_and_hung_up() {
    let order = Originate::to("PJSIP/wait@loop").application_with("Wait", "60");
    let order = order.caller_id("\"Ada\" <100>").variable("A", "1").variable("B", "2");
    on_both("answered", order, Endpoint::answers, false, &ENDS).await;
}

#[tokio::test]
async fn a_call_to_somebody_who_is_busy() {
    let order = Originate::to("PJSIP/busy@loop").exten("sdk", "wait", 1);
    on_both("busy", order, Endpoint::busy, true, &ENDS).await;
}

#[tokio::test]
async fn a_call_that_nobody_answers() {
    let order = Originate::to("PJSIP/ring@loop").application_with("Wait", "5");
    let order = order.timeout(Duration::from_millis(500));
    on_both("ringing", order, Endpoint::rings, true, &ENDS).await;
}

#[tokio::test]
async fn a_call_to_an_endpoint_that_does_not_exist() {
    let order = Originate::to("PJSIP/nosuch").application_with("Wait", "5");
    on_both("no endpoint", order, Endpoint::answers, true, &["OriginateResponse"]).await;
}

/// How long the end of an agent's call may come behind the caller's hangup.
const GRACE: Duration = Duration::from_secs(3);

/// Somebody calls an extension, talks to whom it leads to, and is hung up; all that is told of the call.
async fn talked(side: &Side, manager: &Manager, exten: &str) -> Vec<String> {
    let mut events = manager.events().all();
    side.call_in(manager, exten).await;
    let mut id = String::new();
    let mut seen = Vec::new();
    let (mut entered, mut with_agent, mut hung_up) = (0, false, false);
    while !hung_up || with_agent {
        let next = soon(events.next());
        // The real server does not always tell that an agent's call is over.
        let next = if hung_up { timeout(GRACE, next).await } else { Ok(next.await) };
        let Ok(event) = next else { break };
        let event = event.expect("it holds").expect("none is missed");
        if event.name() == "Newchannel" && has(&event, "Exten", exten) {
            id = event.get("Uniqueid").expect("an id").into_owned();
        }
        entered += usize::from(event.name() == "BridgeEnter");
        if event.name() == "BridgeEnter" && entered == 2 {
            // By an action: what cause comes over SIP is a matter of chance on the real server.
            let hangup = Custom::new("Hangup").header("Channel", id.as_str());
            manager.send(hangup.header("Cause", "16")).await.expect("it is there");
        }
        let own = has(&event, "Uniqueid", &id);
        if own {
            hung_up |= event.name() == "Hangup";
            with_agent = match &*event.name() {
                "AgentConnect" => true,
                "AgentComplete" => false,
                _ => with_agent,
            };
            seen.push(event);
        }
    }
    let first = |header: &str| seen.iter().find_map(|event| event.get(header)).expect("it is told");
    let (bridge, peer) = (first("BridgeUniqueid"), first("DestUniqueid"));
    let ids = [(&*id, "ID"), (&*peer, "PEER"), (&*bridge, "BRIDGE")];
    let lines: Vec<_> = seen.iter().filter_map(|event| line(event, &ids)).collect();
    println!("{}: {lines:#?}", side.name());
    lines
}

#[tokio::test]
async fn a_caller_who_dials_somebody() {
    let Some(sides) = Side::both().await else { return };
    let mut transcripts = Vec::new();
    for side in &sides {
        side.phone(Endpoint::answers);
        let manager = side.manager().await;
        side.teach(&manager, "truth", &[("Dial", "PJSIP/wait@loop,20"), ("Hangup", "")]).await;
        transcripts.push(talked(side, &manager, "truth").await);
    }
    same("dial", &transcripts[0], &transcripts[1]);
}

#[tokio::test]
async fn a_caller_in_a_queue() {
    let Some(sides) = Side::both().await else { return };
    let mut transcripts = Vec::new();
    for side in &sides {
        side.phone(Endpoint::answers);
        let manager = side.manager().await;
        let mut members =
            manager.events().matching(|event| event.name().starts_with("QueueMember"));
        add_member(&manager, "PJSIP/wait@loop").await;
        let added = soon(members.next()).await.expect("it holds").expect("none is missed");
        let mut lines: Vec<_> = line(&added, &[]).into_iter().collect();
        lines.extend(talked(side, &manager, "calls").await);
        transcripts.push(lines);
    }
    let over = |line: &String| line.starts_with("Event=AgentComplete ");
    if !transcripts[0].iter().any(over) {
        transcripts[1].retain(|line| !over(line));
    }
    same("queue", &transcripts[0], &transcripts[1]);
}
