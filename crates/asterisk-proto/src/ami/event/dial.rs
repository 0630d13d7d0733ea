//! Calls from one channel to another, from dialling to the outcome.

use super::super::field::word_fields;
use super::super::{ChannelSnapshot, Field, Message};
use super::macros::ami_event;
use crate::Text;
use crate::open_enum::open_enum;

open_enum! {
    /// How far a dialled call is, or how it came out.
    pub enum DialStatus {
        /// Being set up: the called end was told of it.
        #[wire("PROCEEDING")]
        Proceeding,
        /// Being set up, with early media.
        #[wire("PROGRESS")]
        Progress,
        /// The called end rings.
        #[wire("RINGING")]
        Ringing,
        /// It was answered.
        #[wire("ANSWER")]
        Answer,
        /// The called end is busy.
        #[wire("BUSY")]
        Busy,
        /// There was congestion, or it was rejected.
        #[wire("CONGESTION")]
        Congestion,
        /// Nobody answered in time.
        #[wire("NOANSWER")]
        NoAnswer,
        /// The caller hung up, or another of the called ends was quicker.
        #[wire("CANCEL")]
        Cancel,
        /// The called end cannot be reached: not registered, or no such number.
        #[wire("CHANUNAVAIL")]
        ChannelUnavailable,
        /// It was answered, and broken off before the two were put together.
        #[wire("ABORT")]
        Abort,
        /// It was answered, and the called end chose that the dialplan goes on.
        #[wire("CONTINUE")]
        Continue,
        /// It was answered, and the called end sent the caller elsewhere in the dialplan.
        #[wire("GOTO")]
        Goto,
        /// The called end forwarded it.
        #[wire("FORWARD")]
        Forward,
        /// Privacy mode: the called end asked not to be called again.
        #[wire("DONTCALL")]
        DontCall,
        /// Privacy mode: the called end sent the caller to the torture extension.
        #[wire("TORTURE")]
        Torture,
        /// `Dial` was called with arguments that it does not understand.
        #[wire("INVALIDARGS")]
        InvalidArguments,
    }
}

word_fields!(DialStatus);

ami_event!(
    /// A channel is being dialled (class `call`).
    #[event("DialBegin")]
    pub struct DialBegin {
        /// Who calls; all fields are absent when no channel does, as with `Originate`.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The new channel, to the one who is called.
        #[channel("Dest")]
        pub dest: ChannelSnapshot,
        /// What is dialled, without the technology: `100` for `PJSIP/100`.
        #[header("DialString")]
        pub dial_string: Option<Text>,
    }
);

ami_event!(
    /// A dialled call came out in some way (class `call`).
    #[event("DialEnd")]
    pub struct DialEnd {
        /// Who calls; all fields are absent when no channel does, as with `Originate`.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The channel to the one who was called.
        #[channel("Dest")]
        pub dest: ChannelSnapshot,
        /// How it came out; [`DialStatus::Cancel`] when it was forwarded.
        #[header("DialStatus")]
        pub dial_status: Option<DialStatus>,
        /// Where the called end forwarded it; a further [`DialBegin`] follows. Otherwise absent.
        #[header("Forward")]
        pub forward: Option<Text>,
    }
);

ami_event!(
    /// A dialled call made progress (class `call`).
    #[event("DialState")]
    pub struct DialState {
        /// Who calls; all fields are absent when no channel does, as with `Originate`.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The channel to the one who is called.
        #[channel("Dest")]
        pub dest: ChannelSnapshot,
        /// How far it is.
        #[header("DialStatus")]
        pub dial_status: Option<DialStatus>,
        /// Where the call was forwarded; mostly absent.
        #[header("Forward")]
        pub forward: Option<Text>,
    }
);
