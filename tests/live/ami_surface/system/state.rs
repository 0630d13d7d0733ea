//! States of devices, extensions and people.

use asterisk_sdk::ami::action::{
    Custom, DeviceStateList, ExtensionState, ExtensionStateList, PresenceState, PresenceStateList,
};
use asterisk_sdk::ami::{Event, EventStream, TypedEvent};
use asterisk_sdk::proto;
use asterisk_sdk::proto::DeviceState;

use super::well_ended;
use crate::ami_surface::Stage;
use crate::calls::{has, wait_for};

pub(in super::super) const ACTIONS: &[&str] = &[
    "DeviceStateList",
    "ExtensionState",
    "ExtensionStateList",
    "PresenceState",
    "PresenceStateList",
];

#[tokio::test]
async fn everything_about_states_is_typed() {
    let Some(stage) = Stage::open("state").await else { return };
    devices(&stage).await;
    presence(&stage).await;
    stage.finish(ACTIONS).await;
}

async fn set(stage: &Stage, function: &str, value: &str) {
    let action = Custom::new("Setvar").header("Variable", function).header("Value", value);
    stage.send(action).await.unwrap();
}

/// Sets the state of a device, and waits for the server to tell.
async fn set_device(stage: &Stage, device: &str, new: &DeviceState) {
    let mut events = stage.events();
    set(stage, &format!("DEVICE_STATE({device})"), new.as_str()).await;
    let event = wait_for(&mut events, |event| {
        let ours = event.name() == "DeviceStateChange" && has(event, "Device", device);
        ours && has(event, "State", new.as_str())
    });
    let TypedEvent::DeviceStateChange(change) = event.await.typed() else { panic!() };
    assert_eq!(change.state.as_ref(), Some(new));
}

/// Waits until the server tells that the extension is in this state. A new server also tells how its
/// hints begin.
async fn comes_to(events: &mut EventStream<Event>, exten: &str, state: proto::ExtensionState) {
    let code = state.code().to_string();
    let event = wait_for(events, |event| {
        let ours = event.name() == "ExtensionStatus" && has(event, "Exten", exten);
        ours && has(event, "Status", &code)
    });
    let TypedEvent::ExtensionStatus(status) = event.await.typed() else { panic!() };
    assert_eq!(status.context.as_deref(), Some("sdk"));
    assert_eq!(status.state, Some(state));
    assert_eq!(status.status_text.as_deref(), Some(state.to_string().as_str()));
}

async fn devices(stage: &Stage) {
    use proto::ExtensionState as State;
    let mut events = stage.events();
    for (device, state) in [
        (DeviceState::NotInUse, None),
        (DeviceState::InUse, Some(State::InUse)),
        (DeviceState::Busy, Some(State::Busy)),
        (DeviceState::Invalid, Some(State::Unavailable)),
        (DeviceState::Unavailable, None),
        (DeviceState::Ringing, Some(State::Ringing)),
        (DeviceState::RingInUse, Some(State::InUseRinging)),
        (DeviceState::OnHold, Some(State::Hold)),
    ] {
        set_device(stage, "Custom:100", &device).await;
        if let Some(state) = state {
            comes_to(&mut events, "100", state).await;
        }
    }
    // Two devices make one state.
    set_device(stage, "Custom:101", &DeviceState::InUse).await;
    comes_to(&mut events, "101", State::InUse).await;
    set_device(stage, "Custom:102", &DeviceState::Ringing).await;
    comes_to(&mut events, "101", State::InUseRinging).await;

    let hint = stage.send(ExtensionState::new("101", "sdk")).await.unwrap();
    assert_eq!((&*hint.exten, &*hint.context), ("101", "sdk"));
    assert_eq!(hint.hint.as_deref(), Some("Custom:101&Custom:102,CustomPresence:ada"));
    assert_eq!((hint.state, &*hint.status_text), (State::InUseRinging, "InUse&Ringing"));
    let none = stage.send(ExtensionState::new("nosuch", "sdk")).await.unwrap();
    assert_eq!((none.hint, none.state), (None, State::Unknown));
    assert_eq!(none.status_text, "Unknown");

    let extensions = stage.send(ExtensionStateList::new()).await.unwrap();
    assert!(extensions.valid());
    well_ended(&extensions);
    let found = extensions.items.iter().find(|item| item.exten.as_deref() == Some("100")).unwrap();
    assert_eq!((found.state, found.hint.as_deref()), (Some(State::Hold), Some("Custom:100")));

    let devices = stage.send(DeviceStateList::new()).await.unwrap();
    assert!(devices.valid());
    well_ended(&devices);
    let listed = |device| {
        let item = devices.items.iter().find(|item| item.device.as_deref() == Some(device));
        item.and_then(|item| item.state.clone())
    };
    assert_eq!(listed("Custom:102"), Some(DeviceState::Ringing));
    assert_eq!(listed("PJSIP/100"), Some(DeviceState::Unavailable));
    assert_eq!(listed("Custom:nosuch"), None);
}

async fn presence(stage: &Stage) {
    use proto::PresenceState as State;
    let ada = "CustomPresence:ada";
    let mut events = stage.events();
    for state in [
        State::Unavailable,
        State::Available,
        State::ExtendedAway,
        State::Chat,
        State::DoNotDisturb,
        State::NotSet,
        State::Away,
    ] {
        // The last field says that the two before it are in base64: `at "lunch"`, `back \ at 2`.
        let value = format!("{state},YXQgImx1bmNoIg==,YmFjayBcIGF0IDI=,e");
        set(stage, &format!("PRESENCE_STATE({ada})"), &value).await;
        let event = wait_for(&mut events, |event| event.name() == "PresenceStateChange").await;
        let TypedEvent::PresenceStateChange(change) = event.typed() else { panic!() };
        assert_eq!(change.presentity.as_deref(), Some(ada));
        assert_eq!(change.state, Some(state.clone()));
        assert_eq!(change.subtype.as_deref(), Some(r#"at "lunch""#));
        assert_eq!(change.message.as_deref(), Some(r"back \ at 2"));
    }
    let mut events = stage.events();
    set(stage, &format!("PRESENCE_STATE({ada})"), "dnd,tired,\"no\" calls").await;
    // Those of the changes before may still be on their way.
    let event = wait_for(&mut events, |event| {
        event.name() == "PresenceStatus" && has(event, "Subtype", "tired")
    });
    let TypedEvent::PresenceStatus(status) = event.await.typed() else { panic!() };
    assert_eq!(status.exten.as_deref(), Some("101"));
    assert_eq!(status.context.as_deref(), Some("sdk"));
    assert_eq!(status.state, Some(State::DoNotDisturb));
    assert_eq!(status.subtype.as_deref(), Some("tired"));
    assert_eq!(status.message.as_deref(), Some("\"no\" calls"));

    let presence = stage.send(PresenceState::new(ada)).await.unwrap();
    assert_eq!(presence.state, State::DoNotDisturb);
    assert_eq!(presence.subtype.as_deref(), Some("tired"));
    assert_eq!(presence.message.as_deref(), Some("\"no\" calls"));
    let nobody = stage.send(PresenceState::new("CustomPresence:nosuch")).await.unwrap();
    assert_eq!((nobody.state, nobody.subtype, nobody.message), (State::NotSet, None, None));
    let refused = stage.refused(PresenceState::new("nosuch")).await;
    assert_eq!(refused, "Invalid provider nosuch or provider in invalid state");
    let list = stage.send(PresenceStateList::new()).await.unwrap();
    assert!(list.valid());
    well_ended(&list);
    assert_eq!(list.items[0].state, Some(State::DoNotDisturb));
}
