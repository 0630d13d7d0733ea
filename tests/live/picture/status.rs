//! Channels against what the action `Status` says, which asks each channel itself. The list of channels
//! says what was last told of them.

use asterisk_sdk::ami::event::Status;
use asterisk_sdk::ami::live::{Channel, Snapshot};

/// Half of a Local channel that is in no bridge: one whose place there another took may say that it still is, though
/// the bridge's own list, which is compared too, has it no more.
pub(super) fn has_left(channel: &Channel) -> bool {
    channel.is_local() && channel.bridge.is_none()
}

/// What the picture says otherwise.
pub(super) fn differences(statuses: &[Status], snapshot: &Snapshot) -> Vec<String> {
    let mut differences = Vec::new();
    for item in statuses {
        let listed = &item.channel;
        let id = listed.unique_id.as_ref().expect("an id");
        // The list of channels has said so already.
        let Some(channel) = snapshot.get::<Channel>(id) else { continue };
        let mut same = |what: &str, ours: &dyn std::fmt::Debug, theirs: &dyn std::fmt::Debug| {
            let (ours, theirs) = (format!("{ours:?}"), format!("{theirs:?}"));
            if ours != theirs {
                differences
                    .push(format!("{}: {what} itself is {theirs}, not {ours}", channel.name));
            }
        };
        same("name", &Some(&channel.name), &listed.channel);
        same("linked id", &channel.linked_id, &listed.linked_id);
        same("state", &channel.state, &listed.state);
        same("language", &channel.language, &listed.language);
        same("account", &channel.account_code, &listed.account_code);
        if !has_left(channel) {
            same("bridge", &channel.bridge, &item.bridge_id);
        }
        // See the list of channels.
        if !channel.is_local() {
            same("caller", &channel.caller_id, &listed.caller_id);
        }
        same("connected line", &channel.connected_line, &listed.connected_line);
        same("context", &channel.context, &listed.context);
        same("exten", &channel.exten, &listed.exten);
        same("priority", &channel.priority, &listed.priority);
        // No event tells what an originated channel was given to.
        let ours = channel.application.as_deref().unwrap_or("(null)");
        if ours != "AppDial2" {
            same("application", &Some(ours), &item.application.as_deref());
        }
        same("technology", &Some(channel.technology()), &item.technology.as_deref());
    }
    differences
}
