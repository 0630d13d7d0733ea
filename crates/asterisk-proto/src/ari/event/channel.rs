//! What happens to channels.

use super::macros::ari_event;
use crate::ari::model::Channel;
use crate::{HangupCause, Text};

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
    /// A channel is gone.
    ///
    /// An application hears it of channels that it originated or subscribed to. One that came by
    /// the dialplan is not followed any further than to its [`StasisEnd`](super::StasisEnd).
    #[event("ChannelDestroyed")]
    pub struct ChannelDestroyed {
        /// Why it was hung up.
        #[json("cause")]
        pub cause: HangupCause,
        /// The cause in words.
        #[json("cause_txt")]
        pub cause_txt: Text,
        /// The channel, as it was last.
        #[json("channel")]
        pub channel: Channel,
        /// The cause in the channel's own protocol, such as a SIP status. Asterisk 22.
        #[json("tech_cause")]
        pub tech_cause: Option<i64>,
    }
);
