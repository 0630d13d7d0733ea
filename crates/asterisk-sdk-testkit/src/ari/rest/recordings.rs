//! `/recordings`

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Call, media};
use crate::ari::{Body, Reply, json as render};
use crate::engine::Core;
use crate::model::World;

/// A WAV file of 20 ms of silence: 8 kHz, 16 bits, one channel.
fn silence() -> Bytes {
    const SAMPLES: u32 = 160;
    let mut file = Vec::from(*b"RIFF");
    file.extend((36 + SAMPLES * 2).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(8000_u32.to_le_bytes());
    file.extend(16_000_u32.to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend((SAMPLES * 2).to_le_bytes());
    file.resize(file.len() + SAMPLES as usize * 2, 0);
    file.into()
}

pub(super) fn get_live(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    match world.recordings.get(call.part(0)) {
        Some(recording) => Reply::ok(render::recording(&recording.view)),
        None => Reply::not_found("Recording"),
    }
}

pub(super) fn stop(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    end(world, call, false)
}

pub(super) fn discard(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    end(world, call, true)
}

fn end(world: &mut World, call: &Call, discard: bool) -> Reply {
    let Some(recording) = world.recordings.get_mut(call.part(0)) else {
        return Reply::not_found("Recording");
    };
    recording.stopped = true;
    recording.discard |= discard;
    let target = recording.view.target.clone();
    media::wake(world, &target);
    Reply::done()
}

/// What changes nothing that is modelled: it is checked, and taken.
pub(super) fn accept(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let known = world.recordings.contains_key(call.part(0));
    if known { Reply::done() } else { Reply::not_found("Recording") }
}

fn stored(name: &str, format: &str) -> Value {
    json!({"name": name, "format": format})
}

pub(super) fn list(_: &Arc<Core>, world: &mut World, _: &Call) -> Reply {
    Reply::ok(world.stored.iter().map(|(name, format)| stored(name, format)).collect())
}

pub(super) fn get(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    match world.stored.get(call.part(0)) {
        Some(format) => Reply::ok(stored(call.part(0), format)),
        None => Reply::not_found("Recording"),
    }
}

pub(super) fn delete(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    match world.stored.remove(call.part(0)) {
        Some(_) => Reply::done(),
        None => Reply::not_found("Recording"),
    }
}

pub(super) fn file(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    if !world.stored.contains_key(call.part(0)) {
        return Reply::not_found("Recording");
    }
    // Nothing was heard, so this is what was recorded.
    Reply { status: 200, body: Body::File(silence(), "audio/wav") }
}

pub(super) fn copy(_: &Arc<Core>, world: &mut World, call: &Call) -> Reply {
    let Some(name) = call.params.given("destinationRecordingName") else {
        return Reply::error(400, "Missing parameter destinationRecordingName");
    };
    let Some(format) = world.stored.get(call.part(0)).cloned() else {
        return Reply::not_found("Recording");
    };
    if world.stored.contains_key(name) {
        return Reply::error(409, "A recording with the same name already exists on the system");
    }
    world.stored.insert(name.to_owned(), format.clone());
    Reply::ok(stored(name, &format))
}
