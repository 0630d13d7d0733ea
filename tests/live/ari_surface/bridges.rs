//! Bridges: made, filled, heard, seen, named, gone.

use asterisk_sdk::ari::event::{
    BridgeCreated, BridgeDestroyed, BridgeVideoSourceChanged, ChannelEnteredBridge,
    ChannelLeftBridge, PlaybackFinished, RecordingFailed, RecordingFinished, RecordingStarted,
};
use asterisk_sdk::ari::model::{BridgeTechnology, BridgeType, RecordingState, VideoMode};
use asterisk_sdk::ari::rest::VariableValue;
use http::Method;

use super::recordings::steer;
use super::{Stage, missing, next, refuses};

/// The operations of this family.
pub(super) const OPERATIONS: &[&str] = &[
    "DELETE /bridges/{bridgeId}",
    "DELETE /bridges/{bridgeId}/moh",
    "DELETE /bridges/{bridgeId}/videoSource",
    "GET /bridges",
    "GET /bridges/{bridgeId}",
    "GET /bridges/{bridgeId}/variable",
    "GET /bridges/{bridgeId}/variables",
    "POST /bridges",
    "POST /bridges/{bridgeId}",
    "POST /bridges/{bridgeId}/addChannel",
    "POST /bridges/{bridgeId}/moh",
    "POST /bridges/{bridgeId}/play",
    "POST /bridges/{bridgeId}/play/{playbackId}",
    "POST /bridges/{bridgeId}/record",
    "POST /bridges/{bridgeId}/removeChannel",
    "POST /bridges/{bridgeId}/variable",
    "POST /bridges/{bridgeId}/variables",
    "POST /bridges/{bridgeId}/videoSource/{channelId}",
];

/// The events of this family.
pub(super) const EVENTS: &[&str] = &[
    "BridgeCreated",
    "BridgeDestroyed",
    "BridgeVideoSourceChanged",
    "ChannelEnteredBridge",
    "ChannelLeftBridge",
    "RecordingFailed",
];

#[tokio::test]
async fn everything_is_typed() {
    let Some(stage) = Stage::open("bridges").await else { return };
    made(&stage).await;
    filled(&stage).await;
    heard(&stage).await;
    seen(&stage).await;
    variables(&stage).await;
    stage.finish(&[OPERATIONS], &[EVENTS]).await;
}

async fn made(stage: &Stage) {
    let bridges = stage.ari.bridges();
    assert_eq!(bridges.list().await.unwrap(), []);
    let mut events = stage.events();
    let create = || bridges.create().id("a/b;1").name("first one");
    let bridge = create().bridge_type("mixing,dtmf_events").await.unwrap();
    let created: BridgeCreated = next(&mut events, |_| true).await;
    assert_eq!((created.bridge.id.as_str(), &*created.bridge.name), ("a/b;1", "first one"));
    let read = bridge.get().await.unwrap();
    assert_eq!(read.technology, BridgeTechnology::Simple);
    assert_eq!((&read.bridge_type, &*read.bridge_class), (&BridgeType::Mixing, "stasis"));
    assert_eq!((&*read.creator, &read.video_mode), ("Stasis", &Some(VideoMode::Talker)));
    assert!(read.creation_time.unix_millis().is_some());
    // By another path, which the builder has no need of.
    let other = stage.ari.request(Method::POST, "/bridges");
    other.query("type", "holding").query("bridgeId", "other").await.unwrap();
    let other = stage.ari.bridge("other");
    assert_eq!(other.get().await.unwrap().technology, BridgeTechnology::Holding);
    let mut ids: Vec<_> = bridges.list().await.unwrap().into_iter().map(|b| b.id).collect();
    ids.sort();
    assert_eq!(ids, ["a/b;1", "other"]);
    for (kind, mode) in [("video_sfu", VideoMode::Sfu), ("mixing,video_single", VideoMode::Single)]
    {
        let bridge = bridges.create().bridge_type(kind).await.unwrap();
        assert_eq!(bridge.get().await.unwrap().video_mode, Some(mode));
        bridge.destroy().await.unwrap();
    }
    let strange = bridges.create().id("strange").bridge_type("nosuch");
    if stage.is_new() {
        refuses!(create(), 409, "Bridge with id 'a/b;1' already exists");
    }
    refuses!(strange, 500, "Unable to create bridge");
    refuses!(stage.ari.bridge("nosuch").get(), 404, "Bridge not found");
    for bridge in [bridge, other] {
        bridge.destroy().await.unwrap();
        let gone: BridgeDestroyed =
            next(&mut events, |e: &BridgeDestroyed| e.bridge.id == *bridge.id()).await;
        assert!(gone.bridge.channels.is_empty(), "{gone:?}");
    }
    refuses!(stage.ari.bridge("nosuch").destroy(), 404, "Bridge not found");
}

