//! Calls that somebody orders.

use std::sync::Arc;
use std::time::Duration;

use super::Reply;
use crate::ami::request::Request;
use crate::engine::Core;
use crate::engine::application::named;
use crate::engine::originate::{Goal, Order, begin, proceed};
use crate::model::World;
use crate::model::channel::{Location, Party, Snapshot};
use crate::model::happening::{OriginateResponse, What};

/// How long the phone rings, where nothing is said.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Orders a call. Without `Async` the session waits for its outcome, as the real server's does.
pub(in crate::ami) async fn run(core: &Arc<Core>, session: u64, request: Request) {
    let order = match core.with(|world| order(world, &request)) {
        Ok(order) => order,
        Err(why) => return send(core, session, Reply::error(&request, &why)),
    };
    let queued = Reply::ok(&request, "Originate successfully queued");
    let waits = !request.given("Async").is_some_and(|text| {
        ["true", "yes", "1", "on", "y", "t"].contains(&&*text.to_ascii_lowercase())
    });
    if waits {
        let mut outcome = None;
        if let Some(leg) = core.with(|world| begin(world, &order)) {
            proceed(core, &order, &leg, |_, result| outcome = Some(result)).await;
        }
        let reply = match outcome {
            Some(Ok(_)) => queued,
            _ => Reply::error(&request, "Originate failed"),
        };
        return send(core, session, reply);
    }
    send(core, session, queued);
    let (shared, action_id) = (Arc::clone(core), request.action_id().map(str::to_owned));
    core.spawn(async move {
        let Some(leg) = shared.with(|world| begin(world, &order)) else {
            shared.with(|world| report(world, &order, action_id, Err(0)));
            return;
        };
        proceed(&shared, &order, &leg, |world, result| report(world, &order, action_id, result))
            .await;
    });
}

fn send(core: &Core, session: u64, reply: Reply) {
    core.with_state(|state| {
        if let Some(sink) = state.managers.iter().find(|sink| sink.session == session) {
            sink.send(reply.0);
        }
    });
}

fn order(world: &World, request: &Request) -> Result<Order, String> {
    let dial = request.given("Channel").ok_or("Channel not specified")?;
    if !dial.contains('/') {
        return Err("Invalid channel".into());
    }
    let goal = match request.given("Application") {
        Some(name) => {
            let name = named(name)
                .ok_or_else(|| format!("Application {name} is not supported by this fake"))?;
            Goal::Application(name, request.get("Data").unwrap_or_default().to_owned())
        }
        None => Goal::Exten(place(world, request)?),
    };
    let timeout = match request.given("Timeout").map(str::parse) {
        None => TIMEOUT,
        Some(Ok(millis)) => Duration::from_millis(millis),
        Some(Err(_)) => return Err("Invalid timeout".into()),
    };
    let variables = request.all("Variable").flat_map(|list| list.split(','));
    let variables = variables.filter_map(|text| text.split_once('='));
    Ok(Order {
        dial: dial.to_owned(),
        id: request.given("ChannelId").map(str::to_owned),
        caller: request.given("CallerID").map(Party::parse),
        account: request.get("Account").unwrap_or_default().to_owned(),
        variables: variables
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect(),
        goal,
        timeout: Some(timeout),
        dials_later: false,
    })
}

fn place(world: &World, request: &Request) -> Result<Location, String> {
    let parts = ["Exten", "Context", "Priority"].map(|name| request.given(name));
    let [Some(exten), Some(context), Some(priority)] = parts else {
        return Err("Originate with 'Exten' requires 'Context' and 'Priority'".into());
    };
    let priority = world.dialplan.priority(context, exten, priority).ok_or("Invalid priority")?;
    if !world.dialplan.has(context, exten, priority) {
        return Err("Extension does not exist.".into());
    }
    Ok(Location { context: context.to_owned(), exten: exten.to_owned(), priority })
}

/// Tells all sessions what became of it.
fn report(
    world: &mut World,
    order: &Order,
    action_id: Option<String>,
    result: Result<Snapshot, u32>,
) {
    let target = match &order.goal {
        Goal::Exten(place) => {
            vec![("Context", place.context.clone()), ("Exten", place.exten.clone())]
        }
        Goal::Application(name, data) => {
            vec![("Application", (*name).to_owned()), ("Data", data.clone())]
        }
        Goal::Stasis(..) => Vec::new(),
    };
    let success = result.is_ok();
    let (channel, reason, unique_id) = match result {
        Ok(view) => (view.name, 4, view.id),
        Err(reason) => (order.dial.clone(), reason, order.id.clone().unwrap_or_default()),
    };
    let caller = order.caller.clone().unwrap_or_default();
    let response =
        OriginateResponse { action_id, success, channel, target, reason, unique_id, caller };
    world.emit(What::OriginateResponse(response));
}
