//! Local channels: pairs that lead a call back into the dialplan.

use super::super::ChannelSnapshot;
use super::macros::ami_event;
use crate::{ChannelId, Text};

ami_event!(
    /// The two halves of a Local channel were put together and its dialplan begins (class `call`).
    #[event("LocalBridge")]
    pub struct LocalBridge {
        /// The half that was called, `...;1`.
        #[channel("LocalOne")]
        pub local_one: ChannelSnapshot,
        /// The half that runs the dialplan, `...;2`.
        #[channel("LocalTwo")]
        pub local_two: ChannelSnapshot,
        /// The context where the second half begins.
        #[header("Context")]
        pub context: Option<Text>,
        /// The extension where the second half begins.
        #[header("Exten")]
        pub exten: Option<Text>,
        /// Whether both halves may be taken out of the call once it is answered; not with `/n`.
        #[header("LocalOptimization")]
        pub local_optimization: Option<bool>,
    }
);

ami_event!(
    /// Both halves of a Local channel are about to be taken out of a call (class `call`).
    #[event("LocalOptimizationBegin")]
    pub struct LocalOptimizationBegin {
        /// The first half, `...;1`.
        #[channel("LocalOne")]
        pub local_one: ChannelSnapshot,
        /// The second half, `...;2`.
        #[channel("LocalTwo")]
        pub local_two: ChannelSnapshot,
        /// The channel that takes the place of a half; without fields when bridges are merged.
        #[channel("Source")]
        pub source: ChannelSnapshot,
        /// The unique id of the half whose place is taken.
        #[header("DestUniqueId")]
        pub dest_unique_id: Option<ChannelId>,
        /// A number that the [`LocalOptimizationEnd`] repeats.
        #[header("Id")]
        pub id: Option<u32>,
    }
);

ami_event!(
    /// The attempt to take a Local channel out of a call is over (class `call`).
    ///
    /// Asterisk 16 and 22 deny the success even where they took the channel out: the
    /// [`Hangup`](super::Hangup) of both halves is what tells.
    #[event("LocalOptimizationEnd")]
    pub struct LocalOptimizationEnd {
        /// The first half, `...;1`.
        #[channel("LocalOne")]
        pub local_one: ChannelSnapshot,
        /// The second half, `...;2`.
        #[channel("LocalTwo")]
        pub local_two: ChannelSnapshot,
        /// What the server says of its success.
        #[header("Success")]
        pub success: Option<bool>,
        /// The number of the [`LocalOptimizationBegin`].
        #[header("Id")]
        pub id: Option<u32>,
    }
);
