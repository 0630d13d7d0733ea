//! Parked calls (`res_parking`): calls that wait in a numbered space until somebody fetches them.

use std::time::Duration;

use super::super::ChannelSnapshot;
use super::macros::{ami_event, list_end};
use crate::Text;

/// Declares an event about a parked call.
macro_rules! parked_call_event {
    (
        $(#[doc = $doc:expr])+
        #[event($wire:literal)]
        pub struct $name:ident { $($more:tt)* }
    ) => {
        ami_event!(
            $(#[doc = $doc])+
            #[event($wire)]
            pub struct $name {
                /// The channel that is parked.
                #[channel("Parkee")]
                pub parkee: ChannelSnapshot,
                $($more)*
                /// Who parked it, as what is dialled when nobody fetches the call: `PJSIP/100`.
                #[header("ParkerDialString")]
                pub parker_dial_string: Option<Text>,
                /// The parking lot's name.
                #[header("Parkinglot")]
                pub parking_lot: Option<Text>,
                /// The space: what one dials to fetch the call.
                #[header("ParkingSpace")]
                pub parking_space: Option<u32>,
                /// How long the call may still stay, in whole seconds; zero if there is no limit, absent when it has
                /// stayed longer than it might.
                #[header("ParkingTimeout", seconds)]
                pub parking_timeout: Option<Duration>,
                /// How long it has been parked, in whole seconds.
                #[header("ParkingDuration", seconds)]
                pub parking_duration: Option<Duration>,
            }
        );
    };
}

parked_call_event!(
    /// A call was parked (class `call`); or, without a privilege and with an ActionID, a parked
    /// call in the list of the action `ParkedCalls`.
    #[event("ParkedCall")]
    pub struct ParkedCall {}
);

parked_call_event!(
    /// A parked caller hung up (class `call`).
    #[event("ParkedCallGiveUp")]
    pub struct ParkedCallGiveUp {
        /// Who parked the call. Asterisk 16 and 22 leave it out, it is empty then.
        #[channel("Parker")]
        pub parker: ChannelSnapshot,
    }
);

list_end!(
    /// The end of the list of the action `ParkedCalls`.
    #[event("ParkedCallsComplete")]
    pub struct ParkedCallsComplete {
        /// How many calls are parked; the same number.
        #[header("Total")]
        pub total: Option<u32>,
    }
);

parked_call_event!(
    /// Another channel took the place of the one that was parked (class `call`): after an attended
    /// transfer, or when a Local channel was optimized away. `parkee` is the new one.
    #[event("ParkedCallSwap")]
    pub struct ParkedCallSwap {
        /// Who parked the call. Asterisk 16 and 22 leave it out, it is empty then.
        #[channel("Parker")]
        pub parker: ChannelSnapshot,
    }
);

parked_call_event!(
    /// Nobody fetched a parked call in time: it goes back to who parked it, or to where the
    /// configuration sends it (class `call`).
    #[event("ParkedCallTimeOut")]
    pub struct ParkedCallTimeOut {
        /// Who parked the call. Asterisk 16 and 22 leave it out, it is empty then.
        #[channel("Parker")]
        pub parker: ChannelSnapshot,
    }
);

ami_event!(
    /// A parking lot in the list of the action `Parkinglots`.
    #[event("Parkinglot")]
    pub struct Parkinglot {
        /// The parking lot's name.
        #[header("Name")]
        pub name: Option<Text>,
        /// Its first space.
        #[header("StartSpace")]
        pub start_space: Option<u32>,
        /// Its last space.
        #[header("StopSpace")]
        pub stop_space: Option<u32>,
        /// How long calls may stay (`parkingtime`), in whole seconds.
        #[header("Timeout", seconds)]
        pub timeout: Option<Duration>,
    }
);

list_end!(
    /// The end of the list of the action `Parkinglots`.
    #[event("ParkinglotsComplete")]
    pub struct ParkinglotsComplete {}
);

parked_call_event!(
    /// Somebody fetched a parked call (class `call`).
    #[event("UnParkedCall")]
    pub struct UnParkedCall {
        /// Who parked the call. Asterisk 16 and 22 leave it out, it is empty then.
        #[channel("Parker")]
        pub parker: ChannelSnapshot,
        /// The channel that fetched it.
        #[channel("Retriever")]
        pub retriever: ChannelSnapshot,
    }
);
