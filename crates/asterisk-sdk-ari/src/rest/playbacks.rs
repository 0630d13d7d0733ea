//! Playbacks: `/playbacks`.

use asterisk_proto::PlaybackId;
use asterisk_proto::ari::model;

use super::macros::{awaits_output, operation, words};

operation!(
    /// Reads a playback's state. One that has ended does not exist any more.
    #[request(GET, "/playbacks/{playbackId}", model::Playback)]
    pub struct GetPlayback {
        #[required(path, "playbackId")]
        id: PlaybackId,
    }
);

operation!(
    /// Stops a playback; it then finishes as done.
    #[request(DELETE, "/playbacks/{playbackId}", ())]
    pub struct Stop {
        #[required(path, "playbackId")]
        id: PlaybackId,
    }
);

operation!(
    /// Pauses a playback, or moves within it.
    #[request(POST, "/playbacks/{playbackId}/control", ())]
    pub struct Control {
        #[required(path, "playbackId")]
        id: PlaybackId,
        #[required(query, "operation")]
        operation: PlaybackOperation,
    }
);

awaits_output!(GetPlayback, Stop, Control);

words!(
    /// What to do with a playback.
    pub enum PlaybackOperation {
        /// Skip forward.
        #[wire("forward")]
        Forward,
        /// Wait.
        #[wire("pause")]
        Pause,
        /// Begin again.
        #[wire("restart")]
        Restart,
        /// Skip back.
        #[wire("reverse")]
        Reverse,
        /// Go on after a pause.
        #[wire("unpause")]
        Unpause,
    }
);
