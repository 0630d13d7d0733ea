//! Media to a channel and from it.

use asterisk_proto::ari::model;
use asterisk_proto::{ChannelId, PlaybackId};

use crate::rest::macros::{awaits_handle, awaits_output, operation};
use crate::rest::recordings::{IfExists, TerminateOn};

operation!(
    /// Plays media to a channel, after what is being played already.
    ///
    /// Gives a handle of the playback. Its id is chosen here unless [`Play::id`] is set, and its
    /// events are subscribed to before the request is sent, so that
    /// [`finished`](crate::handle::Playback::finished) misses nothing. Events come only for channels
    /// in an application of this client.
    ///
    /// Media is not looked at before its turn: a sound that does not exist ends as failed, an unknown
    /// kind of media or a recording that does not exist ends without any event. An id in use is not
    /// refused; both playbacks then bear it. In a bridge, only this channel hears it.
    #[request(POST, "/channels/{channelId}/play", model::Playback)]
    pub struct Play {
        #[required(path, "channelId")]
        channel: ChannelId,
        /// More media to play, in this order.
        #[optional(list, "media")]
        media: String,
        /// The language of sounds; the channel's without it.
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
    }
);

operation!(
    /// Records what comes from a channel, after what is being played or recorded already.
    ///
    /// Gives a handle of the recording, whose events are subscribed to before the request is sent.
    /// A name with slashes makes folders. A channel in a bridge cannot be recorded, which is accepted
    /// and then reported (`RecordingFailed`): record the bridge, or a [`Snoop`](super::Snoop).
    ///
    /// Refused with 400 for an unknown word, 409 when there is such a recording and it may not be
    /// replaced, or one of that name is being made, 422 for an unknown format, and 500 for a name
    /// that is empty or leads out of the folder of recordings.
    ///
    /// What comes after it on this channel waits until it has ended. Do not stop it before it has
    /// begun: see [`StopRecording`](crate::rest::recordings::StopRecording).
    #[request(POST, "/channels/{channelId}/record", model::LiveRecording)]
    pub struct Record {
        #[required(path, "channelId")]
        channel: ChannelId,
        #[required(query, "name")]
        name: String,
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
    }
);

operation!(
    /// Plays music on hold to a channel, until it is stopped.
    #[request(POST, "/channels/{channelId}/moh", ())]
    pub struct StartMoh {
        #[required(path, "channelId")]
        id: ChannelId,
        /// The class of music, of `musiconhold.conf`; the channel's without it. An unknown one is
        /// accepted, and silent.
        #[optional(text, "mohClass")]
        class: String,
    }
);

operation!(
    /// Ends music on hold. Accepted when there is none.
    #[request(DELETE, "/channels/{channelId}/moh", ())]
    pub struct StopMoh {
        #[required(path, "channelId")]
        id: ChannelId,
    }
);

operation!(
    /// Sends silence to a channel, until it is stopped: packets for networks that need them to keep
    /// their ports open.
    #[request(POST, "/channels/{channelId}/silence", ())]
    pub struct StartSilence {
        #[required(path, "channelId")]
        id: ChannelId,
    }
);

operation!(
    /// Ends the silence that [`StartSilence`] began. Accepted when there is none.
    #[request(DELETE, "/channels/{channelId}/silence", ())]
    pub struct StopSilence {
        #[required(path, "channelId")]
        id: ChannelId,
    }
);

awaits_handle!(Play => Playback by playback);
awaits_handle!(Record => LiveRecording named recording);
awaits_output!(StartMoh, StopMoh, StartSilence, StopSilence);
