//! Bridges.

use std::time::SystemTime;

/// What events and lists show of a bridge.
#[derive(Debug, Clone)]
pub(crate) struct BridgeView {
    pub(crate) id: String,
    pub(crate) technology: &'static str,
    /// `basic` for those of `Dial()`, else what ARI calls `bridge_class`.
    pub(crate) class: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) creator: String,
    pub(crate) name: String,
    pub(crate) channels: Vec<String>,
    pub(crate) video_mode: &'static str,
    pub(crate) created: SystemTime,
}

#[derive(Debug)]
pub(crate) struct Bridge {
    pub(crate) view: BridgeView,
    /// Playbacks and recordings, the one that runs in front.
    pub(crate) media: std::collections::VecDeque<String>,
    pub(crate) changed: std::sync::Arc<tokio::sync::Notify>,
}
