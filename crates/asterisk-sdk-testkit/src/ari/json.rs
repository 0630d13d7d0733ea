//! What there is and what happens, in the words of ARI.

use serde_json::{Value, json};

use crate::model::World;
use crate::model::apps::App;
use crate::model::bridge::BridgeView;
use crate::model::channel::{Ending, Snapshot, cause_text};
use crate::model::happening::{DialStage, Happening, What};
use crate::model::media::{PlaybackView, RecordingView};
use crate::model::time::timestamp;

/// What this server calls itself.
pub(crate) const ASTERISK_ID: &str = "00:00:5e:00:53:01";

pub(super) fn channel(view: &Snapshot) -> Value {
    json!({
        "id": view.id,
        "name": view.name,
        "state": view.state.name(),
        "protocol_id": view.protocol_id,
        "caller": {"name": view.caller.name, "number": view.caller.number},
        "connected": {"name": view.connected.name, "number": view.connected.number},
        "accountcode": view.account,
        "dialplan": {
            "context": view.context,
            "exten": view.exten,
            "priority": view.priority,
            "app_name": view.application,
            "app_data": view.data,
        },
        "creationtime": timestamp(view.created),
        "language": view.language,
    })
}

pub(super) fn bridge(view: &BridgeView) -> Value {
    json!({
        "id": view.id,
        "technology": view.technology,
        "bridge_type": view.kind,
        "bridge_class": view.class,
        "creator": view.creator,
        "name": view.name,
        "channels": view.channels,
        "creationtime": timestamp(view.created),
        "video_mode": view.video_mode,
    })
}

pub(super) fn playback(view: &PlaybackView) -> Value {
    let mut value = json!({
        "id": view.id,
        "media_uri": view.media,
        "target_uri": view.target,
        "language": view.language,
        "state": view.state,
    });
    if let Some(next) = &view.next_media {
        value["next_media_uri"] = json!(next);
    }
    value
}

pub(super) fn recording(view: &RecordingView) -> Value {
    let mut value = json!({
        "name": view.name,
        "format": view.format,
        "state": view.state,
        "target_uri": view.target,
    });
    if let Some(duration) = view.duration {
        value["duration"] = json!(duration);
    }
    value
}

pub(super) fn application(name: &str, app: &App) -> Value {
    json!({
        "name": name,
        "channel_ids": app.channels,
        "bridge_ids": app.bridges,
        "endpoint_ids": app.endpoints,
        "device_names": app.devices,
        "events_allowed": app.allowed,
        "events_disallowed": app.disallowed,
    })
}

/// An endpoint of this name: `PJSIP/alice`.
pub(super) fn endpoint(world: &World, name: &str) -> Value {
    let (technology, resource) = name.split_once('/').unwrap_or((name, ""));
    let state = if world.device_state(name) == "UNAVAILABLE" { "offline" } else { "online" };
    let channels = world.channels.values().filter(|channel| channel.view.endpoint() == name);
    let channels: Vec<_> = channels.map(|channel| &channel.view.id).collect();
    json!({"technology": technology, "resource": resource, "state": state, "channel_ids": channels})
}

fn with_ending(mut value: Value, ending: Ending) -> Value {
    if let Some(cause) = ending.tech_cause {
        value["tech_cause"] = json!(cause);
    }
    value
}

