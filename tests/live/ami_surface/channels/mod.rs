//! Channels and what becomes of calls: dialled, bridged, transferred, listened to, ended.

// What is compiled for tests alone may unwrap.
#[cfg(test)]
mod calls;
#[cfg(test)]
mod dialplan;
#[cfg(test)]
mod lines;
#[cfg(test)]
mod one_channel;
#[cfg(test)]
mod transfers;

use std::time::Duration;

use asterisk_sdk::ami::action::{CoreShowChannels, HangupMatching, Originate};
use asterisk_sdk::ami::event::{BridgeEnter, OriginateResult};
use asterisk_sdk::ami::{AmiEvent, Event, EventStream};
use asterisk_sdk::proto::{BridgeId, ChannelId};

use super::Stage;
use crate::calls::wait_for;

/// The actions of these families.
pub(super) const ACTIONS: &[&str] = &[
    "AbsoluteTimeout",
    "Atxfer",
    "BlindTransfer",
    "Bridge",
    "BridgeDestroy",
    "BridgeInfo",
    "BridgeKick",
    "BridgeList",
    "BridgeTechnologyList",
    "BridgeTechnologySuspend",
    "BridgeTechnologyUnsuspend",
    "CancelAtxfer",
    "ControlPlayback",
    "CoreShowChannelMap",
    "CoreShowChannels",
    "DialplanExtensionAdd",
    "DialplanExtensionRemove",
    "Getvar",
    "Hangup",
    "JabberSend",
    "LocalOptimizeAway",
    "MessageSend",
    "MuteAudio",
    "Originate",
    "PlayDTMF",
    "PlayMF",
    "Redirect",
    "SendFlash",
    "SendText",
    "Setvar",
    "ShowDialPlan",
    "Status",
];

#[tokio::test]
async fn everything_is_typed() {
    let Some(stage) = Stage::open("channels").await else { return };
    one_channel::variables(&stage).await;
    one_channel::states(&stage).await;
    one_channel::media(&stage).await;
    one_channel::handlers_and_names(&stage).await;
    calls::outcomes(&stage).await;
    calls::forwarded(&stage).await;
    calls::bridged(&stage).await;
    calls::put_together(&stage).await;
    calls::video_source(&stage).await;
    transfers::blind(&stage).await;
    transfers::attended(&stage).await;
    transfers::redirected(&stage).await;
    transfers::picked_up(&stage).await;
    lines::spied_on(&stage).await;
    lines::on_hold(&stage).await;
    lines::talking(&stage).await;
    lines::optimized_away(&stage).await;
    dialplan::listed_and_changed(&stage).await;
    dialplan::messages(&stage).await;
    stage.finish(ACTIONS).await;
}

/// What a server says of an action that it does not have.
fn unknown(action: &str) -> String {
    format!(
        "Invalid/unknown command: {action}. Use Action: ListCommands to show available commands."
    )
}

/// The next event of a type that passes.
async fn next<E: AmiEvent>(
    events: &mut EventStream<Event>,
    mut passes: impl FnMut(&E) -> bool,
) -> E {
    let event = wait_for(events, |event| event.decode::<E>().is_some_and(|e| passes(&e))).await;
    event.decode().expect("its type was looked at")
}

/// Whether it is the channel with this id.
fn is(channel: Option<&ChannelId>, id: &str) -> bool {
    channel.is_some_and(|channel| channel.as_str() == id)
}

/// Calls a channel, whose unique id is `id`, and gives it to an application once it has answered. Of
/// a Local channel the second half is `id` with `-2` behind. The channel's name.
async fn call(stage: &Stage, channel: &str, id: &str, application: &str, data: &str) -> String {
    originate(stage, id, Originate::to(channel).application_with(application, data)).await
}

async fn originate(stage: &Stage, id: &str, call: Originate) -> String {
    let call = call.channel_id(id).other_channel_id(format!("{id}-2"));
    let outcome = stage.manager.originate(call).await.expect("it is tried");
    assert_eq!(outcome.response, Some(OriginateResult::Success), "{outcome:?}");
    outcome.channel.expect("it has a name").as_str().to_owned()
}

/// A call of two: channel `id` has dialled, and the other one is told, with the bridge that holds both.
async fn talk(stage: &Stage, id: &str) -> Talk {
    let mut events = stage.events();
    originate(stage, id, Originate::to("Local/wait@sdk/n").exten("sdk", "pair", 1)).await;
    let mut other = None;
    let enter = loop {
        let enter: BridgeEnter = next(&mut events, |_| true).await;
        if !is(enter.channel.unique_id.as_ref(), id) {
            other.clone_from(&enter.channel.channel);
        }
        if enter.bridge.channels == Some(2) {
            break enter;
        }
    };
    let other = other.expect("another came").as_str().to_owned();
    Talk { other, bridge: enter.bridge.unique_id.expect("it has an id") }
}

struct Talk {
    other: String,
    bridge: BridgeId,
}

/// Hangs up whatever is left of a scene, so that the next one begins with nothing.
async fn clear(stage: &Stage) {
    let mut left = Vec::new();
    for _ in 0..100 {
        let mut events = stage.events();
        // A transfer or a forward may have made further ones meanwhile.
        stage.send(HangupMatching::new("^(Local|PJSIP)/")).await.expect("it is accepted");
        left = stage.send(CoreShowChannels::new()).await.expect("a list").items;
        if left.is_empty() {
            return;
        }
        // One goes, or it was deaf and is told again.
        let gone = wait_for(&mut events, |event| event.name() == "Hangup");
        let _ = tokio::time::timeout(Duration::from_millis(200), gone).await;
    }
    assert!(left.is_empty(), "these stay: {left:?}");
}
