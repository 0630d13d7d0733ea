//! States of devices, extensions and people; mailboxes; endpoints.

use asterisk_sdk::ami::action::{Originate, Setvar};
use asterisk_sdk::ami::live::{
    Change, Device, Endpoint, Extension, Live, Mailbox, Presence, Snapshot,
};
use asterisk_sdk::proto::{DeviceState, ExtensionState, PresenceState};

use super::Scene;

#[tokio::test]
async fn states_equal_lists() {
    let Some(scene) = Scene::open().await else { return };
    let mut devices = scene.live.changes().object::<Device>("Custom:101");
    let set = |name: &str, value: &str| scene.manager.send(Setvar::new(name, value));
    set("DEVICE_STATE(Custom:101)", "INUSE").await.unwrap();
    let key = Extension::key_of("101", "sdk");
    let in_use = |snapshot: &Snapshot| {
        snapshot.get::<Extension>(&key).unwrap().state == ExtensionState::InUse
    };
    scene.until(in_use).await;
    let Change::Added(device) = harness::soon(devices.next()).await.unwrap().unwrap() else {
        panic!("it was not known before");
    };
    assert_eq!(device.state, DeviceState::InUse);
    set("PRESENCE_STATE(CustomPresence:ada)", "away,lunch,back soon").await.unwrap();
    let snapshot = scene.until(|s| s.get::<Presence>("CustomPresence:ada").is_some()).await;
    let presence = snapshot.get::<Presence>("CustomPresence:ada").unwrap();
    assert_eq!((&*presence.subtype, &*presence.message), ("lunch", "back soon"));
    let away = |snapshot: &Snapshot| {
        snapshot.get::<Extension>(&key).unwrap().presence == Some(PresenceState::Away)
    };
    scene.until(away).await;
    scene.is_right("with states set").await;
    assert_eq!(scene.live.get::<Endpoint>("loop").unwrap().contacts.len(), 1);

    assert_eq!(scene.live.get::<Mailbox>("101@default").unwrap().new_messages, 0);
    let call = Originate::to("Local/music@sdk/n").application_with("VoiceMail", "101@default,s");
    scene.originate(call, "message").await;
    let told = |s: &Snapshot| s.get::<Mailbox>("101@default").unwrap().new_messages == 1;
    scene.until(told).await;
    scene.clear().await;
    scene.is_right("with a message").await;
}

#[tokio::test]
async fn only_what_is_chosen_is_tracked() {
    let Some(server) = harness::live::server() else { return };
    let manager = crate::calls::manager(&server).await;
    let kinds = [asterisk_sdk::ami::live::Kind::Mailboxes];
    let live = Live::attach(&manager).track(kinds).await.unwrap();
    let snapshot = live.snapshot();
    assert_eq!((snapshot.count::<Mailbox>(), snapshot.count::<Device>()), (2, 0));

    // One who may not ask is told so, not shown nothing.
    let (user, secret) = server.ami_nobody.clone();
    let manager = asterisk_sdk::ami::Manager::builder(&server.ami).login(user, secret);
    let manager = manager.connect().await.unwrap();
    let refused = Live::attach(&manager).await.unwrap_err();
    assert!(refused.to_string().contains("Permission denied"), "{refused}");
}
