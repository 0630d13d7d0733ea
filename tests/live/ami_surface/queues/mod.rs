//! Queues and their members, agents, parking, conferences, voicemail.

// By this, Clippy knows the functions that a test consists of.
#![cfg(test)]

mod agent;
mod confbridge;
mod meetme;
mod parking;
mod queue;
mod queue_member;
mod voicemail;

use asterisk_sdk::ami::action::{Hangup, Originate};
use asterisk_sdk::ami::{AmiEvent, Event, EventStream};
use harness::surface::complaints;

use super::Stage;
use crate::calls::wait_for;

/// The actions of these families.
pub(super) const ACTIONS: &[&str] = &[
    "AgentLogoff",
    "Agents",
    "ConfbridgeKick",
    "ConfbridgeList",
    "ConfbridgeListRooms",
    "ConfbridgeLock",
    "ConfbridgeMoHOff",
    "ConfbridgeMoHOn",
    "ConfbridgeMute",
    "ConfbridgePlayFile",
    "ConfbridgeSetSingleVideoSrc",
    "ConfbridgeStartRecord",
    "ConfbridgeStopRecord",
    "ConfbridgeUnlock",
    "ConfbridgeUnmute",
    "MailboxCount",
    "MailboxStatus",
    "MeetmeList",
    "MeetmeListRooms",
    "MeetmeMute",
    "MeetmeUnmute",
    "MWIDelete",
    "MWIGet",
    "MWIUpdate",
    "Park",
    "ParkedCalls",
    "Parkinglots",
    "QueueAdd",
    "QueueChangePriorityCaller",
    "QueueLog",
    "QueueMemberRingInUse",
    "QueuePause",
    "QueuePenalty",
    "QueueReload",
    "QueueRemove",
    "QueueReset",
    "QueueRule",
    "QueueStatus",
    "QueueSummary",
    "QueueWithdrawCaller",
    "VoicemailBoxSummary",
    "VoicemailForward",
    "VoicemailMove",
    "VoicemailRefresh",
    "VoicemailRemove",
    "VoicemailUsersList",
    "VoicemailUserStatus",
];

#[tokio::test]
async fn everything_is_typed() {
    let Some(stage) = Stage::open("queues").await else { return };
    // Those that wait long for the server stand side by side; none touches what another does.
    tokio::join!(
        async {
            queue_member::members(&stage).await;
            queue::rules_and_figures(&stage).await;
            queue::calls(&stage).await;
            queue::waiting_callers(&stage).await;
        },
        async {
            agent::agents(&stage).await;
            parking::parking(&stage).await;
            confbridge::conferences(&stage).await;
            meetme::not_there(&stage).await;
        },
        async {
            voicemail::mailboxes(&stage).await;
            voicemail::a_message(&stage).await;
            voicemail::a_password(&stage).await;
            voicemail::elsewhere(&stage).await;
        },
    );
    stage.finish(ACTIONS).await;
}

/// What the server answers when it lacks the module of an action.
fn unknown(action: &str) -> String {
    format!(
        "Invalid/unknown command: {action}. Use Action: ListCommands to show available commands."
    )
}

/// Makes a call and gives it to an application; the name of its channel.
async fn call(stage: &Stage, channel: &str, application: &str, data: &str) -> String {
    originate(stage, Originate::to(channel).application_with(application, data)).await
}

/// Makes a call; the name of its channel.
async fn originate(stage: &Stage, call: Originate) -> String {
    let outcome = stage.manager.originate(call).await.expect("the call is answered");
    outcome.channel.expect("a call has a channel").as_str().to_owned()
}

/// Hangs up a channel, which need not be there any more.
async fn hang_up(stage: &Stage, channel: &str) {
    // A call that has ended by itself meanwhile is fine.
    let _ = stage.manager.send(Hangup::new(channel)).await;
}

/// The first event of a kind that passes.
async fn next<E: AmiEvent>(events: &mut EventStream<Event>, passes: impl Fn(&E) -> bool) -> E {
    let event = wait_for(events, |event| event.decode().is_some_and(|event| passes(&event))).await;
    event.decode().expect("it is one")
}

/// The event that ended a list, all of whose headers have fields.
fn end<E: AmiEvent>(complete: Option<&Event>) -> E {
    let complete = complete.expect("the list is announced");
    assert_eq!(complaints(complete), [""; 0]);
    complete.decode().expect("it ends this list")
}

/// Whether a text is there and says this.
fn is(text: Option<&asterisk_sdk::proto::Text>, expected: &str) -> bool {
    text.is_some_and(|text| text.as_str() == expected)
}
