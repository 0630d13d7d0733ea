//! Subscriptions to states, and lists of what can be subscribed to as one.

use std::time::Duration;

use super::super::super::field::word_fields;
use super::super::super::{Field, Message};
use super::super::macros::{ami_event, list_end};
use crate::Text;
use crate::open_enum::open_enum;

/// Declares an event about a subscription, with what it has beside that.
macro_rules! subscription_event {
    (
        $(#[doc = $doc:expr])+
        #[event($wire:literal)]
        pub struct $name:ident { $($more:tt)* }
    ) => {
        ami_event!(
            $(#[doc = $doc])+
            #[event($wire)]
            pub struct $name {
                /// Which side of it Asterisk is.
                #[header("Role")]
                pub role: Option<SubscriptionRole>,
                /// The endpoint at the other side.
                #[header("Endpoint")]
                pub endpoint: Option<Text>,
                /// The `Call-ID` of its dialog.
                #[header("Callid")]
                pub call_id: Option<Text>,
                /// How it stands.
                #[header("State")]
                pub state: Option<SubscriptionState>,
                /// Who the endpoint is, as `"name" <number>`.
                #[header("Callerid")]
                pub caller_id: Option<Text>,
                /// What it is about; absent for a resource list.
                #[header("SubscriptionType")]
                pub subscription_type: Option<SubscriptionType>,
                /// The extension whose state it follows (`extension_state`).
                #[header("Extension")]
                pub extension: Option<Text>,
                /// That extension's state (`extension_state`).
                #[header("ExtensionStates")]
                pub extension_state: Option<SubscribedExtensionState>,
                /// The mailboxes that it follows (`mwi`).
                #[header("Mailboxes", comma_list)]
                pub mailboxes: Vec<Text>,
                $($more)*
            }
        );
    };
}

subscription_event!(
    /// A subscription of a phone with us (class `command`). An item of the list of
    /// `PJSIPShowSubscriptionsInbound`; module `res_pjsip_pubsub`.
    #[event("InboundSubscriptionDetail")]
    pub struct InboundSubscriptionDetail {}
);

list_end!(
    /// The end of the list of `PJSIPShowSubscriptionsInbound`.
    #[event("InboundSubscriptionDetailComplete")]
    pub struct InboundSubscriptionDetailComplete {}
);

subscription_event!(
    /// A subscription of ours with another server (class `command`). An item of the list of
    /// `PJSIPShowSubscriptionsOutbound`; module `res_pjsip_pubsub`.
    ///
    /// Nothing in Asterisk 16 or 22 makes such subscriptions; a module from elsewhere could.
    #[event("OutboundSubscriptionDetail")]
    pub struct OutboundSubscriptionDetail {}
);

list_end!(
    /// The end of the list of `PJSIPShowSubscriptionsOutbound`.
    #[event("OutboundSubscriptionDetailComplete")]
    pub struct OutboundSubscriptionDetailComplete {}
);

ami_event!(
    /// A list of resources that phones can subscribe to as one (class `command`). An item of the
    /// list of `PJSIPShowResourceLists`; module `res_pjsip_pubsub`.
    #[event("ResourceListDetail")]
    pub struct ResourceListDetail {
        /// Always `resource_list`.
        #[header("ObjectType")]
        pub object_type: Option<Text>,
        /// Its name in pjsip.conf, which phones subscribe to.
        #[header("ObjectName")]
        pub object_name: Option<Text>,
        /// The event package of its resources; the header stands twice, this is the second.
        #[header("Event", second)]
        pub package: Option<EventPackage>,
        /// The resources: extensions, mailboxes, or other lists.
        #[header("ListItem", comma_list)]
        pub resources: Vec<Text>,
        /// Whether each notification tells of all resources, not only of those that changed.
        #[header("FullState")]
        pub full_state: Option<bool>,
        /// How long changes are collected before a notification; zero sends each at once.
        #[header("NotificationBatchInterval", milliseconds)]
        pub notification_batch_interval: Option<Duration>,
        /// Whether the resources' names in hints are sent too.
        #[header("ResourceDisplayName")]
        pub resource_display_name: Option<bool>,
    }
);

list_end!(
    /// The end of the list of `PJSIPShowResourceLists`.
    #[event("ResourceListDetailComplete")]
    pub struct ResourceListDetailComplete {}
);

open_enum! {
    /// Which side of a subscription Asterisk is (`Role`).
    pub enum SubscriptionRole {
        /// It tells the state.
        #[wire("Notifier")]
        Notifier,
        /// It is told the state.
        #[wire("Subscriber")]
        Subscriber,
    }
}

open_enum! {
    /// How a subscription stands (`State`).
    pub enum SubscriptionState {
        /// Nothing was sent yet.
        #[wire("NULL")]
        Null,
        /// The request was sent.
        #[wire("SENT")]
        Sent,
        /// The request was accepted; there was no notification yet.
        #[wire("ACCEPTED")]
        Accepted,
        /// It waits for approval.
        #[wire("PENDING")]
        Pending,
        /// It is in force.
        #[wire("ACTIVE")]
        Active,
        /// It has ended.
        #[wire("TERMINATED")]
        Terminated,
        /// The SIP library cannot tell.
        #[wire("UNKNOWN")]
        Unknown,
    }
}

open_enum! {
    /// What a subscription is about (`SubscriptionType`).
    pub enum SubscriptionType {
        /// The state of an extension, by its hint.
        #[wire("extension_state")]
        ExtensionState,
        /// Messages in mailboxes.
        #[wire("mwi")]
        Mwi,
    }
}

open_enum! {
    /// The state of an extension in a subscription (`ExtensionStates`).
    pub enum SubscribedExtensionState {
        /// It is free.
        #[wire("Idle")]
        Idle,
        /// It is in a call.
        #[wire("InUse")]
        InUse,
        /// It takes no more calls.
        #[wire("Busy")]
        Busy,
        /// It cannot be reached.
        #[wire("Unavailable")]
        Unavailable,
        /// It rings.
        #[wire("Ringing")]
        Ringing,
        /// It is in a call and rings for another.
        #[wire("InUse&Ringing")]
        InUseAndRinging,
        /// Its call is on hold.
        #[wire("Hold")]
        OnHold,
        /// It is in a call and has another on hold.
        #[wire("InUse&Hold")]
        InUseAndOnHold,
        /// It has no hint, or the hint no state.
        #[wire("Unknown")]
        Unknown,
    }
}

open_enum! {
    /// What kind of events a subscription brings (the second `Event`).
    pub enum EventPackage {
        /// Presence, RFC 3856.
        #[wire("presence")]
        Presence,
        /// Dialogs, RFC 4235.
        #[wire("dialog")]
        Dialog,
        /// Messages waiting, RFC 3842.
        #[wire("message-summary")]
        MessageSummary,
    }
}

word_fields!(
    SubscriptionRole,
    SubscriptionState,
    SubscriptionType,
    SubscribedExtensionState,
    EventPackage
);
