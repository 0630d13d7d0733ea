//! Bridges.

use std::collections::BTreeMap;

use super::macros::model;
use crate::ari::Timestamp;
use crate::ari::field::words;
use crate::open_enum::open_enum;
use crate::{BridgeId, ChannelId, Text};

model!(
    /// A bridge: what connects the media of channels, as it was at one moment.
    #[model("Bridge")]
    pub struct Bridge {
        /// The bridge's id.
        #[json("id")]
        pub id: BridgeId,
        /// How it mixes.
        #[json("technology")]
        pub technology: BridgeTechnology,
        /// What it is for.
        #[json("bridge_type")]
        pub bridge_type: BridgeType,
        /// Its class: `stasis`, `base`, `parking` and others.
        #[json("bridge_class")]
        pub bridge_class: Text,
        /// The part of Asterisk that made it, such as `Stasis`.
        #[json("creator")]
        pub creator: Text,
        /// Its name; empty when none was given.
        #[json("name")]
        pub name: Text,
        /// The channels in it.
        #[json("channels")]
        pub channels: Vec<ChannelId>,
        /// How it chooses video. Absent where the server knows no video.
        #[json("video_mode")]
        pub video_mode: Option<VideoMode>,
        /// The channel whose video is shown, if there is one.
        #[json("video_source_id")]
        pub video_source_id: Option<ChannelId>,
        /// When it was made.
        #[json("creationtime")]
        pub creation_time: Timestamp,
        /// The bridge's variables. Asterisk 22.
        #[json("bridgevars")]
        pub bridge_vars: BTreeMap<Text, Text>,
    }
);

/// For what takes the id of a bridge.
impl From<&Bridge> for BridgeId {
    fn from(bridge: &Bridge) -> Self {
        bridge.id.clone()
    }
}

open_enum!(
    /// How a bridge mixes. The server changes it as channels come and go.
    pub enum BridgeTechnology {
        /// For channels that wait.
        #[wire("holding_bridge")]
        Holding,
        /// Media passes between two channels without Asterisk's reading it.
        #[wire("native_rtp")]
        NativeRtp,
        /// Two channels.
        #[wire("simple_bridge")]
        Simple,
        /// Any number of channels.
        #[wire("softmix")]
        Softmix,
    }
);

open_enum!(
    /// What a bridge is for.
    pub enum BridgeType {
        /// Its channels hear each other.
        #[wire("mixing")]
        Mixing,
        /// Its channels wait.
        #[wire("holding")]
        Holding,
    }
);

open_enum!(
    /// How a bridge chooses whose video is shown.
    pub enum VideoMode {
        /// No video.
        #[wire("none")]
        None,
        /// Who talks.
        #[wire("talker")]
        Talker,
        /// One fixed channel.
        #[wire("single")]
        Single,
        /// Everybody's, forwarded selectively.
        #[wire("sfu")]
        Sfu,
    }
);

words!(BridgeTechnology, BridgeType, VideoMode);
