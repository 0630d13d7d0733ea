//! Peers and registrations of the channel drivers: SIP, IAX2, Skinny, PJSIP.

use std::time::{Duration, SystemTime};

use super::super::field::word_fields;
use super::super::{Field, Message};
use super::macros::{ami_event, list_end};
use crate::Text;
use crate::open_enum::open_enum;

ami_event!(
    /// A peer, in the lists of `IAXpeers`, `IAXpeerlist` (module `chan_iax2`) and `SIPpeers`
    /// (Asterisk 16, module `chan_sip`).
    ///
    /// Each of the three has its own choice of headers.
    #[event("PeerEntry")]
    pub struct PeerEntry {
        /// The channel driver: `SIP`, `IAX2`, or `IAX` in the list of `IAXpeerlist`.
        #[header("Channeltype")]
        pub channel_type: Option<Text>,
        /// The peer's name in the configuration.
        #[header("ObjectName")]
        pub name: Option<Text>,
        /// What it is: `peer`.
        #[header("ChanObjectType")]
        pub object_type: Option<Text>,
        /// Where it is; absent while a dynamic peer is not registered (IAX2), `-none-` of such a
        /// SIP peer.
        #[header("IPaddress", not_null)]
        pub address: Option<Text>,
        /// The port there (`SIPpeers`, `IAXpeers`); 0 of a SIP peer that is not registered.
        #[header("IPport")]
        pub port: Option<u16>,
        /// The port there, as `IAXpeerlist` calls it.
        #[header("Port")]
        pub list_port: Option<u16>,
        /// The network that it may come from (`IAXpeerlist`).
        #[header("Mask", not_null)]
        pub mask: Option<Text>,
        /// Whether it registers, instead of having a fixed address.
        #[header("Dynamic")]
        pub dynamic: Option<bool>,
        /// Whether its calls share packets (IAX2).
        #[header("Trunk")]
        pub trunk: Option<bool>,
        /// How its calls are encrypted, such as `(aes128,keyrotate)`, or `no` (IAX2).
        #[header("Encryption")]
        pub encryption: Option<Text>,
        /// Whether answers go to the port that requests came from once network address translation
        /// is noticed (SIP).
        #[header("AutoForcerport")]
        pub auto_force_rport: Option<bool>,
        /// Whether answers always go to the port that requests came from (SIP).
        #[header("Forcerport")]
        pub force_rport: Option<bool>,
        /// Whether media go where media come from once network address translation is noticed
        /// (SIP).
        #[header("AutoComedia")]
        pub auto_comedia: Option<bool>,
        /// Whether media always go where media come from (SIP).
        #[header("Comedia")]
        pub comedia: Option<bool>,
        /// Whether it may have video (SIP).
        #[header("VideoSupport")]
        pub video_support: Option<bool>,
        /// Whether it may have text in real time (SIP).
        #[header("TextSupport")]
        pub text_support: Option<bool>,
        /// Whether addresses are allowed and denied to it (SIP).
        #[header("ACL")]
        pub acl: Option<bool>,
        /// Whether it answers.
        #[header("Status")]
        pub status: Option<QualifyStatus>,
        /// Whether it comes from a database (SIP).
        #[header("RealtimeDevice")]
        pub realtime: Option<bool>,
        /// What the configuration says of it.
        #[header("Description")]
        pub description: Option<Text>,
        /// What its calls are billed to (SIP).
        #[header("Accountcode")]
        pub account_code: Option<Text>,
    }
);

list_end!(
    /// The end of the lists of `IAXpeers`, `IAXpeerlist` and `SIPpeers`.
    #[doc(alias = "PeerlistComplete")]
    #[event("PeerlistComplete")]
    pub struct PeerListComplete {}
);

ami_event!(
    /// A peer registered, went, or was noticed to answer or not (class `system`).
    ///
    /// The list of `SIPpeerstatus` has these too.
    #[event("PeerStatus")]
    pub struct PeerStatus {
        /// The channel driver: `PJSIP`, `SIP` or `IAX2`.
        #[header("ChannelType")]
        pub channel_type: Option<Text>,
        /// The peer, with its driver: `PJSIP/100`.
        #[header("Peer")]
        pub peer: Option<Text>,
        /// How it is now.
        #[header("PeerStatus")]
        pub status: Option<PeerState>,
        /// Why: the address that went (`Expired` where the registration ran out), or why it was
        /// rejected.
        #[header("Cause")]
        pub cause: Option<Text>,
        /// Where it registered from: of IAX2 the host, of SIP with a port.
        #[header("Address")]
        pub address: Option<Text>,
        /// The port there; no driver tells it.
        #[header("Port")]
        pub port: Option<u16>,
        /// How long it took to answer; only in the list of `SIPpeerstatus`, and absent when it did not.
        #[header("Time", milliseconds)]
        pub round_trip: Option<Duration>,
    }
);

