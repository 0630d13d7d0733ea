//! What is heard on a channel, and Local channels that are not needed any more.

use std::time::Duration;

use asterisk_sdk::ami::action::{Hangup, LocalOptimizeAway, Setvar};
use asterisk_sdk::ami::event::{
    self, BridgeEnter, ChanSpyStart, ChanSpyStop, ChannelTalkingStart, ChannelTalkingStop,
    LocalOptimizationBegin, LocalOptimizationEnd, MusicOnHoldStart, MusicOnHoldStop,
};

use super::{Stage, call, clear, is, next};

pub(super) async fn spied_on(stage: &Stage) {
    let mut events = stage.events();
    let heard = call(stage, "Local/play@sdk/n", "heard", "Wait", "60").await;
    call(stage, "Local/wait@sdk/n", "spy", "ChanSpy", &format!("{heard},q")).await;
    let start: ChanSpyStart = next(&mut events, |_| true).await;
    assert!(is(start.spyer.unique_id.as_ref(), "spy"));
    assert!(is(start.spyee.unique_id.as_ref(), "heard"));
    stage.send(Hangup::new("spy")).await.unwrap();
    let stop: ChanSpyStop = next(&mut events, |_| true).await;
    assert!(is(stop.spyer.unique_id.as_ref(), "spy"));
    assert!(is(stop.spyee.unique_id.as_ref(), "heard"));
    clear(stage).await;
}

pub(super) async fn on_hold(stage: &Stage) {
    let mut events = stage.events();
    call(stage, "Local/wait@sdk/n", "music", "MusicOnHold", "default,1").await;
    let start: MusicOnHoldStart = next(&mut events, |_| true).await;
    assert!(is(start.channel.unique_id.as_ref(), "music"));
    assert_eq!(start.class.as_deref(), Some("default"));
    let stop: MusicOnHoldStop = next(&mut events, |_| true).await;
    assert!(is(stop.channel.unique_id.as_ref(), "music"));
    clear(stage).await;
}

pub(super) async fn talking(stage: &Stage) {
    let mut events = stage.events();
    call(stage, "Local/play@sdk/n", "talks", "Wait", "60").await;
    let detect = Setvar::new("TALK_DETECT(set)", "100,100").channel("talks");
    stage.send(detect).await.unwrap();
    let start: ChannelTalkingStart = next(&mut events, |_| true).await;
    assert!(is(start.channel.unique_id.as_ref(), "talks"));
    let stop: ChannelTalkingStop = next(&mut events, |_| true).await;
    assert!(is(stop.channel.unique_id.as_ref(), "talks"));
    let spoke = stop.duration.unwrap();
    assert!((Duration::from_millis(100)..Duration::from_secs(20)).contains(&spoke), "{spoke:?}");
    clear(stage).await;
}

pub(super) async fn optimized_away(stage: &Stage) {
    let mut events = stage.events();
    call(stage, "Local/wait@sdk/n", "calls", "Dial", "Local/relay@sdk/n,20").await;
    // Four of them: two calls, with the halves of the Local channel between.
    let mut relay = None;
    for _ in 0..4 {
        let enter: BridgeEnter = next(&mut events, |_| true).await;
        relay = relay.or(enter.channel.channel.filter(|name| name.starts_with("Local/relay@")));
    }
    let relay = relay.unwrap();
    let marked = stage.send(LocalOptimizeAway::new(relay.as_str())).await.unwrap();
    assert_eq!(marked.text().unwrap(), "Queued channel to be optimized away");
    let begin: LocalOptimizationBegin = next(&mut events, |_| true).await;
    assert_ne!(begin.source.channel, None);
    let halves = [&begin.local_one, &begin.local_two];
    assert!(halves.iter().any(|half| half.channel.as_ref() == Some(&relay)));
    assert!(halves.iter().any(|half| half.unique_id == begin.dest_unique_id));
    let end: LocalOptimizationEnd = next(&mut events, |_| true).await;
    assert_eq!(end.id, begin.id);
    assert_eq!(end.local_one.unique_id, begin.local_one.unique_id);
    // It has happened, whatever the server says of its success.
    assert!(end.success.is_some());
    next(&mut events, |e: &event::Hangup| e.channel.channel.as_ref() == Some(&relay)).await;
    let missing = stage.refused(LocalOptimizeAway::new("nosuch")).await;
    assert_eq!(missing, "Channel does not exist.");
    clear(stage).await;
}
