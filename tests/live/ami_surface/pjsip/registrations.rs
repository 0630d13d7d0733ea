//! Registrations of the server with itself.

use asterisk_sdk::ami::action::{
    Custom, PjsipOutboundRegistrationItem, PjsipRegister, PjsipShowRegistrationsOutbound,
    PjsipUnregister,
};
use asterisk_sdk::ami::event::{
    OutboundRegistrationDetail, OutboundRegistrationDetailComplete, OutboundRegistrationStatus,
    SecurityNegotiation,
};
use asterisk_sdk::ami::{Event, EventStream};
use harness::surface::complaints;

use super::super::Stage;
use super::seconds;
use crate::calls::{has, wait_for};

pub(super) async fn registrations(stage: &Stage) {
    let (registered, total) = outbound(stage).await;
    assert_eq!((registered, total), (0, 2));
    // As it is configured, it would wait for days before it registers.
    let at_once = Custom::new("UpdateConfig")
        .header("SrcFilename", "pjsip.conf")
        .header("DstFilename", "pjsip.conf")
        .header("Reload", "res_pjsip")
        .header("Action-000000", "update")
        .header("Cat-000000", "provider")
        .header("Var-000000", "max_random_initial_delay")
        .header("Value-000000", "0");
    let mut events = stage.events();
    stage.send(at_once).await.unwrap();
    registry(&mut events, stage, "200", "Registered").await;
    let (registered, total) = outbound(stage).await;
    assert_eq!((registered, total), (1, 2));

    let sent = stage.send(PjsipRegister::new("provider")).await.unwrap();
    assert_eq!(sent.text().unwrap(), "Reregistration sent");
    registry(&mut events, stage, "200", "Unregistered").await;
    registry(&mut events, stage, "200", "Registered").await;
    stage.send(PjsipRegister::new("stranger")).await.unwrap();
    registry(&mut events, stage, "100", "Rejected").await;

    let sent = stage.send(PjsipUnregister::new("provider")).await.unwrap();
    assert_eq!(sent.text().unwrap(), "Unregistration sent");
    registry(&mut events, stage, "200", "Unregistered").await;
    let (registered, total) = outbound(stage).await;
    assert_eq!((registered, total), (0, 2));

    let words = "Unable to retrieve registration entry";
    assert_eq!(stage.refused(PjsipRegister::new("nosuch")).await.trim(), words);
    assert_eq!(stage.refused(PjsipUnregister::new("nosuch")).await.trim(), words);
    let all = stage.send(PjsipUnregister::new("*all")).await.unwrap();
    assert_eq!(all.text().unwrap(), "Unregistrations queued.");
}

/// Waits until a registration of ours has this status.
async fn registry(events: &mut EventStream<Event>, stage: &Stage, user: &str, status: &str) {
    let client = format!("sip:{user}@{}", stage.server.sip);
    wait_for(events, |event| {
        event.name() == "Registry"
            && has(event, "Username", &client)
            && has(event, "Status", status)
    })
    .await;
}

/// How many of our registrations are in force, and how many there are.
async fn outbound(stage: &Stage) -> (u32, u32) {
    let list = stage.send(PjsipShowRegistrationsOutbound::new()).await.unwrap();
    assert!(list.others.is_empty());
    let mut in_force = 0;
    let mut found = 0;
    for item in &list.items {
        match item {
            PjsipOutboundRegistrationItem::Registration(registration) => {
                if registration.status == Some(OutboundRegistrationStatus::Registered) {
                    in_force += 1;
                }
                found += 1;
                if registration.object_name.as_deref() == Some("provider") {
                    the_provider(stage, registration);
                }
            }
            PjsipOutboundRegistrationItem::Auth(auth) => {
                assert_eq!(auth.object_name.as_deref(), Some("trunk"));
                assert_eq!(auth.endpoint_name, None);
            }
            other => panic!("{other:?}"),
        }
    }
    let complete = list.complete.as_ref().unwrap();
    assert_eq!(complaints(complete), Vec::<String>::new());
    let complete = complete.decode::<OutboundRegistrationDetailComplete>().unwrap();
    assert_eq!(complete.list_items, Some(found));
    assert_eq!(complete.registered, Some(in_force));
    assert_eq!(complete.not_registered, Some(found - in_force));
    (in_force, found)
}

fn the_provider(stage: &Stage, registration: &OutboundRegistrationDetail) {
    let sip = &stage.server.sip;
    assert_eq!(registration.server_uri.as_deref(), Some(&*format!("sip:{sip}")));
    assert_eq!(registration.client_uri.as_deref(), Some(&*format!("sip:200@{sip}")));
    assert_eq!(registration.contact_user.as_deref(), Some("provider"));
    assert_eq!(registration.endpoint.as_deref(), Some("trunk"));
    assert_eq!((registration.line, registration.max_retries), (Some(true), Some(10)));
    assert_eq!(registration.transport.as_deref(), Some("udp"));
    assert_eq!(registration.outbound_auth, ["trunk"]);
    assert_eq!(registration.expiration, seconds(3600));
    assert_eq!(registration.retry_interval, seconds(60));
    assert_eq!(registration.forbidden_retry_interval, seconds(0));
    assert_eq!(registration.auth_rejection_permanent, Some(true));
    assert_eq!(registration.next_registration, seconds(0));
    let new = stage.server.major() == 22;
    let security = new.then_some(SecurityNegotiation::No);
    assert_eq!(registration.security_negotiation, security);
}
