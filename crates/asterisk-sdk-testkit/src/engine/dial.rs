//! Calls to endpoints, and `Dial()`.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::application::{Flow, seconds};
use super::{Core, call};
use crate::model::World;
use crate::model::channel::{Channel, Ending, Party, State, tech_cause};
use crate::model::channels::Birth;
use crate::model::endpoint::Behaviour;
use crate::model::happening::{DialStage, What};

/// How a call to an endpoint came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered,
    /// The cause with which the far end, or somebody here, ended it.
    Ended(u32),
}

impl Outcome {
    /// What `DIALSTATUS` says about it.
    pub(crate) fn status(self) -> &'static str {
        match self {
            Self::Answered => "ANSWER",
            Self::Ended(17) => "BUSY",
            Self::Ended(34 | 38 | 42) => "CONGESTION",
            Self::Ended(_) => "NOANSWER",
        }
    }
}

/// What is behind the technology in a dial string.
pub(crate) fn address(dial: &str) -> &str {
    dial.split_once('/').map_or(dial, |(_, address)| address)
}

/// Lets an endpoint's phone ring until somebody answers, or the channel ends.
pub(crate) async fn ring(core: &Core, leg: &str, dial: &str, caller: Option<&str>) -> Outcome {
    let behaviour = core.with(|world| {
        let name = world.dialled(dial)?;
        Some(world.endpoint(&name).behaviour.clone())
    });
    let rings = core.with(|world| match &behaviour {
        Some(Behaviour::Answers(delay)) if delay.is_zero() => {
            world.set_state(leg, State::Up);
            false
        }
        Some(Behaviour::Answers(_) | Behaviour::Rings) => {
            tell_dial(world, DialStage::State("RINGING"), caller, leg, address(dial));
            world.set_state(leg, State::Ringing);
            true
        }
        Some(Behaviour::Busy) => end_leg(world, leg, 17),
        Some(Behaviour::Fails(cause)) => end_leg(world, leg, *cause),
        Some(Behaviour::Unreachable) | None => end_leg(world, leg, 20),
    });
    let delay = match behaviour {
        Some(Behaviour::Answers(delay)) if rings => Some(delay),
        _ => None,
    };
    let settled = |world: &mut World| {
        let channel = world.channels.get(leg)?;
        if let Some(Ending { cause, .. }) = channel.ending {
            return Some(Outcome::Ended(cause));
        }
        (channel.view.state == State::Up).then_some(Outcome::Answered)
    };
    if let Some(delay) = delay
        && tokio::time::timeout(delay, core.wait(leg, settled)).await.is_err()
    {
        core.with(|world| world.set_state(leg, State::Up));
    }
    core.wait(leg, settled).await.unwrap_or(Outcome::Ended(call::NORMAL))
}

fn end_leg(world: &mut World, leg: &str, cause: u32) -> bool {
    world.remote_end(leg, Ending { cause, tech_cause: tech_cause(cause) });
    false
}

/// Says how dialling goes.
pub(crate) fn tell_dial(
    world: &mut World,
    stage: DialStage,
    caller: Option<&str>,
    leg: &str,
    string: &str,
) {
    let Some(peer) = world.view(leg) else { return };
    let caller = caller.and_then(|id| world.view(id)).map(Box::new);
    world.emit(What::Dial { stage, caller, peer, string: string.to_owned() });
}

/// What `Dial()` resets before it begins.
const RESULTS: [&str; 11] = [
    "DIALSTATUS",
    "DIALEDPEERNUMBER",
    "DIALEDPEERNAME",
    "ANSWEREDTIME",
    "ANSWEREDTIME_MS",
    "DIALEDTIME",
    "DIALEDTIME_MS",
    "RINGTIME",
    "RINGTIME_MS",
    "PROGRESSTIME",
    "PROGRESSTIME_MS",
];

