//! Key presses and other signals on a line.

use std::time::Duration;

use super::super::field::word_fields;
use super::super::{ChannelSnapshot, Field, Message};
use super::macros::ami_event;
use crate::open_enum::open_enum;
use crate::{ChannelId, Text};

open_enum! {
    /// Which way a key press went, as Asterisk sees it.
    pub enum DtmfDirection {
        /// The channel's far end pressed it.
        #[wire("Received")]
        Received,
        /// Asterisk played it to the channel's far end.
        #[wire("Sent")]
        Sent,
    }
}

word_fields!(DtmfDirection);

ami_event!(
    /// A key was pressed or let go, as Asterisk 11 and older told it (class `dtmf`).
    ///
    /// Asterisk 12 replaced it by [`DtmfBegin`] and [`DtmfEnd`].
    #[doc(alias = "DTMF")]
    #[event("DTMF")]
    pub struct Dtmf {
        /// The channel's name.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// The channel's unique id.
        #[header("Uniqueid")]
        pub unique_id: Option<ChannelId>,
        /// The key: `0` to `9`, `*`, `#` or `A` to `D`.
        #[header("Digit")]
        pub digit: Option<Text>,
        /// Which way it went.
        #[header("Direction")]
        pub direction: Option<DtmfDirection>,
        /// Whether the key went down.
        #[header("Begin")]
        pub begin: Option<bool>,
        /// Whether the key was let go.
        #[header("End")]
        pub end: Option<bool>,
    }
);

ami_event!(
    /// A key went down (class `dtmf`).
    ///
    /// A key that comes as a whole, as with SIP INFO or from the action `Atxfer`, has only a
    /// [`DtmfEnd`].
    #[doc(alias = "DTMFBegin")]
    #[event("DTMFBegin")]
    pub struct DtmfBegin {
        /// The channel on whose line it is.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The key: `0` to `9`, `*`, `#` or `A` to `D`.
        #[header("Digit")]
        pub digit: Option<Text>,
        /// Which way it went.
        #[header("Direction")]
        pub direction: Option<DtmfDirection>,
    }
);

ami_event!(
    /// A key was let go (class `dtmf`).
    #[doc(alias = "DTMFEnd")]
    #[event("DTMFEnd")]
    pub struct DtmfEnd {
        /// The channel on whose line it is.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The key: `0` to `9`, `*`, `#` or `A` to `D`.
        #[header("Digit")]
        pub digit: Option<Text>,
        /// How long it was down; zero for one that came as a whole.
        #[header("DurationMs", milliseconds)]
        pub duration: Option<Duration>,
        /// Which way it went.
        #[header("Direction")]
        pub direction: Option<DtmfDirection>,
    }
);

ami_event!(
    /// The line was opened for a moment, a hook flash (class `call`, Asterisk 22).
    #[event("Flash")]
    pub struct Flash {
        /// The channel whose far end did it.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// An analog line winked, a signal of readiness (class `call`, Asterisk 22).
    #[event("Wink")]
    pub struct Wink {
        /// The channel whose far end did it.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);
