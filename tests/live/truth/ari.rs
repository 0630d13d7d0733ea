//! A call in the hands of an application: what its events say.

use asterisk_sdk::ami::action::Setvar;
use asterisk_sdk::ari::event::{ChannelDestroyed, StasisEnd, StasisStart};
use asterisk_sdk::ari::{Client, Event, EventStream};
use asterisk_sdk_testkit::Endpoint;
use harness::soon;
use serde_json::Value;

use super::scene::{Side, object, same};

const APP: &str = "truth";

/// Everything that an application is told, until one passes.
pub(super) async fn until(
    events: &mut EventStream<Event>,
    lines: &mut Vec<String>,
    ids: &[(&str, &str)],
    mut last: impl FnMut(&Event) -> bool,
) -> Event {
    loop {
        let event =
            soon(events.next()).await.expect("the connection holds").expect("none is missed");
        let value: Value = serde_json::from_str(event.json()).expect("it is JSON");
        let variable = value["variable"].as_str().unwrap_or_default();
        if !["RTPAUDIOQOS", "BRIDGEP"].iter().any(|known| variable.starts_with(known)) {
            lines.push(object(&value, ids).to_string());
        }
        if last(&event) {
            return event;
        }
    }
}

/// Plays, records, calls somebody, joins both, and parts them.
async fn application(client: &Client, id: &str, lines: &mut Vec<String>) {
    let ids = [(id, "ID")];
    let mut events = client.events().all();
    let channel = client.channel(id);
    channel.answer().await.expect("it is answered");
    until(&mut events, lines, &ids, |event| event.name() == "ChannelStateChange").await;
    channel.set_variable("TRUTH", "1").await.expect("it is set");
    until(&mut events, lines, &ids, |event| event.name() == "ChannelVarset").await;
    channel.play("sound:beep").id("one").await.expect("it plays");
    until(&mut events, lines, &ids, |event| event.name() == "PlaybackFinished").await;
    let recording = channel.record("truth", "wav").await.expect("it records");
    until(&mut events, lines, &ids, |event| event.name() == "RecordingStarted").await;
    recording.stop().await.expect("it stops");
    until(&mut events, lines, &ids, |event| event.name() == "RecordingFinished").await;
    recording.stored().delete().await.expect("it was kept");

    let bridge = client.bridges().create().id("joined").name("both").await.expect("a bridge");
    bridge.add_channel(id).await.expect("it enters");
    until(&mut events, lines, &ids, |event| event.name() == "ChannelEnteredBridge").await;
    let other = client.channels().originate("PJSIP/wait@loop").app(APP).app_args("other");
    let other = other.id("other").caller_id("Bob <200>").await.expect("it is called");
    until(&mut events, lines, &ids, Event::is::<StasisStart>).await;
    bridge.add_channel("other").await.expect("it enters");
    let mut met = 0;
    until(&mut events, lines, &ids, |event| {
        met += usize::from(event.name() == "ChannelConnectedLine");
        met == 2
    })
    .await;
    // Which of both learns first whom it talks to is a matter of chance.
    let first = lines.len() - 2;
    lines[first..].sort();
    other.hangup().await.expect("it is there");
    until(&mut events, lines, &ids, Event::is::<ChannelDestroyed>).await;
    bridge.destroy().await.expect("it is there");
    until(&mut events, lines, &ids, |event| event.name() == "BridgeDestroyed").await;
    channel.hangup().await.expect("it is there");
    until(&mut events, lines, &ids, Event::is::<StasisEnd>).await;
}

#[tokio::test]
async fn a_call_in_an_application() {
    let Some(sides) = Side::both().await else { return };
    let mut transcripts = Vec::new();
    for side in &sides {
        side.phone(Endpoint::answers);
        let manager = side.manager().await;
        for (name, value) in [("STASIS_APP", APP), ("STASIS_ARG1", "one"), ("STASIS_ARG2", "")] {
            manager.send(Setvar::new(name, value)).await.expect("it is set");
        }
        let client = side.client(APP).await;
        let mut events = client.events().all();
        // On the real server the order waits for an answer, and so for the application.
        let calling = side.call_in(&manager, "stasis");
        let mut lines = Vec::new();
        let application = async {
            let start = soon(events.next()).await.expect("it holds").expect("none is missed");
            let start_event = start.decode::<StasisStart>().expect("it is the first");
            let id = start_event.channel.id.to_string();
            let value: Value = serde_json::from_str(start.json()).expect("it is JSON");
            lines.push(object(&value, &[(&id, "ID")]).to_string());
            application(&client, &id, &mut lines).await;
        };
        tokio::join!(calling, application);
        println!("{}: {lines:#?}", side.name());
        transcripts.push(lines);
        client.close().await;
    }
    same("application", &transcripts[0], &transcripts[1]);
}

#[tokio::test]
async fn calls_of_an_application_that_fail() {
    let Some(sides) = Side::both().await else { return };
    let mut transcripts = Vec::new();
    for side in &sides {
        side.phone(Endpoint::busy);
        let client = side.client(APP).await;
        let mut events = client.events().all();
        let order = client.channels().originate("PJSIP/busy@loop").app(APP).id("busy");
        order.await.expect("it is called");
        let mut lines = Vec::new();
        until(&mut events, &mut lines, &[], Event::is::<ChannelDestroyed>).await;
        println!("{}: {lines:#?}", side.name());
        transcripts.push(lines);
        client.close().await;
    }
    same("busy", &transcripts[0], &transcripts[1]);
}
