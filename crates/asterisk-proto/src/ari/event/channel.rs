//! What happens to channels.

use super::macros::ari_event;
use crate::ari::model::Channel;
use crate::{HangupCause, Text};

ari_event!(
    /// A channel was made.
    #[event("ChannelCreated")]
    pub struct ChannelCreated {
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

ari_event!(
    /// Somebody wants a channel to be hung up: the other end, or a part of Asterisk.
    #[event("ChannelHangupRequest")]
    pub struct ChannelHangupRequest {
        /// Why, if that was said. A soft request may say who wants it instead, as flags that only
        /// Asterisk knows the meaning of: 32 for a hangup by ARI, whatever its reason; the cause is in
        /// [`ChannelDestroyed`].
        #[json("cause")]
        pub cause: Option<HangupCause>,
        /// Whether a part of Asterisk wants it, and the channel is to see to it itself.
        #[json("soft")]
        pub soft: bool,
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
        /// The cause in the channel's own protocol, such as a SIP status. Asterisk 22.
        #[json("tech_cause")]
        pub tech_cause: Option<i64>,
    }
);

ari_event!(
    /// A channel's state has changed: it rings, it was answered.
    #[event("ChannelStateChange")]
    pub struct ChannelStateChange {
        /// The channel in its new state.
        #[json("channel")]
        pub channel: Channel,
    }
);

ari_event!(
    /// A channel begins the next step of its dialplan.
    #[event("ChannelDialplan")]
    pub struct ChannelDialplan {
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
        /// The application that runs now.
        #[json("dialplan_app")]
        pub dialplan_app: Text,
        /// The application's arguments.
        #[json("dialplan_app_data")]
        pub dialplan_app_data: Text,
    }
);

ari_event!(
    /// A channel's caller has another name or number, or shows them otherwise.
    #[event("ChannelCallerId")]
    pub struct ChannelCallerId {
        /// Whether name and number may be shown, and who vouches for them, as the number that
        /// Asterisk gives the two.
        #[json("caller_presentation")]
        pub caller_presentation: i64,
        /// The same in words.
        #[json("caller_presentation_txt")]
        pub caller_presentation_txt: Text,
        /// The channel with its new caller.
        #[json("channel")]
        pub channel: Channel,
    }
);

ari_event!(
    /// There is another name or number at a channel's other end.
    #[event("ChannelConnectedLine")]
    pub struct ChannelConnectedLine {
        /// The channel with its new connected party.
        #[json("channel")]
        pub channel: Channel,
    }
);

ari_event!(
    /// A variable was set.
    #[event("ChannelVarset")]
    pub struct ChannelVarset {
        /// The variable's name, with the underscores of one that is inherited.
        #[json("variable")]
        pub variable: Text,
        /// Its new value.
        #[json("value")]
        pub value: Text,
        /// The channel; absent for a global variable.
        #[json("channel")]
        pub channel: Option<Channel>,
    }
);
