//! Calls that somebody orders by AMI or ARI.

use std::sync::Arc;
use std::time::Duration;

use super::dial::{Outcome, address, ring, tell_dial};
use super::{Core, application, call, stasis};
use crate::model::World;
use crate::model::channel::{Ending, Location, Party, Snapshot, State, tech_cause};
use crate::model::channels::Birth;
use crate::model::endpoint::Behaviour;
use crate::model::happening::DialStage;

/// Where a call goes once it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Goal {
    Exten(Location),
    Application(&'static str, String),
    /// Application and arguments, by ARI.
    Stasis(String, String),
}

/// An order to call somebody.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) dial: String,
    pub(crate) id: Option<String>,
    pub(crate) caller: Option<Party>,
    pub(crate) account: String,
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) goal: Goal,
    pub(crate) timeout: Option<Duration>,
    /// Whether it dials when it is told to, and not at once.
    pub(crate) dials_later: bool,
}

/// Makes the channel; `None` if there is nobody to call, or the id is taken.
pub(crate) fn begin(world: &mut World, order: &Order) -> Option<String> {
    let name = world.dialled(&order.dial)?;
    let endpoint = world.endpoint(&name).clone();
    let taken = order.id.as_ref().is_some_and(|id| world.channels.contains_key(id));
    if taken || endpoint.behaviour == Behaviour::Unreachable {
        return None;
    }
    let leg = world.create_channel(Birth {
        endpoint: &name,
        id: order.id.clone(),
        state: State::Down,
        caller: Party::default(),
        context: &endpoint.context,
        exten: "s",
        linked_id: None,
    });
    if let Some(channel) = world.channels.get_mut(&leg) {
        if let Goal::Stasis(app, _) = &order.goal {
            channel.owner = Some(app.clone());
        }
        channel.view.account.clone_from(&order.account);
    }
    if order.dials_later {
        if let Some(channel) = world.channels.get_mut(&leg) {
            channel.dialled = Some(order.dial.clone());
        }
    } else {
        world.run_application(&leg, "AppDial2", "(Outgoing Line)");
    }
    for (name, value) in order.variables.iter().rev() {
        world.set_variable(Some(&leg), name, value);
    }
    if let Some(caller) = &order.caller {
        world.set_caller(&leg, caller.clone());
        world.set_connected(&leg, caller.clone());
    }
    // The application hears of its channel from here on.
    if let Goal::Stasis(app, _) = &order.goal
        && let Some(app) = world.apps.get_mut(app)
    {
        app.channels.insert(leg.clone());
    }
    Some(leg)
}

/// Calls, and hands the channel on if somebody answers. `answered` is called right after that; the error is the
/// `Reason` of AMI.
pub(crate) async fn proceed(
    core: &Arc<Core>,
    order: &Order,
    leg: &str,
    report: impl FnOnce(&mut World, Result<Snapshot, u32>),
) {
    let dial = address(&order.dial);
    core.with(|world| tell_dial(world, DialStage::Begin, None, leg, dial));
    let ringing = ring(core, leg, &order.dial, None);
    let outcome = match order.timeout {
        Some(limit) => tokio::time::timeout(limit, ringing).await.ok(),
        None => Some(ringing.await),
    };
    if outcome != Some(Outcome::Answered) {
        core.with(|world| {
            match outcome {
                None => {
                    report(world, Err(3));
                    world.end(leg, Ending { cause: 19, tech_cause: tech_cause(19) });
                }
                Some(outcome) => {
                    tell_dial(world, DialStage::End(outcome.status()), None, leg, dial);
                    report(world, Err(0));
                }
            }
            world.remove_channel(leg);
        });
        return;
    }
    core.with(|world| {
        tell_dial(world, DialStage::End("ANSWER"), None, leg, dial);
        let view = world.view(leg);
        report(world, view.ok_or(1));
    });
    let (shared, id) = (Arc::clone(core), leg.to_owned());
    match order.goal.clone() {
        Goal::Exten(location) => {
            core.with(|world| world.set_location(leg, location));
            core.spawn(call::run_called(shared, id, "AppDial2"));
        }
        Goal::Application(name, data) => core.spawn(async move {
            shared.with(|world| world.set_application(&id, name, &data));
            application::run(&shared, &id, name, &data).await;
            call::end_or_go_on(shared, id, None).await;
        }),
        Goal::Stasis(app, args) => core.spawn(async move {
            let data = if args.is_empty() { app } else { format!("{app},{args}") };
            shared.with(|world| world.set_application(&id, "Stasis", &data));
            stasis::run(&shared, &id, &data).await;
            let gone = shared.with(|world| {
                let channel = world.channels.get(&id)?;
                if !channel.redirected() {
                    world.set_application(&id, "AppDial2", "(Outgoing Line)");
                }
                Some(())
            });
            if gone.is_some() {
                call::end_or_go_on(shared, id, None).await;
            }
        }),
    }
}
