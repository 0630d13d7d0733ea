//! Contacts: the addresses that phones registered or that pjsip.conf fixes.

use std::time::{Duration, SystemTime};

use super::super::super::field::word_fields;
use super::super::super::{Field, Message};
use super::super::macros::{ami_event, list_end};
use crate::Text;
use crate::open_enum::open_enum;

ami_event!(
    /// A contact came, went, or became reachable or unreachable (class `system`).
    ///
    /// It is raised when the state changes, not at each OPTIONS.
    /// [`PeerStatus`](super::super::PeerStatus) says the same of the whole endpoint.
    #[event("ContactStatus")]
    pub struct ContactStatus {
        /// The contact's address.
        #[header("URI")]
        pub uri: Option<Text>,
        /// What it is now.
        #[header("ContactStatus")]
        pub state: Option<ContactState>,
        /// The address of record that it belongs to.
        #[header("AOR")]
        pub aor: Option<Text>,
        /// The endpoint, or the address of record where none uses it.
        #[header("EndpointName")]
        pub endpoint_name: Option<Text>,
        /// How long the last answer to OPTIONS took; zero where there was none.
        #[header("RoundtripUsec", microseconds)]
        pub round_trip: Option<Duration>,
    }
);

ami_event!(
    /// A registered contact (class `command`). An item of the list of `PJSIPShowContacts`; module
    /// `res_pjsip`. Fixed contacts are not listed.
    #[event("ContactList")]
    pub struct ContactList {
        /// Always `contact`.
        #[header("ObjectType")]
        pub object_type: Option<Text>,
        /// What Asterisk keeps it under: the address of record and a hash.
        #[header("ObjectName")]
        pub object_name: Option<Text>,
        /// Its address.
        #[header("Uri")]
        pub uri: Option<Text>,
        /// The endpoint that registered it.
        #[header("Endpoint")]
        pub endpoint: Option<Text>,
        /// Whether it answers.
        #[header("Status")]
        pub state: Option<ContactState>,
        /// How long the last answer to OPTIONS took; absent before the first.
        #[header("RoundtripUsec", microseconds)]
        pub round_trip: Option<Duration>,
        /// When the registration runs out.
        #[header("ExpirationTime", unix_time)]
        pub expiration_time: Option<SystemTime>,
        /// What the phone calls itself.
        #[header("UserAgent")]
        pub user_agent: Option<Text>,
        /// The address in the registration's topmost `Via`.
        #[header("ViaAddr")]
        pub via_address: Option<Text>,
        /// The port in it.
        #[header("ViaPort")]
        pub via_port: Option<u32>,
        /// The registration's `Call-ID`.
        #[header("CallId")]
        pub call_id: Option<Text>,
        /// The route back to it, from the registration's `Path`.
        #[header("Path")]
        pub path: Option<Text>,
        /// The system name of the server that took it, where servers share a database.
        #[header("RegServer")]
        pub registration_server: Option<Text>,
        /// Whether it is dropped at the next start, because its connection will not last.
        #[header("PruneOnBoot")]
        pub prune_on_boot: Option<bool>,
        /// The proxy that OPTIONS go through.
        #[header("OutboundProxy")]
        pub outbound_proxy: Option<Text>,
        /// How often it is asked for a sign of life; zero is never.
        #[header("QualifyFrequency", seconds)]
        pub qualify_frequency: Option<Duration>,
        /// How long the answer may take.
        #[header("QualifyTimeout", seconds)]
        pub qualify_timeout: Option<Duration>,
        /// Whether only an answer of 2xx counts (not in 16).
        #[header("Qualify2xxOnly")]
        pub qualify_2xx_only: Option<bool>,
        /// Whether OPTIONS answer a challenge.
        #[header("AuthenticateQualify")]
        pub authenticate_qualify: Option<bool>,
    }
);

list_end!(
    /// The end of the list of `PJSIPShowContacts`.
    #[event("ContactListComplete")]
    pub struct ContactListComplete {}
);

ami_event!(
    /// A contact and its state (class `command`). An item of the lists of `PJSIPShowEndpoint` and
    /// `PJSIPShowRegistrationInboundContactStatuses`; module `res_pjsip`.
    #[event("ContactStatusDetail")]
    pub struct ContactStatusDetail {
        /// The address of record that it belongs to.
        #[header("AOR")]
        pub aor: Option<Text>,
        /// Its address.
        #[header("URI")]
        pub uri: Option<Text>,
        /// What Asterisk keeps it under: the address of record and a hash.
        #[header("ID")]
        pub id: Option<Text>,
        /// Whether it answers.
        #[header("Status")]
        pub state: Option<ContactState>,
        /// How long the last answer to OPTIONS took; absent before the first.
        #[header("RoundtripUsec", microseconds)]
        pub round_trip: Option<Duration>,
        /// The endpoint.
        #[header("EndpointName")]
        pub endpoint_name: Option<Text>,
        /// What the phone calls itself; empty for a fixed contact.
        #[header("UserAgent")]
        pub user_agent: Option<Text>,
        /// When the registration runs out; absent for a fixed contact.
        #[header("RegExpire", unix_time)]
        pub expiration_time: Option<SystemTime>,
        /// Address and port in the registration's topmost `Via`; absent for a fixed contact.
        #[header("ViaAddress")]
        pub via_address: Option<Text>,
        /// The registration's `Call-ID`; absent for a fixed contact.
        #[header("CallID")]
        pub call_id: Option<Text>,
        /// The route back to it, from the registration's `Path`.
        #[header("Path")]
        pub path: Option<Text>,
        /// The proxy that OPTIONS go through.
        #[header("OutboundProxy")]
        pub outbound_proxy: Option<Text>,
        /// How often it is asked for a sign of life; zero is never.
        #[header("QualifyFrequency", seconds)]
        pub qualify_frequency: Option<Duration>,
        /// How long the answer may take.
        #[header("QualifyTimeout", seconds)]
        pub qualify_timeout: Option<Duration>,
        /// Whether only an answer of 2xx counts (not in 16).
        #[header("Qualify2xxOnly")]
        pub qualify_2xx_only: Option<bool>,
        /// Whether OPTIONS answer a challenge.
        #[header("AuthenticateQualify")]
        pub authenticate_qualify: Option<bool>,
    }
);

list_end!(
    /// The end of the list of `PJSIPShowRegistrationInboundContactStatuses`.
    #[event("ContactStatusDetailComplete")]
    pub struct ContactStatusDetailComplete {}
);

open_enum! {
    /// Whether a contact answers OPTIONS, or what became of it.
    pub enum ContactState {
        /// It answered.
        #[wire("Reachable", "Avail", "Available")]
        Reachable,
        /// It did not answer in time.
        #[wire("Unreachable", "Unavail", "Unavailable")]
        Unreachable,
        /// It is not asked, or was not yet.
        #[wire("NonQualified", "Unqualified", "Created")]
        NonQualified,
        /// Nothing is known of it.
        #[wire("Unknown")]
        Unknown,
        /// It was unregistered, or its registration ran out.
        #[wire("Removed")]
        Removed,
        /// It was registered again.
        #[wire("Updated")]
        Updated,
    }
}

word_fields!(ContactState);
