//! The description of a bridge that events carry.

use super::field::id;
use super::{Field, Message};
use crate::{BridgeId, Text};

/// A bridge as it was when the event was raised.
///
/// Events about several bridges carry one snapshot for each, told apart by a prefix of the header
/// names (`OrigBridgeUniqueid`, `SecondBridgeUniqueid`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BridgeSnapshot {
    /// `BridgeUniqueid`: names the bridge for its whole life.
    pub unique_id: Option<BridgeId>,
    /// `BridgeType`: what made it, such as `basic`, `stasis` or `base` (a conference).
    pub bridge_type: Option<Text>,
    /// `BridgeTechnology`: how it mixes, such as `simple_bridge`, `softmix` or `holding_bridge`.
    pub technology: Option<Text>,
    /// `BridgeCreator`: what asked for it, such as `ConfBridge`.
    pub creator: Option<Text>,
    /// `BridgeName`: the name that the creator gave it.
    pub name: Option<Text>,
    /// `BridgeNumChannels`: how many channels are in it.
    pub channels: Option<u32>,
    /// `BridgeVideoSourceMode`: how its source of video is chosen, such as `none` or `talker`.
    pub video_source_mode: Option<Text>,
    /// `BridgeVideoSource`: the unique id of the channel that is its source of video.
    pub video_source: Option<Text>,
}

impl BridgeSnapshot {
    /// The header names that belong to a snapshot, without prefix.
    pub const HEADERS: &'static [&'static str] = &[
        "BridgeUniqueid",
        "BridgeType",
        "BridgeTechnology",
        "BridgeCreator",
        "BridgeName",
        "BridgeNumChannels",
        "BridgeVideoSourceMode",
        "BridgeVideoSource",
    ];
}

impl Field for BridgeSnapshot {
    fn read(message: &Message, prefix: &str) -> Self {
        let bytes = message.as_bytes();
        let mut values = [const { None }; Self::HEADERS.len()];
        for place in message.places() {
            let Some((head, name)) = bytes[place.name].split_at_checked(prefix.len()) else {
                continue;
            };
            // Most other headers end here, at the first comparison of a word.
            let is_bridge = name.get(..6).is_some_and(|word| word.eq_ignore_ascii_case(b"Bridge"));
            if !is_bridge || !head.eq_ignore_ascii_case(prefix.as_bytes()) {
                continue;
            }
            let mut headers = Self::HEADERS.iter();
            let header = headers.position(|header| name.eq_ignore_ascii_case(header.as_bytes()));
            if let Some(header) = header {
                values[header].get_or_insert(place.value);
            }
        }
        let mut header = |index: usize| message.known_at(values[index].take()?);
        Self {
            unique_id: id(header(0)),
            bridge_type: header(1),
            technology: header(2),
            creator: header(3),
            name: header(4),
            channels: header(5).and_then(|number| number.trim().parse().ok()),
            video_source_mode: header(6),
            video_source: header(7),
        }
    }
}
