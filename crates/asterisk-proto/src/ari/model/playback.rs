//! Playbacks.

use super::macros::model;
use crate::ari::field::words;
use crate::open_enum::open_enum;
use crate::{PlaybackId, Text};

model!(
    /// Media that is played to a channel or a bridge.
    #[model("Playback")]
    pub struct Playback {
        /// The playback's id.
        #[json("id")]
        pub id: PlaybackId,
        /// The media of this moment: `sound:hello-world`.
        #[json("media_uri")]
        pub media_uri: Text,
        /// The media that follows, if there is one.
        #[json("next_media_uri")]
        pub next_media_uri: Option<Text>,
        /// To whom it is played: `channel:<id>` or `bridge:<id>`.
        #[json("target_uri")]
        pub target_uri: Text,
        /// The language that was asked for.
        #[json("language")]
        pub language: Option<Text>,
        /// Its state.
        #[json("state")]
        pub state: PlaybackState,
    }
);

/// For what takes the id of a playback.
impl From<&Playback> for PlaybackId {
    fn from(playback: &Playback) -> Self {
        playback.id.clone()
    }
}

open_enum!(
    /// How far a playback is.
    pub enum PlaybackState {
        /// It waits for its turn.
        #[wire("queued")]
        Queued,
        /// It can be heard.
        #[wire("playing")]
        Playing,
        /// It goes on to its next media.
        #[wire("continuing")]
        Continuing,
        /// It has ended, or was stopped.
        #[wire("done")]
        Done,
        /// It could not be played, or the channel hung up.
        #[wire("failed")]
        Failed,
    }
);

words!(PlaybackState);
