//! Lists of what there is.

use super::Reply;
use crate::ami::block::{Block, or_unknown};
use crate::ami::render;
use crate::ami::request::Request;
use crate::model::World;
use crate::model::channel::Channel;
use crate::model::endpoint::Behaviour;
use crate::model::time::hours;

/// The newest channel first, as the server lists them.
fn newest(world: &World) -> impl Iterator<Item = &Channel> {
    world.order.iter().rev().filter_map(|id| world.channels.get(id))
}

pub(super) fn channels(world: &mut World, request: &Request) -> Reply {
    let now = world.clock.now();
    let items = newest(world).map(|channel| {
        let view = &channel.view;
        let mut item = Block::event("CoreShowChannel").action_id(request.action_id());
        render::snapshot(&mut item, "", view);
        let age = now.duration_since(view.created).unwrap_or_default();
        item.with("Application", &view.application)
            .with("ApplicationData", &view.data)
            .with("Duration", hours(age))
            .with("BridgeId", channel.bridge.as_deref().unwrap_or_default())
    });
    let items = items.collect();
    Reply::list(request, "Channels will follow", items, "CoreShowChannelsComplete")
}

pub(super) fn status(world: &mut World, request: &Request) -> Reply {
    let wanted = match request.given("Channel") {
        None => None,
        Some(name) => match world.find_channel(name) {
            Some(id) => Some(id),
            None => return Reply::error(request, "No such channel"),
        },
    };
    let uptime = world.clock.uptime();
    let channels =
        newest(world).filter(|channel| wanted.as_ref().is_none_or(|id| *id == channel.view.id));
    let items: Vec<Block> = channels
        .map(|channel| {
            let view = &channel.view;
            let mut item = Block::event("Status").with("Privilege", "Call");
            render::snapshot(&mut item, "", view);
            let seconds = channel.answered.map_or(0, |at| uptime.saturating_sub(at).as_secs());
            for (name, value) in [
                ("Type", view.technology()),
                ("DNID", &*channel.dnid),
                ("EffectiveConnectedLineNum", or_unknown(&view.connected.number)),
                ("EffectiveConnectedLineName", or_unknown(&view.connected.name)),
                ("TimeToHangup", "0"),
                ("BridgeID", channel.bridge.as_deref().unwrap_or_default()),
                ("Application", &*view.application),
                ("Data", &*view.data),
                ("Nativeformats", "(ulaw)"),
                ("Readformat", "ulaw"),
                ("Readtrans", ""),
                ("Writeformat", "ulaw"),
                ("Writetrans", ""),
                ("Callgroup", "0"),
                ("Pickupgroup", "0"),
            ] {
                item.push(name, value);
            }
            item.push("Seconds", seconds);
            for name in request.given("Variables").into_iter().flat_map(|names| names.split(',')) {
                let value = world.variable(Some(&view.id), name);
                item.push(
                    "Variable",
                    format_args!("{name}={}", value.as_deref().unwrap_or("(null)")),
                );
            }
            item.action_id(request.action_id())
        })
        .collect();
    let count = items.len().to_string();
    let message = "Channel status will follow";
    Reply::list_with(request, message, items, "StatusComplete", &[("Items", count)])
}

pub(super) fn bridges(world: &mut World, request: &Request) -> Reply {
    let items = world.bridges.values().map(|bridge| {
        let mut item = Block::event("BridgeListItem").action_id(request.action_id());
        render::bridge_headers(&mut item, &bridge.view);
        item
    });
    let items = items.collect();
    Reply::list(request, "Bridge listing will follow", items, "BridgeListComplete")
}

pub(super) fn bridge_info(world: &mut World, request: &Request) -> Reply {
    let id = request.get("BridgeUniqueid").unwrap_or_default();
    let Some(bridge) = world.bridges.get(id) else {
        return Reply::error(request, "Specified BridgeUniqueid not found");
    };
    let start = Block::response("Success", request.action_id()).with("EventList", "start");
    let mut text = start.with("Message", "Bridge channel listing will follow").finish();
    for view in bridge.view.channels.iter().filter_map(|id| world.view(id)) {
        let mut item = Block::event("BridgeInfoChannel").action_id(request.action_id());
        render::snapshot(&mut item, "", &view);
        text.push_str(&item.finish());
    }
    let mut end = Block::event("BridgeInfoComplete").action_id(request.action_id());
    end.push("EventList", "Complete");
    end.push("ListItems", bridge.view.channels.len());
    render::bridge_headers(&mut end, &bridge.view);
    text.push_str(&end.finish());
    Reply(text)
}

pub(super) fn devices(world: &mut World, request: &Request) -> Reply {
    let names = world.endpoints.keys().chain(world.devices.keys());
    let items = names.map(|name| {
        let item = Block::event("DeviceStateChange").action_id(request.action_id());
        item.with("Device", name).with("State", world.device_state(name))
    });
    let items = items.collect();
    let message = "Device State Changes will follow";
    Reply::list(request, message, items, "DeviceStateListComplete")
}

pub(super) fn endpoints(world: &mut World, request: &Request) -> Reply {
    let endpoints = world.endpoints.iter();
    let endpoints = endpoints
        .filter_map(|(name, endpoint)| Some((name, name.strip_prefix("PJSIP/")?, endpoint)));
    let items = endpoints.map(|(name, resource, endpoint)| {
        let contact = match endpoint.behaviour {
            Behaviour::Unreachable => String::new(),
            _ => format!("{resource}/sip:{resource}@127.0.0.1,"),
        };
        let active =
            world.channels.values().filter(|channel| channel.view.endpoint() == name).count();
        let state = match world.device_state(name) {
            "NOT_INUSE" => "Not in use",
            "INUSE" => "In use",
            "BUSY" => "Busy",
            "RINGING" => "Ringing",
            "RINGINUSE" => "Ring+Inuse",
            _ => "Unavailable",
        };
        let item = Block::event("EndpointList").action_id(request.action_id());
        item.with("ObjectType", "endpoint")
            .with("ObjectName", resource)
            .with("Transport", "")
            .with("Aor", resource)
            .with("Auths", "")
            .with("OutboundAuths", "")
            .with("Contacts", contact)
            .with("DeviceState", state)
            .with("ActiveChannels", active)
    });
    let items: Vec<Block> = items.collect();
    if items.is_empty() {
        return Reply::error(request, "No endpoints found\n");
    }
    let message = "A listing of Endpoints follows, presented as EndpointList events";
    Reply::list(request, message, items, "EndpointListComplete")
}
