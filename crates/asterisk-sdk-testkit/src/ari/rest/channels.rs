//! `/channels`

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::{Call, allocation_failed, staged};
use crate::ari::{Reply, json};
use crate::engine::Core;
use crate::engine::dial::{Outcome, address, ring, tell_dial};
use crate::engine::originate::{Goal, Order, begin, proceed};
use crate::engine::{call, stasis};
use crate::model::World;
use crate::model::channel::{Channel, Ending, Location, Party, tech_cause};
use crate::model::happening::{DialStage, What};

/// As long as a phone rings where nothing is said.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The kind of an end that an order asks for.
const ORDERED: u32 = 32;

pub(super) fn list(_: &Arc<Core>, world: &mut World, _: &Call) -> Reply {
    let views = world.order.iter().filter_map(|id| world.view(id));
    Reply::ok(views.map(|view| json::channel(&view)).collect())
}

pub(super) fn get(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    match world.view(call.part(0)) {
        Some(view) => Reply::ok(json::channel(&view)),
        None => Reply::not_found("Channel"),
    }
}

/// What is asked of an operation that calls somebody.
fn order(world: &World, call: &Call) -> Result<Order, Reply> {
    let params = &call.params;
    let dial = params.given("endpoint");
    let dial = dial.ok_or_else(|| Reply::error(400, "Endpoint must be specified"))?;
    if !dial.contains('/') {
        return Err(Reply::error(400, "Invalid endpoint specified"));
    }
    let goal = match (params.given("app"), params.given("extension")) {
        (Some(app), _) => {
            Goal::Stasis(app.to_owned(), params.get("appArgs").unwrap_or_default().to_owned())
        }
        (None, Some(exten)) => {
            let context = params.given("context").unwrap_or("default");
            let wanted = match params.number("priority") {
                Some(number) => number.to_string(),
                None => params.given("label").unwrap_or("1").to_owned(),
            };
            let priority = world.dialplan.priority(context, exten, &wanted).unwrap_or(1);
            Goal::Exten(Location { context: context.into(), exten: exten.into(), priority })
        }
        (None, None) => {
            return Err(Reply::error(400, "Application or extension must be specified"));
        }
    };
    let id = params.given("channelId").or_else(|| call.parts.first().map(String::as_str));
    if id.is_some_and(|id| world.channels.contains_key(id)) {
        return Err(Reply::error(409, "Channel with given unique ID already exists"));
    }
    let timeout = match params.json("timeout").and_then(Value::as_i64) {
        Some(seconds) => seconds,
        None => params.get("timeout").and_then(|text| text.parse().ok()).unwrap_or(30),
    };
    Ok(Order {
        dial: dial.to_owned(),
        id: id.map(str::to_owned),
        caller: params.given("callerId").map(Party::parse),
        account: String::new(),
        variables: params.variables().map_err(|why| Reply::error(400, why))?,
        goal,
        // -1 is no limit, and 0 the default.
        timeout: match u64::try_from(timeout) {
            Ok(0) => Some(TIMEOUT),
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => None,
        },
        dials_later: false,
    })
}

pub(super) fn originate(core: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let order = match order(world, call) {
        Ok(order) => order,
        Err(reply) => return reply,
    };
    let Some(id) = begin(world, &order) else { return allocation_failed() };
    let view = world.view(&id);
    let shared = Arc::clone(core);
    core.spawn(async move { proceed(&shared, &order, &id, |_, _| {}).await });
    view.map_or_else(allocation_failed, |view| Reply::ok(json::channel(&view)))
}

/// Makes a channel that the application has before it dials.
pub(super) fn create(core: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    if call.params.given("app").is_none() {
        return Reply::error(400, "Application must be specified");
    }
    let order = match order(world, call) {
        Ok(order) => order,
        Err(reply) => return reply,
    };
    let Goal::Stasis(app, args) = order.goal.clone() else { return allocation_failed() };
    let Some(id) = begin(world, &Order { dials_later: true, ..order }) else {
        return allocation_failed();
    };
    let view = world.view(&id);
    let shared = Arc::clone(core);
    core.spawn(async move {
        let data = if args.is_empty() { app } else { format!("{app},{args}") };
        shared.with(|world| world.run_application(&id, "Stasis", &data));
        stasis::run(&shared, &id, &data).await;
        shared.with(|world| {
            if world.channels.get(&id).is_some_and(|channel| !channel.redirected()) {
                world.set_application(&id, "", "");
            }
        });
        call::end_or_go_on(shared, id, None).await;
    });
    view.map_or_else(allocation_failed, |view| Reply::ok(json::channel(&view)))
}

