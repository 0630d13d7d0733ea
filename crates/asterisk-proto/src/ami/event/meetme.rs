//! Conferences by the application `MeetMe` (`app_meetme`, which needs DAHDI and is not in every
//! package); [`confbridge`](super::confbridge) has what took its place.

use std::time::Duration;

use super::super::field::word_fields;
use super::super::{ChannelSnapshot, Field, Message};
use super::macros::{ami_event, list_end};
use crate::Text;
use crate::open_enum::open_enum;

ami_event!(
    /// A conference ended: nobody is in it any more (class `call`).
    #[event("MeetmeEnd")]
    pub struct MeetmeEnd {
        /// The conference's number.
        #[header("Meetme")]
        pub meetme: Option<Text>,
    }
);

ami_event!(
    /// A user came into a conference (class `call`).
    #[event("MeetmeJoin")]
    pub struct MeetmeJoin {
        /// The conference's number.
        #[header("Meetme")]
        pub meetme: Option<Text>,
        /// The user's number in the conference, which the actions take.
        #[header("User")]
        pub user: Option<u32>,
        /// The user's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// A user left a conference (class `call`).
    #[event("MeetmeLeave")]
    pub struct MeetmeLeave {
        /// The conference's number.
        #[header("Meetme")]
        pub meetme: Option<Text>,
        /// The user's number in the conference, which the actions take.
        #[header("User")]
        pub user: Option<u32>,
        /// The user's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// How long the user was in the conference, in whole seconds.
        #[header("Duration", seconds)]
        pub duration: Option<Duration>,
    }
);

ami_event!(
    /// A user in the list of the action `MeetmeList`.
    #[event("MeetmeList")]
    pub struct MeetmeList {
        /// The conference's number.
        #[header("Conference")]
        pub conference: Option<Text>,
        /// The user's number in the conference, which the actions take.
        #[header("UserNumber")]
        pub user_number: Option<u32>,
        /// The user's number as a caller.
        #[header("CallerIDNum")]
        pub caller_id_number: Option<Text>,
        /// The user's name as a caller.
        #[header("CallerIDName")]
        pub caller_id_name: Option<Text>,
        /// The number that the user's channel shows as its other end.
        #[header("ConnectedLineNum")]
        pub connected_line_number: Option<Text>,
        /// The name that the user's channel shows as its other end.
        #[header("ConnectedLineName")]
        pub connected_line_name: Option<Text>,
        /// The name of the user's channel.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// Whether the user is an admin of the conference.
        #[header("Admin")]
        pub admin: Option<bool>,
        /// Whether the user may talk and listen.
        #[header("Role")]
        pub role: Option<MeetmeRole>,
        /// Whether the user is marked: others may have to wait for a marked one.
        #[header("MarkedUser")]
        pub marked_user: Option<bool>,
        /// Whether the user is muted, and by whom.
        #[header("Muted")]
        pub muted: Option<MeetmeMuted>,
        /// Whether the user talks.
        #[header("Talking")]
        pub talking: Option<MeetmeTalkingState>,
    }
);

list_end!(
    /// The end of the list of the action `MeetmeList`.
    #[event("MeetmeListComplete")]
    pub struct MeetmeListComplete {}
);

ami_event!(
    /// A conference in the list of the action `MeetmeListRooms`.
    #[event("MeetmeListRooms")]
    pub struct MeetmeListRooms {
        /// The conference's number.
        #[header("Conference")]
        pub conference: Option<Text>,
        /// How many users are in it.
        #[header("Parties")]
        pub parties: Option<u32>,
        /// How many of them are marked; absent where the server writes `N/A` for none.
        #[header("Marked")]
        pub marked: Option<u32>,
        /// How long it has existed.
        #[header("Activity", clock)]
        pub activity: Option<Duration>,
        /// Whether it was configured or made on demand.
        #[header("Creation")]
        pub creation: Option<MeetmeCreation>,
        /// Whether it is locked: nobody can come in.
        #[header("Locked")]
        pub locked: Option<bool>,
    }
);

list_end!(
    /// The end of the list of the action `MeetmeListRooms`.
    #[event("MeetmeListRoomsComplete")]
    pub struct MeetmeListRoomsComplete {}
);

ami_event!(
    /// A user was muted or may talk again (class `call`).
    #[event("MeetmeMute")]
    pub struct MeetmeMute {
        /// The conference's number.
        #[header("Meetme")]
        pub meetme: Option<Text>,
        /// The user's number in the conference, which the actions take.
        #[header("User")]
        pub user: Option<u32>,
        /// The user's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// How long the user has been in the conference, in whole seconds.
        #[header("Duration", seconds)]
        pub duration: Option<Duration>,
        /// Whether the user is muted now.
        #[header("Status")]
        pub muted: Option<bool>,
    }
);

ami_event!(
    /// A user began or ceased to talk (class `call`).
    ///
    /// Only where the conference detects talking (option `T`).
    #[event("MeetmeTalking")]
    pub struct MeetmeTalking {
        /// The conference's number.
        #[header("Meetme")]
        pub meetme: Option<Text>,
        /// The user's number in the conference, which the actions take.
        #[header("User")]
        pub user: Option<u32>,
        /// The user's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// How long the user has been in the conference, in whole seconds.
        #[header("Duration", seconds)]
        pub duration: Option<Duration>,
        /// Whether the user talks now.
        #[header("Status")]
        pub talking: Option<bool>,
    }
);

ami_event!(
    /// A muted user asks to talk, or no longer does (class `call`).
    #[event("MeetmeTalkRequest")]
    pub struct MeetmeTalkRequest {
        /// The conference's number.
        #[header("Meetme")]
        pub meetme: Option<Text>,
        /// The user's number in the conference, which the actions take.
        #[header("User")]
        pub user: Option<u32>,
        /// The user's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// How long the user has been in the conference, in whole seconds.
        #[header("Duration", seconds)]
        pub duration: Option<Duration>,
        /// Whether the user asks to talk now.
        #[header("Status")]
        pub requested: Option<bool>,
    }
);

open_enum! {
    /// Whether a user of a conference may talk and listen.
    pub enum MeetmeRole {
        /// May only listen.
        #[wire("Listen only")]
        ListenOnly,
        /// May only talk.
        #[wire("Talk only")]
        TalkOnly,
        /// May do both.
        #[wire("Talk and listen")]
        TalkAndListen,
    }
}

open_enum! {
    /// Whether a user of a conference is muted, and by whom.
    pub enum MeetmeMuted {
        /// By an admin.
        #[wire("By admin")]
        ByAdmin,
        /// By the user.
        #[wire("By self")]
        BySelf,
        /// Not muted.
        #[wire("No")]
        No,
    }
}

open_enum! {
    /// Whether a user of a conference talks.
    pub enum MeetmeTalkingState {
        /// Talks.
        #[wire("Yes")]
        Yes,
        /// Is silent.
        #[wire("No")]
        No,
        /// The conference does not detect it.
        #[wire("Not monitored")]
        NotMonitored,
    }
}

open_enum! {
    /// How a conference came to be.
    pub enum MeetmeCreation {
        /// Made on demand.
        #[wire("Dynamic")]
        Dynamic,
        /// Stands in the configuration.
        #[wire("Static")]
        Static,
    }
}

word_fields!(MeetmeRole, MeetmeMuted, MeetmeTalkingState, MeetmeCreation);
