//! Parking calls (`res_parking`).

use std::time::Duration;

use asterisk_proto::ami::Response;
use asterisk_proto::ami::event;

use super::Aggregate;
use super::macros::ami_action;
use super::output::{aggregate, response};

ami_action!(
    /// Parks a channel (privilege `call`).
    ///
    /// A [`ParkedCall`](asterisk_proto::ami::event::ParkedCall) tells the space. A channel that was
    /// bridged leaves its bridge. A parking lot that does not exist is refused without a reason:
    /// `Park action failed`.
    #[action("Park")]
    pub struct Park {
        #[required("Channel")]
        /// the name of the channel to park.
        channel: String,
        #[optional("TimeoutChannel")]
        /// The channel to be called when nobody fetches the call in time, by name or as what to
        /// dial. One that is bridged with the parked channel counts as who parked it and hears the
        /// space.
        timeout_channel: String,
        #[optional("AnnounceChannel")]
        /// The channel that hears the number of the space.
        announce_channel: String,
        #[optional("Timeout", milliseconds)]
        /// How long the call may stay; the server counts whole seconds, at least one, and zero is
        /// for ever. What the parking lot is configured to by default.
        timeout: Duration,
        #[optional("Parkinglot")]
        /// The parking lot; the channel's own by default.
        parking_lot: String,
        #[optional("ParkingSpace")]
        /// The space to take (Asterisk 22, others take no notice); the server chooses another when
        /// it is in use.
        parking_space: u32,
    },
    Response,
    response
);

ami_action!(
    /// Lists parked calls (privilege `call`).
    ///
    /// A parking lot that does not exist is refused with `Requested parking lot could not be
    /// found.`
    #[action("ParkedCalls")]
    pub struct ParkedCalls {
        #[optional("ParkingLot")]
        /// The only parking lot to list; all by default.
        parking_lot: String,
    },
    Aggregate<event::ParkedCall>,
    aggregate
);

ami_action!(
    /// Lists the parking lots (privilege `call`).
    #[action("Parkinglots")]
    pub struct Parkinglots {},
    Aggregate<event::Parkinglot>,
    aggregate
);
