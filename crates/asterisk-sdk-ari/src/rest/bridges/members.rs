//! The channels of a bridge.

use asterisk_proto::{BridgeId, ChannelId};

use crate::rest::macros::{awaits_output, operation};

operation!(
    /// Adds channels to a bridge. They have to be in an application. One that is in another bridge
    /// leaves that one; one that is in this bridge stays in it.
    ///
    /// The reply waits while something is played to a channel or recorded from it.
    ///
    /// Refused with 400 when there is no such channel, 404 when there is no such bridge, and 422 when
    /// a channel is in no application; then none is added.
    #[request(POST, "/bridges/{bridgeId}/addChannel", ())]
    pub struct AddChannel {
        #[required(path, "bridgeId")]
        id: BridgeId,
        /// More channels to add.
        #[optional(list, "channel")]
        channels: ChannelId,
        /// The channel's role in the bridge: `participant`, or `announcer` in a holding bridge. An
        /// unknown one is accepted.
        #[optional(text, "role")]
        role: String,
        /// Keeps the channel's digits from the others.
        #[optional(value, "absorbDTMF")]
        absorb_dtmf: bool,
        /// Keeps the channel from being heard.
        #[optional(value, "mute")]
        mute: bool,
        /// Keeps the others from being told who the channel is. Asterisk 22.
        #[optional(value, "inhibitConnectedLineUpdates")]
        inhibit_connected_line_updates: bool,
    }
);

operation!(
    /// Takes channels out of a bridge. They stay in the application.
    ///
    /// Refused with 400 when there is no such channel, 404 when there is no such bridge, and 422 when
    /// a channel is not in it.
    #[request(POST, "/bridges/{bridgeId}/removeChannel", ())]
    pub struct RemoveChannel {
        #[required(path, "bridgeId")]
        id: BridgeId,
        /// More channels to take out.
        #[optional(list, "channel")]
        channels: ChannelId,
    }
);

awaits_output!(AddChannel, RemoveChannel);
