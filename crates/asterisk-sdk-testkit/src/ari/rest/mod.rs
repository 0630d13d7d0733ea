//! Requests: a table of what there is, and what each does.

mod applications;
mod asterisk;
mod bridges;
mod channels;
mod endpoints;
mod media;
mod recordings;

use std::sync::Arc;

use super::request::{Params, decode};
use super::{Body, Reply};
use crate::engine::Core;
use crate::model::World;
use crate::model::media::Target;

/// A request that has found its place.
#[derive(Debug)]
pub(super) struct Call {
    /// What stands in the path where the table has `{}`.
    parts: Vec<String>,
    params: Params,
}

impl Call {
    fn part(&self, at: usize) -> &str {
        self.parts.get(at).map_or("", |part| &**part)
    }
}

type Handler = fn(&Arc<Core>, &mut World, &Call) -> Reply;

/// Method, path and what answers it.
const ROUTES: [(&str, &str, Handler); 70] = [
    ("GET", "applications", applications::list),
    ("GET", "applications/{}", applications::get),
    ("PUT", "applications/{}/eventFilter", applications::filter),
    ("POST", "applications/{}/subscription", applications::subscribe),
    ("DELETE", "applications/{}/subscription", applications::unsubscribe),
    ("GET", "asterisk/info", asterisk::info),
    ("GET", "asterisk/ping", asterisk::ping),
    ("GET", "asterisk/variable", asterisk::get_variable),
    ("POST", "asterisk/variable", asterisk::set_variable),
    ("GET", "bridges", bridges::list),
    ("POST", "bridges", bridges::create),
    ("GET", "bridges/{}", bridges::get),
    ("POST", "bridges/{}", bridges::create),
    ("DELETE", "bridges/{}", bridges::destroy),
    ("POST", "bridges/{}/addChannel", bridges::add_channel),
    ("POST", "bridges/{}/removeChannel", bridges::remove_channel),
    ("POST", "bridges/{}/moh", bridges::accept),
    ("DELETE", "bridges/{}/moh", bridges::accept),
    ("POST", "bridges/{}/play", media::play_to_bridge),
    ("POST", "bridges/{}/play/{}", media::play_to_bridge),
    ("POST", "bridges/{}/record", media::record_bridge),
    ("GET", "channels", channels::list),
    ("POST", "channels", channels::originate),
    ("POST", "channels/create", channels::create),
    ("GET", "channels/{}", channels::get),
    ("POST", "channels/{}", channels::originate),
    ("DELETE", "channels/{}", channels::hang_up),
    ("POST", "channels/{}/answer", channels::answer),
    ("POST", "channels/{}/continue", channels::go_on),
    ("POST", "channels/{}/dial", channels::dial),
    ("POST", "channels/{}/dtmf", channels::dtmf),
    ("POST", "channels/{}/hold", channels::accept),
    ("DELETE", "channels/{}/hold", channels::accept),
    ("POST", "channels/{}/moh", channels::accept),
    ("DELETE", "channels/{}/moh", channels::accept),
    ("POST", "channels/{}/move", channels::move_to),
    ("POST", "channels/{}/mute", channels::accept),
    ("DELETE", "channels/{}/mute", channels::accept),
    ("POST", "channels/{}/play", media::play_to_channel),
    ("POST", "channels/{}/play/{}", media::play_to_channel),
    ("POST", "channels/{}/record", media::record_channel),
    ("POST", "channels/{}/ring", channels::accept),
    ("DELETE", "channels/{}/ring", channels::accept),
    ("POST", "channels/{}/silence", channels::accept),
    ("DELETE", "channels/{}/silence", channels::accept),
    ("GET", "channels/{}/variable", channels::get_variable),
    ("POST", "channels/{}/variable", channels::set_variable),
    ("GET", "deviceStates", endpoints::device_states),
    ("GET", "deviceStates/{}", endpoints::device_state),
    ("PUT", "deviceStates/{}", endpoints::set_device_state),
    ("DELETE", "deviceStates/{}", endpoints::remove_device_state),
    ("GET", "endpoints", endpoints::list),
    ("GET", "endpoints/{}", endpoints::of_technology),
    ("GET", "endpoints/{}/{}", endpoints::get),
    ("POST", "events/user/{}", applications::user_event),
    ("GET", "playbacks/{}", media::get_playback),
    ("DELETE", "playbacks/{}", media::stop_playback),
    ("POST", "playbacks/{}/control", media::control_playback),
    ("GET", "recordings/live/{}", recordings::get_live),
    ("DELETE", "recordings/live/{}", recordings::discard),
    ("POST", "recordings/live/{}/stop", recordings::stop),
    ("POST", "recordings/live/{}/pause", recordings::accept),
    ("DELETE", "recordings/live/{}/pause", recordings::accept),
    ("POST", "recordings/live/{}/mute", recordings::accept),
    ("DELETE", "recordings/live/{}/mute", recordings::accept),
    ("GET", "recordings/stored", recordings::list),
    ("GET", "recordings/stored/{}", recordings::get),
    ("DELETE", "recordings/stored/{}", recordings::delete),
    ("GET", "recordings/stored/{}/file", recordings::file),
    ("POST", "recordings/stored/{}/copy", recordings::copy),
];

