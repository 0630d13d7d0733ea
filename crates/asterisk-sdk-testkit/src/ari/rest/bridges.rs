//! `/bridges`

use std::sync::Arc;

use super::{Call, staged};
use crate::ari::{Reply, json};
use crate::engine::Core;
use crate::model::World;
use crate::model::bridge::BridgeView;

pub(super) fn list(_: &Arc<Core>, world: &mut World, _: &Call) -> Reply {
    Reply::ok(world.bridges.values().map(|bridge| json::bridge(&bridge.view)).collect())
}

pub(super) fn get(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    match world.bridges.get(call.part(0)) {
        Some(bridge) => Reply::ok(json::bridge(&bridge.view)),
        None => Reply::not_found("Bridge"),
    }
}

pub(super) fn create(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let id = call.params.given("bridgeId").or_else(|| call.parts.first().map(String::as_str));
    if let Some(id) = id.filter(|id| world.bridges.contains_key(*id)) {
        return Reply::error(409, &format!("Bridge with id '{id}' already exists"));
    }
    let mut holding = false;
    for kind in call.params.list("type") {
        match kind.as_str() {
            "holding" => holding = true,
            "mixing" | "dtmf_events" | "proxy_media" | "video_sfu" | "video_single"
            | "sdp_label" => {}
            _ => {
                let why = "Unable to create bridge. Possible duplicate bridge id '(null)'";
                return Reply::error(500, why);
            }
        }
    }
    let view = BridgeView {
        id: id.map_or_else(|| world.token(), str::to_owned),
        technology: if holding { "holding_bridge" } else { "simple_bridge" },
        class: "stasis",
        kind: if holding { "holding" } else { "mixing" },
        creator: "Stasis".into(),
        name: call.params.get("name").unwrap_or_default().to_owned(),
        channels: Vec::new(),
        video_mode: "talker",
        created: world.clock.now(),
    };
    world.create_bridge(view.clone());
    Reply::ok(json::bridge(&view))
}

pub(super) fn destroy(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    if !world.bridges.contains_key(call.part(0)) {
        return Reply::not_found("Bridge");
    }
    world.remove_bridge(call.part(0));
    Reply::done()
}

/// The channels that are named, once all are found to be in the hands of an application.
fn members(world: &World, call: &Call) -> Result<Vec<String>, Reply> {
    if !world.bridges.contains_key(call.part(0)) {
        return Err(Reply::not_found("Bridge"));
    }
    let members = call.params.list("channel");
    if members.is_empty() {
        return Err(Reply::error(400, "Missing parameter channel"));
    }
    for id in &members {
        if !world.channels.contains_key(id) {
            return Err(Reply::error(400, "Channel not found"));
        }
        staged(world, id).map_err(|_| Reply::error(422, "Channel not in Stasis application"))?;
    }
    Ok(members)
}

pub(super) fn add_channel(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let members = match members(world, call) {
        Ok(members) => members,
        Err(reply) => return reply,
    };
    for id in members {
        world.enter_bridge(&id, call.part(0));
    }
    Reply::done()
}

pub(super) fn remove_channel(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let members = match members(world, call) {
        Ok(members) => members,
        Err(reply) => return reply,
    };
    let within = |id: &String| {
        world.channels.get(id).is_some_and(|it| it.bridge.as_deref() == Some(call.part(0)))
    };
    if !members.iter().all(within) {
        return Reply::error(422, "Channel not in this bridge");
    }
    for id in members {
        world.leave_bridge(&id);
    }
    Reply::done()
}

/// What changes nothing that is modelled: it is checked, and taken.
pub(super) fn accept(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    if world.bridges.contains_key(call.part(0)) {
        Reply::done()
    } else {
        Reply::not_found("Bridge")
    }
}
