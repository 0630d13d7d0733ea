//! Calls from one channel to another, and the bridges that they meet in.

use asterisk_sdk::ami::action::{
    Bridge, BridgeDestroy, BridgeInfo, BridgeKick, BridgeList, BridgeTechnologyList,
    BridgeTechnologySuspend, BridgeTechnologyUnsuspend, BridgeTone, CoreShowChannelMap, Custom,
    Hangup,
};
use asterisk_sdk::ami::event::{
    self, BridgeCapability, BridgeCreate, BridgeEnter, BridgeInfoComplete, BridgeLeave,
    BridgeVideoSourceUpdate, DialBegin, DialEnd, DialState, DialStatus,
};

use super::{Stage, Talk, call, clear, is, next, talk, unknown};

pub(super) async fn outcomes(stage: &Stage) {
    for (target, outcome) in [
        ("busy", DialStatus::Busy),
        ("congestion", DialStatus::Congestion),
        ("ring", DialStatus::NoAnswer),
        ("wait", DialStatus::Answer),
    ] {
        let mut events = stage.events();
        call(stage, "Local/wait@sdk/n", "dial", "Dial", &format!("Local/{target}@sdk/n,1")).await;
        let ours = |e: &DialBegin| is(e.channel.unique_id.as_ref(), "dial");
        let begin: DialBegin = next(&mut events, ours).await;
        assert_eq!(begin.dial_string.as_deref(), Some(&*format!("{target}@sdk/n")));
        let dest = begin.dest.unique_id.unwrap();
        if target == "ring" {
            let rings: DialState = next(&mut events, |_| true).await;
            assert_eq!(rings.dial_status, Some(DialStatus::Ringing));
            assert_eq!(rings.dest.unique_id.as_ref(), Some(&dest));
        }
        let ours = |e: &DialEnd| is(e.channel.unique_id.as_ref(), "dial");
        let end: DialEnd = next(&mut events, ours).await;
        assert_eq!(end.dial_status, Some(outcome));
        assert_eq!(end.dest.unique_id, Some(dest));
        assert_eq!(end.forward, None);
        clear(stage).await;
    }

    let mut events = stage.events();
    call(stage, "Local/wait@sdk/n", "dial", "Dial", "Local/ring@sdk/n,20").await;
    next::<DialState>(&mut events, |_| true).await;
    stage.send(Hangup::new("dial")).await.unwrap();
    let ours = |e: &DialEnd| is(e.channel.unique_id.as_ref(), "dial");
    let end: DialEnd = next(&mut events, ours).await;
    assert_eq!(end.dial_status, Some(DialStatus::Cancel));
    clear(stage).await;
}

pub(super) async fn forwarded(stage: &Stage) {
    let (mut events, mut hangups) = (stage.events(), stage.events());
    call(stage, "Local/wait@sdk/n", "dial", "Dial", "PJSIP/forward@loop,20").await;
    let end: DialEnd = next(&mut events, |e: &DialEnd| e.forward.is_some()).await;
    assert_eq!(end.dial_status, Some(DialStatus::Cancel));
    assert!(end.forward.unwrap().starts_with("wait"));
    if stage.server.major() != 16 {
        let hangup = |e: &event::HangupRequest| e.tech_cause.is_some();
        let hangup: event::HangupRequest = next(&mut hangups, hangup).await;
        assert_eq!(hangup.tech_cause.as_deref(), Some("302"));
    }
    clear(stage).await;
}

