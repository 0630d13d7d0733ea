//! Playbacks and recordings.

/// What is shown of a playback.
#[derive(Debug, Clone)]
pub(crate) struct PlaybackView {
    pub(crate) id: String,
    pub(crate) media: String,
    pub(crate) next_media: Option<String>,
    /// `channel:<id>` or `bridge:<id>`.
    pub(crate) target: String,
    pub(crate) language: String,
    pub(crate) state: &'static str,
}

/// A playback that is not over yet.
#[derive(Debug)]
pub(crate) struct Playback {
    pub(crate) view: PlaybackView,
    pub(crate) stopped: bool,
    pub(crate) paused: bool,
}

/// What is shown of a recording that is being made.
#[derive(Debug, Clone)]
pub(crate) struct RecordingView {
    pub(crate) name: String,
    pub(crate) format: String,
    pub(crate) state: &'static str,
    pub(crate) target: String,
    pub(crate) duration: Option<u64>,
}

/// A recording that is not over yet.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) view: RecordingView,
    pub(crate) stopped: bool,
    pub(crate) discard: bool,
    /// The keys that end it.
    pub(crate) terminate_on: String,
}

/// Whom media are played to or recorded from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Channel(String),
    Bridge(String),
}

impl Target {
    pub(crate) fn uri(&self) -> String {
        match self {
            Self::Channel(id) => format!("channel:{id}"),
            Self::Bridge(id) => format!("bridge:{id}"),
        }
    }
}
