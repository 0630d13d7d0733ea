//! PJSIP: its configuration, a phone, and registrations with another server.

#![cfg(test)]

mod configuration;
mod device;
mod registrations;

use std::time::Duration;

use asterisk_sdk::ami::action::{Aggregate, ListItem};
use harness::surface::complaints;

use super::Stage;

/// The actions of these families.
pub(super) const ACTIONS: &[&str] = &[
    "PJSIPHangup",
    "PJSIPNotify",
    "PJSIPQualify",
    "PJSIPRegister",
    "PJSIPSetMaintenance",
    "PJSIPShowAors",
    "PJSIPShowAuths",
    "PJSIPShowContacts",
    "PJSIPShowEndpoint",
    "PJSIPShowEndpoints",
    "PJSIPShowMaintenance",
    "PJSIPShowRegistrationInboundContactStatuses",
    "PJSIPShowRegistrationsInbound",
    "PJSIPShowRegistrationsOutbound",
    "PJSIPShowResourceLists",
    "PJSIPShowSubscriptionsInbound",
    "PJSIPShowSubscriptionsOutbound",
    "PJSIPUnregister",
];

#[tokio::test]
async fn everything_is_typed() {
    let Some(stage) = Stage::open("pjsip").await else { return };
    configuration::addresses_and_credentials(&stage).await;
    configuration::endpoints(&stage).await;
    configuration::a_trunk(&stage).await;
    configuration::maintenance(&stage).await;
    device::a_phone(&stage).await;
    registrations::registrations(&stage).await;
    stage.finish(ACTIONS).await;
}

/// What a field says that holds a time.
#[expect(clippy::unnecessary_wraps, reason = "fields are optional")]
fn seconds(n: u64) -> Option<Duration> {
    Some(Duration::from_secs(n))
}

/// A list has come as a whole, and its end is typed.
fn whole<T: ListItem>(list: &Aggregate<T>) {
    assert!(list.valid());
    assert!(list.others.is_empty());
    assert_eq!(complaints(list.complete.as_ref().unwrap()), Vec::<String>::new());
}

/// What a server says of an action that it does not have.
fn unknown(action: &str) -> String {
    format!(
        "Invalid/unknown command: {action}. Use Action: ListCommands to show available commands."
    )
}
