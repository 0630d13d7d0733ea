//! A phone that registers, subscribes, is notified and calls.

use std::time::{Duration, SystemTime};

use asterisk_sdk::ami::action::{
    Hangup, PjsipHangup, PjsipNotify, PjsipQualify, PjsipShowContacts, PjsipShowEndpoints,
    PjsipShowRegistrationInboundContactStatuses, PjsipShowRegistrationsInbound,
    PjsipShowSubscriptionsInbound,
};
use asterisk_sdk::ami::event::{
    ContactState, ContactStatus, EndpointDeviceState, SubscribedExtensionState, SubscriptionRole,
    SubscriptionState, SubscriptionType,
};
use asterisk_sdk::ami::{Event, EventStream};

use super::super::Stage;

use super::{seconds, unknown, whole};
use crate::calls::{has, wait_for};
use crate::phone::{Phone, Request, header, invite};

/// The next change of a contact's state to this.
async fn contact(events: &mut EventStream<Event>, uri: &str, state: ContactState) -> ContactStatus {
    let event = wait_for(events, |event| {
        let status = event.decode::<ContactStatus>();
        status.is_some_and(|s| s.state.as_ref() == Some(&state) && s.uri.as_deref() == Some(uri))
    });
    event.await.decode().unwrap()
}

pub(super) async fn a_phone(stage: &Stage) {
    let mut events = stage.events();
    let mut phone = Phone::new(&stage.server.sip).await;
    let uri = format!("sip:200@{}", phone.address);
    let path = format!("Supported: path\r\nPath: <sip:{};lr>\r\nExpires: 120\r\n", phone.address);
    let register = Request {
        method: "REGISTER",
        user: "",
        call_id: "live-register",
        headers: &path,
        body: "",
    };
    let answer = phone.ask(&register).await;
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    let reachable = contact(&mut events, &uri, ContactState::Reachable).await;
    assert_eq!(reachable.aor.as_deref(), Some("200"));
    assert_eq!(reachable.endpoint_name.as_deref(), Some("200"));
    assert!(reachable.round_trip.unwrap() > Duration::ZERO);
    contacts(stage, &phone, &uri).await;

    let qualified = stage.send(PjsipQualify::new("200")).await.unwrap();
    assert_eq!(qualified.text().unwrap(), "Endpoint found, will qualify");
    phone.asked("OPTIONS").await;
    let refused = stage.refused(PjsipQualify::new("nosuch")).await;
    assert_eq!(refused.trim(), "Unable to retrieve endpoint");

    subscriptions(stage, &mut phone).await;
    notifications(stage, &mut phone, &uri).await;
    calls(stage, &mut phone).await;

    let gone = Request { headers: "Expires: 0\r\n", ..register };
    let answer = phone.ask(&gone).await;
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    contact(&mut events, &uri, ContactState::Removed).await;
}

async fn contacts(stage: &Stage, phone: &Phone, uri: &str) {
    let (address, port) = phone.address.split_once(':').unwrap();
    let contacts = stage.send(PjsipShowContacts::new()).await.unwrap();
    whole(&contacts);
    let [contact] = &contacts.items[..] else { panic!("{contacts:?}") };
    assert!(contact.object_name.as_deref().unwrap().starts_with("200;@"));
    assert_eq!(contact.uri.as_deref(), Some(uri));
    assert_eq!(contact.endpoint.as_deref(), Some("200"));
    assert_eq!(contact.state, Some(ContactState::Reachable));
    assert!(contact.round_trip.unwrap() < Duration::from_millis(1500));
    let left = contact.expiration_time.unwrap().duration_since(SystemTime::now()).unwrap();
    assert!(left > Duration::from_secs(60) && left <= Duration::from_secs(120), "{left:?}");
    assert_eq!(contact.user_agent.as_deref(), Some("SDK phone"));
    assert_eq!(contact.via_address.as_deref(), Some(address));
    assert_eq!(contact.via_port, port.parse().ok());
    assert_eq!(contact.call_id.as_deref(), Some("live-register"));
    assert_eq!(contact.path.as_deref().unwrap(), format!("<sip:{};lr>", phone.address));
    assert_eq!(contact.prune_on_boot, Some(false));
    assert_eq!(contact.qualify_frequency, seconds(600));
    assert_eq!(contact.qualify_timeout, Some(Duration::from_millis(1500)));
    assert_eq!(contact.authenticate_qualify, Some(false));

    let states = stage.send(PjsipShowRegistrationInboundContactStatuses::new()).await.unwrap();
    whole(&states);
    let [contact_state] = &states.items[..] else { panic!("{states:?}") };
    assert_eq!(contact_state.aor.as_deref(), Some("200"));
    assert_eq!(contact_state.id, contact.object_name);
    assert_eq!(contact_state.state, Some(ContactState::Reachable));
    assert_eq!(contact_state.via_address.as_deref(), Some(&*phone.address));
    assert_eq!(contact_state.expiration_time, contact.expiration_time);
    assert_eq!(contact_state.qualify_timeout, Some(Duration::from_millis(1500)));
    assert_eq!(contact_state.authenticate_qualify, Some(false));

    let aors = stage.send(PjsipShowRegistrationsInbound::new()).await.unwrap();
    whole(&aors);
    let find =
        |name| aors.items.iter().find(|aor| aor.object_name.as_deref() == Some(name)).unwrap();
    assert_eq!(find("200").contacts, [format!("200/{uri}").as_str()]);
    assert_eq!(find("200").contact, find("200").contacts);
    assert_eq!(find("loop").contacts, [&*format!("loop/sip:{}", stage.server.sip)]);
}