/// `Dial(A&B[,timeout[,options]])`: the first who answers talks to the caller.
pub(crate) async fn dial(core: &Arc<Core>, id: &str, data: &str) -> Flow {
    let mut parts = data.split(',');
    let targets: Vec<String> =
        parts.next().unwrap_or_default().split('&').map(str::to_owned).collect();
    let limit = parts.next().and_then(seconds).filter(|limit| !limit.is_zero());
    core.with(|world| {
        for name in RESULTS {
            world.set_variable(Some(id), name, "");
        }
    });
    let began = tokio::time::Instant::now();
    let legs: Vec<_> = targets
        .into_iter()
        .filter_map(|dial| {
            let leg = core.with(|world| make_leg(world, id, &dial))?;
            Some((leg, dial))
        })
        .collect();
    if legs.is_empty() {
        core.with(|world| world.set_variable(Some(id), "DIALSTATUS", "CHANUNAVAIL"));
        return Flow::Continue;
    }
    match first_answer(core, id, &legs, limit).await {
        Found::Answered(leg, dial) => talk(core, id, &leg, address(&dial), began).await,
        Found::Nobody(status) => {
            core.with(|world| world.set_variable(Some(id), "DIALSTATUS", status));
            Flow::Continue
        }
        Found::CallerGone => {
            core.with(|world| world.set_variable(Some(id), "DIALSTATUS", "CANCEL"));
            Flow::End
        }
    }
}

/// Makes the channel of a call to an endpoint, if that is there.
pub(crate) fn make_leg(world: &mut World, id: &str, dial: &str) -> Option<String> {
    let name = world.dialled(dial)?;
    let endpoint = world.endpoint(&name).clone();
    if endpoint.behaviour == Behaviour::Unreachable {
        return None;
    }
    let caller = world.view(id)?;
    let leg = world.create_channel(Birth {
        endpoint: &name,
        id: None,
        state: State::Down,
        caller: Party::default(),
        context: &endpoint.context,
        exten: "s",
        linked_id: Some(caller.linked_id.clone()),
    });
    world.set_variable(Some(&leg), "DIALEDPEERNUMBER", address(dial));
    world.inherit(id, &leg);
    if let Some(channel) = world.channels.get_mut(&leg) {
        channel.view.context.clone_from(&caller.context);
        channel.view.exten.clone_from(&caller.exten);
    }
    world.run_application(&leg, "AppDial", "(Outgoing Line)");
    let number = caller.exten.clone();
    world.set_caller(&leg, Party { name: String::new(), number: number.clone() });
    world.set_connected(&leg, caller.caller);
    tell_dial(world, DialStage::Begin, Some(id), &leg, address(dial));
    world.set_connected(id, Party { name: String::new(), number });
    Some(leg)
}

