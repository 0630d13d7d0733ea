//! Conferences by the application `ConfBridge` (`app_confbridge`).
//!
//! The bridge counts more channels than there are users: announcements and recordings are channels
//! of their own in it.

use std::time::Duration;

use super::super::{BridgeSnapshot, ChannelSnapshot};
use super::macros::{ami_event, list_end};
use crate::Text;

ami_event!(
    /// The last user left a conference, which is no more (class `call`).
    #[event("ConfbridgeEnd")]
    pub struct ConfbridgeEnd {
        /// The conference's name, the first argument of `ConfBridge()`.
        #[header("Conference")]
        pub conference: Option<Text>,
        /// The bridge that mixes the conference.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
    }
);

ami_event!(
    /// A user came into a conference (class `call`).
    #[event("ConfbridgeJoin")]
    pub struct ConfbridgeJoin {
        /// The conference's name, the first argument of `ConfBridge()`.
        #[header("Conference")]
        pub conference: Option<Text>,
        /// The bridge that mixes the conference.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
        /// The user's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// Whether the user is an admin of the conference.
        #[header("Admin")]
        pub admin: Option<bool>,
        /// Whether the user came in muted.
        #[header("Muted")]
        pub muted: Option<bool>,
    }
);

ami_event!(
    /// A user left a conference: hung up, was kicked, or had to go with the last marked user (class
    /// `call`).
    #[event("ConfbridgeLeave")]
    pub struct ConfbridgeLeave {
        /// The conference's name, the first argument of `ConfBridge()`.
        #[header("Conference")]
        pub conference: Option<Text>,
        /// The bridge that mixes the conference.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
        /// The user's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// Whether the user is an admin of the conference.
        #[header("Admin")]
        pub admin: Option<bool>,
    }
);

ami_event!(
    /// A user in the list of the action `ConfbridgeList`.
    #[event("ConfbridgeList")]
    pub struct ConfbridgeList {
        /// The conference's name, the first argument of `ConfBridge()`.
        #[header("Conference")]
        pub conference: Option<Text>,
        /// Whether the user is an admin of the conference.
        #[header("Admin")]
        pub admin: Option<bool>,
        /// Whether the user is marked: others may have to wait for a marked one.
        #[header("MarkedUser")]
        pub marked_user: Option<bool>,
        /// Whether the user's profile has them wait for a marked user (`wait_marked`).
        #[header("WaitMarked")]
        pub wait_marked: Option<bool>,
        /// Whether the last marked user who leaves ends it for this user too.
        #[header("EndMarked")]
        pub end_marked: Option<bool>,
        /// Whether any marked user who leaves ends it for this user too (Asterisk 22).
        #[header("EndMarkedAny")]
        pub end_marked_any: Option<bool>,
        /// Whether the user waits for a marked user now, and hears nobody.
        #[header("Waiting")]
        pub waiting: Option<bool>,
        /// Whether the user is muted, by themselves or by others.
        #[header("Muted")]
        pub muted: Option<bool>,
        /// Whether the user talks; false where talking is not detected (`talk_detection_events`).
        #[header("Talking")]
        pub talking: Option<bool>,
        /// How long the user's channel has been answered, in whole seconds.
        #[header("AnsweredTime", seconds)]
        pub answered_for: Option<Duration>,
        /// The user's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

list_end!(
    /// The end of the list of the action `ConfbridgeList`.
    #[event("ConfbridgeListComplete")]
    pub struct ConfbridgeListComplete {}
);

ami_event!(
    /// A conference in the list of the action `ConfbridgeListRooms`.
    #[event("ConfbridgeListRooms")]
    pub struct ConfbridgeListRooms {
        /// The conference's name, the first argument of `ConfBridge()`.
        #[header("Conference")]
        pub conference: Option<Text>,
        /// How many users are in it, waiting ones included.
        #[header("Parties")]
        pub parties: Option<u32>,
        /// How many of them are marked.
        #[header("Marked")]
        pub marked: Option<u32>,
        /// Whether it is locked: only admins can come in.
        #[header("Locked")]
        pub locked: Option<bool>,
        /// Whether all but admins are muted.
        #[header("Muted")]
        pub muted: Option<bool>,
    }
);

list_end!(
    /// The end of the list of the action `ConfbridgeListRooms`.
    #[event("ConfbridgeListRoomsComplete")]
    pub struct ConfbridgeListRoomsComplete {}
);

ami_event!(
    /// A user was muted (class `call`).
    #[event("ConfbridgeMute")]
    pub struct ConfbridgeMute {
        /// The conference's name, the first argument of `ConfBridge()`.
        #[header("Conference")]
        pub conference: Option<Text>,
        /// The bridge that mixes the conference.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
        /// The user's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// Whether the user is an admin of the conference.
        #[header("Admin")]
        pub admin: Option<bool>,
    }
);

ami_event!(
    /// The recording of a conference began (class `call`).
    #[event("ConfbridgeRecord")]
    pub struct ConfbridgeRecord {
        /// The conference's name, the first argument of `ConfBridge()`.
        #[header("Conference")]
        pub conference: Option<Text>,
        /// The bridge that mixes the conference.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
    }
);

ami_event!(
    /// A conference came to be, with its first user (class `call`).
    #[event("ConfbridgeStart")]
    pub struct ConfbridgeStart {
        /// The conference's name, the first argument of `ConfBridge()`.
        #[header("Conference")]
        pub conference: Option<Text>,
        /// The bridge that mixes the conference.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
    }
);

ami_event!(
    /// The recording of a conference ended (class `call`).
    #[event("ConfbridgeStopRecord")]
    pub struct ConfbridgeStopRecord {
        /// The conference's name, the first argument of `ConfBridge()`.
        #[header("Conference")]
        pub conference: Option<Text>,
        /// The bridge that mixes the conference.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
    }
);

ami_event!(
    /// A user began or ceased to talk (class `call`).
    ///
    /// Only for users whose profile has `talk_detection_events`.
    #[event("ConfbridgeTalking")]
    pub struct ConfbridgeTalking {
        /// The conference's name, the first argument of `ConfBridge()`.
        #[header("Conference")]
        pub conference: Option<Text>,
        /// The bridge that mixes the conference.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
        /// The user's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// Whether the user talks now.
        #[header("TalkingStatus")]
        pub talking: Option<bool>,
        /// Whether the user is an admin of the conference.
        #[header("Admin")]
        pub admin: Option<bool>,
    }
);

ami_event!(
    /// A user is no longer muted (class `call`).
    #[event("ConfbridgeUnmute")]
    pub struct ConfbridgeUnmute {
        /// The conference's name, the first argument of `ConfBridge()`.
        #[header("Conference")]
        pub conference: Option<Text>,
        /// The bridge that mixes the conference.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
        /// The user's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// Whether the user is an admin of the conference.
        #[header("Admin")]
        pub admin: Option<bool>,
    }
);
