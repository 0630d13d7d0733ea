//! Events of the server itself, and the items of its lists.

use super::super::ChannelSnapshot;
use super::macros::ami_event;
use super::{AmiEvent, Event, Field};
use crate::{ActionId, BridgeId, Text};

ami_event!(
    /// Asterisk has loaded everything (class `system`).
    ///
    /// A session that may read `system` events gets it right after its login, or when a server that
    /// still boots is ready. Other sessions never see it.
    #[event("FullyBooted")]
    pub struct FullyBooted {
        /// The server's words: `Fully Booted`.
        #[header("Status")]
        pub status: Option<Text>,
        /// How long the server has been up, in seconds.
        #[header("Uptime")]
        pub uptime: Option<u64>,
        /// How long ago the last reload was, in seconds.
        #[header("LastReload")]
        pub last_reload: Option<u64>,
    }
);

ami_event!(
    /// One channel of the list that the action `CoreShowChannels` asks for.
    #[event("CoreShowChannel")]
    pub struct CoreShowChannel {
        /// The action that asked.
        #[header("ActionID")]
        pub action_id: Option<ActionId>,
        /// The channel.
        #[header("")]
        pub channel: ChannelSnapshot,
        /// The bridge that it is in, if any.
        #[header("BridgeId")]
        pub bridge_id: Option<BridgeId>,
        /// The application that it runs, empty between two.
        #[header("Application")]
        pub application: Option<Text>,
        /// What the application was called with.
        #[header("ApplicationData")]
        pub application_data: Option<Text>,
        /// How long it has existed, as `hh:mm:ss`.
        #[header("Duration")]
        pub duration: Option<Text>,
    }
);

ami_event!(
    /// The end of the list of `CoreShowChannels`.
    #[event("CoreShowChannelsComplete")]
    pub struct CoreShowChannelsComplete {
        /// The action that asked.
        #[header("ActionID")]
        pub action_id: Option<ActionId>,
        /// How the list ended: `Complete` or `Cancelled`.
        #[header("EventList")]
        pub event_list: Option<Text>,
        /// How many items the server says it sent.
        #[header("ListItems")]
        pub list_items: Option<u32>,
    }
);
