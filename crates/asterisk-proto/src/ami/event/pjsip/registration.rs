//! Registrations: of phones with us, and ours with others.

use std::time::Duration;

use super::super::super::field::word_fields;
use super::super::super::{Field, Message};
use super::super::macros::{ami_event, list_end};
use super::endpoint::SecurityNegotiation;
use crate::Text;
use crate::open_enum::open_enum;

ami_event!(
    /// An address of record that phones may register under (class `command`). An item of the list
    /// of `PJSIPShowRegistrationsInbound`; module `res_pjsip_registrar`.
    ///
    /// All addresses of record are listed, those without a registration and those with fixed
    /// contacts too.
    #[event("InboundRegistrationDetail")]
    pub struct InboundRegistrationDetail {
        /// Always `aor`.
        #[header("ObjectType")]
        pub object_type: Option<Text>,
        /// Its name in pjsip.conf, which phones register under.
        #[header("ObjectName")]
        pub object_name: Option<Text>,
        /// Where it can be reached now, each as `aor/uri`, registered or fixed.
        #[header("Contacts", comma_list)]
        pub contacts: Vec<Text>,
        /// The same contacts again.
        #[header("Contact", comma_list)]
        pub contact: Vec<Text>,
        /// How many contacts may be registered; 0 allows fixed ones only.
        #[header("MaxContacts")]
        pub max_contacts: Option<u32>,
        /// Whether a new contact replaces the oldest when there is no room.
        #[header("RemoveExisting")]
        pub remove_existing: Option<bool>,
        /// Whether unreachable contacts make room first.
        #[header("RemoveUnavailable")]
        pub remove_unavailable: Option<bool>,
        /// The shortest registration that is granted.
        #[header("MinimumExpiration", seconds)]
        pub minimum_expiration: Option<Duration>,
        /// The longest registration that is granted.
        #[header("MaximumExpiration", seconds)]
        pub maximum_expiration: Option<Duration>,
        /// How long a registration lasts that asks for no time.
        #[header("DefaultExpiration", seconds)]
        pub default_expiration: Option<Duration>,
        /// How often contacts are asked for a sign of life by OPTIONS; zero is never.
        #[header("QualifyFrequency", seconds)]
        pub qualify_frequency: Option<Duration>,
        /// How long the answer to OPTIONS may take.
        #[header("QualifyTimeout", seconds)]
        pub qualify_timeout: Option<Duration>,
        /// Whether only an answer of 2xx counts; else any does (not in 16).
        #[header("Qualify2xxOnly")]
        pub qualify_2xx_only: Option<bool>,
        /// Whether OPTIONS answer a challenge with the endpoint's credentials.
        #[header("AuthenticateQualify")]
        pub authenticate_qualify: Option<bool>,
        /// Whether `Path` headers of registrations are kept and used.
        #[header("SupportPath")]
        pub support_path: Option<bool>,
        /// The proxy that OPTIONS go through.
        #[header("OutboundProxy")]
        pub outbound_proxy: Option<Text>,
        /// The mailboxes whose state phones may subscribe to, as `mailbox@context`.
        #[header("Mailboxes", comma_list)]
        pub mailboxes: Vec<Text>,
        /// The extension that `Message-Account` of such a notification names.
        #[header("VoicemailExtension")]
        pub voicemail_extension: Option<Text>,
    }
);

list_end!(
    /// The end of the list of `PJSIPShowRegistrationsInbound`.
    #[event("InboundRegistrationDetailComplete")]
    pub struct InboundRegistrationDetailComplete {}
);

