//! Transfers that the application carries out itself. Asterisk 22.

use super::macros::model;
use super::{Bridge, Channel};
use crate::Text;

model!(
    /// Where a transfer is to go.
    #[model("ReferTo")]
    pub struct ReferTo {
        /// What the transferer asked for.
        #[json("requested_destination")]
        pub requested_destination: RequiredDestination,
        /// The channel that is to be replaced, in an attended transfer.
        #[json("destination_channel")]
        pub destination_channel: Option<Channel>,
        /// Who talks to the destination channel.
        #[json("connected_channel")]
        pub connected_channel: Option<Channel>,
        /// The bridge that both are in.
        #[json("bridge")]
        pub bridge: Option<Bridge>,
    }
);

model!(
    /// What a transferer asked for: a place to call, or a call to replace.
    #[model("RequiredDestination")]
    pub struct RequiredDestination {
        /// The protocol's own id of the call to replace, in an attended transfer.
        #[json("protocol_id")]
        pub protocol_id: Option<Text>,
        /// Whom to call: an extension or an address.
        #[json("destination")]
        pub destination: Option<Text>,
        /// What else the protocol says of it.
        #[json("additional_protocol_params")]
        pub additional_protocol_params: Vec<AdditionalParam>,
    }
);

model!(
    /// One thing that a protocol says of a transfer.
    #[model("AdditionalParam")]
    pub struct AdditionalParam {
        /// What it is.
        #[json("parameter_name")]
        pub parameter_name: Text,
        /// Its value.
        #[json("parameter_value")]
        pub parameter_value: Text,
    }
);

model!(
    /// Who transfers.
    #[model("ReferredBy")]
    pub struct ReferredBy {
        /// The transferer's channel.
        #[json("source_channel")]
        pub source_channel: Channel,
        /// Who talks to it: the one to be transferred.
        #[json("connected_channel")]
        pub connected_channel: Option<Channel>,
        /// The bridge that both are in.
        #[json("bridge")]
        pub bridge: Option<Bridge>,
    }
);
