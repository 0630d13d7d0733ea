//! What is done to one channel.

use super::Reply;
use crate::ami::block::Block;
use crate::ami::request::Request;
use crate::model::World;
use crate::model::channel::{Ending, Location, tech_cause};
use crate::model::happening::What;

pub(super) fn hangup(world: &mut World, request: &Request) -> Reply {
    let Some(name) = request.given("Channel") else {
        return Reply::error(request, "No channel specified");
    };
    let cause = match request.given("Cause").map(str::parse) {
        Some(Ok(cause @ 0..=127)) => cause,
        // The server logs what is no cause, and goes on.
        _ => 0,
    };
    if let Some(pattern) = name.strip_prefix('/').and_then(|name| name.strip_suffix('/')) {
        return hangup_all(world, request, pattern, cause);
    }
    let Some(id) = world.find_channel(name) else {
        return Reply::error(request, "No such channel");
    };
    world.end(&id, Ending { cause, tech_cause: tech_cause(cause) });
    Reply::ok(request, "Channel Hungup")
}

fn hangup_all(world: &mut World, request: &Request, pattern: &str, cause: u32) -> Reply {
    let Ok(pattern) = regex::Regex::new(pattern) else {
        return Reply::error(request, "Regex compile error: invalid pattern");
    };
    let mut items = Vec::new();
    for id in world.order.clone() {
        let Some(view) = world.view(&id).filter(|view| pattern.is_match(&view.name)) else {
            continue;
        };
        world.end(&id, Ending { cause, tech_cause: tech_cause(cause) });
        let item = Block::event("ChannelHungup").with("Channel", &view.name);
        items.push(item.action_id(request.action_id()));
    }
    let message = "Channels hung up will follow";
    Reply::list(request, message, items, "ChannelsHungupListComplete")
}

/// The channel that a variable is of: `Ok(None)` is a global one.
fn owner(world: &World, request: &Request) -> Result<Option<String>, ()> {
    match request.given("Channel") {
        None => Ok(None),
        Some(name) => world.find_channel(name).map(Some).ok_or(()),
    }
}

pub(super) fn get_variable(world: &mut World, request: &Request) -> Reply {
    let Some(name) = request.given("Variable") else {
        return Reply::error(request, "No variable specified");
    };
    let Ok(channel) = owner(world, request) else {
        return Reply::error(request, "No such channel");
    };
    let value = world.variable(channel.as_deref(), name).unwrap_or_default();
    let block = Block::response("Success", request.action_id());
    Reply::of(block.with("Variable", name).with("Value", value))
}

pub(super) fn set_variable(world: &mut World, request: &Request) -> Reply {
    let Some(name) = request.given("Variable") else {
        return Reply::error(request, "No variable specified");
    };
    let Ok(channel) = owner(world, request) else {
        return Reply::error(request, "No such channel");
    };
    if !World::knows_function(name) {
        return Reply::error(request, "Variable function not found");
    }
    world.set_variable(channel.as_deref(), name, request.get("Value").unwrap_or_default());
    Reply::ok(request, "Variable Set")
}

pub(super) fn redirect(world: &mut World, request: &Request) -> Reply {
    let Some(name) = request.given("Channel") else {
        return Reply::error(request, "Channel not specified");
    };
    match try_redirect(world, request, name) {
        Ok(message) => Reply::ok(request, message),
        Err(why) => Reply::error(request, &why),
    }
}

fn try_redirect(world: &mut World, request: &Request, name: &str) -> Result<&'static str, String> {
    let place = location(world, request, "")?;
    let other = request.given("ExtraChannel");
    let other_place = match other.and(request.given("ExtraContext")) {
        Some(_) => location(world, request, "Extra")?,
        None => place.clone(),
    };
    let id = living(world, "Channel", "channel", name)?;
    let other =
        other.map(|name| living(world, "ExtraChannel", "extra channel", name)).transpose()?;
    send(world, &id, place);
    Ok(match other {
        Some(other) => {
            send(world, &other, other_place);
            "Dual Redirect successful"
        }
        None => "Redirect successful",
    })
}

/// The channel that a header names, if it has not ended yet.
fn living(world: &World, header: &str, role: &str, name: &str) -> Result<String, String> {
    let id = world.find_channel(name).ok_or_else(|| format!("{header} does not exist: {name}"))?;
    match world.channels.get(&id) {
        Some(channel) if channel.ending.is_none() => Ok(id),
        _ => Err(format!("Redirect failed, {role} not up")),
    }
}

/// The place that headers with this before their names tell.
fn location(world: &World, request: &Request, prefix: &str) -> Result<Location, String> {
    let text = |name: &str| {
        let name = format!("{prefix}{name}");
        request.given(&name).map(str::to_owned).ok_or(format!("{name} not specified"))
    };
    let (context, exten, priority) = (text("Context")?, text("Exten")?, text("Priority")?);
    let priority = world.dialplan.priority(&context, &exten, &priority);
    let priority = priority.ok_or_else(|| format!("{prefix}Priority is invalid"))?;
    Ok(Location { context, exten, priority })
}

fn send(world: &mut World, id: &str, location: Location) {
    let Some(channel) = world.channels.get_mut(id) else { return };
    channel.redirect = Some(location.clone());
    if channel.bridge.is_some() {
        // Whoever hears that it leaves the bridge is told where it goes.
        channel.told = Some(location.clone());
        world.set_location(id, location);
        if let Some(view) = world.view(id) {
            world.emit(What::NewExten(view));
        }
    }
    world.leave_bridge(id);
    world.touch(id);
}

pub(super) fn play_dtmf(world: &mut World, request: &Request) -> Reply {
    let Some(id) = request.given("Channel").and_then(|name| world.find_channel(name)) else {
        return Reply::error(request, "Channel not found");
    };
    let Some(digit) = request.given("Digit").and_then(|digits| digits.chars().next()) else {
        return Reply::error(request, "No digit specified");
    };
    let yes = |text: &str| ["true", "yes", "1", "on"].contains(&&*text.to_ascii_lowercase());
    if request.given("Receive").is_some_and(yes) {
        world.press(&id, digit, 0);
    } else {
        world.send_digit(&id, digit, 100);
    }
    Reply::ok(request, "DTMF successfully queued")
}
