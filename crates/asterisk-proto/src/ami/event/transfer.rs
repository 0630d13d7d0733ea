//! Calls that are handed on: transfers and pickups.

use super::super::field::word_fields;
use super::super::{BridgeSnapshot, ChannelSnapshot, Field, Message};
use super::macros::ami_event;
use crate::open_enum::open_enum;
use crate::{BridgeId, Text};

open_enum! {
    /// How a transfer came out.
    pub enum TransferResult {
        /// The call was handed on.
        #[wire("Success")]
        Success,
        /// It failed inside Asterisk.
        #[wire("Fail")]
        Fail,
        /// The call cannot be transferred as it is, or not to there.
        #[wire("Invalid")]
        Invalid,
        /// The bridge allows no transfers.
        #[wire("Not Permitted")]
        NotPermitted,
    }
}

open_enum! {
    /// How an attended transfer put the two calls together.
    pub enum AttendedTransferType {
        /// The two bridges became one, or a channel moved from one to the other.
        #[wire("Bridge")]
        Bridge,
        /// The transferee took the place of a channel that ran an application.
        #[wire("App", "Application")]
        App,
        /// The two bridges stay, linked by a Local channel.
        #[wire("Link")]
        Link,
        /// The transferer stays in the call, as the third.
        #[wire("Threeway")]
        Threeway,
        /// They could not be put together.
        #[wire("Fail")]
        Fail,
    }
}

word_fields!(TransferResult, AttendedTransferType);

ami_event!(
    /// An attended transfer is over: the transferer had talked to the target before (class `call`).
    #[event("AttendedTransfer")]
    pub struct AttendedTransfer {
        /// How it came out.
        #[header("Result")]
        pub result: Option<TransferResult>,
        /// The transferer's channel to the transferee.
        #[channel("OrigTransferer")]
        pub orig_transferer: ChannelSnapshot,
        /// The bridge of that channel; all fields are absent when it is in none.
        #[bridge("Orig")]
        pub orig_bridge: BridgeSnapshot,
        /// The transferer's channel to the target; by keys within a call, the same channel.
        #[channel("SecondTransferer")]
        pub second_transferer: ChannelSnapshot,
        /// The bridge of that channel; all fields are absent when it is in none.
        #[bridge("Second")]
        pub second_bridge: BridgeSnapshot,
        /// How the two calls were put together, which says which of the fields below are there.
        #[header("DestType")]
        pub dest_type: Option<AttendedTransferType>,
        /// Of `Bridge` and `Threeway`: the bridge in which all are now.
        #[header("DestBridgeUniqueid")]
        pub dest_bridge_id: Option<BridgeId>,
        /// Of `App`: the application that the transferee is in now.
        #[header("DestApp")]
        pub dest_application: Option<Text>,
        /// Of `Link`: the half of the Local channel in the first bridge.
        #[channel("LocalOne")]
        pub local_one: ChannelSnapshot,
        /// Of `Link`: the half of the Local channel in the second bridge.
        #[channel("LocalTwo")]
        pub local_two: ChannelSnapshot,
        /// Of `Threeway`: the name of the transferer's channel, which stays in the call.
        #[header("DestTransfererChannel")]
        pub dest_transferer_channel: Option<Text>,
        /// Who was transferred; all fields are absent when there were several.
        #[channel("Transferee")]
        pub transferee: ChannelSnapshot,
        /// To whom; all fields are absent when its channel has moved to the other bridge already.
        #[channel("TransferTarget")]
        pub transfer_target: ChannelSnapshot,
        /// Whether a SIP REFER or AMI asked for it, not keys within the call.
        #[header("IsExternal")]
        pub external: Option<bool>,
    }
);

ami_event!(
    /// A blind transfer is over: the call was sent to an extension (class `call`).
    ///
    /// That the extension exists is not said by its success.
    #[event("BlindTransfer")]
    pub struct BlindTransfer {
        /// How it came out.
        #[header("Result")]
        pub result: Option<TransferResult>,
        /// Who transferred.
        #[channel("Transferer")]
        pub transferer: ChannelSnapshot,
        /// Who was transferred; all fields are absent when there were several.
        #[channel("Transferee")]
        pub transferee: ChannelSnapshot,
        /// The bridge in which the two were.
        #[bridge("")]
        pub bridge: BridgeSnapshot,
        /// Whether a SIP REFER or AMI asked for it, not keys within the call.
        #[header("IsExternal")]
        pub external: Option<bool>,
        /// The context that the transferee was sent to.
        #[header("Context")]
        pub context: Option<Text>,
        /// The extension that the transferee was sent to.
        #[header("Extension")]
        pub extension: Option<Text>,
    }
);

ami_event!(
    /// A ringing call was picked up from another phone (class `call`).
    #[event("Pickup")]
    pub struct Pickup {
        /// Who picked it up.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The channel that rang, whose place the other takes.
        #[channel("Target")]
        pub target: ChannelSnapshot,
    }
);
