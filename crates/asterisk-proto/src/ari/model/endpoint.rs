//! Endpoints, their contacts, and messages to and from them.

use std::collections::BTreeMap;

use super::macros::model;
use crate::ami::event::{ContactState, PeerState};
use crate::ari::field::words;
use crate::open_enum::open_enum;
use crate::{ChannelId, Text};

model!(
    /// A phone, a trunk, or whatever else calls come from and go to.
    #[model("Endpoint")]
    pub struct Endpoint {
        /// The channel driver that it belongs to.
        #[json("technology")]
        pub technology: Technology,
        /// Its name among the endpoints of that technology.
        #[json("resource")]
        pub resource: Text,
        /// Whether it can be reached; absent where the server does not say.
        #[json("state")]
        pub state: Option<EndpointState>,
        /// Its channels.
        #[json("channel_ids")]
        pub channel_ids: Vec<ChannelId>,
    }
);

open_enum!(
    /// What kind of channels: the first part of a channel's name and of a dial string.
    pub enum Technology {
        /// SIP, of Asterisk 12 and later.
        #[wire("PJSIP")]
        Pjsip,
        /// SIP, of Asterisk before 21.
        #[wire("SIP")]
        Sip,
        /// Inter-Asterisk eXchange.
        #[wire("IAX2")]
        Iax2,
        /// Telephone cards.
        #[wire("DAHDI")]
        Dahdi,
        /// Two channels back to back that go through the dialplan.
        #[wire("Local")]
        Local,
        /// AudioSocket: audio over TCP.
        #[wire("AudioSocket")]
        AudioSocket,
        /// Audio over a WebSocket. Asterisk 22.
        #[wire("WebSocket")]
        WebSocket,
        /// RTP to a fixed address, without signalling.
        #[wire("UnicastRTP")]
        UnicastRtp,
        /// RTP to many.
        #[wire("MulticastRTP")]
        MulticastRtp,
        /// Jingle and Google Talk.
        #[wire("Motif")]
        Motif,
        /// XMPP.
        #[wire("XMPP")]
        Xmpp,
        /// Cisco's SCCP.
        #[wire("Skinny")]
        Skinny,
        /// Media Gateway Control Protocol.
        #[wire("MGCP")]
        Mgcp,
        /// Nortel's UNISTIM.
        #[wire("USTM")]
        Unistim,
        /// A mobile phone by Bluetooth.
        #[wire("Mobile")]
        Mobile,
    }
);

open_enum!(
    /// Whether an endpoint can be reached.
    pub enum EndpointState {
        /// Nobody knows.
        #[wire("unknown")]
        Unknown,
        /// It cannot.
        #[wire("offline")]
        Offline,
        /// It can.
        #[wire("online")]
        Online,
    }
);

model!(
    /// How the registration of an endpoint stands, in a
    /// [`PeerStatusChange`](crate::ari::event::PeerStatusChange).
    #[model("Peer")]
    pub struct Peer {
        /// How it is now.
        #[json("peer_status")]
        pub peer_status: PeerState,
        /// Why.
        #[json("cause")]
        pub cause: Option<Text>,
        /// Where it registered from.
        #[json("address")]
        pub address: Option<Text>,
        /// The port there.
        #[json("port")]
        pub port: Option<u16>,
        /// How long it took to answer, in milliseconds.
        #[json("time")]
        pub time: Option<u64>,
    }
);

model!(
    /// An address that an endpoint of PJSIP can be reached at.
    #[model("ContactInfo")]
    pub struct ContactInfo {
        /// The address.
        #[json("uri")]
        pub uri: Text,
        /// Whether it answers.
        #[json("contact_status")]
        pub contact_status: ContactState,
        /// The address of record that it belongs to.
        #[json("aor")]
        pub aor: Text,
        /// How long the last answer took, in microseconds. The server writes it as text.
        #[json("roundtrip_usec")]
        pub roundtrip_usec: Option<u64>,
    }
);

model!(
    /// A text message outside of a call, such as SIP's `MESSAGE`.
    #[model("TextMessage")]
    pub struct TextMessage {
        /// Who sent it, as its protocol writes it: `<sip:100@pbx.example>`.
        #[json("from")]
        pub from: Text,
        /// To whom it goes, with the technology in front: `pjsip:demo@pbx.example`.
        #[json("to")]
        pub to: Text,
        /// The text.
        #[json("body")]
        pub body: Text,
        /// The message's variables. Of SIP these are all headers, credentials (`Authorization`) among
        /// them: take care where they are logged.
        #[json("variables")]
        pub variables: BTreeMap<Text, Text>,
    }
);

words!(ContactState, EndpointState, PeerState, Technology);
