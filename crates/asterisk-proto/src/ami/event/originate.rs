//! How originated calls came out.

use std::fmt;

use super::super::field::word_fields;
use super::super::{ChannelVariable, Field, Message};
use super::macros::ami_event;
use crate::open_enum::open_enum;
use crate::{ActionId, ChannelId, Text};

open_enum! {
    /// Whether an originated call was answered (`Response`).
    pub enum OriginateResult {
        /// It was answered.
        #[wire("Success")]
        Success,
        /// It was not; the reason says why.
        #[wire("Failure")]
        Failure,
    }
}

word_fields!(OriginateResult);

ami_event!(
    /// How an originate that ran in the background came out (class `call`).
    ///
    /// It goes to every session: compare `action_id` with the id of your own action.
    #[event("OriginateResponse")]
    pub struct OriginateResponse {
        /// The action that asked for the call.
        #[header("ActionID")]
        pub action_id: Option<ActionId>,
        /// Whether it was answered.
        #[header("Response")]
        pub response: Option<OriginateResult>,
        /// The channel's name, or the dial string if there never was a channel.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// The context that an answered call was sent to.
        #[header("Context")]
        pub context: Option<Text>,
        /// The extension that an answered call was sent to.
        #[header("Exten")]
        pub exten: Option<Text>,
        /// The application that an answered call was given to.
        #[header("Application")]
        pub application: Option<Text>,
        /// The data of that application.
        #[header("Data")]
        pub data: Option<Text>,
        /// Why it came out so.
        #[header("Reason")]
        pub reason: Option<OriginateReason>,
        /// The channel's id; absent after a failure unless the action chose it, or when it is gone.
        #[header("Uniqueid")]
        pub unique_id: Option<ChannelId>,
        /// The caller's number.
        #[header("CallerIDNum")]
        pub caller_id_number: Option<Text>,
        /// The caller's name, as it was given: this event does not escape it.
        #[header("CallerIDName")]
        pub caller_id_name: Option<Text>,
        /// The variables that `channelvars` in manager.conf names, of a call that was answered.
        #[variables("ChanVariable")]
        pub variables: Vec<ChannelVariable>,
    }
);

/// Why an originate came out as it did (`Reason`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OriginateReason {
    /// 0: no such technology, endpoint or extension, or the call was rejected.
    Failed,
    /// 1: it was hung up.
    HungUp,
    /// 3: it rang, and nobody answered in time.
    NoAnswer,
    /// 4: it was answered.
    Answered,
    /// 5: it was busy.
    Busy,
    /// 8: there was congestion.
    Congestion,
    /// A number that this version of the crate has no name for.
    Other(u32),
}

impl From<u32> for OriginateReason {
    fn from(code: u32) -> Self {
        match code {
            0 => Self::Failed,
            1 => Self::HungUp,
            3 => Self::NoAnswer,
            4 => Self::Answered,
            5 => Self::Busy,
            8 => Self::Congestion,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for OriginateReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed => f.write_str("failed"),
            Self::HungUp => f.write_str("hung up"),
            Self::NoAnswer => f.write_str("no answer"),
            Self::Answered => f.write_str("answered"),
            Self::Busy => f.write_str("busy"),
            Self::Congestion => f.write_str("congestion"),
            Self::Other(code) => write!(f, "reason {code}"),
        }
    }
}

impl Field for Option<OriginateReason> {
    fn read(message: &Message, name: &str) -> Self {
        Option::<u32>::read(message, name).map(OriginateReason::from)
    }
}
