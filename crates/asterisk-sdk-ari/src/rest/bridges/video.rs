//! Whose video a bridge shows.

use asterisk_proto::{BridgeId, ChannelId};

use crate::rest::macros::{awaits_output, operation};

operation!(
    /// Shows one channel's video to all others.
    ///
    /// Refused with 400 when there is no such channel, 404 when there is no such bridge, and 422 when
    /// the channel is in no application or not in this bridge.
    #[request(POST, "/bridges/{bridgeId}/videoSource/{channelId}", ())]
    pub struct SetVideoSource {
        #[required(path, "bridgeId")]
        id: BridgeId,
        #[required(path, "channelId")]
        channel: ChannelId,
    }
);

operation!(
    /// Shows the video of whoever talks again.
    #[request(DELETE, "/bridges/{bridgeId}/videoSource", ())]
    pub struct ClearVideoSource {
        #[required(path, "bridgeId")]
        id: BridgeId,
    }
);

awaits_output!(SetVideoSource, ClearVideoSource);