pub(super) fn dial(core: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let id = call.part(0);
    if let Err(reply) = staged(world, id) {
        return reply;
    }
    let channel = world.channels.get_mut(id);
    let Some(dial) = channel.and_then(|channel| channel.dialled.take()) else {
        return Reply::error(409, "Channel is not in the 'Down' state");
    };
    let caller = call.params.given("caller").and_then(|name| world.find_channel(name));
    let limit = call.params.number("timeout").filter(|limit| *limit > 0).map(Duration::from_secs);
    tell_dial(world, DialStage::Begin, caller.as_deref(), id, address(&dial));
    let (shared, id) = (Arc::clone(core), id.to_owned());
    core.spawn(async move {
        let ringing = ring(&shared, &id, &dial, caller.as_deref());
        let outcome = match limit {
            Some(limit) => tokio::time::timeout(limit, ringing).await.ok(),
            None => Some(ringing.await),
        };
        shared.with(|world| {
            let status = outcome.map_or("NOANSWER", Outcome::status);
            tell_dial(world, DialStage::End(status), caller.as_deref(), &id, "");
            if outcome != Some(Outcome::Answered) {
                world.end(&id, Ending { cause: 19, tech_cause: tech_cause(19) });
            }
        });
    });
    Reply::done()
}

pub(super) fn hang_up(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let id = call.part(0);
    let Some(channel) = world.view(id) else { return Reply::not_found("Channel") };
    let cause = match call.params.given("reason") {
        None => match call.params.number("reason_code") {
            Some(code) => u32::try_from(code).unwrap_or(call::NORMAL),
            None => call::NORMAL,
        },
        Some("normal") => call::NORMAL,
        Some("busy") => 17,
        Some("congestion") => 34,
        Some("no_answer") => 19,
        Some("timeout" | "normal_clearing") => 102,
        Some("rejected") => 21,
        Some("unallocated") => 1,
        Some("normal_unspecified") => 31,
        Some("number_incomplete") => 28,
        Some("codec_mismatch") => 58,
        Some("interworking") => 127,
        Some("failure") => 38,
        Some("answered_elsewhere") => 26,
        Some(_) => return Reply::error(400, "Invalid reason for hangup reason provided"),
    };
    if world.end(id, Ending { cause, tech_cause: tech_cause(cause) }) {
        world.emit(What::SoftHangupRequest { channel, kind: ORDERED, tech_cause: None });
    }
    Reply::done()
}

pub(super) fn answer(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    if let Err(reply) = staged(world, call.part(0)) {
        return reply;
    }
    world.set_state(call.part(0), crate::model::channel::State::Up);
    Reply::done()
}

/// What changes nothing that is modelled: it is checked, and taken.
pub(super) fn accept(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    staged(world, call.part(0)).map_or_else(|reply| reply, |()| Reply::done())
}

pub(super) fn go_on(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let (id, params) = (call.part(0), &call.params);
    if let Err(reply) = staged(world, id) {
        return reply;
    }
    let Some(here) = world.channels.get(id).map(Channel::location) else {
        return Reply::not_found("Channel");
    };
    let named = ["context", "extension", "priority", "label"].map(|name| params.get(name));
    let anywhere = named.iter().any(Option::is_some) || params.number("priority").is_some();
    let context = params.given("context").unwrap_or(&here.context).to_owned();
    let exten = params.given("extension").unwrap_or(&here.exten).to_owned();
    let priority = match (params.number("priority"), params.given("label")) {
        (_, Some(label)) => world.dialplan.priority(&context, &exten, label),
        (Some(number), None) => u32::try_from(number).ok(),
        (None, None) => Some(1),
    };
    let Some(priority) = priority else {
        return Reply::error(404, "Requested label can not be found");
    };
    let Some(channel) = world.channels.get_mut(id) else { return Reply::not_found("Channel") };
    if anywhere {
        channel.redirect = Some(Location { context, exten, priority });
    }
    if let Some(staged) = &mut channel.staged {
        staged.leave = true;
    }
    world.touch(id);
    Reply::done()
}

pub(super) fn move_to(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let (id, params) = (call.part(0), &call.params);
    if let Err(reply) = staged(world, id) {
        return reply;
    }
    let Some(app) = params.get("app") else {
        return Reply::error(400, "Missing parameter app");
    };
    let args = params.given("appArgs").map(|args| args.split(',').map(str::to_owned).collect());
    stasis::hand_over(world, id, app, args.unwrap_or_default());
    Reply::done()
}

pub(super) fn dtmf(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    if let Err(reply) = staged(world, call.part(0)) {
        return reply;
    }
    let Some(digits) = call.params.given("dtmf") else {
        return Reply::error(400, "DTMF is required");
    };
    for digit in digits.chars() {
        world.send_digit(call.part(0), digit, 100);
    }
    Reply::done()
}

pub(super) fn get_variable(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let id = call.part(0);
    let Some(name) = call.params.given("variable") else {
        return Reply::error(400, "Variable name is required");
    };
    if !world.channels.contains_key(id) {
        return Reply::error(404, "Provided channel was not found");
    }
    match world.variable(Some(id), name) {
        Some(value) => Reply::ok(serde_json::json!({"value": value})),
        None if name.contains('(') => Reply::error(500, "Unable to read provided function"),
        None => Reply::error(404, "Provided variable was not found"),
    }
}

pub(super) fn set_variable(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let id = call.part(0);
    let Some(name) = call.params.given("variable") else {
        return Reply::error(400, "Variable name is required");
    };
    if let Err(reply) = staged(world, id) {
        return reply;
    }
    world.set_variable(Some(id), name, call.params.get("value").unwrap_or_default());
    Reply::done()
}
