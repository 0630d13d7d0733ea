//! States of devices, extensions with a hint, and people's presence.

use std::borrow::Cow;

use asterisk_proto::ami::event::{DeviceStateChange, ExtensionStatus, PresenceStateChange};

use super::Aggregate;
use super::macros::ami_action;
use super::output::{aggregate, incomplete, value};

ami_action!(
    /// Lists the devices whose state the server knows (privilege `call` or `reporting`, module
    /// `res_manager_devicestate`).
    #[action("DeviceStateList")]
    pub struct DeviceStateList {},
    Aggregate<DeviceStateChange>,
    aggregate
);

ami_action!(
    /// Asks for the state of an extension that has a hint (privilege `call` or `reporting`).
    ///
    /// One that does not exist or has no hint is no error: its state is
    /// [`Unknown`](asterisk_proto::ExtensionState::Unknown).
    #[action("ExtensionState")]
    pub struct ExtensionState {
        #[required("Exten")]
        /// The extension.
        exten: String,
        #[required("Context")]
        /// The context that it is in.
        context: String,
    },
    HintState,
    |reply| {
        let code = value(&reply, "Status")?.trim().parse::<i32>();
        let code = code.map_err(|_| incomplete(&reply, "the state as a number"))?;
        Ok(HintState {
            exten: value(&reply, "Exten")?,
            context: value(&reply, "Context")?,
            hint: value(&reply, "Hint").ok().filter(|hint| !hint.is_empty()),
            state: code.into(),
            status_text: value(&reply, "StatusText")?,
        })
    }
);

/// The state of an extension; the answer to [`ExtensionState`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HintState {
    /// The extension that was asked for.
    pub exten: String,
    /// The context that was asked for.
    pub context: String,
    /// What it stands for: devices, and behind a comma a presence provider; nothing without a hint.
    pub hint: Option<String>,
    /// Its state.
    pub state: asterisk_proto::ExtensionState,
    /// The state in the server's words.
    pub status_text: String,
}

ami_action!(
    /// Lists the states of all extensions that have a hint (privilege `call` or `reporting`).
    ///
    /// A server without any hint refuses it.
    #[action("ExtensionStateList")]
    pub struct ExtensionStateList {},
    Aggregate<ExtensionStatus>,
    aggregate
);

ami_action!(
    /// Asks for somebody's presence (privilege `call` or `reporting`). A provider that does not exist
    /// is refused; of a name that it does not know, `CustomPresence` says
    /// [`NotSet`](asterisk_proto::PresenceState::NotSet).
    #[action("PresenceState")]
    pub struct PresenceState {
        #[required("Provider")]
        /// The presence provider, such as `CustomPresence:ada`.
        provider: String,
    },
    Presence,
    |reply| Ok(Presence {
        state: value(&reply, "State")?.as_str().into(),
        subtype: value(&reply, "Subtype").ok(),
        // `Message` tells first that the action succeeded, then the same again.
        message: reply.response.message().get("PresenceMessage").map(Cow::into_owned),
    })
);

/// Somebody's presence; the answer to [`PresenceState`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Presence {
    /// Whether and how somebody can be reached.
    pub state: asterisk_proto::PresenceState,
    /// What kind of that presence, in words of one's own, where there are any.
    pub subtype: Option<String>,
    /// A note for others, where there is one; of several lines the first.
    pub message: Option<String>,
}

ami_action!(
    /// Lists everybody whose presence the server knows (privilege `call` or `reporting`, module
    /// `res_manager_presencestate`).
    #[action("PresenceStateList")]
    pub struct PresenceStateList {},
    Aggregate<PresenceStateChange>,
    aggregate
);