async fn filled(stage: &Stage) {
    let bridges = stage.ari.bridges();
    let (one, two) =
        (bridges.create().id("one").await.unwrap(), bridges.create().id("two").await.unwrap());
    let first = stage.enter("Local/wait@sdk", "first").await;
    stage.enter("Local/wait@sdk", "second").await;
    let mut events = stage.events();
    one.add_channel("first").channels(["second"]).await.unwrap();
    for present in 1..=2 {
        let entered: ChannelEnteredBridge = next(&mut events, |_| true).await;
        assert_eq!((entered.bridge.id.as_str(), entered.bridge.channels.len()), ("one", present));
    }
    refuses!(one.add_channel("nobody"), 400, "Channel not found");
    refuses!(stage.ari.bridge("nosuch").add_channel("first"), 404, "Bridge not found");
    refuses!(two.remove_channel("first"), 422, "Channel not in this bridge");
    refuses!(one.remove_channel("nobody"), 400, "Channel not found");
    // A channel moves from one to the other.
    let add = two.add_channel("first").role("participant").absorb_dtmf(true).mute(true);
    add.inhibit_connected_line_updates(true).await.unwrap();
    let left: ChannelLeftBridge = next(&mut events, |_| true).await;
    assert_eq!((left.bridge.id.as_str(), left.channel.id.as_str()), ("one", "first"));
    let entered: ChannelEnteredBridge = next(&mut events, |_| true).await;
    assert_eq!(
        (entered.bridge.id.as_str(), entered.channel.unwrap().id),
        ("two", first.id().clone())
    );
    two.remove_channel("first").await.unwrap();
    let left: ChannelLeftBridge = next(&mut events, |_| true).await;
    assert_eq!((left.bridge.id.as_str(), left.bridge.channels.len()), ("two", 0));
    for bridge in [one, two] {
        bridge.destroy().await.unwrap();
    }
    stage.clear().await;
}

async fn heard(stage: &Stage) {
    let bridge = stage.ari.bridges().create().id("heard").await.unwrap();
    let nosuch = stage.ari.bridge("nosuch");
    let channel = stage.enter("Local/wait@sdk", "hears").await;
    bridge.add_channel("hears").await.unwrap();
    bridge.start_moh().class("default").await.unwrap();
    bridge.stop_moh().await.unwrap();
    refuses!(bridge.stop_moh(), 409, "Bridge isn't playing music");
    refuses!(nosuch.start_moh(), 404, "Bridge not found");

    let mut events = stage.events();
    let play = bridge.play("sound:beep").lang("en").skip_ms(1000).offset_ms(0).id("played");
    play.await.unwrap();
    let done: PlaybackFinished = next(&mut events, |_| true).await;
    assert_eq!((done.playback.id.as_str(), &*done.playback.target_uri), ("played", "bridge:heard"));
    // By its path, which the builder has no need of.
    let path = stage.ari.request(Method::POST, "/bridges/heard/play/second");
    path.query("media", "sound:beep").await.unwrap();
    // The first one's end may be told twice, for the bridge and for who plays it.
    next(&mut events, |done: &PlaybackFinished| done.playback.id == "second").await;
    refuses!(nosuch.play("sound:beep"), 404, "Bridge not found");

    let record = bridge.record("bridge-1", "wav").max_duration_seconds(30);
    let recording = record.await.unwrap();
    let started: RecordingStarted = next(&mut events, |_| true).await;
    assert_eq!(started.recording.target_uri, "bridge:heard");
    let taken = "Recording 'bridge-1' already exists and can not be overwritten";
    refuses!(bridge.record("bridge-1", "wav"), 409, taken);
    refuses!(bridge.record("", "wav"), 500, "Error parsing request");
    refuses!(bridge.record("x", "nosuch"), 422, "specified format is unknown on this system");
    refuses!(nosuch.record("x", "wav"), 404, "Bridge not found");
    // As in `recordings`: what steers it may be refused at first, what ends it is not told twice.
    steer(|| recording.mute()).await;
    recording.stop().await.unwrap();
    let finished: RecordingFinished = next(&mut events, |_| true).await;
    assert_eq!(finished.recording.state, RecordingState::Done);
    // A channel in a bridge cannot be recorded on its own.
    let lost = channel.record("lost", "wav").await;
    let failed: RecordingFailed = next(&mut events, |_| true).await;
    assert_eq!(
        (&*failed.recording.name, &failed.recording.state),
        ("lost", &RecordingState::Failed)
    );
    drop(lost);
    bridge.destroy().await.unwrap();
    stage.clear().await;
}

