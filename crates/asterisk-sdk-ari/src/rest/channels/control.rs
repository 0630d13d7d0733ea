//! A channel's life.

use asterisk_proto::ari::model;
use asterisk_proto::{ChannelId, HangupCause};

use crate::rest::macros::{awaits_output, operation, words};

operation!(
    /// Reads a channel's state, whether or not it is in an application.
    #[request(GET, "/channels/{channelId}", model::Channel)]
    pub struct GetChannel {
        #[required(path, "channelId")]
        id: ChannelId,
    }
);

operation!(
    /// Answers a channel. One that is up already stays as it is.
    ///
    /// The reply waits while something is played to the channel or recorded from it.
    #[request(POST, "/channels/{channelId}/answer", ())]
    pub struct Answer {
        #[required(path, "channelId")]
        id: ChannelId,
    }
);

operation!(
    /// Tells the caller that the call makes progress, so that early media is heard. Asterisk 22.
    #[request(POST, "/channels/{channelId}/progress", ())]
    pub struct Progress {
        #[required(path, "channelId")]
        id: ChannelId,
    }
);

operation!(
    /// Tells the caller that the callee's phone rings.
    #[request(POST, "/channels/{channelId}/ring", ())]
    pub struct Ring {
        #[required(path, "channelId")]
        id: ChannelId,
    }
);

operation!(
    /// Ends the ringing that [`Ring`] began. Accepted when there is none.
    #[request(DELETE, "/channels/{channelId}/ring", ())]
    pub struct StopRing {
        #[required(path, "channelId")]
        id: ChannelId,
    }
);

operation!(
    /// Calls the endpoint of a channel that was made by [`CreateChannel`](super::CreateChannel).
    ///
    /// Accepted before anything is known of the outcome, which `Dial` events tell; a call that fails
    /// at once hangs up the channel, and the next operation is refused with 404 or 409.
    ///
    /// Refused with 409 also when the channel has been called already. Do not send it twice in a
    /// row: Asterisk 16 accepts that before the first has begun, and can die of it.
    #[request(POST, "/channels/{channelId}/dial", ())]
    pub struct Dial {
        #[required(path, "channelId")]
        id: ChannelId,
        /// The channel on whose behalf it is called. An unknown one is ignored.
        #[optional(text, "caller")]
        caller: ChannelId,
        /// How many seconds it may ring; no limit without it.
        #[optional(value, "timeout")]
        timeout: u32,
    }
);

operation!(
    /// Reads the figures of a channel's RTP stream.
    ///
    /// Refused with 403 for a channel without RTP, such as a Local one, and by Asterisk 22 with 404
    /// for one that has RTP and no statistics yet (`RTP info not found`).
    #[request(GET, "/channels/{channelId}/rtp_statistics", model::RtpStat)]
    pub struct GetRtpStatistics {
        #[required(path, "channelId")]
        id: ChannelId,
    }
);

operation!(
    /// Hangs up a channel, whether or not it is in an application.
    ///
    /// Refused with 400 for an unknown reason, and by Asterisk 22 for an unknown code or for both
    /// together.
    #[request(DELETE, "/channels/{channelId}", ())]
    pub struct Hangup {
        #[required(path, "channelId")]
        id: ChannelId,
        /// Why; normal clearing without it. Not together with a code.
        #[optional(value, "reason")]
        reason: HangupReason,
        /// Why, as a cause. Asterisk 22; 16 takes no notice of it.
        #[optional(value, "reason_code")]
        reason_code: HangupCause,
    }
);

awaits_output!(GetChannel, Answer, Progress, Ring, StopRing, Dial, GetRtpStatistics, Hangup);

words!(
    /// Why a channel is hung up.
    pub enum HangupReason {
        /// It was answered elsewhere.
        #[wire("answered_elsewhere")]
        AnsweredElsewhere,
        /// It is busy.
        #[wire("busy")]
        Busy,
        /// The formats do not match.
        #[wire("codec_mismatch")]
        CodecMismatch,
        /// There is no circuit.
        #[wire("congestion")]
        Congestion,
        /// Something failed.
        #[wire("failure")]
        Failure,
        /// Interworking, unspecified.
        #[wire("interworking")]
        Interworking,
        /// Nobody answered.
        #[wire("no_answer")]
        NoAnswer,
        /// The usual end of a call.
        #[wire("normal")]
        Normal,
        /// An end without a particular reason.
        #[wire("normal_unspecified")]
        NormalUnspecified,
        /// The number is not complete.
        #[wire("number_incomplete")]
        NumberIncomplete,
        /// The call was rejected.
        #[wire("rejected")]
        Rejected,
        /// A time ran out.
        #[wire("timeout")]
        Timeout,
        /// The number is not in use.
        #[wire("unallocated")]
        Unallocated,
    }
);
