//! Listening to a channel, and whispering to it.

use asterisk_proto::ChannelId;
use asterisk_proto::ari::model;

use crate::rest::macros::{awaits_handle, operation, words};

operation!(
    /// Makes a channel that hears another one (`spy`) or is heard by it alone (`whisper`), and puts
    /// it into the application. It ends with the channel that it listens to.
    ///
    /// Gives a handle of the new channel, subscribed as by [`Originate`](super::Originate). The
    /// channel that is listened to need not be in an application.
    ///
    /// Refused with 400 when neither `spy` nor `whisper` is set, 404 when there is no such channel,
    /// and 500 when the new id is in use.
    #[request(POST, "/channels/{channelId}/snoop", model::Channel)]
    pub struct Snoop {
        #[required(path, "channelId")]
        channel: ChannelId,
        #[required(query, "app")]
        app: String,
        /// What of the channel is heard; nothing without it.
        #[optional(value, "spy")]
        spy: SnoopDirection,
        /// Where what is said goes to; nowhere without it.
        #[optional(value, "whisper")]
        whisper: SnoopDirection,
        /// The application's arguments, separated by commas.
        #[optional(text, "appArgs")]
        app_args: String,
        /// The id of the new channel.
        #[optional(text, "snoopId")]
        id: ChannelId,
    }
);

awaits_handle!(Snoop => Channel by channel);

words!(
    /// A direction of audio, seen from Asterisk.
    pub enum SnoopDirection {
        /// No audio.
        #[wire("none")]
        None,
        /// Both directions.
        #[wire("both")]
        Both,
        /// What is sent to the channel: what its user hears.
        #[wire("out")]
        Out,
        /// What comes from the channel: what its user says.
        #[wire("in")]
        In,
    }
);
