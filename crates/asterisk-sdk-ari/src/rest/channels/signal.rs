//! What is signalled over a channel: digits, hold, mute.

use asterisk_proto::ChannelId;

use crate::rest::macros::{awaits_output, operation, words};

operation!(
    /// Sends digits to a channel.
    ///
    /// Refused with 400 for no digits. What is no digit is left out without a word.
    #[request(POST, "/channels/{channelId}/dtmf", ())]
    pub struct SendDtmf {
        #[required(path, "channelId")]
        id: ChannelId,
        #[required(query, "dtmf")]
        digits: String,
        /// How many milliseconds to wait before the first digit; 0 without it.
        #[optional(value, "before")]
        before_ms: u32,
        /// How many milliseconds to wait between two digits; 100 without it.
        #[optional(value, "between")]
        between_ms: u32,
        /// How many milliseconds each digit lasts; 100 without it.
        #[optional(value, "duration")]
        duration_ms: u32,
        /// How many milliseconds to wait after the last digit; 0 without it.
        #[optional(value, "after")]
        after_ms: u32,
    }
);

operation!(
    /// Mutes a channel.
    #[request(POST, "/channels/{channelId}/mute", ())]
    pub struct Mute {
        #[required(path, "channelId")]
        id: ChannelId,
        // Documented with a default that servers do not have: without it they refuse (400).
        #[required(query, "direction")]
        direction: MuteDirection,
    }
);

operation!(
    /// Ends the muting of a channel.
    #[request(DELETE, "/channels/{channelId}/mute", ())]
    pub struct Unmute {
        #[required(path, "channelId")]
        id: ChannelId,
        // Documented with a default that servers do not have: without it they refuse (400).
        #[required(query, "direction")]
        direction: MuteDirection,
    }
);

operation!(
    /// Puts a channel on hold: its device is told so. Music is another matter
    /// ([`StartMoh`](super::StartMoh)).
    #[request(POST, "/channels/{channelId}/hold", ())]
    pub struct Hold {
        #[required(path, "channelId")]
        id: ChannelId,
    }
);

operation!(
    /// Takes a channel off hold. Accepted when it is not on hold.
    #[request(DELETE, "/channels/{channelId}/hold", ())]
    pub struct Unhold {
        #[required(path, "channelId")]
        id: ChannelId,
    }
);

awaits_output!(SendDtmf, Mute, Unmute, Hold, Unhold);

words!(
    /// A direction of audio, seen from Asterisk.
    pub enum MuteDirection {
        /// Both directions.
        #[wire("both")]
        Both,
        /// What comes from the channel: the others do not hear its user.
        #[wire("in")]
        In,
        /// What is sent to the channel: its user hears nothing.
        #[wire("out")]
        Out,
    }
);
