//! The actions of a session that has logged in.

mod channel;
mod database;
mod lists;
pub(super) mod originate;
mod queue;
mod system;

use std::sync::Arc;

use super::block::Block;
use super::request::Request;
use crate::engine::Core;
use crate::model::World;

/// An action, whether it exists and what it does; the response and what belongs to it.
type Action = fn(&mut World, &Request) -> Reply;

/// All of a response: the message itself and the items that follow it.
#[derive(Debug)]
pub(crate) struct Reply(String);

impl Reply {
    fn ok(request: &Request, message: &str) -> Self {
        Self::of(Block::response("Success", request.action_id()).with("Message", message))
    }

    fn error(request: &Request, message: &str) -> Self {
        Self::of(Block::response("Error", request.action_id()).with("Message", message))
    }

    fn of(block: Block) -> Self {
        Self(block.finish())
    }

    /// A list: its items, and the event that ends it.
    fn list(request: &Request, message: &str, items: Vec<Block>, complete: &str) -> Self {
        Self::list_with(request, message, items, complete, &[])
    }

    /// The same with more in its last event.
    fn list_with(
        request: &Request,
        message: &str,
        items: Vec<Block>,
        complete: &str,
        more: &[(&str, String)],
    ) -> Self {
        let id = request.action_id();
        let start = Block::response("Success", id).with("EventList", "start");
        let mut text = start.with("Message", message).finish();
        let count = items.len();
        for item in items {
            text.push_str(&item.finish());
        }
        let mut end = Block::event(complete).action_id(id).with("EventList", "Complete");
        end.push("ListItems", count);
        for (name, value) in more {
            end.push(name, value);
        }
        text.push_str(&end.finish());
        Self(text)
    }
}

/// Every action that this server has, besides those of the session itself.
const ACTIONS: [(&str, &str, Action); 28] = [
    ("BridgeInfo", "Get information about a bridge.  (Priv: <none>)", lists::bridge_info),
    ("BridgeList", "Get a list of bridges in the system.  (Priv: <none>)", lists::bridges),
    ("Command", "Execute Asterisk CLI Command.  (Priv: command,all)", system::command),
    (
        "CoreSettings",
        "Show PBX core settings (version etc).  (Priv: system,reporting,all)",
        system::settings,
    ),
    (
        "CoreShowChannels",
        "List currently active channels.  (Priv: system,reporting,all)",
        lists::channels,
    ),
    ("CoreStatus", "Show PBX core status variables.  (Priv: system,reporting,all)", system::status),
    ("DBDel", "Delete DB entry.  (Priv: system,all)", database::delete),
    ("DBDelTree", "Delete DB Tree.  (Priv: system,all)", database::delete_tree),
    ("DBGet", "Get DB Entry.  (Priv: system,reporting,all)", database::get),
    (
        "DBGetTree",
        "Get DB entries, optionally at a particular family/key  (Priv: system,reporting,all)",
        database::get_tree,
    ),
    ("DBPut", "Put DB entry.  (Priv: system,all)", database::put),
    (
        "DeviceStateList",
        "List the current known device states.  (Priv: call,reporting,all)",
        lists::devices,
    ),
    (
        "ExtensionState",
        "Check Extension Status.  (Priv: call,reporting,all)",
        system::extension_state,
    ),
    (
        "Getvar",
        "Gets a channel variable or function value.  (Priv: call,reporting,all)",
        channel::get_variable,
    ),
    ("Hangup", "Hangup channel.  (Priv: system,call,all)", channel::hangup),
    ("ListCommands", "List available manager commands.  (Priv: <none>)", list_commands),
    ("Ping", "Keepalive command.  (Priv: <none>)", system::ping),
    ("PJSIPShowEndpoints", "Lists PJSIP endpoints.  (Priv: system,all)", lists::endpoints),
    ("PlayDTMF", "Play DTMF signal on a specific channel.  (Priv: call,all)", channel::play_dtmf),
    ("QueueAdd", "Add interface to queue.  (Priv: agent,all)", queue::add),
    (
        "QueuePause",
        "Makes a queue member temporarily unavailable.  (Priv: agent,all)",
        queue::pause,
    ),
    ("QueueRemove", "Remove interface from queue.  (Priv: agent,all)", queue::remove),
    ("QueueStatus", "Show queue status.  (Priv: <none>)", queue::status),
    ("QueueSummary", "Show queue summary.  (Priv: <none>)", queue::summary),
    ("Redirect", "Redirect (transfer) a call.  (Priv: call,all)", channel::redirect),
    (
        "Setvar",
        "Sets a channel variable or function value.  (Priv: call,all)",
        channel::set_variable,
    ),
    ("Status", "List channel status.  (Priv: system,call,reporting,all)", lists::status),
    ("UserEvent", "Send an arbitrary event.  (Priv: user,all)", system::user_event),
];

/// The actions of the session itself, and originate.
const OTHERS: [(&str, &str); 6] = [
    ("Challenge", "Generate Challenge for MD5 Auth.  (Priv: <none>)"),
    ("Events", "Control Event Flow.  (Priv: <none>)"),
    ("Filter", "Dynamically add filters for the current manager session.  (Priv: system,all)"),
    ("Login", "Login Manager.  (Priv: <none>)"),
    ("Logoff", "Logoff Manager.  (Priv: <none>)"),
    ("Originate", "Originate a call.  (Priv: originate,all)"),
];

/// Runs an action. What it causes is told behind its response.
pub(super) fn run(core: &Arc<Core>, session: u64, name: &str, request: &Request) {
    let found = ACTIONS.into_iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
    core.with_state(|state| {
        let Reply(text) = match found {
            Some((_, _, action)) => action(&mut state.world, request),
            None => Reply::error(request, &format!(
                "Invalid/unknown command: {name}. Use Action: ListCommands to show available commands."
            )),
        };
        if let Some(sink) = state.managers.iter().find(|sink| sink.session == session) {
            sink.send(text);
        }
    });
}

fn list_commands(_: &mut World, request: &Request) -> Reply {
    let mut all: Vec<(&str, &str)> = OTHERS.to_vec();
    all.extend(ACTIONS.iter().map(|(name, synopsis, _)| (*name, *synopsis)));
    all.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    let mut block = Block::response("Success", request.action_id());
    for (name, synopsis) in all {
        block.push(name, synopsis);
    }
    Reply::of(block)
}
