//! Channels.

use std::collections::BTreeMap;

use super::CallerId;
use super::macros::model;
use crate::ari::Timestamp;
use crate::{ChannelId, ChannelState, Text};

model!(
    /// A channel: one leg of a call, as it was at one moment.
    #[model("Channel")]
    pub struct Channel {
        /// The channel's id, the same for its whole life.
        #[json("id")]
        pub id: ChannelId,
        /// The id that the channel's own protocol gave it, such as a SIP `Call-ID`; empty where
        /// there is none. Asterisk 16.28 and later.
        #[json("protocol_id")]
        pub protocol_id: Text,
        /// The channel's name, `PJSIP/100-00000001`. It changes in a masquerade.
        #[json("name")]
        pub name: Text,
        /// Its state.
        #[json("state")]
        pub state: ChannelState,
        /// Who calls.
        #[json("caller")]
        pub caller: CallerId,
        /// Who is at the other end.
        #[json("connected")]
        pub connected: CallerId,
        /// The account code for call records.
        #[json("accountcode")]
        pub account_code: Text,
        /// Where in the dialplan it is.
        #[json("dialplan")]
        pub dialplan: DialplanCep,
        /// When it was made.
        #[json("creationtime")]
        pub creation_time: Timestamp,
        /// The language of its prompts.
        #[json("language")]
        pub language: Text,
        /// The variables that `ari.conf` sets out to be sent with channels (`channelvars`), and
        /// what the operation that made the channel has to tell.
        #[json("channelvars")]
        pub channel_vars: BTreeMap<Text, Text>,
        /// The number from which a call was redirected, if it was. Asterisk 22.
        #[json("caller_rdnis")]
        pub caller_rdnis: Option<Text>,
        /// The tenant, if one is set. Asterisk 22.
        #[json("tenantid")]
        pub tenant_id: Option<Text>,
    }
);

/// For what takes the id of a channel.
impl From<&Channel> for ChannelId {
    fn from(channel: &Channel) -> Self {
        channel.id.clone()
    }
}

model!(
    /// A place in the dialplan and the application that runs there.
    #[model("DialplanCEP")]
    pub struct DialplanCep {
        /// The context.
        #[json("context")]
        pub context: Text,
        /// The extension.
        #[json("exten")]
        pub exten: Text,
        /// The priority.
        #[json("priority")]
        pub priority: i64,
        /// The application, `Stasis`; empty when none runs.
        #[json("app_name")]
        pub app_name: Text,
        /// The application's arguments.
        #[json("app_data")]
        pub app_data: Text,
    }
);

model!(
    /// What a dialled channel answers: nothing so far.
    ///
    /// Asterisk documents it and no reply has it.
    #[model("Dialed")]
    pub struct Dialed {}
);
