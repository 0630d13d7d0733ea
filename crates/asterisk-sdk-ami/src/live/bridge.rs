//! Bridges and who is in them.

use std::time::SystemTime;

use asterisk_proto::ami::BridgeSnapshot;
use asterisk_proto::{BridgeId, ChannelId, Text};

use super::table::{Object, compact_known};

/// A bridge, and the channels in it.
///
/// That a bridge mixes in another way (`technology`) is told only with the next event about it, or
/// found by the next reconciliation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bridge {
    /// What names the bridge for its whole life.
    pub id: BridgeId,
    /// What made it, such as `basic`, `stasis` or `base` (a conference).
    pub bridge_type: Option<Text>,
    /// How it mixes, such as `simple_bridge` or `softmix`.
    pub technology: Option<Text>,
    /// What asked for it, such as `ConfBridge`.
    pub creator: Option<Text>,
    /// The name that the creator gave it.
    pub name: Option<Text>,
    /// How its source of video is chosen, such as `none` or `talker`.
    pub video_source_mode: Option<Text>,
    /// The channel that is its source of video.
    pub video_source: Option<Text>,
    /// The channels in it, in the order in which they came, as far as that was seen.
    pub members: Vec<ChannelId>,
    /// How many channels the server counts in it. Announcements and recordings of conferences count,
    /// though the server tells of them nowhere else.
    pub count: u32,
    /// When it came to be, if that was seen.
    pub created: Option<SystemTime>,
}

impl Object for Bridge {
    type Key = BridgeId;

    fn key(&self) -> &BridgeId {
        &self.id
    }
}

impl Bridge {
    /// A bridge that was not known before; nothing if the snapshot doesn't say which.
    pub(super) fn new(snapshot: &BridgeSnapshot) -> Option<Self> {
        let mut bridge = Self {
            id: snapshot.unique_id.clone()?,
            bridge_type: None,
            technology: None,
            creator: None,
            name: None,
            video_source_mode: None,
            video_source: None,
            members: Vec::new(),
            count: 0,
            created: None,
        };
        bridge.take(snapshot);
        Some(bridge)
    }

    /// Takes over what a snapshot says.
    pub(super) fn take(&mut self, snapshot: &BridgeSnapshot) {
        self.count = snapshot.channels.unwrap_or_default();
        if self.bridge_type.is_some()
            && self.bridge_type == snapshot.bridge_type
            && self.technology == snapshot.technology
            && self.creator == snapshot.creator
            && self.name == snapshot.name
            && self.video_source_mode == snapshot.video_source_mode
            && self.video_source == snapshot.video_source
        {
            return;
        }
        let [id, bridge_type, technology, creator, name, mode, source] = compact_known([
            Some(self.id.as_str()),
            snapshot.bridge_type.as_deref(),
            snapshot.technology.as_deref(),
            snapshot.creator.as_deref(),
            snapshot.name.as_deref(),
            snapshot.video_source_mode.as_deref(),
            snapshot.video_source.as_deref(),
        ]);
        if let Some(id) = id {
            self.id = id.into();
        }
        (self.bridge_type, self.technology) = (bridge_type, technology);
        (self.creator, self.name) = (creator, name);
        (self.video_source_mode, self.video_source) = (mode, source);
    }
}
