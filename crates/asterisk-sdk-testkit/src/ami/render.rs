//! What happened, in the words of AMI.

use super::block::{Block, escaped, or_unknown};
use super::class;
use crate::model::bridge::BridgeView;
use crate::model::channel::{Ending, Snapshot, cause_text};
use crate::model::happening::{DialStage, Happening, OriginateResponse, What};

/// The event and its class; `None` for what AMI does not tell.
pub(crate) fn event(happening: &Happening) -> Option<(u32, Block)> {
    Some(match &happening.what {
        What::NewChannel(view) => about("Newchannel", class::CALL, view),
        What::State(view) => about("Newstate", class::CALL, view),
        What::NewExten(view) => {
            let (class, block) = about("Newexten", class::DIALPLAN, view);
            let block = block.with("Extension", &view.exten).with("Application", &view.application);
            (class, block.with("AppData", &view.data))
        }
        What::CallerId(view) => {
            let (class, block) = about("NewCallerid", class::CALL, view);
            (class, block.with("CID-CallingPres", "0 (Presentation Allowed, Not Screened)"))
        }
        What::ConnectedLine(view) => about("NewConnectedLine", class::CALL, view),
        What::Variable { channel, name, value } => {
            let mut block = privileged("VarSet", class::DIALPLAN);
            match channel {
                Some(view) => snapshot(&mut block, "", view),
                None => block = no_channel(block),
            }
            block.push("Variable", name);
            (class::DIALPLAN, block.with("Value", escaped(value)))
        }
        What::Dial { stage, caller, peer, string } => dial(stage, caller.as_deref(), peer, string),
        What::BridgeCreate(view) => bridge("BridgeCreate", view),
        What::BridgeDestroy(view) => bridge("BridgeDestroy", view),
        What::BridgeEnter(view, channel) => bridged("BridgeEnter", view, channel),
        What::BridgeLeave(view, channel) => bridged("BridgeLeave", view, channel),
        What::DtmfBegin { channel, digit, received } => {
            let (class, block) = about("DTMFBegin", class::DTMF, channel);
            (class, block.with("Digit", digit).with("Direction", direction(*received)))
        }
        What::DtmfEnd { channel, digit, millis, received } => {
            let (class, block) = about("DTMFEnd", class::DTMF, channel);
            let block = block.with("Digit", digit).with("DurationMs", millis);
            (class, block.with("Direction", direction(*received)))
        }
        What::HangupRequest { channel, ending } => {
            let (class, mut block) = about("HangupRequest", class::CALL, channel);
            if ending.cause > 0 {
                block.push("Cause", ending.cause);
            }
            (class, tech(block, ending.tech_cause))
        }
        What::SoftHangupRequest { channel, kind, tech_cause } => {
            let (class, block) = about("SoftHangupRequest", class::CALL, channel);
            (class, tech(block.with("Cause", kind), *tech_cause))
        }
        What::Hangup { channel, ending } => hangup(channel, *ending),
        What::UserEvent { channel, name, fields } => {
            let mut block = privileged("UserEvent", class::USER);
            if let Some(view) = channel {
                snapshot(&mut block, "", view);
            }
            block.push("UserEvent", name);
            for (name, value) in fields {
                block.push(name, value);
            }
            (class::USER, block)
        }
        What::AgiStart { channel, id, command } => {
            let (class, block) = about("AGIExecStart", class::AGI, channel);
            (class, block.with("CommandId", id).with("Command", command))
        }
        What::AgiEnd { channel, id, command, code, result } => {
            let (class, block) = about("AGIExecEnd", class::AGI, channel);
            let block = block.with("CommandId", id).with("Command", command);
            (class, block.with("ResultCode", code).with("Result", result))
        }
        What::OriginateResponse(response) => originated(response),
        What::DeviceState { device, state } => {
            let block = privileged("DeviceStateChange", class::CALL);
            (class::CALL, block.with("Device", device).with("State", state))
        }
        What::Music { channel, class: Some(name) } => {
            let (class, block) = about("MusicOnHoldStart", class::CALL, channel);
            (class, block.with("Class", name))
        }
        What::Music { channel, class: None } => about("MusicOnHoldStop", class::CALL, channel),
        What::Queue { event, channel, peer, fields } => {
            let mut block = privileged(event, class::AGENT);
            if let Some(view) = channel {
                snapshot(&mut block, "", view);
            }
            if let Some(peer) = peer {
                snapshot(&mut block, "Dest", peer);
            }
            for (name, value) in fields {
                block.push(name, value);
            }
            (class::AGENT, block)
        }
        What::StasisStart { .. }
        | What::StasisEnd { .. }
        | What::MoveFailed { .. }
        | What::Playback { .. }
        | What::Recording { .. } => return None,
    })
}

