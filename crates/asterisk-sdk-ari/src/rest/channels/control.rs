//! A channel's life.

use asterisk_proto::ari::model;
use asterisk_proto::{ChannelId, HangupCause};

use crate::rest::macros::{awaits_output, operation, words};

operation!(
    /// Reads a channel's state.
    #[request(GET, "/channels/{channelId}", model::Channel)]
    pub struct GetChannel {
        #[required(path, "channelId")]
        id: ChannelId,
    }
);

operation!(
    /// Answers a channel.
    ///
    /// The reply waits while something is played to the channel or recorded from it.
    #[request(POST, "/channels/{channelId}/answer", ())]
    pub struct Answer {
        #[required(path, "channelId")]
        id: ChannelId,
    }
);

operation!(
    /// Hangs up a channel.
    #[request(DELETE, "/channels/{channelId}", ())]
    pub struct Hangup {
        #[required(path, "channelId")]
        id: ChannelId,
        /// Why; normal clearing without it. Not together with a code.
        #[optional(value, "reason")]
        reason: HangupReason,
        /// Why, as a cause. Asterisk 22.
        #[optional(value, "reason_code")]
        reason_code: HangupCause,
    }
);

awaits_output!(GetChannel, Answer, Hangup);

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
