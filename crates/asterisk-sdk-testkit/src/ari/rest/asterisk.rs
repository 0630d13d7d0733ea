//! `/asterisk`

use std::sync::Arc;

use serde_json::json;

use super::Call;
use crate::ari::Reply;
use crate::ari::json::ASTERISK_ID;
use crate::engine::Core;
use crate::engine::agi::VERSION;
use crate::model::World;
use crate::model::time::timestamp;

pub(super) fn info(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let start = timestamp(world.clock.start());
    let mut all = json!({
        "build": {
            "os": "Linux", "kernel": "unknown", "machine": "unknown", "options": "",
            "date": start, "user": "nobody",
        },
        "system": {"version": VERSION, "entity_id": ASTERISK_ID},
        "config": {
            "name": "", "default_language": "en", "setid": {"user": "", "group": ""},
            "max_open_files": 8192,
        },
        "status": {"startup_time": start, "last_reload_time": start},
    });
    let only = call.params.list("only");
    if let (false, Some(parts)) = (only.is_empty(), all.as_object_mut()) {
        parts.retain(|name, _| only.contains(name));
    }
    Reply::ok(all)
}

pub(super) fn ping(_: &Arc<Core>, world: &mut World, _: &Call) -> Reply {
    let now = timestamp(world.clock.now());
    Reply::ok(json!({"ping": "pong", "timestamp": now, "asterisk_id": ASTERISK_ID}))
}

pub(super) fn get_variable(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let Some(name) = call.params.given("variable") else {
        return Reply::error(400, "Variable name is required");
    };
    Reply::ok(json!({"value": world.variable(None, name).unwrap_or_default()}))
}

pub(super) fn set_variable(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let Some(name) = call.params.given("variable") else {
        return Reply::error(400, "Variable name is required");
    };
    world.set_variable(None, name, call.params.get("value").unwrap_or_default());
    Reply::done()
}
