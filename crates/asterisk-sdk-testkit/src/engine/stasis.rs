//! Channels in the hands of a Stasis application.

use super::Core;
use super::application::Flow;
use crate::model::World;
use crate::model::channel::Staged;
use crate::model::happening::What;

/// `Stasis(app[,arg...])`: the application has the channel until it lets it go.
pub(crate) async fn run(core: &Core, id: &str, data: &str) -> Flow {
    let mut parts = data.split(',').map(str::to_owned);
    let app = parts.next().unwrap_or_default();
    let args: Vec<String> = parts.collect();
    let entered = core.with(|world| enter(world, id, &app, args));
    if !entered {
        core.with(|world| world.set_variable(Some(id), "STASISSTATUS", "FAILED"));
        return Flow::Continue;
    }
    let left = |world: &mut World| {
        let channel = world.channels.get(id)?;
        let leave = channel.staged.as_ref().is_none_or(|staged| staged.leave);
        (channel.interrupted() || leave).then_some(())
    };
    core.wait(id, left).await;
    core.with(|world| leave(world, id));
    // It counts as well done even if the call has ended by it.
    Flow::Continue
}

fn enter(world: &mut World, id: &str, app: &str, args: Vec<String>) -> bool {
    world.set_variable(Some(id), "STASISSTATUS", "");
    if !world.is_registered(app) {
        return false;
    }
    let Some(channel) = world.channels.get_mut(id) else { return false };
    channel.staged = Some(Staged { app: app.to_owned(), leave: false });
    // Keys that were pressed before are nobody's any more.
    channel.digits.clear();
    let view = channel.view.clone();
    if let Some(app) = world.apps.get_mut(app) {
        app.channels.insert(id.to_owned());
    }
    world.emit(What::StasisStart { channel: view, args });
    world.touch(id);
    true
}

fn leave(world: &mut World, id: &str) {
    world.leave_bridge(id);
    let Some(channel) = world.view(id) else { return };
    world.emit(What::StasisEnd { channel });
    let Some(channel) = world.channels.get_mut(id) else { return };
    if let Some(staged) = channel.staged.take() {
        forget(world, id, &staged.app);
    }
    world.set_variable(Some(id), "STASISSTATUS", "SUCCESS");
    world.forget_unused_apps();
}

/// The application does not hear of a channel any more, unless it has made it.
fn forget(world: &mut World, id: &str, app: &str) {
    let owner = world.channels.get(id).and_then(|channel| channel.owner.as_deref());
    if owner != Some(app)
        && let Some(app) = world.apps.get_mut(app)
    {
        app.channels.remove(id);
    }
}

/// Gives a channel to another application, which is told how it failed if nobody is there.
pub(crate) fn hand_over(world: &mut World, id: &str, app: &str, args: Vec<String>) {
    let Some(channel) = world.view(id) else { return };
    if !world.is_registered(app) {
        let destination = app.to_owned();
        world.emit(What::MoveFailed { channel, destination, args });
        return;
    }
    world.emit(What::StasisEnd { channel: channel.clone() });
    let staged = Staged { app: app.to_owned(), leave: false };
    let before = world.channels.get_mut(id).and_then(|channel| channel.staged.replace(staged));
    if let Some(before) = before.filter(|before| before.app != app) {
        forget(world, id, &before.app);
    }
    if let Some(entered) = world.apps.get_mut(app) {
        entered.channels.insert(id.to_owned());
    }
    world.emit(What::StasisStart { channel, args });
}
