//! A member is added, changed in all ways and removed.

use std::time::Duration;

use asterisk_sdk::ami::action::{
    QueueAdd, QueueMemberRingInUse, QueuePause, QueuePenalty, QueueRemove,
};
use asterisk_sdk::ami::event::{
    QueueMemberAdded, QueueMemberPause, QueueMemberPenalty, QueueMemberRemoved,
    QueueMemberRinginuse, QueueMemberState, QueueMemberStatus, QueueMembership,
};

use super::super::Stage;
use super::{is, next};

pub(super) async fn members(stage: &Stage) {
    let later = stage.server.major() > 16;
    let mut events = stage.events();
    let add = QueueAdd::new("calls", "Local/wait@sdk")
        .penalty(1_u32)
        .paused(true)
        .member_name("Ada")
        .state_interface("Custom:ada")
        .reason("lunch");
    let response = stage.send(add).await.unwrap();
    assert_eq!(response.text().unwrap(), "Added interface to queue");
    let added = next::<QueueMemberAdded>(&mut events, |_| true).await;
    assert_eq!(added.queue.as_deref(), Some("calls"));
    assert_eq!(added.member_name.as_deref(), Some("Ada"));
    assert_eq!(added.interface.as_deref(), Some("Local/wait@sdk"));
    assert_eq!(added.state_interface.as_deref(), Some("Custom:ada"));
    assert_eq!(added.membership, Some(QueueMembership::Dynamic));
    assert_eq!((added.penalty, added.calls_taken), (Some(1), Some(0)));
    assert_eq!((added.last_call, added.last_pause), (None, added.login_time));
    assert!(added.login_time.is_some());
    assert_eq!(added.status, Some(QueueMemberState::Unknown));
    assert_eq!((added.in_call, added.ring_in_use), (Some(false), Some(false)));
    assert_eq!(added.paused, Some(true));
    // Asterisk 16 takes no reason here.
    assert_eq!(added.paused_reason.as_deref(), Some(if later { "lunch" } else { "" }));
    assert_eq!(added.wrap_up_time, Some(Duration::ZERO));

    refusals(stage).await;

    let pause = QueuePause::new("Local/wait@sdk", false).queue("calls").reason("back");
    let response = stage.send(pause).await.unwrap();
    assert_eq!(response.text().unwrap(), "Interface unpaused successfully");
    let unpaused = next::<QueueMemberPause>(&mut events, |_| true).await;
    assert_eq!(unpaused.paused, Some(false));
    let reasons = (unpaused.paused_reason.as_deref(), unpaused.reason.as_deref());
    assert_eq!(reasons, if later { (Some("back"), None) } else { (Some(""), Some("back")) });

    let penalty = QueuePenalty::new("Local/wait@sdk", 3_u32).queue("calls");
    let response = stage.send(penalty).await.unwrap();
    assert_eq!(response.text().unwrap(), "Interface penalty set successfully");
    let changed = next::<QueueMemberPenalty>(&mut events, |_| true).await;
    assert_eq!(changed.penalty, Some(3));

    let ring = QueueMemberRingInUse::new("Local/wait@sdk", true).queue("calls");
    let response = stage.send(ring).await.unwrap();
    assert_eq!(response.text().unwrap(), "Interface ringinuse set successfully");
    let changed = next::<QueueMemberRinginuse>(&mut events, |_| true).await;
    assert_eq!(changed.ring_in_use, Some(true));

    for (word, state) in [
        ("INUSE", QueueMemberState::InUse),
        ("BUSY", QueueMemberState::Busy),
        ("INVALID", QueueMemberState::Invalid),
        ("UNAVAILABLE", QueueMemberState::Unavailable),
        ("RINGING", QueueMemberState::Ringing),
        ("RINGINUSE", QueueMemberState::RingInUse),
        ("ONHOLD", QueueMemberState::OnHold),
        ("NOT_INUSE", QueueMemberState::NotInUse),
    ] {
        device(stage, word);
        let changed =
            next::<QueueMemberStatus>(&mut events, |event| is(event.member_name.as_ref(), "Ada"));
        assert_eq!(changed.await.status, Some(state));
    }

    let response = stage.send(QueueRemove::new("calls", "Local/wait@sdk")).await.unwrap();
    assert_eq!(response.text().unwrap(), "Removed interface from queue");
    let removed = next::<QueueMemberRemoved>(&mut events, |_| true).await;
    assert_eq!(removed.member_name.as_deref(), Some("Ada"));
    assert_eq!(removed.login_time, added.login_time);
}

async fn refusals(stage: &Stage) {
    let again = stage.refused(QueueAdd::new("calls", "Local/wait@sdk")).await;
    assert_eq!(again, "Unable to add interface: Already there");
    let nowhere = stage.refused(QueueAdd::new("nosuch", "Local/wait@sdk")).await;
    assert_eq!(nowhere, "Unable to add interface to queue: No such queue");
    assert_eq!(stage.refused(QueuePause::new("Local/x", true)).await, "Interface not found");
    let refusal = stage.refused(QueuePenalty::new("Local/x", 1_u32).queue("calls")).await;
    assert_eq!(refusal, "Invalid interface, queuename or penalty");
    let refusal = stage.refused(QueueMemberRingInUse::new("Local/x", true)).await;
    assert_eq!(refusal.trim_end(), "Invalid interface, queuename, or ringinuse value");
    let refusal = stage.refused(QueueRemove::new("calls", "Local/x")).await;
    assert_eq!(refusal, "Unable to remove interface: Not there");
    let refusal = stage.refused(QueueRemove::new("support", "Local/wait@sdk")).await;
    assert_eq!(refusal, "Member not dynamic");
}

/// Sets the state of the member's device.
fn device(stage: &Stage, word: &str) {
    let printed = stage.server.cli(&format!("devstate change Custom:ada {word}"));
    assert_eq!(printed.trim(), format!("Changing ada to {word}"));
}
