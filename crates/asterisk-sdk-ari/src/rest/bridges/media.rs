//! Media to a bridge and from it.

use asterisk_proto::ari::model;
use asterisk_proto::{BridgeId, PlaybackId};

use crate::rest::macros::{awaits_handle, awaits_output, operation};
use crate::rest::recordings::{IfExists, TerminateOn};

operation!(
    /// Plays media to all channels of a bridge.
    ///
    /// Gives a handle of the playback, subscribed as by
    /// [`channels::Play`](crate::rest::channels::Play). Media is not looked at before its turn, and
    /// playbacks of one bridge sound after one another.
    #[request(POST, "/bridges/{bridgeId}/play", model::Playback)]
    pub struct Play {
        #[required(path, "bridgeId")]
        bridge: BridgeId,
        /// More media to play, in this order.
        #[optional(list, "media")]
        media: String,
        /// The language of sounds; the server's without it.
        #[optional(text, "lang")]
        lang: String,
        /// How many milliseconds to skip at the beginning of the first media.
        #[optional(value, "offsetms")]
        offset_ms: u32,
        /// How many milliseconds `forward` and `reverse` move; 3000 without it.
        #[optional(value, "skipms")]
        skip_ms: u32,
        /// The id of the playback.
        #[optional(text, "playbackId")]
        id: PlaybackId,
        /// The format in which the media goes into the bridge, `slin16`: the quality that it has at
        /// most; `slin` (8 kHz) without it. Asterisk 22.
        #[optional(text, "announcer_format")]
        announcer_format: String,
    }
);

operation!(
    /// Records what all channels of a bridge say, mixed.
    ///
    /// Gives a handle of the recording, whose events are subscribed to before the request is sent.
    /// Refused as [`channels::Record`](crate::rest::channels::Record) is, and by Asterisk 22 with 422
    /// for an unknown format of the recorder.
    #[request(POST, "/bridges/{bridgeId}/record", model::LiveRecording)]
    pub struct Record {
        #[required(path, "bridgeId")]
        bridge: BridgeId,
        #[required(query, "name")]
        name: String,
        // Asterisk 22 dies of a request without it.
        #[required(query, "format")]
        format: String,
        /// How many seconds to record at most; 0, as without it, for no limit. Only checked while
        /// audio comes.
        #[optional(value, "maxDurationSeconds")]
        max_duration_seconds: u32,
        /// After how many seconds of silence to end; 0, as without it, for never.
        #[optional(value, "maxSilenceSeconds")]
        max_silence_seconds: u32,
        /// What to do when there is a recording of that name; `fail` without it.
        #[optional(value, "ifExists")]
        if_exists: IfExists,
        /// Whether to beep first.
        #[optional(value, "beep")]
        beep: bool,
        /// The digit that ends it; `none` without it.
        #[optional(value, "terminateOn")]
        terminate_on: TerminateOn,
        /// The format in which the audio comes out of the bridge, `slin16`: the quality that it has
        /// at most; `slin` (8 kHz) without it. Asterisk 22.
        #[optional(text, "recorder_format")]
        recorder_format: String,
    }
);

operation!(
    /// Plays music on hold to a bridge, until it is stopped.
    #[request(POST, "/bridges/{bridgeId}/moh", ())]
    pub struct StartMoh {
        #[required(path, "bridgeId")]
        id: BridgeId,
        /// The class of music, of `musiconhold.conf`; `default` without it. An unknown one is
        /// accepted, and silent.
        #[optional(text, "mohClass")]
        class: String,
    }
);

operation!(
    /// Ends the music on hold of a bridge. Refused with 409 when there is none.
    #[request(DELETE, "/bridges/{bridgeId}/moh", ())]
    pub struct StopMoh {
        #[required(path, "bridgeId")]
        id: BridgeId,
    }
);

awaits_handle!(Play => Playback by playback);
awaits_handle!(Record => LiveRecording named recording);
awaits_output!(StartMoh, StopMoh);
