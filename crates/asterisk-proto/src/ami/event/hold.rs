//! Calls on hold, and the music they hear.

use super::super::ChannelSnapshot;
use super::macros::ami_event;
use crate::Text;

ami_event!(
    /// A phone put its call on hold (class `call`).
    ///
    /// Also raised for one who begins an attended transfer by the keys of features.conf.
    #[event("Hold")]
    pub struct Hold {
        /// The channel of the phone that holds the call.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The class of music that it wants the other end to hear; absent when it names none.
        #[header("MusicClass")]
        pub music_class: Option<Text>,
    }
);

ami_event!(
    /// Music on hold began to play to a channel (class `call`).
    #[event("MusicOnHoldStart")]
    pub struct MusicOnHoldStart {
        /// The channel that hears it.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The class of musiconhold.conf, such as `default`.
        #[header("Class")]
        pub class: Option<Text>,
    }
);

ami_event!(
    /// Music on hold ended on a channel (class `call`).
    #[event("MusicOnHoldStop")]
    pub struct MusicOnHoldStop {
        /// The channel that heard it.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// A phone took its call back from hold (class `call`).
    ///
    /// Asterisk may also raise it at the end of a transfer, without a [`Hold`] before.
    #[event("Unhold")]
    pub struct Unhold {
        /// The channel of the phone that had held the call.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);
