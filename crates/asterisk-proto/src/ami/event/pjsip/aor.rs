//! Addresses of record: where the endpoints of PJSIP can be reached.

use std::time::Duration;

use super::super::macros::{ami_event, list_end};
use crate::Text;

/// Declares an event about an address of record, with what it has beside that.
macro_rules! aor_event {
    (
        $(#[doc = $doc:expr])+
        #[event($wire:literal)]
        pub struct $name:ident { $($more:tt)* }
    ) => {
        ami_event!(
            $(#[doc = $doc])+
            #[event($wire)]
            pub struct $name {
                /// Always `aor`.
                #[header("ObjectType")]
                pub object_type: Option<Text>,
                /// Its name in pjsip.conf, which phones register under.
                #[header("ObjectName")]
                pub object_name: Option<Text>,
                /// Where it can be reached now, each as `aor/uri`, registered or fixed.
                #[header("Contacts", comma_list)]
                pub contacts: Vec<Text>,
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
                $($more)*
            }
        );
    };
}

aor_event!(
    /// An address of record (class `command`). An item of the list of `PJSIPShowAors`; module
    /// `res_pjsip`.
    #[event("AorList")]
    pub struct AorList {}
);

list_end!(
    /// The end of the list of `PJSIPShowAors`.
    #[event("AorListComplete")]
    pub struct AorListComplete {}
);

aor_event!(
    /// An address of record of one endpoint (class `command`). An item of the list of
    /// `PJSIPShowEndpoint`; module `res_pjsip`.
    #[event("AorDetail")]
    pub struct AorDetail {
        /// How many contacts there are.
        #[header("TotalContacts")]
        pub total_contacts: Option<u32>,
        /// How many of them were registered, not fixed in pjsip.conf.
        #[header("ContactsRegistered")]
        pub contacts_registered: Option<u32>,
        /// The endpoint that was asked about.
        #[header("EndpointName")]
        pub endpoint_name: Option<Text>,
    }
);
