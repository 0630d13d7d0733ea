//! States of devices, extensions with a hint, and people's presence.

use super::super::field::word_fields;
use super::super::{Field, Message};
use super::macros::{ami_event, list_end};
use crate::{DeviceState, ExtensionState, PresenceState, Text};

ami_event!(
    /// The state of a device changed (class `call`); also an item of the list that the action
    /// `DeviceStateList` asks for.
    #[event("DeviceStateChange")]
    pub struct DeviceStateChange {
        /// The device: `PJSIP/100`, `Custom:door`, `Queue:support_avail`, `MWI:100@default` and so on.
        #[header("Device")]
        pub device: Option<Text>,
        /// Its state now.
        #[header("State")]
        pub state: Option<DeviceState>,
    }
);

list_end!(
    /// The end of the list of `DeviceStateList`.
    #[event("DeviceStateListComplete")]
    pub struct DeviceStateListComplete {}
);

list_end!(
    /// The end of the list of `ExtensionStateList`.
    #[event("ExtensionStateListComplete")]
    pub struct ExtensionStateListComplete {}
);

ami_event!(
    /// The state of an extension with a hint changed (class `call`); also an item of the list that
    /// the action `ExtensionStateList` asks for.
    ///
    /// A change of its devices that leaves the sum the same raises none; each reload of the dialplan
    /// raises one for every hint.
    #[event("ExtensionStatus")]
    pub struct ExtensionStatus {
        /// The extension.
        #[header("Exten")]
        pub exten: Option<Text>,
        /// The context that it is in.
        #[header("Context")]
        pub context: Option<Text>,
        /// The devices, and behind a comma the presence provider, that it stands for.
        #[header("Hint")]
        pub hint: Option<Text>,
        /// Its state now.
        #[header("Status")]
        pub state: Option<ExtensionState>,
        /// The state in the server's words, such as `InUse&Ringing`.
        #[header("StatusText")]
        pub status_text: Option<Text>,
    }
);

ami_event!(
    /// Somebody's presence changed (class `call`); also an item of the list that the action
    /// `PresenceStateList` asks for.
    #[event("PresenceStateChange")]
    pub struct PresenceStateChange {
        /// Who: the presence provider, such as `CustomPresence:ada`.
        #[header("Presentity")]
        pub presentity: Option<Text>,
        /// The presence now.
        #[header("Status")]
        pub state: Option<PresenceState>,
        /// What kind of that presence, in words of one's own; often empty.
        #[header("Subtype", unescaped)]
        pub subtype: Option<Text>,
        /// A note for others; often empty.
        #[header("Message", unescaped)]
        pub message: Option<Text>,
    }
);

list_end!(
    /// The end of the list of `PresenceStateList`.
    #[event("PresenceStateListComplete")]
    pub struct PresenceStateListComplete {}
);

ami_event!(
    /// The presence behind an extension's hint changed (class `call`).
    ///
    /// Only for hints that name a presence provider, as in `Custom:100,CustomPresence:ada`.
    #[event("PresenceStatus")]
    pub struct PresenceStatus {
        /// The extension.
        #[header("Exten")]
        pub exten: Option<Text>,
        /// The context that it is in.
        #[header("Context")]
        pub context: Option<Text>,
        /// The devices and the presence provider that it stands for.
        #[header("Hint")]
        pub hint: Option<Text>,
        /// The presence now.
        #[header("Status")]
        pub state: Option<PresenceState>,
        /// What kind of that presence, in words of one's own; often empty.
        #[header("Subtype")]
        pub subtype: Option<Text>,
        /// A note for others; often empty.
        #[header("Message")]
        pub message: Option<Text>,
    }
);

word_fields!(DeviceState, PresenceState);

impl Field for Option<ExtensionState> {
    fn read(message: &Message, name: &str) -> Self {
        Option::<i32>::read(message, name).map(ExtensionState::from)
    }
}
