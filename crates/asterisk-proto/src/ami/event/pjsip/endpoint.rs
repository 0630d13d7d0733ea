//! Endpoints of PJSIP, and the words of their configuration.

use super::super::super::field::word_fields;
use super::super::super::{Field, Message};
use super::super::macros::{ami_event, list_end};
use crate::Text;
use crate::open_enum::open_enum;

ami_event!(
    /// An endpoint (class `command`). An item of the list of `PJSIPShowEndpoints`; module
    /// `res_pjsip`.
    #[event("EndpointList")]
    pub struct EndpointList {
        /// Always `endpoint`.
        #[header("ObjectType")]
        pub object_type: Option<Text>,
        /// Its name in pjsip.conf.
        #[header("ObjectName")]
        pub object_name: Option<Text>,
        /// The transport that it is tied to; empty for any that fits.
        #[header("Transport")]
        pub transport: Option<Text>,
        /// The addresses of record that it is reached by.
        #[header("Aor", comma_list)]
        pub aors: Vec<Text>,
        /// The credentials that it has to show.
        #[header("Auths", comma_list)]
        pub auths: Vec<Text>,
        /// The credentials that we show it.
        #[header("OutboundAuths", comma_list)]
        pub outbound_auths: Vec<Text>,
        /// Where it can be reached now, each as `aor/uri`.
        #[header("Contacts", comma_list)]
        pub contacts: Vec<Text>,
        /// Whether it is free.
        #[header("DeviceState")]
        pub device_state: Option<EndpointDeviceState>,
        /// How many channels it has; Asterisk 16 leaves it empty.
        #[header("ActiveChannels")]
        pub active_channels: Option<u32>,
    }
);

list_end!(
    /// The end of the list of `PJSIPShowEndpoints`.
    #[event("EndpointListComplete")]
    pub struct EndpointListComplete {}
);

list_end!(
    /// The end of the list of `PJSIPShowEndpoint`.
    #[event("EndpointDetailComplete")]
    pub struct EndpointDetailComplete {}
);

open_enum! {
    /// Whether an endpoint is free, in words for people (`DeviceState`).
    pub enum EndpointDeviceState {
        /// Nothing is known of it.
        #[wire("Unknown")]
        Unknown,
        /// It is free.
        #[wire("Not in use")]
        NotInUse,
        /// It is in a call.
        #[wire("In use")]
        InUse,
        /// It takes no more calls.
        #[wire("Busy")]
        Busy,
        /// It does not exist.
        #[wire("Invalid")]
        Invalid,
        /// It cannot be reached.
        #[wire("Unavailable")]
        Unavailable,
        /// It rings.
        #[wire("Ringing")]
        Ringing,
        /// It is in a call and rings for another.
        #[wire("Ring+Inuse")]
        RingingInUse,
        /// Its call is on hold.
        #[wire("On Hold")]
        OnHold,
    }
}

open_enum! {
    /// How digits are sent and heard (`DtmfMode`).
    pub enum SipDtmfMode {
        /// As events in RTP.
        #[wire("rfc4733", "rfc2833")]
        Rfc4733,
        /// As tones.
        #[wire("inband")]
        Inband,
        /// By INFO requests.
        #[wire("info")]
        Info,
        /// As events in RTP if the peer offers that, else as tones.
        #[wire("auto")]
        Auto,
        /// As events in RTP if the peer offers that, else by INFO.
        #[wire("auto_info")]
        AutoInfo,
        /// Not at all.
        #[wire("none")]
        None,
    }
}

open_enum! {
    /// The request that changes a session in progress.
    pub enum SessionUpdateMethod {
        /// A re-INVITE.
        #[wire("invite", "reinvite")]
        Invite,
        /// An UPDATE.
        #[wire("update")]
        Update,
    }
}

open_enum! {
    /// In which direction re-INVITEs for direct media are held back, so that two do not cross
    /// (`DirectMediaGlareMitigation`).
    pub enum GlareMitigation {
        /// In neither.
        #[wire("none")]
        None,
        /// On calls that we made.
        #[wire("outgoing")]
        Outgoing,
        /// On calls that were made to us.
        #[wire("incoming")]
        Incoming,
    }
}

open_enum! {
    /// Whether a caller id may be shown, and who checked it (`CalleridPrivacy`).
    pub enum CallerIdPrivacy {
        /// It may; nobody checked it.
        #[wire("allowed_not_screened", "allowed")]
        AllowedNotScreened,
        /// It may; it was checked and found right.
        #[wire("allowed_passed_screen")]
        AllowedPassedScreen,
        /// It may; it was checked and found wrong.
        #[wire("allowed_failed_screen")]
        AllowedFailedScreen,
        /// It may not; nobody checked it.
        #[wire("prohib_not_screened", "prohib")]
        ProhibitedNotScreened,
        /// It may not; it was checked and found right.
        #[wire("prohib_passed_screen")]
        ProhibitedPassedScreen,
        /// It may not; it was checked and found wrong.
        #[wire("prohib_failed_screen")]
        ProhibitedFailedScreen,
        /// There is none.
        #[wire("unavailable")]
        Unavailable,
    }
}

