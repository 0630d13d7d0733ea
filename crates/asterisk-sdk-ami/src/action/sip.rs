//! The old SIP driver, `chan_sip`, which Asterisk 16 still has. For PJSIP see [`pjsip`](super::pjsip).

use std::time::Duration;

use asterisk_proto::Text;
use asterisk_proto::ami::event::{PeerEntry, PeerStatus, QualifyStatus, RegistryEntry};
use asterisk_proto::ami::{Field, Message, Response};

use super::Aggregate;
use super::macros::ami_action;
use super::output::{aggregate, incomplete, response};

ami_action!(
    /// Sends a NOTIFY request to a peer, such as one that makes a phone read its configuration
    /// again (privilege `call`; Asterisk 16, module `chan_sip`).
    ///
    /// Success means that it was sent. A peer that does not exist is taken for a host name: `Could
    /// not create address`.
    #[doc(alias = "SIPnotify")]
    #[action("SIPnotify")]
    pub struct SipNotify {
        #[required("Channel")]
        /// The peer, with or without `SIP/` in front.
        channel: String,
        #[optional("Call-ID")]
        /// Sends it within the dialogue of this `Call-ID`.
        call_id: String,
        #[repeated("Variable")]
        /// A header of the request, as `name=value`: `Event=check-sync`. The name `Content` adds a
        /// line to the body instead.
        variable: String,
    },
    Response,
    response
);

ami_action!(
    /// Lists the peers (privilege `system` or `reporting`; Asterisk 16, module `chan_sip`).
    #[doc(alias = "SIPpeers")]
    #[action("SIPpeers")]
    pub struct SipPeers {},
    Aggregate<PeerEntry>,
    aggregate
);

ami_action!(
    /// Lists which peers answer (privilege `system` or `reporting`; Asterisk 16, module
    /// `chan_sip`).
    ///
    /// A peer that does not exist: `No such peer`.
    #[doc(alias = "SIPpeerstatus")]
    #[action("SIPpeerstatus")]
    pub struct SipPeerStatus {
        #[optional("Peer")]
        /// Only this peer; without it, all.
        peer: String,
    },
    Aggregate<PeerStatus>,
    aggregate
);

ami_action!(
    /// The name under which [`SipQualifyPeer`] is documented in some places; no server knows it.
    #[doc(alias = "SIPqualify")]
    #[action("SIPqualify")]
    pub struct SipQualify {
        #[optional("Peer")]
        /// The peer's name in the configuration.
        peer: String,
    },
    Response,
    response
);

ami_action!(
    /// Asks a peer whether it is there (privilege `system` or `reporting`; Asterisk 16, module
    /// `chan_sip`).
    ///
    /// Success means that it will be asked, which raises
    /// [`SipQualifyPeerDone`](asterisk_proto::ami::event::SipQualifyPeerDone) at once. A peer that
    /// does not exist: `Peer not found`.
    #[doc(alias = "SIPqualifypeer")]
    #[action("SIPqualifypeer")]
    pub struct SipQualifyPeer {
        #[required("Peer")]
        /// The peer's name in the configuration.
        peer: String,
    },
    Response,
    response
);

ami_action!(
    /// Tells all about a peer (privilege `system` or `reporting`; Asterisk 16, module `chan_sip`).
    ///
    /// A peer that does not exist: `Peer <name> not found.`
    #[doc(alias = "SIPshowpeer")]
    #[action("SIPshowpeer")]
    pub struct SipShowPeer {
        #[required("Peer")]
        /// The peer's name in the configuration.
        peer: String,
    },
    SipPeer,
    SipPeer::new
);

ami_action!(
    /// Lists our registrations with others (privilege `system` or `reporting`; Asterisk 16, module
    /// `chan_sip`).
    #[doc(alias = "SIPshowregistry")]
    #[action("SIPshowregistry")]
    pub struct SipShowRegistry {},
    Aggregate<RegistryEntry>,
    aggregate
);