ami_event!(
    /// A registration of ours with another server (class `command`). An item of the list of
    /// `PJSIPShowRegistrationsOutbound`, followed by its [`AuthDetail`](super::super::AuthDetail);
    /// module `res_pjsip_outbound_registration`.
    #[event("OutboundRegistrationDetail")]
    pub struct OutboundRegistrationDetail {
        /// Always `registration`.
        #[header("ObjectType")]
        pub object_type: Option<Text>,
        /// Its name in pjsip.conf.
        #[header("ObjectName")]
        pub object_name: Option<Text>,
        /// How it stands.
        #[header("Status")]
        pub status: Option<OutboundRegistrationStatus>,
        /// The SIP library's own timer: zero, since Asterisk times registrations itself.
        #[header("NextReg", seconds)]
        pub next_registration: Option<Duration>,
        /// The server.
        #[header("ServerUri")]
        pub server_uri: Option<Text>,
        /// Who registers.
        #[header("ClientUri")]
        pub client_uri: Option<Text>,
        /// The user part of the contact that is registered; empty for `s`.
        #[header("ContactUser")]
        pub contact_user: Option<Text>,
        /// Parameters that the contact gets (Asterisk 22).
        #[header("ContactHeaderParams")]
        pub contact_header_parameters: Option<Text>,
        /// The endpoint that calls on this line belong to; needs `line`.
        #[header("Endpoint")]
        pub endpoint: Option<Text>,
        /// Whether calls are known to belong to the registration by a parameter of its contact.
        #[header("Line")]
        pub line: Option<bool>,
        /// The transport that it goes by; empty for any that fits.
        #[header("Transport")]
        pub transport: Option<Text>,
        /// The proxy that it goes through.
        #[header("OutboundProxy")]
        pub outbound_proxy: Option<Text>,
        /// The credentials that answer challenges.
        #[header("OutboundAuth", comma_list)]
        pub outbound_auth: Vec<Text>,
        /// How long it is to last.
        #[header("Expiration", seconds)]
        pub expiration: Option<Duration>,
        /// How often it is tried again after a temporary failure.
        #[header("MaxRetries")]
        pub max_retries: Option<u32>,
        /// The time between tries after a temporary failure.
        #[header("RetryInterval", seconds)]
        pub retry_interval: Option<Duration>,
        /// The time between tries after 403; zero is no other try.
        #[header("ForbiddenRetryInterval", seconds)]
        pub forbidden_retry_interval: Option<Duration>,
        /// The time between tries after another permanent failure; zero is no other try.
        #[header("FatalRetryInterval", seconds)]
        pub fatal_retry_interval: Option<Duration>,
        /// Whether a second challenge is a permanent failure.
        #[header("AuthRejectionPermanent")]
        pub auth_rejection_permanent: Option<bool>,
        /// A random time up to this passes before the first try and after `PJSIPRegister`.
        #[header("MaxRandomInitialDelay", seconds)]
        pub max_random_initial_delay: Option<Duration>,
        /// Whether `Path` is supported.
        #[header("SupportPath")]
        pub support_path: Option<bool>,
        /// Whether `outbound` is supported (Asterisk 22).
        #[header("SupportOutbound")]
        pub support_outbound: Option<bool>,
        /// How security is agreed on (Asterisk 22).
        #[header("SecurityNegotiation")]
        pub security_negotiation: Option<SecurityNegotiation>,
        /// What we call ourselves here; empty for the general name (Asterisk 22).
        #[header("UserAgent")]
        pub user_agent: Option<Text>,
    }
);

list_end!(
    /// The end of the list of `PJSIPShowRegistrationsOutbound`.
    #[event("OutboundRegistrationDetailComplete")]
    pub struct OutboundRegistrationDetailComplete {
        /// How many registrations are in force.
        #[header("Registered")]
        pub registered: Option<u32>,
        /// How many are not.
        #[header("NotRegistered")]
        pub not_registered: Option<u32>,
    }
);

open_enum! {
    /// How a registration with another server stands (`Status`).
    pub enum OutboundRegistrationStatus {
        /// It is in force.
        #[wire("Registered")]
        Registered,
        /// It was not tried yet, is under way, or was taken back.
        #[wire("Unregistered")]
        Unregistered,
        /// The server refused it; it may be tried again.
        #[wire("Rejected")]
        Rejected,
        /// It was ended because its configuration is gone.
        #[wire("Stopped")]
        Stopped,
    }
}

word_fields!(OutboundRegistrationStatus);
