//! Transfers.

use super::macros::ari_event;
use crate::ami::event::{AttendedTransferType, TransferResult};
use crate::ari::field::words;
use crate::ari::model::{Bridge, Channel, ReferTo, ReferredBy};
use crate::open_enum::open_enum;
use crate::{BridgeId, Text};

ari_event!(
    /// A channel has sent the one it talked to elsewhere, without asking there first.
    #[event("BridgeBlindTransfer")]
    pub struct BridgeBlindTransfer {
        /// Who transferred.
        #[json("channel")]
        pub channel: Channel,
        /// The channel that takes the transferer's place, where the transferee is more than one.
        #[json("replace_channel")]
        pub replace_channel: Option<Channel>,
        /// Who was transferred, where it is one channel.
        #[json("transferee")]
        pub transferee: Option<Channel>,
        /// The extension that it was sent to.
        #[json("exten")]
        pub exten: Text,
        /// The context of that extension.
        #[json("context")]
        pub context: Text,
        /// How it came out.
        #[json("result")]
        pub result: TransferResult,
        /// Whether a phone asked for it by its protocol; otherwise by keys, or another part of
        /// Asterisk.
        #[json("is_external")]
        pub is_external: bool,
        /// The bridge that the two were in.
        #[json("bridge")]
        pub bridge: Option<Bridge>,
    }
);

ari_event!(
    /// Somebody with two calls has put them together.
    ///
    /// What there is beside the two legs depends on [`destination_type`](Self::destination_type).
    #[event("BridgeAttendedTransfer")]
    pub struct BridgeAttendedTransfer {
        /// The transferer's channel in the first call.
        #[json("transferer_first_leg")]
        pub transferer_first_leg: Channel,
        /// The transferer's channel in the second call.
        #[json("transferer_second_leg")]
        pub transferer_second_leg: Channel,
        /// The channel that takes the transferer's place, where one was made.
        #[json("replace_channel")]
        pub replace_channel: Option<Channel>,
        /// Who was transferred, where it is one channel.
        #[json("transferee")]
        pub transferee: Option<Channel>,
        /// To whom, where it is one channel.
        #[json("transfer_target")]
        pub transfer_target: Option<Channel>,
        /// How it came out.
        #[json("result")]
        pub result: TransferResult,
        /// Whether a phone asked for it by its protocol.
        #[json("is_external")]
        pub is_external: bool,
        /// The bridge of the first call.
        #[json("transferer_first_leg_bridge")]
        pub transferer_first_leg_bridge: Option<Bridge>,
        /// The bridge of the second call.
        #[json("transferer_second_leg_bridge")]
        pub transferer_second_leg_bridge: Option<Bridge>,
        /// How the two calls were put together.
        #[json("destination_type")]
        pub destination_type: AttendedTransferType,
        /// The bridge that all are in now.
        #[json("destination_bridge")]
        pub destination_bridge: Option<BridgeId>,
        /// The application that the transferee runs now.
        #[json("destination_application")]
        pub destination_application: Option<Text>,
        /// One end of the Local channel that links the two bridges.
        #[json("destination_link_first_leg")]
        pub destination_link_first_leg: Option<Channel>,
        /// The other end of it.
        #[json("destination_link_second_leg")]
        pub destination_link_second_leg: Option<Channel>,
        /// The transferer's channel that stays in the call of three.
        #[json("destination_threeway_channel")]
        pub destination_threeway_channel: Option<Channel>,
        /// The bridge of the call of three.
        #[json("destination_threeway_bridge")]
        pub destination_threeway_bridge: Option<Bridge>,
    }
);

ari_event!(
    /// A channel asks for a transfer that the application is to carry out, or tells how one goes.
    ///
    /// It comes for channels whose variable `TRANSFERHANDLING` is `ari-only`. Asterisk 22.
    #[event("ChannelTransfer")]
    pub struct ChannelTransfer {
        /// How far it is; absent when it is asked for.
        #[json("state")]
        pub state: Option<TransferState>,
        /// Where the transfer is to go.
        #[json("refer_to")]
        pub refer_to: ReferTo,
        /// Who transfers.
        #[json("referred_by")]
        pub referred_by: ReferredBy,
    }
);

open_enum!(
    /// How far a transfer is that an application carries out.
    pub enum TransferState {
        /// The other end is being called.
        #[wire("channel_progress")]
        Progress,
        /// The other end has answered.
        #[wire("channel_answered")]
        Answered,
        /// The other end cannot be reached.
        #[wire("channel_unavailable")]
        Unavailable,
        /// The transfer was turned down.
        #[wire("channel_declined")]
        Declined,
    }
);

words!(AttendedTransferType, TransferResult, TransferState);
