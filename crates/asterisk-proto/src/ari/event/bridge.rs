//! What happens to bridges.

use super::macros::ari_event;
use crate::ChannelId;
use crate::ari::model::{Bridge, Channel};

ari_event!(
    /// A bridge was made.
    #[event("BridgeCreated")]
    pub struct BridgeCreated {
        /// The bridge.
        #[json("bridge")]
        pub bridge: Bridge,
    }
);

ari_event!(
    /// A bridge is gone.
    #[event("BridgeDestroyed")]
    pub struct BridgeDestroyed {
        /// The bridge, as it was last.
        #[json("bridge")]
        pub bridge: Bridge,
    }
);

ari_event!(
    /// The channels of one bridge were moved to another.
    #[event("BridgeMerged")]
    pub struct BridgeMerged {
        /// The bridge that they are in now.
        #[json("bridge")]
        pub bridge: Bridge,
        /// The bridge that they were in.
        #[json("bridge_from")]
        pub bridge_from: Bridge,
    }
);

ari_event!(
    /// A bridge shows the video of another channel, or of none: `bridge.video_source_id` says which.
    #[event("BridgeVideoSourceChanged")]
    pub struct BridgeVideoSourceChanged {
        /// The bridge.
        #[json("bridge")]
        pub bridge: Bridge,
        /// The channel whose video was shown before, if there was one.
        #[json("old_video_source_id")]
        pub old_video_source_id: Option<ChannelId>,
    }
);

ari_event!(
    /// A channel has joined a bridge.
    #[event("ChannelEnteredBridge")]
    pub struct ChannelEnteredBridge {
        /// The bridge, the channel among its channels.
        #[json("bridge")]
        pub bridge: Bridge,
        /// The channel; absent if it was gone before the event was written.
        #[json("channel")]
        pub channel: Option<Channel>,
    }
);

ari_event!(
    /// A channel has left a bridge.
    #[event("ChannelLeftBridge")]
    pub struct ChannelLeftBridge {
        /// The bridge, without the channel.
        #[json("bridge")]
        pub bridge: Bridge,
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
    }
);