enum Found {
    /// The channel, and the dial string that led to it.
    Answered(String, String),
    Nobody(&'static str),
    CallerGone,
}

/// Waits for the first leg that answers; the others are gone then.
async fn first_answer(
    core: &Arc<Core>,
    id: &str,
    legs: &[(String, String)],
    limit: Option<Duration>,
) -> Found {
    let mut ringing = JoinSet::new();
    for (leg, dial) in legs.iter().cloned() {
        let (core, caller) = (Arc::clone(core), id.to_owned());
        ringing.spawn(async move {
            let outcome = ring(&core, &leg, &dial, Some(&caller)).await;
            (leg, dial, outcome)
        });
    }
    let mut worst = Outcome::Ended(0);
    let answered = async {
        while let Some(done) = ringing.join_next().await {
            let Ok((leg, dial, outcome)) = done else { continue };
            if outcome == Outcome::Answered {
                return Found::Answered(leg, dial);
            }
            core.with(|world| {
                let stage = DialStage::End(outcome.status());
                tell_dial(world, stage, Some(id), &leg, address(&dial));
                if let (Outcome::Ended(cause), Some(channel)) =
                    (outcome, world.channels.get_mut(id))
                {
                    channel.dial_cause = Some(cause);
                }
                world.remove_channel(&leg);
            });
            worst = outcome;
        }
        Found::Nobody(worst.status())
    };
    let limited = async {
        match limit {
            Some(limit) => tokio::time::timeout(limit, answered).await,
            None => Ok(answered.await),
        }
    };
    let found = tokio::select! {
        found = limited => found.unwrap_or(Found::Nobody("NOANSWER")),
        () = core.interrupted(id) => Found::CallerGone,
    };
    let answered = match &found {
        Found::Answered(leg, _) => Some(leg.clone()),
        _ => None,
    };
    let why = if matches!(found, Found::CallerGone) { "CANCEL" } else { "NOANSWER" };
    core.with(|world| {
        for (leg, dial) in legs {
            if answered.as_ref() == Some(leg) || !world.channels.contains_key(leg) {
                continue;
            }
            tell_dial(world, DialStage::End(why), Some(id), leg, address(dial));
            world.end(leg, Ending { cause: call::NORMAL, tech_cause: None });
            world.remove_channel(leg);
        }
    });
    found
}

/// Joins caller and called until one of them goes.
pub(crate) async fn talk(
    core: &Arc<Core>,
    id: &str,
    leg: &str,
    number: &str,
    began: tokio::time::Instant,
) -> Flow {
    let answered = tokio::time::Instant::now();
    let bridge = core.with(|world| {
        let peer = world.view(leg)?;
        world.set_variable(Some(id), "DIALSTATUS", "ANSWER");
        world.set_variable(Some(id), "DIALEDPEERNAME", &peer.name);
        world.set_variable(Some(id), "DIALEDPEERNUMBER", number);
        if let Some(channel) = world.channels.get_mut(leg) {
            channel.view.exten.clear();
        }
        tell_dial(world, DialStage::End("ANSWER"), Some(id), leg, number);
        world.set_state(id, State::Up);
        let bridge = world.create_basic_bridge();
        world.run_application(leg, "AppDial", "(Outgoing Line)");
        world.enter_bridge(leg, &bridge);
        world.enter_bridge(id, &bridge);
        Some(bridge)
    });
    let Some(bridge) = bridge else { return Flow::Continue };
    let stopped = |id: &str, bridge: &str, world: &mut World| {
        let channel = world.channels.get(id)?;
        (channel.interrupted() || channel.bridge.as_deref() != Some(bridge)).then_some(())
    };
    // The channel that ended first leaves first.
    tokio::select! {
        _ = core.wait(id, |world| stopped(id, &bridge, world)) => {}
        _ = core.wait(leg, |world| stopped(leg, &bridge, world)) => {}
    }
    let (talked, dialled) = (answered.elapsed(), began.elapsed());
    core.with(|world| {
        let channel = world.channels.get(id);
        // A caller who is sent elsewhere is not told how long it was.
        let counts = !channel.is_some_and(Channel::redirected);
        for side in [id, leg] {
            if world.channels.get(side).is_some_and(Channel::interrupted) {
                world.leave_bridge(side);
            }
        }
        for (seconds, millis, length) in
            [("ANSWEREDTIME", "ANSWEREDTIME_MS", talked), ("DIALEDTIME", "DIALEDTIME_MS", dialled)]
                .into_iter()
                .filter(|_| counts)
        {
            world.set_variable(Some(id), seconds, &length.as_secs().to_string());
            world.set_variable(Some(id), millis, &length.as_millis().to_string());
        }
        world.set_variable(Some(id), "DIALSTATUS", "ANSWER");
    });
    let goes_on = core.with(|world| {
        let goes_on = world.channels.get(leg).is_some_and(Channel::redirected);
        world.remove_bridge(&bridge);
        if !goes_on {
            world.end(leg, Ending { cause: call::NORMAL, tech_cause: None });
            world.remove_channel(leg);
        }
        goes_on
    });
    if goes_on {
        core.spawn(call::end_or_go_on(Arc::clone(core), leg.to_owned(), Some("AppDial")));
    }
    // Without an option the dialplan is over with the talk, unless somebody has sent the caller elsewhere.
    Flow::End
}
