//! Who meets whom: conferences, pickups, and calls that are put together or taken apart.

use asterisk_sdk::ami::Event;
use asterisk_sdk::ami::action::{Bridge, ConfbridgeMute, ConfbridgeUnmute, Originate, Redirect};

use super::script::Actor;
use crate::calls::has;

pub(super) async fn conference(actor: &mut Actor) {
    let room = format!("room-{}", actor.id);
    let mut users = Vec::new();
    for (who, profile) in [("a", "waiting"), ("b", "admin"), ("c", "default_user")] {
        let mut events = actor.events();
        let id = actor.runs(who, "ConfBridge", &format!("{room},,{profile}")).await;
        let join = actor.told(&mut events, "ConfbridgeJoin", &id).await;
        users.push((id, join.get("Channel").expect("a name").into_owned()));
        actor.talk().await;
    }
    let (_, name) = actor.dice.one_of(&[&users[0], &users[1], &users[2]]).clone();
    actor.send(ConfbridgeMute::new(&*room, &*name)).await;
    actor.talk().await;
    if actor.dice.percent(50) {
        actor.send(ConfbridgeUnmute::new(&*room, &*name)).await;
    }
    // Whoever waits for the chair to stay leaves with it.
    for (id, _) in users {
        actor.talk().await;
        actor.hang_up(&id).await;
    }
}

pub(super) async fn picked_up(actor: &mut Actor) {
    let mut events = actor.events();
    let phone = format!("Local/deaf-{}@day/n,30", actor.id);
    let id = actor.runs("a", "Dial", &phone).await;
    let rings = |event: &Event| has(event, "Uniqueid", &id) && has(event, "DialStatus", "RINGING");
    let rings = actor.wait(&mut events, "DialState", rings).await;
    let rings = rings.get("DestChannel").expect("a name").into_owned();
    actor.talk().await;
    let mut events = actor.events();
    // Its answer may name the channel whose place it has taken by then.
    let picker = format!("{}-b", actor.id);
    let call = Originate::to("Local/stay@day/n").application_with("PickupChan", rings);
    actor.begin(&picker, call).await;
    actor.meet(&mut events, &id, &picker).await;
    actor.talk().await;
    actor.hang_up(&id).await;
}

/// Both sides of a call are sent elsewhere.
pub(super) async fn redirected(actor: &mut Actor) {
    let (id, other) = actor.pair("a").await;
    actor.talk().await;
    let redirect = Redirect::new(&*id, "echo", "day", "1")
        .extra_channel(&*other)
        .extra_exten("stay")
        .extra_context("day")
        .extra_priority("1");
    let mut events = actor.events();
    actor.send(redirect).await;
    let echoes = |event: &Event| has(event, "Uniqueid", &id) && has(event, "Application", "Echo");
    actor.wait(&mut events, "Newexten", echoes).await;
    actor.talk().await;
    actor.hang_up(&id).await;
    actor.hang_up(&other).await;
}

/// Two calls become one.
pub(super) async fn joined(actor: &mut Actor) {
    let one = actor.call("a", "echo").await;
    let exten = actor.dice.one_of(&["echo", "stay"]);
    let two = actor.call("b", exten).await;
    actor.talk().await;
    let mut events = actor.events();
    actor.send(Bridge::new(&*one, &*two)).await;
    actor.meet(&mut events, &one, &two).await;
    actor.talk().await;
    actor.hang_up(&one).await;
    actor.hang_up(&two).await;
}
