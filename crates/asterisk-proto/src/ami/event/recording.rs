//! Recordings of calls begin, end and fall silent.

use super::super::field::word_fields;
use super::super::{ChannelSnapshot, Field, Message};
use super::macros::ami_event;
use crate::open_enum::open_enum;

ami_event!(
    /// Recordings of a channel were muted or unmuted (class `call`, module `app_mixmonitor`).
    ///
    /// It is also raised when no recording runs on the channel.
    #[event("MixMonitorMute")]
    pub struct MixMonitorMute {
        /// The channel that is recorded.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// Whose voice it concerns.
        #[header("Direction")]
        pub direction: Option<MixMonitorDirection>,
        /// Whether it is muted now: silence is recorded instead.
        #[header("State")]
        pub muted: Option<bool>,
    }
);

ami_event!(
    /// A recording of a channel began (class `call`, module `app_mixmonitor`).
    ///
    /// There may be several on one channel, and no header tells them apart.
    #[event("MixMonitorStart")]
    pub struct MixMonitorStart {
        /// The channel that is recorded.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// Somebody stopped a recording of a channel (class `call`, module `app_mixmonitor`).
    ///
    /// A recording that ends with its channel raises none.
    #[event("MixMonitorStop")]
    pub struct MixMonitorStop {
        /// The channel that was recorded.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// A recording into two files began (class `call`, module `res_monitor`, Asterisk 20 and older).
    #[event("MonitorStart")]
    pub struct MonitorStart {
        /// The channel that is recorded.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// A recording into two files ended (class `call`, module `res_monitor`, Asterisk 20 and older).
    #[event("MonitorStop")]
    pub struct MonitorStop {
        /// The channel that was recorded.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

open_enum!(
    /// A direction of the audio of a recorded channel, seen from Asterisk.
    pub enum MixMonitorDirection {
        /// What the channel's party says.
        #[wire("read")]
        Read,
        /// What the channel's party hears.
        #[wire("write")]
        Write,
        /// Both.
        #[wire("both")]
        Both,
    }
);

word_fields!(MixMonitorDirection);
