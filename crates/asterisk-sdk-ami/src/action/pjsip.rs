//! The SIP stack PJSIP: its endpoints, contacts, registrations and subscriptions.

use asterisk_proto::ami::Response;
use asterisk_proto::ami::event::{
    AorDetail, AorList, AuthDetail, AuthList, ContactList, ContactStatusDetail, EndpointDetail,
    EndpointList, IdentifyDetail, InboundRegistrationDetail, InboundSubscriptionDetail,
    OutboundRegistrationDetail, OutboundSubscriptionDetail, PjsipMaintenanceStatus,
    ResourceListDetail, TransportDetail,
};

use super::macros::{ami_action, list_items};
use super::output::{aggregate, response};
use super::{Action, Aggregate, Headers, NamedAction, Reply};
use crate::error::ActionError;

ami_action!(
    /// Turns an incoming call down with a SIP answer of your choice, before it is answered
    /// (privileges `system`, `call`; Asterisk 22, module `chan_pjsip`).
    ///
    /// [`Hangup`](asterisk_proto::ami::event::Hangup) follows. **`Success` says little**: it is
    /// also the answer for an outgoing call or one that was answered, and then nothing happens; end
    /// those with [`Hangup`](super::Hangup). A channel that does not exist or is not PJSIP's is
    /// refused with `No such channel`.
    #[doc(alias = "PJSIPHangup")]
    #[action("PJSIPHangup")]
    pub struct PjsipHangup {
        #[required("Channel")]
        /// The channel's name.
        channel: String,
        #[optional("Cause")]
        /// The status code, such as `486`, or its name, such as `BUSY_HERE`. Without it, and for
        /// what the server does not know, it is 603, Decline.
        cause: String,
    },
    Response,
    response
);

/// Sends a NOTIFY to an endpoint, an address, or within a call (privilege `system`; module
/// `res_pjsip_notify`).
///
/// `Success` means that it was given to the SIP stack; whether it arrives is not told, not even that
/// an endpoint has no contact. An endpoint that does not exist is refused with `Unable to retrieve
/// endpoint` and the name, a channel with `Channel not found`.
///
/// ```
/// use asterisk_sdk_ami::action::PjsipNotify;
///
/// // Many phones look for a new configuration then.
/// let check = PjsipNotify::endpoint("100").variable("Event", "check-sync");
/// ```
#[doc(alias = "PJSIPNotify")]
#[derive(Debug, Clone)]
#[must_use = "an action does nothing until it is sent"]
pub struct PjsipNotify {
    target: (&'static str, String),
    option: Option<String>,
    variables: Vec<String>,
}

impl PjsipNotify {
    fn to(header: &'static str, target: impl Into<String>) -> Self {
        Self { target: (header, target.into()), option: None, variables: Vec::new() }
    }

    /// To all contacts of an endpoint.
    ///
    /// Header: `Endpoint`.
    pub fn endpoint(endpoint: impl Into<String>) -> Self {
        Self::to("Endpoint", endpoint)
    }

    /// To a SIP URI. It is sent as the `default_outbound_endpoint` of pjsip.conf; where there is
    /// none it is lost, with `Success`.
    ///
    /// Header: `URI`.
    pub fn uri(uri: impl Into<String>) -> Self {
        Self::to("URI", uri)
    }

    /// Within the call of a channel, named or by its unique id.
    ///
    /// Header: `Channel`.
    pub fn channel(channel: impl Into<String>) -> Self {
        Self::to("Channel", channel)
    }

    /// Takes headers and body from a section of pjsip_notify.conf (Asterisk 22; 16 takes no
    /// notice of it and sends an empty NOTIFY). Not together with variables.
    ///
    /// Header: `Option`.
    pub fn option(mut self, option: impl Into<String>) -> Self {
        self.option = Some(option.into());
        self
    }

    /// Adds a header; `Content-Type` and `Content` make the body, a line of it for each `Content`.
    ///
    /// Header: `Variable`, once for each call.
    pub fn variable(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.variables.push(format!("{}={}", name.as_ref(), value.as_ref()));
        self
    }
}

impl NamedAction for PjsipNotify {
    const NAME: &'static str = "PJSIPNotify";
    const PARAMETERS: &'static [&'static str] =
        &["Endpoint", "URI", "channel", "Variable", "Option"];
}

impl Action for PjsipNotify {
    type Output = Response;

    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn headers(&self, headers: &mut Headers) {
        headers.add(self.target.0, &self.target.1);
        if let Some(option) = &self.option {
            headers.add("Option", option);
        }
        for variable in &self.variables {
            headers.add("Variable", variable);
        }
    }

    fn output(reply: Reply) -> Result<Response, ActionError> {
        response(reply)
    }
}