async fn seen(stage: &Stage) {
    let bridge = stage.ari.bridges().create().id("seen").await.unwrap();
    stage.enter("Local/wait@sdk", "first").await;
    stage.enter("Local/wait@sdk", "second").await;
    bridge.add_channel("first").channels(["second"]).await.unwrap();
    let mut events = stage.events();
    let mut before = None;
    for channel in ["first", "second"] {
        bridge.set_video_source(channel).await.unwrap();
        let changed: BridgeVideoSourceChanged = next(&mut events, |_| true).await;
        assert_eq!(changed.bridge.video_source_id, Some(channel.into()));
        assert_eq!(changed.old_video_source_id, before);
        before = Some(channel.into());
    }
    bridge.clear_video_source().await.unwrap();
    refuses!(bridge.set_video_source("nobody"), 400, "Channel not found");
    let other = stage.ari.bridges().create().id("other").await.unwrap();
    refuses!(other.set_video_source("first"), 422, "Channel not in this bridge");
    let nosuch = stage.ari.bridge("nosuch");
    refuses!(nosuch.set_video_source("first"), 404, "Bridge not found");
    refuses!(nosuch.clear_video_source(), 404, "Bridge not found");
    bridge.destroy().await.unwrap();
    other.destroy().await.unwrap();
    stage.clear().await;
}

async fn variables(stage: &Stage) {
    let create = stage.ari.bridges().create().id("kept").name("kept");
    let several = create.variable("ONE", "1").variable("TWO", VariableValue::reported("2"));
    let bridge = several.await.unwrap();
    let three = bridge.set_variable("THREE", "3").report_events(true);
    let four = bridge.set_variables().variable("FOUR", "4, \"x\"");
    if !stage.is_new() {
        missing!(bridge.variable("ONE"));
        missing!(three);
        missing!(bridge.variables(["ONE"]));
        missing!(four);
        bridge.destroy().await.unwrap();
        return;
    }
    assert_eq!(bridge.variable("ONE").await.unwrap().value, "1");
    three.await.unwrap();
    four.await.unwrap();
    let read = bridge.variables(["TWO", "FOUR"]).await.unwrap().variables;
    assert_eq!((&*read["TWO"], &*read["FOUR"]), ("2", "4, \"x\""));
    let kept = bridge.get().await.unwrap().bridge_vars;
    assert_eq!((&*kept["TWO"], &*kept["THREE"], kept.len()), ("2", "3", 2));
    refuses!(bridge.variable("name"), 404, "Provided variable was not found");
    refuses!(bridge.variables(["ONE", "NOSUCH"]), 404, "Provided variable was not found");
    refuses!(bridge.set_variable("", "x"), 400, "Variable name is required");
    refuses!(bridge.set_variables(), 400, "The 'variables' field is required");
    bridge.destroy().await.unwrap();
}
