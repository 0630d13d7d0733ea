//! A call in the dialplan, from its first step to its end.

use std::sync::Arc;

use super::Core;
use super::application::{self, Flow};
use crate::model::World;
use crate::model::channel::{Ending, Location};
use crate::model::happening::What;

/// What Asterisk puts into the request with which it ends a channel whose dialplan is over.
const AT_THE_END: u32 = 16;
/// The normal cause of an end.
pub(crate) const NORMAL: u32 = 16;

/// Runs a channel through the dialplan and to its end.
pub(crate) async fn run(core: Arc<Core>, id: String) {
    steps(&core, &id, false).await;
    finish(&core, &id, None).await;
}

/// The same for a channel that was called: by this, as Asterisk names it among its applications.
pub(crate) async fn run_called(core: Arc<Core>, id: String, by: &'static str) {
    steps(&core, &id, false).await;
    finish(&core, &id, Some(by)).await;
}

/// A channel that ran an application alone: it is gone, unless somebody sends it to the dialplan.
pub(crate) async fn end_or_go_on(core: Arc<Core>, id: String, called_by: Option<&'static str>) {
    let go_on = core.with(|world| {
        let Some(channel) = world.channels.get_mut(&id) else { return false };
        let go_on = channel.redirected();
        if go_on && let Some(location) = channel.redirect.take() {
            world.set_location(&id, location);
        }
        go_on
    });
    if go_on {
        steps(&core, &id, false).await;
        finish(&core, &id, called_by).await;
    } else {
        core.with(|world| {
            world.end(&id, Ending { cause: NORMAL, tech_cause: None });
            world.remove_channel(&id);
        });
    }
}

/// Runs the steps of the dialplan from where the channel is. A dead channel's do not stop because it ends.
async fn steps(core: &Arc<Core>, id: &str, dead: bool) {
    while let Some((application, data)) = core.with(|world| next_step(world, id)) {
        let flow = application::run(core, id, application, &data).await;
        if !core.with(|world| advance(world, id, flow, dead)) {
            break;
        }
    }
}

/// The step that a channel stands at.
fn next_step(world: &mut World, id: &str) -> Option<(&'static str, String)> {
    let Location { context, exten, priority } = world.channels.get(id)?.location();
    let step = world.dialplan.step(&context, &exten, priority)?.clone();
    let data = world.expand(Some(id), &step.data);
    let here = Location { context, exten, priority };
    let told = world.channels.get_mut(id).and_then(|channel| channel.told.take());
    if told == Some(here) {
        world.set_application(id, step.application, &data);
    } else {
        world.run_application(id, step.application, &data);
    }
    Some((step.application, data))
}

/// Moves on behind a step; false at the end.
fn advance(world: &mut World, id: &str, flow: Flow, dead: bool) -> bool {
    let Some(channel) = world.channels.get_mut(id) else { return false };
    if !dead {
        if channel.ending.is_some() {
            return false;
        }
        if let Some(Location { context, exten, priority }) = channel.redirect.take() {
            let there = world.dialplan.has(&context, &exten, priority);
            if there {
                world.set_location(id, Location { context, exten, priority });
            } else {
                // Nobody is told that it went there, and its end has no cause.
                world.end(id, Ending::default());
            }
            return there;
        }
    }
    match flow {
        Flow::Continue => channel.view.priority += 1,
        Flow::Jumped => {}
        Flow::End => return false,
    }
    true
}

/// The end of a channel that ran in the dialplan.
async fn finish(core: &Arc<Core>, id: &str, called_by: Option<&str>) {
    let has_last_words = core.with(|world| {
        let channel = world.channels.get(id)?;
        let cause = channel.dial_cause.unwrap_or(NORMAL);
        let ending = Ending { cause, tech_cause: crate::model::channel::tech_cause(cause) };
        world.end(id, ending);
        let channel = world.channels.get(id)?;
        let view = channel.view.clone();
        let tech_cause = channel.ending.and_then(|ending| ending.tech_cause);
        let context = view.context.clone();
        world.emit(What::SoftHangupRequest { channel: view, kind: AT_THE_END, tech_cause });
        world.dialplan.has(&context, "h", 1).then(|| {
            world.set_location(id, Location { context, exten: "h".into(), priority: 1 });
        })
    });
    if has_last_words.is_some() {
        steps(core, id, true).await;
    }
    core.with(|world| {
        if let Some(by) = called_by {
            // It falls back to what it was before it came to the dialplan.
            world.run_application(id, by, "(Outgoing Line)");
        }
        world.remove_channel(id);
    });
}