list_end!(
    /// The end of the list of `SIPpeerstatus` (Asterisk 16, module `chan_sip`).
    #[doc(alias = "SIPpeerstatusComplete")]
    #[event("SIPpeerstatusComplete")]
    pub struct SipPeerStatusComplete {}
);

ami_event!(
    /// A peer was asked whether it is there, because of `SIPqualifypeer` or the command line (class
    /// `call`; Asterisk 16, module `chan_sip`).
    ///
    /// Whether it answers shows in a later [`PeerStatus`].
    #[doc(alias = "SIPQualifyPeerDone")]
    #[event("SIPQualifyPeerDone")]
    pub struct SipQualifyPeerDone {
        /// The peer's name.
        #[header("Peer")]
        pub peer: Option<Text>,
    }
);

ami_event!(
    /// A registration of ours with somebody else changed (class `system`).
    #[event("Registry")]
    pub struct Registry {
        /// The channel driver: `PJSIP`, `SIP` or `IAX2`.
        #[header("ChannelType")]
        pub channel_type: Option<Text>,
        /// Who we register as; of PJSIP the URI.
        #[header("Username")]
        pub username: Option<Text>,
        /// Where we register; of PJSIP the URI.
        #[header("Domain")]
        pub domain: Option<Text>,
        /// How it stands now.
        #[header("Status")]
        pub status: Option<RegistrationState>,
        /// Why it was rejected (IAX2).
        #[header("Cause")]
        pub cause: Option<Text>,
    }
);

ami_event!(
    /// A registration of ours with somebody else, in the lists of `IAXregistry` (module
    /// `chan_iax2`) and `SIPshowregistry` (Asterisk 16, module `chan_sip`).
    #[event("RegistryEntry")]
    pub struct RegistryEntry {
        /// Where we register; of IAX2 with the port.
        #[header("Host")]
        pub host: Option<Text>,
        /// The port there (SIP).
        #[header("Port")]
        pub port: Option<u16>,
        /// Whether the address is looked up again now and then (IAX2).
        #[header("DNSmanager")]
        pub dns_manager: Option<bool>,
        /// Who we register as.
        #[header("Username")]
        pub username: Option<Text>,
        /// Our address as the other side sees it, `<Unregistered>` until it is told (IAX2).
        #[header("Perceived")]
        pub perceived_address: Option<Text>,
        /// The domain that we register in (SIP).
        #[header("Domain")]
        pub domain: Option<Text>,
        /// The port of that domain (SIP).
        #[header("DomainPort")]
        pub domain_port: Option<u16>,
        /// How often it is renewed.
        #[header("Refresh", seconds)]
        pub refresh: Option<Duration>,
        /// How it stands.
        #[header("State")]
        pub state: Option<RegistrationState>,
        /// When it was last accepted; absent when it never was (SIP).
        #[header("RegistrationTime", unix_time)]
        pub registration_time: Option<SystemTime>,
    }
);

list_end!(
    /// The end of the lists of `IAXregistry` and `SIPshowregistry`.
    #[event("RegistrationsComplete")]
    pub struct RegistrationsComplete {}
);

ami_event!(
    /// A phone, in the list of `SKINNYdevices` (Asterisk 16, module `chan_skinny`).
    #[event("DeviceEntry")]
    pub struct DeviceEntry {
        /// The channel driver: `SKINNY`.
        #[header("Channeltype")]
        pub channel_type: Option<Text>,
        /// The device's name in the configuration.
        #[header("ObjectName")]
        pub name: Option<Text>,
        /// What it is: `device`.
        #[header("ChannelObjectType")]
        pub object_type: Option<Text>,
        /// What the phone calls itself, such as `SEP000000000110`.
        #[header("DeviceId")]
        pub device_id: Option<Text>,
        /// Where it is, `-none-` while it is not registered.
        #[header("IPaddress")]
        pub address: Option<Text>,
        /// The model of the phone, `No Device` while it is not registered.
        #[header("Type")]
        pub device_type: Option<Text>,
        /// Whether it is registered.
        #[header("Devicestatus")]
        pub status: Option<DeviceRegistration>,
        /// How many lines it has.
        #[header("NumberOfLines")]
        pub lines: Option<u32>,
    }
);

list_end!(
    /// The end of the list of `SKINNYdevices`.
    #[doc(alias = "DevicelistComplete")]
    #[event("DevicelistComplete")]
    pub struct DeviceListComplete {}
);

