//! Calls that are handed on: blindly, with a word, to parking and back.

use std::time::Duration;

use asterisk_sdk::ami::action::{Atxfer, BlindTransfer, CancelAtxfer, Hangup, Originate, Park};
use asterisk_sdk::ami::{Event, EventStream};
use tokio::time::timeout;

use super::script::Actor;
use crate::calls::has;

/// Waits until one of the actor's channels is parked: its id and the space.
async fn space(actor: &Actor, events: &mut EventStream<Event>, call: &str) -> (String, String) {
    let here = |event: &Event| has(event, "ParkeeLinkedid", call);
    let parked = actor.wait(events, "ParkedCall", here).await;
    let text = |header| parked.get(header).unwrap_or_else(|| panic!("{}", actor.id)).into_owned();
    (text("ParkeeUniqueid"), text("ParkingSpace"))
}

/// Somebody dials the space.
async fn fetch(actor: &mut Actor, channel: &str, space: &str) {
    let mut events = actor.events();
    let id = actor.call("fetches", space).await;
    actor.meet(&mut events, &id, channel).await;
    actor.talk().await;
    let last = if actor.dice.percent(50) { channel } else { &id };
    actor.hang_up(last).await;
}

pub(super) async fn blindly(actor: &mut Actor) {
    let (id, other) = actor.pair("a").await;
    actor.talk().await;
    let to = actor.dice.one_of(&["echo", "stay", "211", "conference", "pair", "700", "700"]);
    let mut events = actor.events();
    actor.send(BlindTransfer::new(&*id, to).context("day")).await;
    let parked = if to == "700" { Some(space(actor, &mut events, &id).await) } else { None };
    // As a phone does then.
    actor.hang_up(&id).await;
    actor.talk().await;
    match parked {
        Some((channel, space)) => fetch(actor, &channel, &space).await,
        None => actor.hang_up(&other).await,
    }
}

/// How long keys may take. Asterisk makes keys of these actions, and keeps one that follows another too closely
/// while nothing else comes from the channel, which on a busy machine may be for ever.
const KEYS: Duration = Duration::from_secs(10);

/// Both hang up, as what was to become of their call did not.
async fn part(actor: &Actor, one: &str, other: &str) {
    actor.hang_up(one).await;
    actor.hang_up(other).await;
}

pub(super) async fn with_a_word(actor: &mut Actor) {
    let (id, other) = actor.pair("a").await;
    actor.talk().await;
    let mut events = actor.events();
    let to = actor.dice.one_of(&["210", "210", "211", "212", "700"]);
    actor.send(Atxfer::new(&*id, to).context("day")).await;
    let begun = async {
        if to == "212" {
            // Handed on before anybody answers.
            let rings =
                |event: &Event| has(event, "Linkedid", &id) && has(event, "ChannelState", "5");
            actor.wait(&mut events, "Newstate", rings).await;
        } else {
            actor.meet(&mut events, &id, &id).await;
        }
    };
    if timeout(KEYS, begun).await.is_err() {
        return part(actor, &id, &other).await;
    }
    let parked = if to == "700" { Some(space(actor, &mut events, &id).await) } else { None };
    actor.talk().await;
    if to == "210" && actor.dice.percent(30) {
        actor.send(CancelAtxfer::new(&*id)).await;
        if timeout(KEYS, actor.meet(&mut events, &id, &other)).await.is_err() {
            return part(actor, &id, &other).await;
        }
        actor.talk().await;
        return actor.hang_up(&id).await;
    }
    // By which it is handed on, now or when the target answers: until then the channel may stay.
    actor.try_to(Hangup::new(&*id)).await;
    actor.talk().await;
    match parked {
        Some((channel, space)) => fetch(actor, &channel, &space).await,
        None => actor.hang_up(&other).await,
    }
}

pub(super) async fn parked(actor: &mut Actor) {
    let (id, _) = actor.pair("a").await;
    actor.talk().await;
    let mut events = actor.events();
    let park = Park::new(&*id);
    match actor.dice.one_of(&["fetched", "fetched", "gives up", "goes back"]) {
        "goes back" => {
            actor.send(park.timeout_channel("Local/stay@day/n").parking_lot("home")).await;
            space(actor, &mut events, &id).await;
            let back = |event: &Event| has(event, "ParkeeUniqueid", &id);
            actor.wait(&mut events, "ParkedCallTimeOut", back).await;
            actor.talk().await;
            actor.hang_up(&id).await;
        }
        how => {
            actor.send(park).await;
            let (channel, space) = space(actor, &mut events, &id).await;
            actor.talk().await;
            if how == "fetched" {
                fetch(actor, &channel, &space).await;
            } else {
                actor.hang_up(&channel).await;
            }
        }
    }
}

/// One who was parked behind a Local channel takes its place.
pub(super) async fn swapped(actor: &mut Actor) {
    let mut events = actor.events();
    let call = Originate::to("PJSIP/echo@loop").application_with("Dial", "Local/park@day,20");
    let id = actor.originate("a", call).await;
    let (_, space) = space(actor, &mut events, &id).await;
    let swap = |event: &Event| has(event, "ParkeeUniqueid", &id);
    actor.wait(&mut events, "ParkedCallSwap", swap).await;
    actor.talk().await;
    fetch(actor, &id, &space).await;
}
