//! What comes from a channel's other end: keys, talk, tones, hold.

use super::macros::ari_event;
use crate::Text;
use crate::ari::model::Channel;

ari_event!(
    /// A digit was received from a channel; it is told when the key was let go.
    #[event("ChannelDtmfReceived")]
    pub struct ChannelDtmfReceived {
        /// The digit: `0` to `9`, `A` to `D`, `*` or `#`.
        #[json("digit")]
        pub digit: Text,
        /// How long it was held, in milliseconds.
        #[json("duration_ms")]
        pub duration_ms: u64,
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
    }
);

ari_event!(
    /// Somebody begins to talk, on a channel where the dialplan function `TALK_DETECT` is set.
    #[event("ChannelTalkingStarted")]
    pub struct ChannelTalkingStarted {
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
    }
);

ari_event!(
    /// Nobody talks any more, on a channel where the dialplan function `TALK_DETECT` is set.
    #[event("ChannelTalkingFinished")]
    pub struct ChannelTalkingFinished {
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
        /// How long somebody talked, in milliseconds.
        #[json("duration")]
        pub duration: u64,
    }
);

ari_event!(
    /// A tone was heard that the dialplan function `TONE_DETECT` was set to listen for. Asterisk 22.
    #[event("ChannelToneDetected")]
    pub struct ChannelToneDetected {
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
    }
);

ari_event!(
    /// The other end has put the call on hold.
    #[event("ChannelHold")]
    pub struct ChannelHold {
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
        /// The class of music on hold that it wants to be played.
        #[json("musicclass")]
        pub music_class: Option<Text>,
    }
);

ari_event!(
    /// The other end has taken the call from hold.
    #[event("ChannelUnhold")]
    pub struct ChannelUnhold {
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
    }
);
