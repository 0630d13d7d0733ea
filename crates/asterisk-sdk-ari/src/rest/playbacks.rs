//! Playbacks: `/playbacks`.
//!
//! They begin with [`channels::Play`](super::channels::Play) and
//! [`bridges::Play`](super::bridges::Play), and do not exist any more once they have ended.

use asterisk_proto::PlaybackId;
use asterisk_proto::ari::model;

use super::macros::{awaits_output, operation, words};

operation!(
    /// Reads a playback's state. Refused with 404 when it has ended.
    #[request(GET, "/playbacks/{playbackId}", model::Playback)]
    pub struct GetPlayback {
        #[required(path, "playbackId")]
        id: PlaybackId,
    }
);

operation!(
    /// Stops a playback; it then finishes as done. One that waits for its turn is not begun.
    ///
    /// Refused with 404 when it has ended.
    #[request(DELETE, "/playbacks/{playbackId}", ())]
    pub struct Stop {
        #[required(path, "playbackId")]
        id: PlaybackId,
    }
);

operation!(
    /// Pauses a playback, or moves within it.
    ///
    /// Refused with 404 when it has ended, and with 409 while it waits for its turn.
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
