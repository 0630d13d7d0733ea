//! Conferences by the application `ConfBridge` (`app_confbridge`).
//!
//! A conference that does not exist is refused with `No Conference by that name found.`, or with
//! `No active conferences.` when there is none at all; a channel that is not in it with `No Channel
//! by that name found in Conference.`

use asterisk_proto::ami::Response;
use asterisk_proto::ami::event;

use super::Aggregate;
use super::macros::ami_action;
use super::output::{aggregate, response};

ami_action!(
    /// Throws users out of a conference (privilege `call`).
    ///
    /// A [`ConfbridgeLeave`](asterisk_proto::ami::event::ConfbridgeLeave) follows for each.
    #[action("ConfbridgeKick")]
    pub struct ConfbridgeKick {
        #[required("Conference")]
        /// the conference's name.
        conference: String,
        #[required("Channel")]
        /// the name of the user's channel, `all`, or `participants` for all but admins.
        channel: String,
    },
    Response,
    response
);

ami_action!(
    /// Lists the users of a conference (privilege `reporting`).
    #[action("ConfbridgeList")]
    pub struct ConfbridgeList {
        #[required("Conference")]
        /// the conference's name.
        conference: String,
    },
    Aggregate<event::ConfbridgeList>,
    aggregate
);

ami_action!(
    /// Lists the conferences (privilege `reporting`).
    #[action("ConfbridgeListRooms")]
    pub struct ConfbridgeListRooms {},
    Aggregate<event::ConfbridgeListRooms>,
    aggregate
);

ami_action!(
    /// Locks a conference: only admins can come in (privilege `call`). No event tells of it.
    #[action("ConfbridgeLock")]
    pub struct ConfbridgeLock {
        #[required("Conference")]
        /// the conference's name.
        conference: String,
    },
    Response,
    response
);

ami_action!(
    /// Stops the music on hold of users of a conference (patched servers only: no release of
    /// Asterisk knows it).
    #[doc(alias = "ConfbridgeMoHOff")]
    #[action("ConfbridgeMoHOff")]
    pub struct ConfbridgeMohOff {
        #[optional("Conference")]
        /// The conference's name.
        conference: String,
        #[optional("Channel")]
        /// The name of the user's channel.
        channel: String,
    },
    Response,
    response
);

ami_action!(
    /// Plays music on hold to users of a conference (patched servers only: no release of
    /// Asterisk knows it).
    #[doc(alias = "ConfbridgeMoHOn")]
    #[action("ConfbridgeMoHOn")]
    pub struct ConfbridgeMohOn {
        #[optional("Conference")]
        /// The conference's name.
        conference: String,
        #[optional("Channel")]
        /// The name of the user's channel.
        channel: String,
    },
    Response,
    response
);

ami_action!(
    /// Mutes users of a conference (privilege `call`).
    ///
    /// A [`ConfbridgeMute`](asterisk_proto::ami::event::ConfbridgeMute) follows for each.
    #[action("ConfbridgeMute")]
    pub struct ConfbridgeMute {
        #[required("Conference")]
        /// the conference's name.
        conference: String,
        #[required("Channel")]
        /// the name of the user's channel or its beginning, `all`, or `participants` for all but
        /// admins.
        channel: String,
    },
    Response,
    response
);

ami_action!(
    /// Plays a sound to a conference or one of its users (patched servers only: no release of
    /// Asterisk knows it).
    #[action("ConfbridgePlayFile")]
    pub struct ConfbridgePlayFile {
        #[optional("Conference")]
        /// The conference's name.
        conference: String,
        #[optional("Channel")]
        /// The name of the user's channel; all users by default.
        channel: String,
        #[optional("File")]
        /// The sound's name, without an ending.
        file: String,
    },
    Response,
    response
);

ami_action!(
    /// Makes one user the source of video for all of a conference (privilege `call`).
    ///
    /// A user without video is accepted as well. A
    /// [`BridgeVideoSourceUpdate`](asterisk_proto::ami::event::BridgeVideoSourceUpdate) follows.
    #[action("ConfbridgeSetSingleVideoSrc")]
    pub struct ConfbridgeSetSingleVideoSrc {
        #[required("Conference")]
        /// the conference's name.
        conference: String,
        #[required("Channel")]
        /// the name of the user's channel or its beginning.
        channel: String,
    },
    Response,
    response
);

ami_action!(
    /// Records a conference (privilege `system`).
    ///
    /// A [`ConfbridgeRecord`](asterisk_proto::ami::event::ConfbridgeRecord) follows. Refused with
    /// `Conference is already being recorded.` while it is.
    #[action("ConfbridgeStartRecord")]
    pub struct ConfbridgeStartRecord {
        #[required("Conference")]
        /// the conference's name.
        conference: String,
        #[optional("RecordFile")]
        /// The file to write, in the directory of recordings unless it begins with `/`; by default
        /// `confbridge-<conference>-<time>` in the format of the bridge's profile.
        record_file: String,
    },
    Response,
    response
);

ami_action!(
    /// Ends the recording of a conference (privilege `system`).
    ///
    /// A [`ConfbridgeStopRecord`](asterisk_proto::ami::event::ConfbridgeStopRecord) follows.
    /// Refused with `Internal error while stopping recording.` when it is not being recorded.
    #[action("ConfbridgeStopRecord")]
    pub struct ConfbridgeStopRecord {
        #[required("Conference")]
        /// the conference's name.
        conference: String,
    },
    Response,
    response
);

ami_action!(
    /// Unlocks a conference (privilege `call`). No event tells of it.
    #[action("ConfbridgeUnlock")]
    pub struct ConfbridgeUnlock {
        #[required("Conference")]
        /// the conference's name.
        conference: String,
    },
    Response,
    response
);

ami_action!(
    /// Lets muted users of a conference talk again (privilege `call`).
    ///
    /// A [`ConfbridgeUnmute`](asterisk_proto::ami::event::ConfbridgeUnmute) follows for each.
    #[action("ConfbridgeUnmute")]
    pub struct ConfbridgeUnmute {
        #[required("Conference")]
        /// the conference's name.
        conference: String,
        #[required("Channel")]
        /// the name of the user's channel or its beginning, `all`, or `participants` for all but
        /// admins.
        channel: String,
    },
    Response,
    response
);
