//! Playbacks, and the order to record.

use std::sync::Arc;
use std::time::Duration;

use super::{Call, staged};
use crate::ari::{Reply, json};
use crate::engine::Core;
use crate::engine::media::{RecordOrder, play, record, touch};
use crate::model::World;
use crate::model::media::Target;

/// The formats that a recording may have.
const FORMATS: [&str; 8] = ["wav", "wav49", "gsm", "ulaw", "alaw", "sln", "sln16", "g722"];

pub(super) fn play_to_channel(core: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    match staged(world, call.part(0)) {
        Err(reply) => reply,
        Ok(()) => play_to(core, world, call, Target::Channel(call.part(0).to_owned())),
    }
}

pub(super) fn play_to_bridge(core: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    if !world.bridges.contains_key(call.part(0)) {
        return Reply::not_found("Bridge");
    }
    play_to(core, world, call, Target::Bridge(call.part(0).to_owned()))
}

fn play_to(core: &Arc<Core>, world: &mut World, call: &Call, target: Target) -> Reply {
    let media = call.params.list("media");
    if media.is_empty() {
        return Reply::error(500, "Failed to queue media for playback");
    }
    let id = call.params.given("playbackId").or_else(|| call.parts.get(1).map(String::as_str));
    let id = id.map_or_else(|| world.token(), str::to_owned);
    if world.playbacks.contains_key(&id) {
        return Reply::error(500, "Failed to queue media for playback");
    }
    let view = play(core, world, target, id, media);
    Reply::created(json::playback(&view))
}

pub(super) fn record_channel(core: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    match staged(world, call.part(0)) {
        Err(reply) => reply,
        Ok(()) => record_from(core, world, call, Target::Channel(call.part(0).to_owned())),
    }
}

pub(super) fn record_bridge(core: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    if !world.bridges.contains_key(call.part(0)) {
        return Reply::not_found("Bridge");
    }
    record_from(core, world, call, Target::Bridge(call.part(0).to_owned()))
}

fn record_from(core: &Arc<Core>, world: &mut World, call: &Call, target: Target) -> Reply {
    let params = &call.params;
    let Some(name) = params.given("name") else {
        return Reply::error(400, "Missing parameter name");
    };
    let format = params.given("format").unwrap_or_default();
    if !FORMATS.contains(&format) {
        return Reply::error(422, "specified format is unknown on this system");
    }
    let keep = !matches!(params.given("ifExists"), Some("overwrite" | "append"));
    if world.recordings.contains_key(name) || (keep && world.stored.contains_key(name)) {
        let why = format!("Recording '{name}' already exists and can not be overwritten");
        return Reply::error(409, &why);
    }
    let terminate_on = match params.given("terminateOn") {
        None | Some("none") => "",
        Some("any") => "0123456789*#ABCD",
        Some(keys) => keys,
    };
    let max = params.number("maxDurationSeconds").filter(|seconds| *seconds > 0);
    let order = RecordOrder {
        name: name.to_owned(),
        format: format.to_owned(),
        max: max.map(Duration::from_secs),
        terminate_on: terminate_on.to_owned(),
    };
    let view = record(core, world, target, order);
    Reply::created(json::recording(&view))
}

pub(super) fn get_playback(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    match world.playbacks.get(call.part(0)) {
        Some(playback) => Reply::ok(json::playback(&playback.view)),
        None => Reply::not_found("Playback"),
    }
}

/// Wakes whoever plays to this target.
pub(super) fn wake(world: &World, target: &str) {
    match target.split_once(':') {
        Some(("bridge", id)) => touch(world, &Target::Bridge(id.to_owned())),
        Some((_, id)) => touch(world, &Target::Channel(id.to_owned())),
        None => {}
    }
}

pub(super) fn stop_playback(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let Some(playback) = world.playbacks.get_mut(call.part(0)) else {
        return Reply::not_found("Playback");
    };
    playback.stopped = true;
    let target = playback.view.target.clone();
    wake(world, &target);
    Reply::done()
}

pub(super) fn control_playback(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let Some(playback) = world.playbacks.get_mut(call.part(0)) else {
        return Reply::not_found("Playback");
    };
    match call.params.given("operation") {
        Some("pause") => playback.paused = true,
        Some("unpause") => playback.paused = false,
        // All sounds sound the same here, wherever they are heard from.
        Some("restart" | "reverse" | "forward") => {}
        _ => return Reply::error(400, "Invalid operation"),
    }
    let target = playback.view.target.clone();
    wake(world, &target);
    Reply::done()
}