ami_action!(
    /// Asks the contacts of an endpoint for a sign of life by OPTIONS (privileges `system`,
    /// `reporting`; module `res_pjsip`).
    ///
    /// The answer is `Endpoint found, will qualify`, before anything is sent.
    /// [`ContactStatus`](asterisk_proto::ami::event::ContactStatus) follows if the state of a
    /// contact changes, and if the contact is qualified at all (`qualify_frequency` is not zero).
    #[doc(alias = "PJSIPQualify")]
    #[action("PJSIPQualify")]
    pub struct PjsipQualify {
        #[required("Endpoint")]
        /// The endpoint's name.
        endpoint: String,
    },
    Response,
    response
);

ami_action!(
    /// Renews a registration with another server (privileges `system`, `reporting`; module
    /// `res_pjsip_outbound_registration`).
    ///
    /// The registration is taken back, and made again after a random time of up to its
    /// `max_random_initial_delay` (10 s where nothing is configured). The answer comes before that;
    /// [`Registry`](asterisk_proto::ami::event::Registry) tells of either step. A registration that
    /// does not exist is refused with `Unable to retrieve registration entry`.
    #[doc(alias = "PJSIPRegister")]
    #[action("PJSIPRegister")]
    pub struct PjsipRegister {
        #[required("Registration")]
        /// The registration's name in pjsip.conf, or `*all`.
        registration: String,
    },
    Response,
    response
);

ami_action!(
    /// Takes a registration with another server back (privileges `system`, `reporting`; module
    /// `res_pjsip_outbound_registration`).
    ///
    /// It stays so until [`PjsipRegister`] or a reload. The answer comes before the server's;
    /// [`Registry`](asterisk_proto::ami::event::Registry) tells of that. A registration that does
    /// not exist is refused with `Unable to retrieve registration entry`.
    #[doc(alias = "PJSIPUnregister")]
    #[action("PJSIPUnregister")]
    pub struct PjsipUnregister {
        #[required("Registration")]
        /// The registration's name in pjsip.conf, or `*all`.
        registration: String,
    },
    Response,
    response
);

ami_action!(
    /// Puts an endpoint into maintenance, in which its new requests are turned away, or takes it
    /// out (privilege `system`; Asterisk 22, module `res_pjsip_maintenance`).
    ///
    /// They get 503 with `Retry-After`; calls in progress go on. [`PjsipMaintenanceStatus`] follows.
    /// An endpoint that does not exist is refused with `Endpoint '…' not found`.
    #[doc(alias = "PJSIPSetMaintenance")]
    #[action("PJSIPSetMaintenance")]
    pub struct PjsipSetMaintenance {
        #[required("Endpoint")]
        /// The endpoint's name.
        endpoint: String,
        #[required("State", on_off)]
        /// Whether it is to be in maintenance.
        state: bool,
    },
    Response,
    response
);

ami_action!(
    /// Lists the endpoints in maintenance (privileges `system`, `reporting`; Asterisk 22, module
    /// `res_pjsip_maintenance`).
    #[doc(alias = "PJSIPShowMaintenance")]
    #[action("PJSIPShowMaintenance")]
    pub struct PjsipShowMaintenance {
        #[optional("Endpoint")]
        /// This endpoint alone, whether in maintenance or not. One that does not exist is listed
        /// too, as not in maintenance.
        endpoint: String,
    },
    Aggregate<PjsipMaintenanceStatus>,
    aggregate
);

ami_action!(
    /// Lists the addresses of record (privilege `system`; module `res_pjsip`).
    ///
    /// Where there is none, the answer is the error `No AORs found`.
    #[doc(alias = "PJSIPShowAors")]
    #[action("PJSIPShowAors")]
    pub struct PjsipShowAors {},
    Aggregate<AorList>,
    aggregate
);

ami_action!(
    /// Lists the credentials, **passwords included** (privilege `system`; module `res_pjsip`).
    ///
    /// Where there are none, the answer is the error `No Auths found`.
    #[doc(alias = "PJSIPShowAuths")]
    #[action("PJSIPShowAuths")]
    pub struct PjsipShowAuths {},
    Aggregate<AuthList>,
    aggregate
);

ami_action!(
    /// Lists the registered contacts, not those that pjsip.conf fixes (privilege `system`; module
    /// `res_pjsip`).
    ///
    /// Where there is none, the answer is the error `No Contacts found`.
    #[doc(alias = "PJSIPShowContacts")]
    #[action("PJSIPShowContacts")]
    pub struct PjsipShowContacts {},
    Aggregate<ContactList>,
    aggregate
);