fn privileged(name: &str, class: u32) -> Block {
    Block::event(name).with("Privilege", format_args!("{},all", class::name(class)))
}

/// An event about one channel.
fn about(name: &str, class: u32, view: &Snapshot) -> (u32, Block) {
    let mut block = privileged(name, class);
    snapshot(&mut block, "", view);
    (class, block)
}

/// The headers that describe a channel, each with this before its name.
pub(crate) fn snapshot(block: &mut Block, prefix: &str, view: &Snapshot) {
    let mut push = |name: &str, value: &str| block.push(&format!("{prefix}{name}"), value);
    push("Channel", &view.name);
    push("ChannelState", &view.state.code().to_string());
    push("ChannelStateDesc", view.state.name());
    push("CallerIDNum", or_unknown(&view.caller.number));
    push("CallerIDName", &escaped(or_unknown(&view.caller.name)));
    push("ConnectedLineNum", or_unknown(&view.connected.number));
    push("ConnectedLineName", &escaped(or_unknown(&view.connected.name)));
    push("Language", &view.language);
    push("AccountCode", &view.account);
    push("Context", &view.context);
    push("Exten", &view.exten);
    push("Priority", &view.priority.to_string());
    push("Uniqueid", &view.id);
    push("Linkedid", &view.linked_id);
}

/// What a global variable's event says instead.
fn no_channel(block: Block) -> Block {
    block.with("Channel", "none").with("Uniqueid", "none")
}

fn direction(received: bool) -> &'static str {
    if received { "Received" } else { "Sent" }
}

fn tech(mut block: Block, cause: Option<u32>) -> Block {
    if let Some(cause) = cause {
        block.push("TechCause", cause);
    }
    block
}

fn hangup(channel: &Snapshot, ending: Ending) -> (u32, Block) {
    let (class, block) = about("Hangup", class::CALL, channel);
    let block = block.with("Cause", ending.cause).with("Cause-txt", cause_text(ending.cause));
    (class, tech(block, ending.tech_cause))
}

fn dial(
    stage: &DialStage,
    caller: Option<&Snapshot>,
    peer: &Snapshot,
    string: &str,
) -> (u32, Block) {
    let (name, last, value) = match stage {
        DialStage::Begin => ("DialBegin", "DialString", string),
        DialStage::State(status) => ("DialState", "DialStatus", *status),
        DialStage::End(status) => ("DialEnd", "DialStatus", *status),
    };
    let mut block = privileged(name, class::CALL);
    if let Some(caller) = caller {
        snapshot(&mut block, "", caller);
    }
    snapshot(&mut block, "Dest", peer);
    (class::CALL, block.with(last, value))
}

fn describe(block: &mut Block, view: &BridgeView) {
    block.push("BridgeUniqueid", &view.id);
    block.push("BridgeType", view.class);
    block.push("BridgeTechnology", view.technology);
    block.push("BridgeCreator", or_unknown(&view.creator));
    block.push("BridgeName", or_unknown(&view.name));
    block.push("BridgeNumChannels", view.channels.len());
    block.push("BridgeVideoSourceMode", view.video_mode);
}

fn bridge(name: &str, view: &BridgeView) -> (u32, Block) {
    let mut block = privileged(name, class::CALL);
    describe(&mut block, view);
    (class::CALL, block)
}

fn bridged(name: &str, view: &BridgeView, channel: &Snapshot) -> (u32, Block) {
    let (class, mut block) = bridge(name, view);
    snapshot(&mut block, "", channel);
    (class, block)
}

fn originated(response: &OriginateResponse) -> (u32, Block) {
    let mut block = privileged("OriginateResponse", class::CALL);
    block = block.action_id(response.action_id.as_deref());
    block.push("Response", if response.success { "Success" } else { "Failure" });
    block.push("Channel", &response.channel);
    for (name, value) in &response.target {
        block.push(name, value);
    }
    block.push("Reason", response.reason);
    block.push("Uniqueid", or_unknown(&response.unique_id));
    block.push("CallerIDNum", or_unknown(&response.caller.number));
    block.push("CallerIDName", or_unknown(&response.caller.name));
    (class::CALL, block)
}

/// A bridge as `BridgeList` and `BridgeInfo` show it.
pub(crate) fn bridge_headers(block: &mut Block, view: &BridgeView) {
    describe(block, view);
}