/// A peer of `chan_sip`, as [`SipShowPeer`] tells it. What has no field here is in the response.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SipPeer {
    /// The peer's name in the configuration.
    ///
    /// Header: `ObjectName`.
    pub name: String,
    /// What the configuration says of it.
    ///
    /// Header: `Description`.
    pub description: Option<Text>,
    /// Where in the dialplan its calls begin.
    ///
    /// Header: `Context`.
    pub context: Option<Text>,
    /// Who its calls are from, as `"Name" <number>`.
    ///
    /// Header: `Callerid`.
    pub caller_id: Option<Text>,
    /// The language of its calls.
    ///
    /// Header: `Language`.
    pub language: Option<Text>,
    /// What its calls are billed to; absent when nothing is set.
    ///
    /// Header: `Accountcode`.
    pub account_code: Option<Text>,
    /// The groups that it is in, as numbers.
    ///
    /// Header: `Callgroup`.
    pub call_groups: Option<Text>,
    /// The groups whose calls it may pick up.
    ///
    /// Header: `Pickupgroup`.
    pub pickup_groups: Option<Text>,
    /// The mailboxes that it is told about.
    ///
    /// Header: `VoiceMailbox`.
    pub mailbox: Option<Text>,
    /// Whether it has a password.
    ///
    /// Header: `SecretExist`.
    pub secret: Option<bool>,
    /// Whether it registers, instead of having a fixed address.
    ///
    /// Header: `Dynamic`.
    pub dynamic: Option<bool>,
    /// How many calls it may have; 0 for any number.
    ///
    /// Header: `Call-limit`.
    pub call_limit: Option<u32>,
    /// With how many calls it counts as busy; 0 for never.
    ///
    /// Header: `Busy-level`.
    pub busy_level: Option<u32>,
    /// Whether addresses are allowed and denied to it.
    ///
    /// Header: `ACL`.
    pub acl: Option<bool>,
    /// Whether media may flow past Asterisk.
    ///
    /// Header: `SIP-DirectMedia`.
    pub direct_media: Option<bool>,
    /// Whether it may have video.
    ///
    /// Header: `SIP-VideoSupport`.
    pub video_support: Option<bool>,
    /// Whether its media have to be encrypted.
    ///
    /// Header: `SIP-Encryption`.
    pub encryption: Option<bool>,
    /// How digits are sent, such as `rfc2833`.
    ///
    /// Header: `SIP-DTMFmode`.
    pub dtmf_mode: Option<Text>,
    /// The formats that it may use: `(ulaw|alaw)`.
    ///
    /// Header: `Codecs`.
    pub codecs: Option<Text>,
    /// The host of the configuration; empty of a dynamic peer.
    ///
    /// Header: `ToHost`.
    pub to_host: Option<Text>,
    /// Where it is; absent while it is not registered.
    ///
    /// Header: `Address-IP`.
    pub address: Option<Text>,
    /// The port there; 0 while it is not registered.
    ///
    /// Header: `Address-Port`.
    pub port: Option<u16>,
    /// The user name in its contact.
    ///
    /// Header: `Default-Username`.
    pub default_user_name: Option<Text>,
    /// What it says it is.
    ///
    /// Header: `SIP-Useragent`.
    pub user_agent: Option<Text>,
    /// The contact that it registered.
    ///
    /// Header: `Reg-Contact`.
    pub contact: Option<Text>,
    /// How long its registration still holds; absent while it has none.
    ///
    /// Header: `RegExpire`.
    pub registration_expires: Option<Duration>,
    /// Whether it answers.
    ///
    /// Header: `Status`.
    pub status: Option<QualifyStatus>,
    /// How often it is asked.
    ///
    /// Header: `QualifyFreq`.
    pub qualify_interval: Option<Duration>,
    /// The variables that its channels get, as `name=value`.
    ///
    /// Header: `ChanVariable`.
    pub variables: Vec<Text>,
    /// The response as it was received.
    pub response: Response,
}

impl SipPeer {
    fn new(reply: super::Reply) -> Result<Self, crate::error::ActionError> {
        let Some(name) = reply.response.message().get("ObjectName") else {
            return Err(incomplete(&reply, "a peer"));
        };
        let message = reply.response.message();
        Ok(Self {
            name: name.into_owned(),
            description: Field::read(message, "Description"),
            context: Field::read(message, "Context"),
            caller_id: Field::read(message, "Callerid"),
            language: Field::read(message, "Language"),
            account_code: Field::read(message, "Accountcode"),
            call_groups: Field::read(message, "Callgroup"),
            pickup_groups: Field::read(message, "Pickupgroup"),
            mailbox: Field::read(message, "VoiceMailbox"),
            secret: Field::read(message, "SecretExist"),
            dynamic: Field::read(message, "Dynamic"),
            call_limit: Field::read(message, "Call-limit"),
            busy_level: Field::read(message, "Busy-level"),
            acl: Field::read(message, "ACL"),
            direct_media: Field::read(message, "SIP-DirectMedia"),
            video_support: Field::read(message, "SIP-VideoSupport"),
            encryption: Field::read(message, "SIP-Encryption"),
            dtmf_mode: Field::read(message, "SIP-DTMFmode"),
            codecs: Field::read(message, "Codecs"),
            to_host: Field::read(message, "ToHost"),
            address: message.text("Address-IP").filter(|text| &**text != "(null)"),
            port: Field::read(message, "Address-Port"),
            default_user_name: Field::read(message, "Default-Username"),
            user_agent: Field::read(message, "SIP-Useragent"),
            contact: Field::read(message, "Reg-Contact"),
            registration_expires: span(message, "RegExpire", " seconds", Duration::from_secs),
            status: Field::read(message, "Status"),
            qualify_interval: span(message, "QualifyFreq", " ms", Duration::from_millis),
            variables: Field::read(message, "ChanVariable"),
            response: reply.response,
        })
    }
}

/// A span of time with its unit behind it; nothing for a negative one.
fn span(message: &Message, name: &str, unit: &str, of: fn(u64) -> Duration) -> Option<Duration> {
    message.get(name)?.strip_suffix(unit)?.parse().ok().map(of)
}