/// Which of the parts of a path are what the table has as `{}`; `None` if it is another path.
fn matches(pattern: &str, path: &[&str]) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut given = path.iter();
    for word in pattern.split('/') {
        let part = given.next()?;
        match word {
            "{}" if part.is_empty() => return None,
            "{}" => parts.push(decode(part)),
            word if word == *part => {}
            _ => return None,
        }
    }
    given.next().is_none().then_some(parts)
}

/// Answers a request; the path is that behind `/ari/`.
pub(super) async fn run(
    core: &Arc<Core>,
    method: &str,
    path: &str,
    query: &str,
    (kind, body): (&str, &[u8]),
) -> Reply {
    if path.ends_with('/') {
        let path = path.trim_end_matches('/');
        return Reply::error(404, &format!("ARI URLs do not end with a slash. Try /ari/{path}"));
    }
    let words: Vec<&str> = path.split('/').collect();
    let mut known = false;
    for (verb, pattern, handler) in ROUTES {
        let Some(parts) = matches(pattern, &words) else { continue };
        known = true;
        if verb != method {
            continue;
        }
        let params = match Params::read(query, kind, body) {
            Ok(params) => params,
            Err(why) => return Reply::error(400, why),
        };
        let call = Call { parts, params };
        wait_for_media(core, pattern, &call).await;
        return core.with(|world| handler(core, world, &call));
    }
    if known {
        Reply::error(405, "Invalid method")
    } else {
        Reply::error(404, "Resource not found")
    }
}

/// Some operations wait until nothing is played to or recorded from their channel.
async fn wait_for_media(core: &Core, pattern: &str, call: &Call) {
    let channels = match pattern {
        "channels/{}/answer" => vec![call.part(0).to_owned()],
        "bridges/{}/addChannel" => call.params.list("channel"),
        _ => return,
    };
    for id in channels {
        let idle = |world: &mut World| {
            let channel = world.channels.get(&id)?;
            (channel.media.is_empty() || channel.ending.is_some()).then_some(())
        };
        core.wait_on(&Target::Channel(id.clone()), idle).await;
    }
}

/// The error that a channel has which no application holds.
fn staged(world: &World, id: &str) -> Result<(), Reply> {
    match world.channels.get(id) {
        None => Err(Reply::not_found("Channel")),
        Some(channel) if channel.staged.is_none() => {
            Err(Reply::error(409, "Channel not in Stasis application"))
        }
        Some(_) => Ok(()),
    }
}

/// What a failed creation says, and nothing more.
fn allocation_failed() -> Reply {
    Reply { status: 500, body: Body::Json(serde_json::json!({"error": "Allocation failed"})) }
}
