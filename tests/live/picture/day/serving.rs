//! Queues: who waits in them, and who looks after those who serve them.

use asterisk_sdk::ami::Event;
use asterisk_sdk::ami::action::{QueueAdd, QueuePause, QueuePenalty, QueueRemove};
use tokio::time::timeout;

use super::places::{MEMBERS, QUEUE_NAMES};
use super::script::Actor;
use crate::calls::has;

/// A caller who waits, some not long enough.
pub(super) async fn queued(actor: &mut Actor) {
    let queue = actor.dice.one_of(&QUEUE_NAMES);
    let mut events = actor.events();
    let id = actor.runs("a", "Queue", queue).await;
    let patience = actor.day.talk * 2 + actor.dice.part_of(actor.day.talk * 4);
    let connected = async {
        loop {
            let event: Event = events.next().await.expect("it holds").expect("none is missed");
            if event.name() == "AgentConnect" && has(&event, "Uniqueid", &id) {
                return;
            }
        }
    };
    if timeout(patience, connected).await.is_ok() {
        actor.talk().await;
    }
    actor.hang_up(&id).await;
}

/// Changes something about a member.
pub(super) async fn supervised(actor: &mut Actor) {
    for _ in 0..4 {
        let (queue, member) = actor.dice.one_of(&MEMBERS);
        match actor.dice.one_of(&["pause", "pause", "unpause", "penalty", "again"]) {
            "pause" => {
                let reason = actor.dice.one_of(&["tea", "lunch", "a call to make"]);
                actor.try_to(QueuePause::new(member, true).queue(queue).reason(reason)).await;
                actor.talk().await;
                // In all queues.
                actor.try_to(QueuePause::new(member, false)).await;
            }
            "unpause" => {
                actor.try_to(QueuePause::new(member, false).queue(queue)).await;
            }
            "penalty" => {
                let penalty = actor.dice.one_of(&[0_u32, 1, 7]);
                actor.try_to(QueuePenalty::new(member, penalty).queue(queue)).await;
            }
            _ => {
                actor.try_to(QueueRemove::new(queue, member)).await;
                actor.talk().await;
                actor.try_to(QueueAdd::new(queue, member).member_name("Back again")).await;
            }
        }
        actor.talk().await;
    }
}