async fn subscriptions(stage: &Stage, phone: &mut Phone) {
    for (user, headers) in [
        ("100", "Event: presence\r\nAccept: application/pidf+xml\r\n"),
        ("200", "Event: message-summary\r\nAccept: application/simple-message-summary\r\n"),
        (
            "desk",
            "Event: presence\r\nSupported: eventlist\r\n\
             Accept: application/rlmi+xml, multipart/related, application/pidf+xml\r\n",
        ),
    ] {
        let (call_id, headers) = (format!("live-{user}"), format!("{headers}Expires: 100\r\n"));
        let (call_id, headers) = (call_id.as_str(), headers.as_str());
        let subscribe = Request { method: "SUBSCRIBE", user, call_id, headers, body: "" };
        let answer = phone.ask(&subscribe).await;
        assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
        loop {
            if header(&phone.asked("NOTIFY").await, "Call-ID") == call_id {
                break;
            }
        }
    }
    // The server may tell the phone before it has taken a subscription up itself.
    let active = async {
        loop {
            let list = stage.send(PjsipShowSubscriptionsInbound::new()).await.unwrap();
            if list.items.iter().all(|item| item.state == Some(SubscriptionState::Active)) {
                return list;
            }
        }
    };
    let list = harness::soon(active).await;
    whole(&list);
    assert_eq!(list.items.len(), 3);
    for item in &list.items {
        assert_eq!(item.role, Some(SubscriptionRole::Notifier));
        assert_eq!(item.endpoint.as_deref(), Some("200"));
        assert_eq!(item.state, Some(SubscriptionState::Active));
        assert_eq!(item.caller_id.as_deref(), Some(r#""Ada Test" <200>"#));
    }
    let find =
        |call_id| list.items.iter().find(|item| item.call_id.as_deref() == Some(call_id)).unwrap();
    let hint = find("live-100");
    assert_eq!(hint.subscription_type, Some(SubscriptionType::ExtensionState));
    assert_eq!(hint.extension.as_deref(), Some("100"));
    assert_eq!(hint.extension_state, Some(SubscribedExtensionState::Unknown));
    let mailbox = find("live-200");
    assert_eq!(mailbox.subscription_type, Some(SubscriptionType::Mwi));
    assert_eq!(mailbox.mailboxes, ["100@default"]);
    assert_eq!(find("live-desk").subscription_type, None);
}

async fn notifications(stage: &Stage, phone: &mut Phone, uri: &str) {
    let new = stage.server.major() == 22;
    let notify = PjsipNotify::endpoint("200")
        .variable("Event", "sdk-test")
        .variable("Content-Type", "text/plain")
        .variable("Content", "first")
        .variable("Content", "second");
    let sent = stage.send(notify).await.unwrap();
    assert_eq!(sent.text().unwrap(), "NOTIFY sent");
    let notify = notified(phone, "sdk-test").await;
    assert_eq!(header(&notify, "Content-Type"), "text/plain");
    assert_eq!(notify.split_once("\r\n\r\n").unwrap().1, "first\r\nsecond");

    stage.send(PjsipNotify::endpoint("200").option("check-sync")).await.unwrap();
    if new {
        notified(phone, "check-sync").await;
    }
    // There is no default outbound endpoint that it could be sent as, which nobody is told.
    let lost = PjsipNotify::uri(uri).variable("Event", "sdk-lost");
    assert_eq!(stage.send(lost).await.unwrap().text().unwrap(), "NOTIFY sent");
    let refused = stage.refused(PjsipNotify::endpoint("nosuch").variable("Event", "x")).await;
    assert_eq!(refused.trim(), "Unable to retrieve endpoint nosuch");
    let refused = stage.refused(PjsipNotify::channel("nosuch").variable("Event", "x")).await;
    assert_eq!(refused.trim(), "Channel not found");
    if new {
        let refused = stage.refused(PjsipNotify::endpoint("200")).await;
        let words =
            "PJSIPNotify requires either an Option or Variable(s).You must use only one of them.";
        assert_eq!(refused, words);
    }
}

/// The next NOTIFY of this event.
async fn notified(phone: &mut Phone, event: &str) -> String {
    loop {
        let notify = phone.asked("NOTIFY").await;
        if header(&notify, "Event") == event {
            return notify;
        }
    }
}

async fn calls(stage: &Stage, phone: &mut Phone) {
    let mut events = stage.events();
    let answer = phone.ask(&invite("wait", "live-call")).await;
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    let ours = |event: &Event, name: &str| {
        event.name() == name
            && event.get("Channel").is_some_and(|channel| channel.starts_with("PJSIP/200-"))
    };
    let up = |event: &Event| ours(event, "Newstate") && has(event, "ChannelStateDesc", "Up");
    let channel = wait_for(&mut events, up).await.get("Channel").unwrap().into_owned();
    // The device's state follows the channel's.
    wait_for(&mut events, |event| {
        event.name() == "DeviceStateChange" && has(event, "Device", "PJSIP/200")
    })
    .await;
    let endpoints = stage.send(PjsipShowEndpoints::new()).await.unwrap();
    let mut items = endpoints.items.iter();
    let endpoint = items.find(|item| item.object_name.as_deref() == Some("200")).unwrap();
    assert_eq!(endpoint.device_state, Some(EndpointDeviceState::InUse));
    let new = stage.server.major() == 22;
    assert_eq!(endpoint.active_channels, new.then_some(1));

    // The server has been seen not to find the channel at once, although it had just listed it.
    let notify = || PjsipNotify::channel(&*channel).variable("Event", "sdk-in-call");
    let taken = async {
        while let Err(error) = stage.send(notify()).await {
            assert!(error.to_string().ends_with("Channel not found"), "{error}");
        }
    };
    harness::soon(taken).await;
    let notify = notified(phone, "sdk-in-call").await;
    assert_eq!(header(&notify, "Call-ID"), "live-call");
    let busy = PjsipHangup::new(&*channel).cause("486");
    if new {
        // An answered call goes on, whatever the server says.
        let hung_up = stage.send(busy).await.unwrap();
        assert_eq!(hung_up.text().unwrap(), "Channel Hungup");
    } else {
        assert_eq!(stage.refused(busy).await, unknown("PJSIPHangup"));
    }
    stage.send(Hangup::new(&*channel)).await.unwrap();
    wait_for(&mut events, |event| ours(event, "Hangup")).await;
    phone.asked("BYE").await;
    if !new {
        return;
    }
    assert_eq!(stage.refused(PjsipHangup::new(&*channel)).await, "No such channel");
    for (cause, code) in [(Some("486"), 486), (Some("GONE"), 410), (None, 603)] {
        let call_id = format!("live-{code}");
        let ringing = invite("ring", &call_id);
        let turn_down = async {
            let rings =
                |event: &Event| ours(event, "Newexten") && has(event, "Application", "Wait");
            let channel = wait_for(&mut events, rings).await.get("Channel").unwrap().into_owned();
            let mut action = PjsipHangup::new(channel);
            if let Some(cause) = cause {
                action = action.cause(cause);
            }
            stage.send(action).await.unwrap();
            wait_for(&mut events, |event| ours(event, "Hangup")).await;
        };
        let (answer, ()) = tokio::join!(phone.ask(&ringing), turn_down);
        assert!(answer.starts_with(&format!("SIP/2.0 {code} ")), "{answer}");
    }
}
