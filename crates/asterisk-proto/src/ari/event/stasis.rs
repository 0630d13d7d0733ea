//! Calls that enter and leave the application.

use super::macros::ari_event;
use crate::Text;
use crate::ari::model::Channel;

ari_event!(
    /// A channel has entered the application and is under its control now.
    #[event("StasisStart")]
    pub struct StasisStart {
        /// The arguments of the dialplan's `Stasis()` after the application's name, or those of the
        /// originate.
        #[json("args")]
        pub args: Vec<Text>,
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
        /// The channel that it replaces, in an attended transfer.
        #[json("replace_channel")]
        pub replace_channel: Option<Channel>,
    }
);

ari_event!(
    /// A channel has left the application: it was hung up, moved, or goes on in the dialplan.
    #[event("StasisEnd")]
    pub struct StasisEnd {
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
    }
);
