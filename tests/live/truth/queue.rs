//! Callers of a queue whom nobody takes.

use asterisk_sdk::ami::action::Custom;
use asterisk_sdk::ami::{Event, EventStream, Manager};
use asterisk_sdk_testkit::Endpoint;
use harness::soon;

use super::scene::{Side, add_member, line, reply, same};
use crate::calls::has;

/// What is told of a caller and of the call to the member, until both are gone. `impatient` ones hang up once the
/// member's phone rings.
async fn waited(
    manager: &Manager,
    events: &mut EventStream<Event>,
    impatient: bool,
) -> (Vec<String>, Vec<String>) {
    let (mut id, mut leg) = (String::new(), String::new());
    let (mut of_caller, mut of_leg) = (Vec::new(), Vec::new());
    let (mut signs, mut open) = (0, 1);
    while open > 0 {
        let event = soon(events.next()).await.expect("it holds").expect("none is missed");
        if event.name() == "Newchannel" && has(&event, "Exten", "truth") {
            id = event.get("Uniqueid").expect("an id").into_owned();
        }
        let is_leg =
            !id.is_empty() && has(&event, "Linkedid", &id) && !has(&event, "Uniqueid", &id);
        if is_leg && event.name() == "Newchannel" {
            leg = event.get("Uniqueid").expect("an id").into_owned();
            open += 1;
        }
        if is_leg {
            of_leg.push(event.clone());
        } else if !id.is_empty() && has(&event, "Uniqueid", &id) {
            of_caller.push(event.clone());
        } else {
            continue;
        }
        // The phone rings, and is said to ring, in any order.
        let rings = event.name() == "DialState" || (is_leg && event.name() == "Newstate");
        signs += usize::from(rings);
        if rings && signs == 2 && impatient {
            let hangup = Custom::new("Hangup").header("Channel", id.as_str());
            manager.send(hangup.header("Cause", "16")).await.expect("it is there");
        }
        open -= usize::from(event.name() == "Hangup");
    }
    let ids = [(&*id, "ID"), (&*leg, "LEG")];
    let ids = if leg.is_empty() { &ids[..1] } else { &ids[..] };
    let lines = |events: Vec<Event>| events.iter().filter_map(|event| line(event, ids)).collect();
    (lines(of_caller), lines(of_leg))
}

/// Somebody calls a queue on both servers.
async fn on_both(scenario: &str, data: &str, with_member: bool, impatient: bool) {
    let Some(sides) = Side::both().await else { return };
    let (mut callers, mut legs) = (Vec::new(), Vec::new());
    for side in &sides {
        let manager = side.manager().await;
        let tells = "QueueDone,Status: ${QUEUESTATUS},Abandoned: ${ABANDONED}";
        let steps = [("Answer", ""), ("Queue", data), ("UserEvent", tells), ("Hangup", "")];
        side.teach(&manager, "truth", &steps).await;
        if with_member {
            side.phone(Endpoint::rings);
            add_member(&manager, "PJSIP/ring@loop").await;
        }
        let mut events = manager.events().all();
        side.call_in(&manager, "truth").await;
        let (mut caller, leg) = waited(&manager, &mut events, impatient).await;
        // What the queue has counted.
        let parameters = Custom::new("QueueStatus").header("Queue", "calls");
        caller.push(reply(&manager, parameters).await);
        println!("{}: {caller:#?} {leg:#?}", side.name());
        callers.push(caller);
        legs.push(leg);
    }
    same(scenario, &callers[0], &callers[1]);
    same(scenario, &legs[0], &legs[1]);
}

#[tokio::test]
async fn a_caller_who_waits_too_long() {
    on_both("nobody there", "calls,,,,1", false, false).await;
}

#[tokio::test]
async fn a_caller_whom_nobody_answers_in_time() {
    on_both("nobody answers", "calls,,,,1", true, false).await;
}

#[tokio::test]
async fn a_caller_who_gives_up() {
    on_both("impatient", "calls", true, true).await;
}

#[tokio::test]
async fn a_queue_that_does_not_exist() {
    on_both("no queue", "nosuch", false, false).await;
}
