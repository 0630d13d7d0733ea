//! Calls of two, who stay where they are.

use std::time::Duration;

use asterisk_sdk::ami::action::Originate;

use super::script::Actor;
use crate::phone::{Phone, Request, invite};

pub(super) async fn talk(actor: &mut Actor) {
    let exten = actor.dice.one_of(&["echo", "wait", "pair", "music"]);
    let id = match exten {
        "pair" => actor.pair("a").await.0,
        exten => actor.call("a", exten).await,
    };
    actor.talk().await;
    actor.hang_up(&id).await;
}

pub(super) async fn unanswered(actor: &mut Actor) {
    let exten = actor.dice.one_of(&["busy", "congestion", "deaf3", "nosuch"]);
    let id = format!("{}-a", actor.id);
    let call = Originate::to(format!("Local/{exten}@day")).exten("day", "echo", 1);
    let mut events = actor.events();
    actor.begin(&id, call.timeout(Duration::from_secs(1))).await;
    actor.told(&mut events, "OriginateResponse", &id).await;
}

pub(super) async fn over_sip(actor: &mut Actor) {
    let exten = actor.dice.one_of(&["echo", "pair"]);
    let call = Originate::to(format!("PJSIP/{exten}@loop")).exten("day", "pair", 1);
    let mut events = actor.events();
    let id = actor.originate("a", call).await;
    actor.put_through(&mut events, &id).await;
    actor.talk().await;
    actor.hang_up(&id).await;
}

/// Through a Local channel, which is optimized away.
pub(super) async fn shortened(actor: &mut Actor) {
    let call = Originate::to("PJSIP/echo@loop").application_with("Dial", "Local/stay@day,20");
    let mut events = actor.events();
    let id = actor.originate("a", call).await;
    actor.put_through(&mut events, &id).await;
    actor.talk().await;
    actor.hang_up(&id).await;
}

/// A phone puts the other side on hold, and some do not take it back.
pub(super) async fn held(actor: &mut Actor) {
    let mut phone = Phone::new(&actor.day.sip).await;
    let call_id = actor.id.clone();
    let call = invite("pair", &call_id);
    let on_stage = actor.on_stage().await;
    let answer = phone.ask(&call).await;
    drop(on_stage);
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    actor.talk().await;
    for (version, way) in [("2", "sendonly"), ("3", "sendrecv")] {
        let body =
            format!("{}a={way}\r\n", call.body.replace("1 1 IN", &format!("1 {version} IN")));
        let again = Request { body: &body, ..invite("pair", &call_id) };
        let on_stage = actor.on_stage().await;
        let held = phone.ask_within(&answer, &again).await;
        drop(on_stage);
        assert!(held.starts_with("SIP/2.0 200 "), "{held}");
        actor.talk().await;
        if actor.dice.percent(30) {
            break;
        }
    }
    let bye = Request { method: "BYE", headers: "", body: "", ..call };
    let on_stage = actor.on_stage().await;
    phone.ask_within(&answer, &bye).await;
    drop(on_stage);
}
