//! Calls that are handed on.

use asterisk_sdk::ami::action::{Atxfer, BlindTransfer, CancelAtxfer, Hangup, Redirect};
use asterisk_sdk::ami::event::{
    self, AttendedTransfer, AttendedTransferType, BridgeEnter, DialState, Hold, MusicOnHoldStart,
    MusicOnHoldStop, Newexten, Pickup, TransferResult, Unhold,
};

use super::{Stage, Talk, call, clear, is, next, talk};

pub(super) async fn blind(stage: &Stage) {
    // The channel may have arrived before the transfer is told.
    let (mut events, mut steps) = (stage.events(), stage.events());
    let Talk { other, bridge } = talk(stage, "from").await;
    let done = stage.send(BlindTransfer::new("from", "echo").context("sdk")).await.unwrap();
    assert_eq!(done.text().unwrap(), "Transfer succeeded");
    let transfer: event::BlindTransfer = next(&mut events, |_| true).await;
    assert_eq!(transfer.result, Some(TransferResult::Success));
    assert!(is(transfer.transferer.unique_id.as_ref(), "from"));
    assert_eq!(transfer.transferee.channel.as_deref(), Some(&*other));
    assert_eq!(transfer.bridge.unique_id.as_ref(), Some(&bridge));
    assert_eq!(transfer.external, Some(true));
    assert_eq!(transfer.context.as_deref(), Some("sdk"));
    assert_eq!(transfer.extension.as_deref(), Some("echo"));
    let there = |e: &Newexten| e.application.as_deref() == Some("Echo");
    let there: Newexten = next(&mut steps, there).await;
    assert_eq!(there.channel.channel.as_deref(), Some(&*other));
    let missing = stage.refused(BlindTransfer::new("nosuch", "echo")).await;
    assert_eq!(missing, "Channel specified does not exist");
    assert_eq!(stage.refused(BlindTransfer::new("from", "")).await, "No extension specified");
    clear(stage).await;
}

/// Talks, and has dialled `exten` to hand the call on; the channel that was dialled.
async fn consult(stage: &Stage, id: &str, exten: &str) -> (Talk, String) {
    let (mut events, mut holds, mut music) = (stage.events(), stage.events(), stage.events());
    let talk = talk(stage, id).await;
    let queued = stage.send(Atxfer::new(id, exten).context("sdk")).await.unwrap();
    assert_eq!(queued.text().unwrap(), "Atxfer successfully queued");
    let hold: Hold = next(&mut holds, |_| true).await;
    assert!(is(hold.channel.unique_id.as_ref(), id));
    assert_eq!(hold.music_class, None);
    let music: MusicOnHoldStart = next(&mut music, |_| true).await;
    assert_eq!(music.channel.channel.as_deref(), Some(&*talk.other));
    assert_eq!(music.class.as_deref(), Some("default"));
    let enter = |e: &BridgeEnter| {
        is(e.channel.unique_id.as_ref(), id) && e.bridge.unique_id.as_ref() != Some(&talk.bridge)
    };
    let enter: BridgeEnter = next(&mut events, enter).await;
    (talk, enter.bridge.unique_id.unwrap().as_str().to_owned())
}

pub(super) async fn attended(stage: &Stage) {
    let (first, _) = consult(stage, "back", "200").await;
    let (mut events, mut holds, mut music) = (stage.events(), stage.events(), stage.events());
    let queued = stage.send(CancelAtxfer::new("back")).await.unwrap();
    assert_eq!(queued.text().unwrap(), "CancelAtxfer successfully queued");
    let back = |e: &BridgeEnter| is(e.channel.unique_id.as_ref(), "back");
    let back: BridgeEnter = next(&mut events, back).await;
    assert_eq!(back.bridge.unique_id.as_ref(), Some(&first.bridge));
    next(&mut holds, |e: &Unhold| is(e.channel.unique_id.as_ref(), "back")).await;
    let quiet: MusicOnHoldStop = next(&mut music, |_| true).await;
    assert_eq!(quiet.channel.channel.as_deref(), Some(&*first.other));
    clear(stage).await;

    // One who has answered, and one who rings yet.
    for exten in ["200", "201"] {
        let (first, second) = consult(stage, "from", exten).await;
        let mut events = stage.events();
        stage.send(Hangup::new("from")).await.unwrap();
        let transfer: AttendedTransfer = next(&mut events, |_| true).await;
        assert_eq!(transfer.result, Some(TransferResult::Success));
        assert!(is(transfer.orig_transferer.unique_id.as_ref(), "from"));
        assert!(is(transfer.second_transferer.unique_id.as_ref(), "from"));
        assert_eq!(transfer.orig_bridge.unique_id.as_ref(), Some(&first.bridge));
        assert_eq!(transfer.second_bridge.unique_id.unwrap().as_str(), second);
        assert_eq!(transfer.transferee.channel.as_deref(), Some(&*first.other));
        assert_eq!(transfer.dest_type, Some(AttendedTransferType::Bridge));
        assert_eq!(transfer.dest_bridge_id.as_ref(), Some(&first.bridge));
        assert_eq!(transfer.external, Some(false));
        // Who waits for an answer goes first, or the server calls the transferer back.
        stage.send(Hangup::new(first.other.as_str())).await.unwrap();
        let gone = |e: &event::Hangup| e.channel.channel.as_deref() == Some(&*first.other);
        next(&mut events, gone).await;
        clear(stage).await;
    }
    let missing = "Channel specified does not exist";
    assert_eq!(stage.refused(Atxfer::new("nosuch", "200")).await, missing);
    assert_eq!(stage.refused(CancelAtxfer::new("nosuch")).await, missing);
}

pub(super) async fn redirected(stage: &Stage) {
    let Talk { other, .. } = talk(stage, "both").await;
    let mut events = stage.events();
    let redirect = Redirect::new("both", "echo", "sdk", "1")
        .extra_channel(other.as_str())
        .extra_exten("wait")
        .extra_context("sdk")
        .extra_priority("1");
    let done = stage.send(redirect).await.unwrap();
    assert_eq!(done.text().unwrap(), "Dual Redirect successful");
    let mut seen = (false, false);
    while seen != (true, true) {
        let step: Newexten = next(&mut events, |_| true).await;
        let runs = step.application.as_deref();
        seen.0 |= is(step.channel.unique_id.as_ref(), "both") && runs == Some("Echo");
        seen.1 |= step.channel.channel.as_deref() == Some(&*other) && runs == Some("Wait");
    }
    let one = stage.send(Redirect::new("both", "wait", "sdk", "1")).await.unwrap();
    assert_eq!(one.text().unwrap(), "Redirect successful");
    let missing = Redirect::new("nosuch", "wait", "sdk", "1");
    assert_eq!(stage.refused(missing).await, "Channel does not exist: nosuch");
    let label = Redirect::new("both", "wait", "sdk", "nolabel");
    assert_eq!(stage.refused(label).await, "Priority is invalid");
    clear(stage).await;
}

pub(super) async fn picked_up(stage: &Stage) {
    let mut events = stage.events();
    call(stage, "Local/wait@sdk/n", "calls", "Dial", "Local/ring@sdk/n,20").await;
    let rings: DialState = next(&mut events, |_| true).await;
    let rings = rings.dest.channel.unwrap();
    call(stage, "Local/wait@sdk/n", "takes", "PickupChan", &rings).await;
    let pickup: Pickup = next(&mut events, |_| true).await;
    assert!(is(pickup.channel.unique_id.as_ref(), "takes"));
    assert_eq!(pickup.target.channel, Some(rings));
    clear(stage).await;
}
