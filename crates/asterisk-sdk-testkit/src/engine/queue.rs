//! `Queue()`: members are rung one after the other.

use std::sync::Arc;
use std::time::Duration;

use super::application::{Flow, seconds};
use super::dial::{Outcome, address, make_leg, ring, talk, tell_dial};
use super::{Core, call};
use crate::model::World;
use crate::model::channel::Ending;
use crate::model::happening::{DialStage, What};
use crate::model::queue::Entry;
use crate::model::time::since_epoch;

/// How long a member's phone rings, and how long it takes until all are tried again.
const RING: Duration = Duration::from_secs(15);
const RETRY: Duration = Duration::from_secs(5);

/// `Queue(name[,options[,url[,announcement[,timeout]]]])`
pub(crate) async fn run(core: &Arc<Core>, id: &str, data: &str) -> Flow {
    let mut parts = data.split(',').map(str::trim);
    let name = parts.next().unwrap_or_default().to_owned();
    let limit = parts.nth(3).and_then(seconds).filter(|limit| !limit.is_zero());
    if !core.with(|world| join(world, id, &name)) {
        core.with(|world| world.set_variable(Some(id), "QUEUESTATUS", "JOINUNAVAIL"));
        return Flow::Continue;
    }
    let served = async {
        loop {
            if let Some(flow) = serve(core, id, &name).await {
                return flow;
            }
            tokio::time::sleep(RETRY).await;
        }
    };
    let limited = async {
        match limit {
            Some(limit) => tokio::time::timeout(limit, served).await.ok(),
            None => Some(served.await),
        }
    };
    let flow = tokio::select! {
        flow = limited => flow,
        () = core.interrupted(id) => Some(Flow::End),
    };
    core.with(|world| leave(world, id, &name, flow.is_some()));
    flow.unwrap_or(Flow::Continue)
}

fn join(world: &mut World, id: &str, name: &str) -> bool {
    let joined = world.clock.now();
    let Some(queue) = world.queues.get_mut(name) else { return false };
    queue.entries.push(Entry { channel: id.to_owned(), joined });
    let count = queue.entries.len();
    tell(
        world,
        "QueueCallerJoin",
        id,
        name,
        vec![("Position", count.to_string()), ("Count", count.to_string())],
    );
    true
}

/// A caller who is still waiting gives up, or has waited too long.
fn leave(world: &mut World, id: &str, name: &str, gave_up: bool) {
    let Some(queue) = world.queues.get_mut(name) else { return };
    let Some(at) = queue.entries.iter().position(|entry| entry.channel == id) else { return };
    let entry = queue.entries.remove(at);
    queue.abandoned += u32::from(gave_up);
    let count = queue.entries.len();
    let waited = world.clock.now().duration_since(entry.joined).unwrap_or_default().as_secs();
    let position = (at + 1).to_string();
    if gave_up {
        tell(
            world,
            "QueueCallerAbandon",
            id,
            name,
            vec![
                ("Position", position.clone()),
                ("OriginalPosition", position.clone()),
                ("HoldTime", waited.to_string()),
            ],
        );
    }
    tell(
        world,
        "QueueCallerLeave",
        id,
        name,
        vec![("Count", count.to_string()), ("Position", position)],
    );
    if !gave_up {
        world.set_variable(Some(id), "QUEUESTATUS", "TIMEOUT");
    }
}

fn tell(
    world: &mut World,
    event: &'static str,
    id: &str,
    name: &str,
    mut more: Vec<(&'static str, String)>,
) {
    let channel = world.view(id);
    let mut fields = vec![("Queue", name.to_owned())];
    fields.append(&mut more);
    world.emit(What::Queue { event, channel, fields });
}

/// Rings each member who is free; the flow behind the talk with the one who answers.
async fn serve(core: &Arc<Core>, id: &str, name: &str) -> Option<Flow> {
    let members = core.with(|world| {
        let queue = world.queues.get(name)?;
        let free = queue.members.iter().filter(|member| !member.paused && !member.in_call);
        Some(free.map(|member| member.location.clone()).collect::<Vec<_>>())
    })?;
    for member in members {
        let began = tokio::time::Instant::now();
        let Some(leg) = core.with(|world| make_leg(world, id, &member)) else { continue };
        let outcome = tokio::time::timeout(RING, ring(core, &leg, &member, Some(id))).await;
        if outcome != Ok(Outcome::Answered) {
            let status = outcome.map_or("NOANSWER", Outcome::status);
            core.with(|world| {
                tell_dial(world, DialStage::End(status), Some(id), &leg, address(&member));
                world.end(&leg, Ending { cause: call::NORMAL, tech_cause: None });
                world.remove_channel(&leg);
            });
            continue;
        }
        core.with(|world| {
            if let Some(queue) = world.queues.get_mut(name) {
                queue.entries.retain(|entry| entry.channel != id);
            }
            let count = world.queues.get(name).map_or(0, |queue| queue.entries.len());
            tell(
                world,
                "QueueCallerLeave",
                id,
                name,
                vec![("Count", count.to_string()), ("Position", "1".into())],
            );
            busy(world, name, &member, true);
        });
        let flow = talk(core, id, &leg, address(&member), began).await;
        core.with(|world| {
            busy(world, name, &member, false);
            world.set_variable(Some(id), "QUEUESTATUS", "");
        });
        return Some(flow);
    }
    None
}

/// A member begins or ends a call.
fn busy(world: &mut World, name: &str, member: &str, in_call: bool) {
    let now = since_epoch(world.clock.now()).as_secs();
    let Some(queue) = world.queues.get_mut(name) else { return };
    if !in_call {
        queue.completed += 1;
    }
    if let Some(member) = queue.members.iter_mut().find(|known| known.location == member) {
        member.in_call = in_call;
        if !in_call {
            member.calls_taken += 1;
            member.last_call = now;
        }
    }
}
