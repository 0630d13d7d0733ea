//! What happens to recordings.

use super::macros::ari_event;
use crate::ari::model::LiveRecording;

ari_event!(
    /// A recording has begun.
    #[event("RecordingStarted")]
    pub struct RecordingStarted {
        /// The recording.
        #[json("recording")]
        pub recording: LiveRecording,
    }
);

ari_event!(
    /// A recording has ended and is stored, or was discarded: its state is the same.
    #[event("RecordingFinished")]
    pub struct RecordingFinished {
        /// The recording and how long it is.
        #[json("recording")]
        pub recording: LiveRecording,
    }
);

ari_event!(
    /// A recording failed; its `cause` says why.
    #[event("RecordingFailed")]
    pub struct RecordingFailed {
        /// The recording.
        #[json("recording")]
        pub recording: LiveRecording,
    }
);
