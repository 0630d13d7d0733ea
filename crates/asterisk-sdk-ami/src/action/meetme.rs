//! Conferences by the application `MeetMe` (`app_meetme`, which needs DAHDI and is not in every
//! package).

use asterisk_proto::ami::Response;
use asterisk_proto::ami::event;

use super::Aggregate;
use super::macros::ami_action;
use super::output::{aggregate, response};

ami_action!(
    /// Lists the users of conferences (privilege `reporting`, `app_meetme`).
    ///
    /// Refused with `No active conferences.` when there is none.
    #[action("MeetmeList")]
    pub struct MeetmeList {
        #[optional("Conference")]
        /// The only conference to list; all by default.
        conference: String,
    },
    Aggregate<event::MeetmeList>,
    aggregate
);

ami_action!(
    /// Lists the conferences (privilege `reporting`, `app_meetme`).
    ///
    /// Refused with `No active conferences.` when there is none.
    #[action("MeetmeListRooms")]
    pub struct MeetmeListRooms {},
    Aggregate<event::MeetmeListRooms>,
    aggregate
);

ami_action!(
    /// Mutes a user of a conference (privilege `call`, `app_meetme`).
    ///
    /// A [`MeetmeMute`](asterisk_proto::ami::event::MeetmeMute) follows.
    #[action("MeetmeMute")]
    pub struct MeetmeMute {
        #[required("Meetme")]
        /// the conference's number.
        meetme: String,
        #[required("Usernum")]
        /// the user's number in the conference.
        user_number: u32,
    },
    Response,
    response
);

ami_action!(
    /// Lets a muted user of a conference talk again (privilege `call`, `app_meetme`).
    ///
    /// A [`MeetmeMute`](asterisk_proto::ami::event::MeetmeMute) follows.
    #[action("MeetmeUnmute")]
    pub struct MeetmeUnmute {
        #[required("Meetme")]
        /// the conference's number.
        meetme: String,
        #[required("Usernum")]
        /// the user's number in the conference.
        user_number: u32,
    },
    Response,
    response
);