open_enum! {
    /// How media are encrypted (`MediaEncryption`).
    pub enum SipMediaEncryption {
        /// They are not.
        #[wire("no", "none")]
        No,
        /// With keys in the session description.
        #[wire("sdes")]
        Sdes,
        /// With keys agreed on by DTLS.
        #[wire("dtls")]
        Dtls,
    }
}

open_enum! {
    /// Whether provisional answers are confirmed by PRACK (`100rel`).
    pub enum ReliableProvisional {
        /// No.
        #[wire("no")]
        No,
        /// When the peer supports it.
        #[wire("yes")]
        Yes,
        /// It is asked of the peer.
        #[wire("required")]
        Required,
        /// It is asked of peers that support it.
        #[wire("peer_supported")]
        PeerSupported,
    }
}

open_enum! {
    /// Whether calls are kept alive by session timers (`Timers`).
    pub enum SessionTimers {
        /// No.
        #[wire("no")]
        No,
        /// When the peer asks for them.
        #[wire("yes")]
        Yes,
        /// The peer has to support them.
        #[wire("required")]
        Required,
        /// Even if the peer does not support them.
        #[wire("always", "forced")]
        Always,
    }
}

open_enum! {
    /// What is checked of the certificate of a peer (`DtlsVerify`).
    pub enum DtlsVerification {
        /// Nothing.
        #[wire("No")]
        No,
        /// The fingerprint.
        #[wire("Fingerprint")]
        Fingerprint,
        /// Who signed it.
        #[wire("Certificate")]
        Certificate,
        /// Both.
        #[wire("Yes")]
        Yes,
    }
}

open_enum! {
    /// Who opens DTLS (`DtlsSetup`).
    pub enum DtlsSetup {
        /// We do.
        #[wire("active")]
        Active,
        /// The peer does.
        #[wire("passive")]
        Passive,
        /// Whoever the answer names.
        #[wire("actpass")]
        Actpass,
        /// Nobody for now.
        #[wire("holdconn")]
        Holdconn,
        /// Nobody.
        #[wire("none")]
        None,
    }
}

open_enum! {
    /// The hash of fingerprints (`DtlsFingerprint`).
    pub enum DtlsFingerprint {
        /// SHA-256.
        #[wire("SHA-256")]
        Sha256,
        /// SHA-1.
        #[wire("SHA-1")]
        Sha1,
    }
}

open_enum! {
    /// How lost packets of T.38 are made up for (`T38UdptlEc`).
    pub enum UdptlErrorCorrection {
        /// Not at all.
        #[wire("none")]
        None,
        /// By parity.
        #[wire("fec")]
        Fec,
        /// By sending twice.
        #[wire("redundancy")]
        Redundancy,
    }
}

open_enum! {
    /// What becomes of a redirection (`RedirectMethod`).
    pub enum SipRedirectMethod {
        /// The user part is dialled as an extension.
        #[wire("user")]
        User,
        /// The whole URI is dialled, through the dialplan.
        #[wire("uri_core")]
        UriCore,
        /// The SIP library follows it by itself.
        #[wire("uri_pjsip")]
        UriPjsip,
    }
}

open_enum! {
    /// Whose codecs come first in an offer (`IncomingCallOfferPref`, `OutgoingCallOfferPref`).
    pub enum CodecPreference {
        /// Those in common, in our order.
        #[wire("local")]
        Local,
        /// The first one in common, in our order.
        #[wire("local_first")]
        LocalFirst,
        /// All of both, ours first.
        #[wire("local_merge")]
        LocalMerge,
        /// Those in common, in the peer's order.
        #[wire("remote")]
        Remote,
        /// The first one in common, in the peer's order.
        #[wire("remote_first")]
        RemoteFirst,
        /// All of both, the peer's first.
        #[wire("remote_merge")]
        RemoteMerge,
    }
}

open_enum! {
    /// How security is agreed on (`SecurityNegotiation`).
    pub enum SecurityNegotiation {
        /// Not at all.
        #[wire("no")]
        No,
        /// As RFC 3329 and `mediasec` say.
        #[wire("mediasec")]
        Mediasec,
    }
}

open_enum! {
    /// What is done about signed caller ids (`StirShaken`).
    pub enum StirShaken {
        /// Nothing.
        #[wire("no", "off")]
        No,
        /// Ours are signed.
        #[wire("attest")]
        Attest,
        /// Those of others are checked.
        #[wire("verify")]
        Verify,
        /// Both.
        #[wire("on", "yes")]
        On,
    }
}

word_fields!(
    EndpointDeviceState,
    SipDtmfMode,
    SessionUpdateMethod,
    GlareMitigation,
    CallerIdPrivacy,
    SipMediaEncryption,
    ReliableProvisional,
    SessionTimers,
    DtlsVerification,
    DtlsSetup,
    DtlsFingerprint,
    UdptlErrorCorrection,
    SipRedirectMethod,
    CodecPreference,
    SecurityNegotiation,
    StirShaken
);
