//! `/applications`, and user events.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Call;
use crate::ari::json::ASTERISK_ID;
use crate::ari::{Reply, json as render, send};
use crate::engine::Core;
use crate::model::World;
use crate::model::apps::App;
use crate::model::time::timestamp;

pub(super) fn list(_: &Arc<Core>, world: &mut World, _: &Call) -> Reply {
    Reply::ok(world.apps.iter().map(|(name, app)| render::application(name, app)).collect())
}

pub(super) fn get(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    match world.apps.get(call.part(0)) {
        Some(app) => Reply::ok(render::application(call.part(0), app)),
        None => Reply::not_found("Application"),
    }
}

pub(super) fn filter(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let Some(app) = world.apps.get_mut(call.part(0)) else {
        return Reply::not_found("Application");
    };
    let list = |name: &str| match call.params.json(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(types)) => Ok(types.clone()),
        Some(_) => Err(Reply::error(400, "Bad request")),
    };
    match (list("allowed"), list("disallowed")) {
        (Ok(allowed), Ok(disallowed)) => {
            app.allowed = allowed;
            app.disallowed = disallowed;
            Reply::ok(render::application(call.part(0), app))
        }
        (Err(reply), _) | (_, Err(reply)) => reply,
    }
}

/// The sources that a request names, found in the world if `exist` asks for that.
fn sources(world: &World, call: &Call, exist: bool) -> Result<Vec<(String, String)>, Reply> {
    if !world.apps.contains_key(call.part(0)) {
        return Err(Reply::not_found("Application"));
    }
    let sources = call.params.list("eventSource");
    if sources.is_empty() {
        return Err(Reply::error(400, "Missing parameter eventSource"));
    }
    let mut found = Vec::new();
    for source in sources {
        let (scheme, name) = source.split_once(':').unwrap_or((&source, ""));
        let there = match scheme {
            "channel" => world.channels.contains_key(name),
            "bridge" => world.bridges.contains_key(name),
            "endpoint" => world.endpoints.contains_key(name),
            "deviceState" => true,
            _ => return Err(Reply::error(400, "Invalid event source URI scheme")),
        };
        if exist && !there {
            return Err(Reply::error(422, "Event source does not exist"));
        }
        found.push((scheme.to_owned(), name.to_owned()));
    }
    Ok(found)
}

fn of_scheme<'a>(app: &'a mut App, scheme: &str) -> &'a mut BTreeSet<String> {
    match scheme {
        "channel" => &mut app.channels,
        "bridge" => &mut app.bridges,
        "endpoint" => &mut app.endpoints,
        _ => &mut app.devices,
    }
}

pub(super) fn subscribe(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let sources = match sources(world, call, true) {
        Ok(sources) => sources,
        Err(reply) => return reply,
    };
    let Some(app) = world.apps.get_mut(call.part(0)) else {
        return Reply::not_found("Application");
    };
    for (scheme, name) in sources {
        of_scheme(app, &scheme).insert(name);
    }
    Reply::ok(render::application(call.part(0), app))
}

pub(super) fn unsubscribe(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let sources = match sources(world, call, false) {
        Ok(sources) => sources,
        Err(reply) => return reply,
    };
    let Some(app) = world.apps.get_mut(call.part(0)) else {
        return Reply::not_found("Application");
    };
    for (scheme, name) in sources {
        if !of_scheme(app, &scheme).remove(&name) {
            return Reply::error(422, "Event source was not subscribed to");
        }
    }
    Reply::ok(render::application(call.part(0), app))
}

pub(super) fn user_event(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let name = call.part(0);
    let Some(app) = call.params.given("application") else {
        return Reply::error(400, "Missing parameter application");
    };
    if !world.apps.contains_key(app) {
        return Reply::not_found("Application");
    }
    let mut values = match call.params.json("variables") {
        Some(Value::Object(values)) => values.clone(),
        _ => serde_json::Map::new(),
    };
    values.insert("eventname".into(), json!(name));
    let mut event = json!({
        "type": "ChannelUserevent",
        "eventname": name,
        "userevent": values,
        "timestamp": timestamp(world.clock.now()),
        "asterisk_id": ASTERISK_ID,
    });
    for source in call.params.list("source") {
        match source.split_once(':') {
            Some(("channel", id)) => match world.view(id) {
                Some(view) => event["channel"] = render::channel(&view),
                None => return Reply::error(422, "Event source not found"),
            },
            Some(("bridge", id)) => match world.bridges.get(id) {
                Some(bridge) => event["bridge"] = render::bridge(&bridge.view),
                None => return Reply::error(422, "Event source not found"),
            },
            Some(("endpoint", name)) if world.endpoints.contains_key(name) => {
                event["endpoint"] = render::endpoint(world, name);
            }
            Some(("endpoint", _)) => return Reply::error(422, "Event source not found"),
            _ => return Reply::error(400, "Invalid event source URI scheme"),
        }
    }
    send(world, app, event);
    Reply::done()
}
