//! Recordings that are being made: `/recordings/live`.
//!
//! All of them are refused with 404 when no recording of that name is being made (any more).

use asterisk_proto::ari::model;

use crate::rest::macros::{awaits_output, operation};

operation!(
    /// Reads the state of a recording that is being made.
    ///
    /// Refused with 404 when there is none of that name, as soon as it has ended.
    #[request(GET, "/recordings/live/{recordingName}", model::LiveRecording)]
    pub struct GetLiveRecording {
        #[required(path, "recordingName")]
        name: String,
    }
);

operation!(
    /// Ends a recording and throws away what was recorded. It then finishes as done, as if it had
    /// been kept.
    ///
    /// Not for one that still waits for its turn, as told at [`StopRecording`].
    #[request(DELETE, "/recordings/live/{recordingName}", ())]
    pub struct CancelRecording {
        #[required(path, "recordingName")]
        name: String,
    }
);

operation!(
    /// Ends a recording and keeps it.
    ///
    /// Wait for `RecordingStarted` before: for one that still waits for its turn it is accepted, but
    /// when its turn comes the recording begins all the same, cannot be stopped any more (409), goes
    /// on until the channel is hung up or its own limits end it, and is kept.
    #[request(POST, "/recordings/live/{recordingName}/stop", ())]
    pub struct StopRecording {
        #[required(path, "recordingName")]
        name: String,
    }
);

operation!(
    /// Interrupts a recording: what is said meanwhile is left out. Accepted when it is paused.
    ///
    /// Refused with 409 while it waits for its turn.
    #[request(POST, "/recordings/live/{recordingName}/pause", ())]
    pub struct PauseRecording {
        #[required(path, "recordingName")]
        name: String,
    }
);

operation!(
    /// Goes on with a recording that was paused. Accepted when it is not.
    ///
    /// Refused with 409 while it waits for its turn.
    #[request(DELETE, "/recordings/live/{recordingName}/pause", ())]
    pub struct UnpauseRecording {
        #[required(path, "recordingName")]
        name: String,
    }
);

operation!(
    /// Records silence instead of what is said. Accepted when it is muted.
    ///
    /// Refused with 409 while it waits for its turn.
    #[request(POST, "/recordings/live/{recordingName}/mute", ())]
    pub struct MuteRecording {
        #[required(path, "recordingName")]
        name: String,
    }
);

operation!(
    /// Records what is said again. Accepted when it is not muted.
    ///
    /// Refused with 409 while it waits for its turn.
    #[request(DELETE, "/recordings/live/{recordingName}/mute", ())]
    pub struct UnmuteRecording {
        #[required(path, "recordingName")]
        name: String,
    }
);

awaits_output!(
    GetLiveRecording,
    CancelRecording,
    StopRecording,
    PauseRecording,
    UnpauseRecording,
    MuteRecording,
    UnmuteRecording,
);
