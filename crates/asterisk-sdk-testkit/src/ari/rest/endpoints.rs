//! `/endpoints` and `/deviceStates`

use std::sync::Arc;

use serde_json::{Value, json};

use super::Call;
use crate::ari::{Reply, json as render};
use crate::engine::Core;
use crate::model::happening::What;
use crate::model::{DEVICE_STATES, World};

pub(super) fn list(_: &Arc<Core>, world: &mut World, _: &Call) -> Reply {
    Reply::ok(world.endpoints.keys().map(|name| render::endpoint(world, name)).collect())
}

pub(super) fn of_technology(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let technology = call.part(0);
    let own = |name: &&String| name.split('/').next() == Some(technology);
    let found: Vec<Value> =
        world.endpoints.keys().filter(own).map(|name| render::endpoint(world, name)).collect();
    if found.is_empty() && technology != "PJSIP" {
        let why = format!("No Endpoints found - invalid tech {technology}");
        return Reply::error(404, &why);
    }
    Reply::ok(found.into())
}

pub(super) fn get(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let name = format!("{}/{}", call.part(0), call.part(1));
    if world.endpoints.contains_key(&name) {
        Reply::ok(render::endpoint(world, &name))
    } else {
        Reply::not_found("Endpoint")
    }
}

/// Only these states belong to applications.
fn is_controlled(name: &str) -> bool {
    name.starts_with("Stasis:")
}

pub(super) fn device_states(_: &Arc<Core>, world: &mut World, _: &Call) -> Reply {
    let own = world.devices.iter().filter(|(name, _)| is_controlled(name));
    Reply::ok(own.map(|(name, state)| json!({"name": name, "state": state})).collect())
}

pub(super) fn device_state(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let name = call.part(0);
    Reply::ok(json!({"name": name, "state": world.device_state(name)}))
}

pub(super) fn set_device_state(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let name = call.part(0);
    if !is_controlled(name) {
        return Reply::error(409, "Uncontrolled device specified");
    }
    let given = call.params.given("deviceState");
    let state = given.and_then(|given| DEVICE_STATES.into_iter().find(|known| *known == given));
    let Some(state) = state else { return Reply::error(500, "Unknown device") };
    world.set_device(name, state);
    Reply::done()
}

pub(super) fn remove_device_state(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let name = call.part(0);
    if !is_controlled(name) {
        return Reply::error(409, "Uncontrolled device specified");
    }
    if world.devices.remove(name).is_some() {
        world.emit(What::DeviceState { device: name.to_owned(), state: "UNKNOWN" });
    }
    Reply::done()
}