ami_action!(
    /// Lists the endpoints (privilege `system`; module `res_pjsip`).
    ///
    /// Where there is none, the answer is the error `No endpoints found`.
    #[doc(alias = "PJSIPShowEndpoints")]
    #[action("PJSIPShowEndpoints")]
    pub struct PjsipShowEndpoints {},
    Aggregate<EndpointList>,
    aggregate
);

ami_action!(
    /// Tells all that belongs to one endpoint, **passwords included** (privilege `system`; module
    /// `res_pjsip`).
    ///
    /// The endpoint comes first, then what it refers to. One that does not exist is refused with
    /// `Unable to retrieve endpoint` and the name.
    #[doc(alias = "PJSIPShowEndpoint")]
    #[action("PJSIPShowEndpoint")]
    pub struct PjsipShowEndpoint {
        #[required("Endpoint")]
        /// The endpoint's name.
        endpoint: String,
    },
    Aggregate<PjsipEndpointItem>,
    aggregate
);

list_items!(
    /// What belongs to an endpoint: an item of [`PjsipShowEndpoint`].
    pub enum PjsipEndpointItem {
        /// The endpoint itself.
        Endpoint(EndpointDetail),
        /// Credentials that it has to show, or that we show it.
        Auth(AuthDetail),
        /// The transport that it is tied to.
        Transport(TransportDetail),
        /// An address of record of its.
        Aor(AorDetail),
        /// A contact of that address.
        Contact(ContactStatusDetail),
        /// How its requests are known.
        Identify(IdentifyDetail),
    }
);

ami_action!(
    /// Lists the contacts that phones registered, with their state (privilege `system`; module
    /// `res_pjsip_registrar`).
    #[doc(alias = "PJSIPShowRegistrationInboundContactStatuses")]
    #[action("PJSIPShowRegistrationInboundContactStatuses")]
    pub struct PjsipShowRegistrationInboundContactStatuses {},
    Aggregate<ContactStatusDetail>,
    aggregate
);

ami_action!(
    /// Lists the addresses that phones may register under, whether one has or not (privilege
    /// `system`; module `res_pjsip_registrar`).
    ///
    /// For the registrations themselves ask [`PjsipShowContacts`] or
    /// [`PjsipShowRegistrationInboundContactStatuses`].
    #[doc(alias = "PJSIPShowRegistrationsInbound")]
    #[action("PJSIPShowRegistrationsInbound")]
    pub struct PjsipShowRegistrationsInbound {},
    Aggregate<InboundRegistrationDetail>,
    aggregate
);

ami_action!(
    /// Lists our registrations with other servers, each with its credentials, **passwords
    /// included** (privileges `system`, `reporting`; module `res_pjsip_outbound_registration`).
    ///
    /// The event that ends it counts how many are in force:
    /// [`OutboundRegistrationDetailComplete`](crate::event::OutboundRegistrationDetailComplete).
    #[doc(alias = "PJSIPShowRegistrationsOutbound")]
    #[action("PJSIPShowRegistrationsOutbound")]
    pub struct PjsipShowRegistrationsOutbound {},
    Aggregate<PjsipOutboundRegistrationItem>,
    aggregate
);

list_items!(
    /// An item of [`PjsipShowRegistrationsOutbound`].
    pub enum PjsipOutboundRegistrationItem {
        /// A registration.
        Registration(OutboundRegistrationDetail),
        /// The credentials of the registration before it. They do not count as an item in
        /// the server's `ListItems`.
        Auth(AuthDetail),
    }
);

ami_action!(
    /// Lists what phones can subscribe to as one (privilege `system`; module `res_pjsip_pubsub`).
    ///
    /// Where there is nothing, the answer is the error `No resource lists found`.
    #[doc(alias = "PJSIPShowResourceLists")]
    #[action("PJSIPShowResourceLists")]
    pub struct PjsipShowResourceLists {},
    Aggregate<ResourceListDetail>,
    aggregate
);

ami_action!(
    /// Lists the subscriptions of phones with us (privilege `system`; module `res_pjsip_pubsub`).
    #[doc(alias = "PJSIPShowSubscriptionsInbound")]
    #[action("PJSIPShowSubscriptionsInbound")]
    pub struct PjsipShowSubscriptionsInbound {},
    Aggregate<InboundSubscriptionDetail>,
    aggregate
);

ami_action!(
    /// Lists our subscriptions with other servers (privilege `system`; module
    /// `res_pjsip_pubsub`). Nothing that comes with Asterisk makes any.
    #[doc(alias = "PJSIPShowSubscriptionsOutbound")]
    #[action("PJSIPShowSubscriptionsOutbound")]
    pub struct PjsipShowSubscriptionsOutbound {},
    Aggregate<OutboundSubscriptionDetail>,
    aggregate
);
