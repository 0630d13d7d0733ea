//! States of devices.

use asterisk_sdk::ari::event::DeviceStateChanged;
use asterisk_sdk::proto::DeviceState;

use super::{Stage, next, refuses};

/// The operations of this family.
pub(super) const OPERATIONS: &[&str] = &[
    "DELETE /deviceStates/{deviceName}",
    "GET /deviceStates",
    "GET /deviceStates/{deviceName}",
    "PUT /deviceStates/{deviceName}",
];

/// The events of this family.
pub(super) const EVENTS: &[&str] = &["DeviceStateChanged"];

pub(super) async fn kept(stage: &Stage) {
    let ari = &stage.ari;
    assert_eq!(ari.device_states().list().await.unwrap(), []);
    let desk = ari.device_state("Stasis:desk 1;a");
    let mut events = stage.events();
    for state in [DeviceState::Busy, DeviceState::OnHold, DeviceState::NotInUse] {
        desk.set(state.clone()).await.unwrap();
        let changed: DeviceStateChanged = next(&mut events, |_| true).await;
        assert_eq!(changed.device_state.name, "Stasis:desk 1;a");
        assert_eq!(changed.device_state.state, state);
        assert_eq!(desk.get().await.unwrap().state, state);
    }
    let [one] = &ari.device_states().list().await.unwrap()[..] else { panic!("one is kept") };
    assert_eq!((&*one.name, &one.state), ("Stasis:desk 1;a", &DeviceState::NotInUse));
    refuses!(desk.set(DeviceState::Other("NOSUCH".into())), 500, "Unknown device");
    desk.delete().await.unwrap();
    assert_eq!(desk.get().await.unwrap().state, DeviceState::Unknown);
    // What is not there is deleted all the same.
    desk.delete().await.unwrap();

    let of = async |name: &str| ari.device_state(name).get().await.unwrap().state;
    assert_eq!(of("PJSIP/100").await, DeviceState::Unavailable);
    assert_eq!(of("Nosuch/1").await, DeviceState::Invalid);
    let other = ari.device_state("Custom:100");
    refuses!(other.set(DeviceState::Busy), 409, "Uncontrolled device specified");
    refuses!(other.delete(), 409, "Uncontrolled device specified");
}
