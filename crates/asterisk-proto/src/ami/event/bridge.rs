//! Bridges, in which the channels of a conversation meet.

use super::super::field::word_fields;
use super::super::{BridgeSnapshot, ChannelSnapshot, Field, Message};
use super::macros::{ami_event, list_end};
use crate::open_enum::open_enum;
use crate::{ChannelId, Text};

ami_event!(
    /// A bridge was made (class `call`).
    #[event("BridgeCreate")]
    pub struct BridgeCreate {
        /// The new bridge, nobody in it yet.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
    }
);

ami_event!(
    /// A bridge is gone (class `call`).
    #[event("BridgeDestroy")]
    pub struct BridgeDestroy {
        /// The bridge as it was last.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
    }
);

ami_event!(
    /// A channel entered a bridge (class `call`).
    ///
    /// A call is under way when the second one has entered a `basic` bridge.
    #[event("BridgeEnter")]
    pub struct BridgeEnter {
        /// The bridge, the new channel counted.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
        /// The channel that entered.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The channel whose place it takes, as when a Local channel is optimized away; or absent.
        #[header("SwapUniqueid")]
        pub swap_unique_id: Option<ChannelId>,
    }
);

ami_event!(
    /// One channel of the list that the action `BridgeInfo` asks for.
    #[event("BridgeInfoChannel")]
    pub struct BridgeInfoChannel {
        /// The channel, which is in the bridge.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// The end of the list of `BridgeInfo`, with what there is to say of the bridge itself.
    #[event("BridgeInfoComplete")]
    pub struct BridgeInfoComplete {
        /// The bridge that was asked for.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
        /// How the list ended: `Complete` or `Cancelled`.
        #[header("EventList")]
        pub event_list: Option<Text>,
        /// How many channels the server says it listed.
        #[header("ListItems")]
        pub list_items: Option<u32>,
    }
);

ami_event!(
    /// A channel left a bridge (class `call`).
    #[event("BridgeLeave")]
    pub struct BridgeLeave {
        /// The bridge, with those who are still in it.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
        /// The channel that left.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

list_end!(
    /// The end of the list of `BridgeList`.
    #[event("BridgeListComplete")]
    pub struct BridgeListComplete {}
);

ami_event!(
    /// One bridge of the list that the action `BridgeList` asks for.
    #[event("BridgeListItem")]
    pub struct BridgeListItem {
        /// The bridge.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
    }
);

ami_event!(
    /// All channels of one bridge moved to another (class `call`).
    #[event("BridgeMerge")]
    pub struct BridgeMerge {
        /// The bridge that all are in now.
        #[bridge("To")]
        pub to_bridge: BridgeSnapshot,
        /// The bridge that they come from, which will be destroyed.
        #[bridge("From")]
        pub from_bridge: BridgeSnapshot,
    }
);

open_enum! {
    /// What a bridge technology is able to do (`BridgeType` of a [`BridgeTechnologyListItem`]).
    pub enum BridgeCapability {
        /// Holds channels that do not hear each other, for parking and the like.
        #[wire("Holding")]
        Holding,
        /// Passes media before the call is answered.
        #[wire("Early")]
        Early,
        /// Lets two channels pass media without Asterisk reading it.
        #[wire("Native")]
        Native,
        /// Joins two channels.
        #[wire("1to1Mix")]
        OneToOneMix,
        /// Mixes any number of channels.
        #[wire("MultiMix")]
        MultiMix,
        /// The server has no word for it.
        #[wire("Unknown")]
        Unknown,
    }
}

word_fields!(BridgeCapability);

list_end!(
    /// The end of the list of `BridgeTechnologyList`.
    #[event("BridgeTechnologyListComplete")]
    pub struct BridgeTechnologyListComplete {}
);

ami_event!(
    /// One way to mix of the list that the action `BridgeTechnologyList` asks for.
    #[event("BridgeTechnologyListItem")]
    pub struct BridgeTechnologyListItem {
        /// Its name, such as `softmix`, as bridges have it in `technology`.
        #[header("BridgeTechnology")]
        pub technology: Option<Text>,
        /// What it is able to do.
        #[header("BridgeType")]
        pub capability: Option<BridgeCapability>,
        /// The higher, the rather it is chosen among those that fit.
        #[header("BridgePriority")]
        pub priority: Option<u32>,
        /// Whether no new bridge may use it, by `BridgeTechnologySuspend`.
        #[header("BridgeSuspended")]
        pub suspended: Option<bool>,
    }
);

ami_event!(
    /// Another channel became the source of a bridge's video (class `call`).
    #[event("BridgeVideoSourceUpdate")]
    pub struct BridgeVideoSourceUpdate {
        /// The bridge, with the new source.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
        /// The unique id of the channel that was the source before; absent when none was.
        #[header("BridgePreviousVideoSource")]
        pub previous_video_source: Option<ChannelId>,
    }
);