/// The event without the application that it goes to; `None` for what ARI does not tell.
pub(super) fn event(happening: &Happening) -> Option<Value> {
    let mut event = match &happening.what {
        What::NewChannel(view) => json!({"type": "ChannelCreated", "channel": channel(view)}),
        What::State(view) => json!({"type": "ChannelStateChange", "channel": channel(view)}),
        What::NewExten(view) => json!({
            "type": "ChannelDialplan",
            "channel": channel(view),
            "dialplan_app": view.application,
            "dialplan_app_data": view.data,
        }),
        What::CallerId(view) => json!({
            "type": "ChannelCallerId",
            "channel": channel(view),
            "caller_presentation": 0,
            "caller_presentation_txt": "Presentation Allowed, Not Screened",
        }),
        What::ConnectedLine(view) => {
            json!({"type": "ChannelConnectedLine", "channel": channel(view)})
        }
        What::Variable { channel: view, name, value } => {
            let mut event = json!({"type": "ChannelVarset", "variable": name, "value": value});
            if let Some(view) = view {
                event["channel"] = channel(view);
            }
            event
        }
        What::Dial { stage, caller, peer, string } => {
            let status = match stage {
                DialStage::Begin => "",
                DialStage::State(status) | DialStage::End(status) => status,
            };
            let mut event = json!({
                "type": "Dial",
                "dialstatus": status,
                "forward": "",
                "dialstring": string,
                "peer": channel(peer),
            });
            if let Some(caller) = caller {
                event["caller"] = channel(caller);
            }
            event
        }
        What::BridgeCreate(view) => json!({"type": "BridgeCreated", "bridge": bridge(view)}),
        What::BridgeDestroy(view) => json!({"type": "BridgeDestroyed", "bridge": bridge(view)}),
        What::BridgeEnter(view, member) => json!({
            "type": "ChannelEnteredBridge", "bridge": bridge(view), "channel": channel(member),
        }),
        What::BridgeLeave(view, member) => json!({
            "type": "ChannelLeftBridge", "bridge": bridge(view), "channel": channel(member),
        }),
        What::DtmfEnd { channel: view, digit, millis, received: true } => json!({
            "type": "ChannelDtmfReceived",
            "digit": digit.to_string(),
            "duration_ms": millis,
            "channel": channel(view),
        }),
        What::StasisStart { channel: view, args } => {
            json!({"type": "StasisStart", "args": args, "channel": channel(view)})
        }
        What::StasisEnd { channel: view } => {
            json!({"type": "StasisEnd", "channel": channel(view)})
        }
        What::MoveFailed { channel: view, destination, args } => json!({
            "type": "ApplicationMoveFailed",
            "channel": channel(view),
            "destination": destination,
            "args": args,
        }),
        other => ending_or_rest(other)?,
    };
    event["timestamp"] = json!(timestamp(happening.when));
    event["asterisk_id"] = json!(ASTERISK_ID);
    Some(event)
}

/// The events about ends, media and what has no channel.
fn ending_or_rest(what: &What) -> Option<Value> {
    Some(match what {
        What::HangupRequest { channel: view, ending } => {
            let mut event = json!({"type": "ChannelHangupRequest", "channel": channel(view)});
            if ending.cause > 0 {
                event["cause"] = json!(ending.cause);
            }
            with_ending(event, *ending)
        }
        What::SoftHangupRequest { channel: view, kind, tech_cause } => {
            let event = json!({
                "type": "ChannelHangupRequest", "channel": channel(view), "cause": kind, "soft": true,
            });
            with_ending(event, Ending { cause: *kind, tech_cause: *tech_cause })
        }
        What::Hangup { channel: view, ending } => {
            let event = json!({
                "type": "ChannelDestroyed",
                "cause": ending.cause,
                "cause_txt": cause_text(ending.cause),
                "channel": channel(view),
            });
            with_ending(event, *ending)
        }
        What::Playback { stage, playback: view } => {
            json!({"type": format!("Playback{stage}"), "playback": playback(view)})
        }
        What::Recording { stage, recording: view } => {
            json!({"type": format!("Recording{stage}"), "recording": recording(view)})
        }
        What::DeviceState { device, state } => {
            json!({"type": "DeviceStateChanged", "device_state": {"name": device, "state": state}})
        }
        What::UserEvent { channel: view, name, fields } => {
            let mut values: serde_json::Map<_, _> =
                fields.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            values.insert("eventname".into(), json!(name));
            let mut event =
                json!({"type": "ChannelUserevent", "eventname": name, "userevent": values});
            if let Some(view) = view {
                event["channel"] = channel(view);
            }
            event
        }
        _ => return None,
    })
}