ami_event!(
    /// A line of a phone, in the list of `SKINNYlines` (Asterisk 16, module `chan_skinny`).
    #[event("LineEntry")]
    pub struct LineEntry {
        /// The channel driver: `SKINNY`.
        #[header("Channeltype")]
        pub channel_type: Option<Text>,
        /// The line's name in the configuration.
        #[header("ObjectName")]
        pub name: Option<Text>,
        /// What it is: `line`.
        #[header("ChannelObjectType")]
        pub object_type: Option<Text>,
        /// The device that it is on.
        #[header("Device")]
        pub device: Option<Text>,
        /// Which button of the device it is, from 1; 0 while the device is not registered.
        #[header("Instance")]
        pub instance: Option<u32>,
        /// What the display says of it.
        #[header("Label")]
        pub label: Option<Text>,
    }
);

list_end!(
    /// The end of the list of `SKINNYlines`.
    #[doc(alias = "LinelistComplete")]
    #[event("LinelistComplete")]
    pub struct LineListComplete {}
);

open_enum! {
    /// How a peer is, in [`PeerStatus`].
    pub enum PeerState {
        /// Nobody knows.
        #[wire("Unknown")]
        Unknown,
        /// It registered.
        #[wire("Registered")]
        Registered,
        /// Its registration ended.
        #[wire("Unregistered")]
        Unregistered,
        /// Its registration was turned down.
        #[wire("Rejected")]
        Rejected,
        /// It answers.
        #[wire("Reachable")]
        Reachable,
        /// It answers too slowly.
        #[wire("Lagged")]
        Lagged,
        /// It does not answer.
        #[wire("Unreachable")]
        Unreachable,
        /// It is not asked.
        #[wire("Unmonitored")]
        Unmonitored,
    }
}

open_enum! {
    /// How a registration of ours stands.
    pub enum RegistrationState {
        /// It was accepted.
        #[wire("Registered")]
        Registered,
        /// It is not made, or was taken back.
        #[wire("Unregistered")]
        Unregistered,
        /// It was asked for.
        #[wire("Request Sent")]
        RequestSent,
        /// It was asked for with a password.
        #[wire("Auth. Sent")]
        AuthenticationSent,
        /// It was turned down.
        #[wire("Rejected")]
        Rejected,
        /// There was no answer.
        #[wire("Timeout")]
        TimedOut,
        /// We have no password that fits.
        #[wire("No Authentication")]
        NoAuthentication,
        /// It was given up.
        #[wire("Failed")]
        Failed,
        /// It is being taken back (PJSIP).
        #[wire("Stopping")]
        Stopping,
        /// It was taken back and is not made again (PJSIP).
        #[wire("Stopped")]
        Stopped,
        /// Nobody knows.
        #[wire("Unknown")]
        Unknown,
    }
}

open_enum! {
    /// Whether a phone is registered.
    pub enum DeviceRegistration {
        /// It is.
        #[wire("registered")]
        Registered,
        /// It is not.
        #[wire("unregistered")]
        Unregistered,
    }
}

word_fields!(PeerState, RegistrationState, DeviceRegistration, QualifyStatus);

/// Whether a peer answers when it is asked (`qualify`), and how fast.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QualifyStatus {
    /// `OK (3 ms)`: it answers, after so long.
    Reachable(Duration),
    /// `LAGGED (2500 ms)`: it answers, but slower than the configuration allows.
    Lagged(Duration),
    /// `UNREACHABLE`: it does not answer.
    Unreachable,
    /// `UNKNOWN`: it has not answered yet.
    Unknown,
    /// `Unmonitored`: it is not asked.
    Unmonitored,
    /// Words that this version of the crate does not know.
    Other(Box<str>),
}

impl From<&str> for QualifyStatus {
    fn from(text: &str) -> Self {
        let (word, time) = text.split_once(" (").unwrap_or((text, ""));
        let time = time.strip_suffix(" ms)").and_then(|time| time.parse().ok());
        let time = time.map(Duration::from_millis);
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        match time {
            Some(time) if is("OK") => Self::Reachable(time),
            Some(time) if is("LAGGED") => Self::Lagged(time),
            None if is("UNREACHABLE") => Self::Unreachable,
            None if is("UNKNOWN") => Self::Unknown,
            None if is("Unmonitored") => Self::Unmonitored,
            _ => Self::Other(text.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_qualify() {
        let of = |text: &str| QualifyStatus::from(text);
        assert_eq!(of("OK (3 ms)"), QualifyStatus::Reachable(Duration::from_millis(3)));
        assert_eq!(of("LAGGED (2500 ms)"), QualifyStatus::Lagged(Duration::from_millis(2500)));
        assert_eq!(of("UNREACHABLE"), QualifyStatus::Unreachable);
        assert_eq!(of("UNKNOWN"), QualifyStatus::Unknown);
        assert_eq!(of("OK (soon)"), QualifyStatus::Other("OK (soon)".into()));
    }
}
