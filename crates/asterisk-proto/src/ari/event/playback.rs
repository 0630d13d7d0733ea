//! What happens to playbacks.

use super::macros::ari_event;
use crate::ari::model::Playback;

ari_event!(
    /// Media begins to play. A playback of several media says it for each.
    #[event("PlaybackStarted")]
    pub struct PlaybackStarted {
        /// The playback.
        #[json("playback")]
        pub playback: Playback,
    }
);

ari_event!(
    /// One of several media has ended, and the next follows.
    #[event("PlaybackContinuing")]
    pub struct PlaybackContinuing {
        /// The playback; its `media_uri` is what has ended.
        #[json("playback")]
        pub playback: Playback,
    }
);

ari_event!(
    /// A playback has ended: its state says how.
    ///
    /// It never comes for media that does not exist.
    #[event("PlaybackFinished")]
    pub struct PlaybackFinished {
        /// The playback.
        #[json("playback")]
        pub playback: Playback,
    }
);