pub(super) async fn bridged(stage: &Stage) {
    let (mut events, mut ends) = (stage.events(), stage.events());
    let Talk { other, bridge } = talk(stage, "two").await;
    let created: BridgeCreate = next(&mut events, |_| true).await;
    assert_eq!(created.bridge.unique_id.as_ref(), Some(&bridge));
    assert_eq!(created.bridge.bridge_type.as_deref(), Some("basic"));

    let all = stage.send(BridgeList::new()).await.unwrap();
    assert!(all.valid());
    assert_eq!(all.items.len(), 1);
    assert_eq!(all.items[0].bridge.technology.as_deref(), Some("simple_bridge"));
    let simple = stage.send(BridgeList::new().technology("simple_bridge")).await.unwrap();
    assert_eq!(simple.items[0].bridge, all.items[0].bridge);
    // It is not the type that the server compares.
    assert!(stage.send(BridgeList::new().technology("basic")).await.unwrap().items.is_empty());

    let info = stage.send(BridgeInfo::new(bridge.clone())).await.unwrap();
    assert!(info.valid());
    assert!(info.items.iter().any(|item| is(item.channel.unique_id.as_ref(), "two")));
    let end: BridgeInfoComplete = info.complete.unwrap().decode().unwrap();
    assert_eq!(end.bridge.unique_id.as_ref(), Some(&bridge));
    assert_eq!((end.bridge.channels, end.list_items), (Some(2), Some(2)));
    let missing = "Specified BridgeUniqueid not found";
    assert_eq!(stage.refused(BridgeInfo::new("nosuch")).await, missing);

    let map = CoreShowChannelMap::new(other.as_str());
    if stage.server.major() == 16 {
        assert_eq!(stage.refused(map).await, unknown("CoreShowChannelMap"));
    } else {
        let map = stage.send(map).await.unwrap();
        assert!(map.valid());
        assert!(map.items.iter().all(|item| item.channel.as_deref() == Some(&*other)));
        let connected = map.items.iter().filter_map(|item| item.connected_channel.as_deref());
        assert_eq!(connected.count(), 2);
        let gone = stage.refused(CoreShowChannelMap::new("nosuch")).await;
        assert_eq!(gone.trim_end(), "Could not get channel snapshot");
    }

    let elsewhere = BridgeKick::new(other.as_str()).bridge_unique_id("nosuch");
    assert_eq!(stage.refused(elsewhere).await, "Bridge not found");
    let kick = BridgeKick::new(other.as_str()).bridge_unique_id(bridge.clone());
    let kicked = stage.send(kick).await.unwrap();
    assert_eq!(kicked.text().unwrap(), "Channel has been kicked");
    let ours = |e: &BridgeLeave| e.channel.channel.as_deref() == Some(&*other);
    let left: BridgeLeave = next(&mut events, ours).await;
    assert_eq!(left.bridge.unique_id.as_ref(), Some(&bridge));
    let gone: event::BridgeDestroy = next(&mut ends, |_| true).await;
    assert_eq!(gone.bridge.channels, Some(0));
    assert_eq!(stage.refused(BridgeKick::new("nosuch")).await, "Channel does not exist");
    clear(stage).await;

    let Talk { bridge, .. } = talk(stage, "two").await;
    let destroyed = stage.send(BridgeDestroy::new(bridge.clone())).await.unwrap();
    assert_eq!(destroyed.text().unwrap(), "Bridge has been destroyed");
    let ours = |e: &event::BridgeDestroy| e.bridge.unique_id.as_ref() == Some(&bridge);
    next(&mut events, ours).await;
    assert_eq!(stage.refused(BridgeDestroy::new("nosuch")).await, missing);
    clear(stage).await;
}

pub(super) async fn put_together(stage: &Stage) {
    let list = stage.send(BridgeTechnologyList::new()).await.unwrap();
    assert!(list.valid());
    let softmix = |items: &[event::BridgeTechnologyListItem]| {
        items.iter().find(|item| item.technology.as_deref() == Some("softmix")).unwrap().clone()
    };
    let item = softmix(&list.items);
    assert_eq!(item.capability, Some(BridgeCapability::MultiMix));
    assert_eq!((item.priority, item.suspended), (Some(10), Some(false)));
    let suspended = stage.send(BridgeTechnologySuspend::new("softmix")).await.unwrap();
    assert_eq!(suspended.text().unwrap(), "Suspended bridge technology");
    let list = stage.send(BridgeTechnologyList::new()).await.unwrap();
    assert_eq!(softmix(&list.items).suspended, Some(true));
    let back = stage.send(BridgeTechnologyUnsuspend::new("softmix")).await.unwrap();
    assert_eq!(back.text().unwrap(), "Unsuspended bridge technology");
    let missing = "BridgeTechnology not found";
    assert_eq!(stage.refused(BridgeTechnologySuspend::new("nosuch")).await, missing);
    assert_eq!(stage.refused(BridgeTechnologyUnsuspend::new("nosuch")).await, missing);

    let mut events = stage.events();
    call(stage, "Local/wait@sdk/n", "left", "Wait", "60").await;
    call(stage, "Local/wait@sdk/n", "right", "Wait", "60").await;
    let bridge = Bridge::new("left", "right").tone(BridgeTone::Both);
    let bridge = stage.send(bridge).await.unwrap();
    assert_eq!(bridge.text().unwrap(), "Channels have been bridged");
    let both = |e: &BridgeEnter| e.bridge.channels == Some(2);
    let enter: BridgeEnter = next(&mut events, both).await;
    assert_eq!(enter.swap_unique_id, None);
    let missing = Bridge::new("left", "nosuch");
    assert_eq!(stage.refused(missing).await, "Channel2 does not exist: nosuch");
    clear(stage).await;
}

pub(super) async fn video_source(stage: &Stage) {
    let mut events = stage.events();
    for (id, before) in [("one", None), ("two", Some("one"))] {
        let name = call(stage, "Local/wait@sdk/n", id, "ConfBridge", "sdk").await;
        next(&mut events, |e: &BridgeEnter| is(e.channel.unique_id.as_ref(), id)).await;
        let action = Custom::new("ConfbridgeSetSingleVideoSrc");
        stage.send(action.header("Conference", "sdk").header("Channel", &name)).await.unwrap();
        let update: BridgeVideoSourceUpdate = next(&mut events, |_| true).await;
        assert_eq!(update.bridge.name.as_deref(), Some("sdk"));
        assert_eq!(update.bridge.video_source.as_deref(), Some(id));
        assert_eq!(update.previous_video_source.as_ref().map(AsRef::as_ref), before);
    }
    clear(stage).await;
}
