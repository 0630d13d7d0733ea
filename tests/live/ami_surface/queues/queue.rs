//! Callers wait in a queue, are connected, withdrawn or give up.

use std::time::Duration;

use asterisk_sdk::ami::action::{
    PenaltyStep, QueueAdd, QueueChangePriorityCaller, QueueLog, QueueReload, QueueRemove,
    QueueReset, QueueRule, QueueStatus, QueueStatusItem, QueueSummary, QueueWithdrawCaller,
};
use asterisk_sdk::ami::event::{
    AgentCalled, AgentComplete, AgentCompleteReason, AgentConnect, AgentDump, AgentRingNoAnswer,
    QueueCallerAbandon, QueueCallerJoin, QueueCallerLeave, QueueEntry, QueueMembership,
    QueueStatusComplete, QueueStrategy, QueueSummaryComplete,
};
use asterisk_sdk::ami::{Event, EventStream};

use super::super::Stage;
use super::{call, end, hang_up, is, next};
use crate::calls::{has, wait_for};

pub(super) async fn rules_and_figures(stage: &Stage) {
    let rules = stage.send(QueueRule::new()).await.unwrap();
    let names: Vec<_> = rules.iter().map(|rule| &*rule.name).collect();
    assert_eq!(names, ["later", "longer"]);
    let [only] = &rules[0].changes[..] else { panic!("{rules:?}") };
    assert_eq!(only.after, Duration::from_secs(30));
    assert_eq!((only.max, only.min), (PenaltyStep::To(8), PenaltyStep::To(4)));
    let longer = stage.send(QueueRule::new().rule("longer")).await.unwrap();
    assert_eq!(longer, rules[1..]);
    assert_eq!(longer[0].changes.len(), 2);
    assert_eq!(longer[0].changes[1].max, PenaltyStep::By(4));
    assert_eq!(stage.send(QueueRule::new().rule("nosuch")).await.unwrap(), []);

    let response = stage.send(QueueReset::new().queue("calls")).await.unwrap();
    assert_eq!(response.text().unwrap(), "Queue stats reset successfully");
    let reload = QueueReload::new().queue("calls").members(true).rules(true).parameters(true);
    let response = stage.send(reload).await.unwrap();
    assert_eq!(response.text().unwrap(), "Queue reloaded successfully");
    let log = QueueLog::new("calls", "NOTE")
        .unique_id("call-1")
        .interface("Local/wait@sdk")
        .message("a note");
    let response = stage.send(log).await.unwrap();
    assert_eq!(response.text().unwrap(), "Event added successfully");
    assert_eq!(
        stage.refused(QueueLog::new("calls", "")).await,
        "Need 'Queue' and 'Event' parameters."
    );

    let status = stage.send(QueueStatus::new().queue("support").member("Local/wait@sdk")).await;
    let status = status.unwrap();
    assert!(status.valid() && status.others.is_empty(), "{status:?}");
    assert_eq!(end::<QueueStatusComplete>(status.complete.as_ref()).list_items, Some(2));
    let [QueueStatusItem::Queue(queue), QueueStatusItem::Member(member)] = &status.items[..] else {
        panic!("{status:?}");
    };
    assert_eq!(queue.queue.as_deref(), Some("support"));
    assert_eq!(queue.strategy, Some(QueueStrategy::RingAll));
    assert_eq!((queue.max, queue.calls, queue.weight), (Some(0), Some(0), Some(0)));
    assert_eq!(queue.service_level, Some(Duration::ZERO));
    assert_eq!(queue.service_level_performance, Some(0.0));
    assert_eq!(member.queue.as_deref(), Some("support"));
    assert_eq!(member.member_name.as_deref(), Some("Wait"));
    assert_eq!(member.interface.as_deref(), Some("Local/wait@sdk"));
    assert_eq!(member.membership, Some(QueueMembership::Static));
    assert!(member.login_time.is_some() && member.last_call.is_none());
    let nothing = stage.send(QueueStatus::new().queue("nosuch")).await.unwrap();
    assert!(nothing.valid() && nothing.items.is_empty());

    let summary = stage.send(QueueSummary::new().queue("calls")).await.unwrap();
    assert!(summary.valid());
    assert_eq!(end::<QueueSummaryComplete>(summary.complete.as_ref()).list_items, Some(1));
    let [queue] = &summary.items[..] else { panic!("{summary:?}") };
    assert_eq!((queue.logged_in, queue.available, queue.callers), (Some(0), Some(0), Some(0)));
    assert_eq!(queue.longest_hold_time, Some(Duration::ZERO));
    let all = stage.send(QueueSummary::new()).await.unwrap();
    assert!(all.valid() && all.items.len() == 2);
}

/// Calls that members take: one that the member ends, one that the caller ends, one that the member
/// ends before it began.
pub(super) async fn calls(stage: &Stage) {
    let mut events = stage.events();
    add(stage, "Local/late@sdk").await;
    let caller = call(stage, "Local/wait@sdk", "Queue", "calls").await;
    let joined = next::<QueueCallerJoin>(&mut events, |_| true).await;
    assert_eq!(joined.channel.channel.as_deref(), Some(&*caller));
    assert_eq!(joined.queue.as_deref(), Some("calls"));
    assert_eq!((joined.position, joined.count), (Some(1), Some(1)));
    let rings = next::<AgentCalled>(&mut events, |_| true).await;
    assert_eq!(rings.channel.unique_id, joined.channel.unique_id);
    assert_eq!(rings.member_name.as_deref(), Some("Bob"));
    assert_eq!(rings.interface.as_deref(), Some("Local/late@sdk"));
    let left = next::<QueueCallerLeave>(&mut events, |_| true).await;
    assert_eq!((left.position, left.count), (Some(1), Some(0)));
    let connected = next::<AgentConnect>(&mut events, |_| true).await;
    assert_eq!(connected.channel.unique_id, joined.channel.unique_id);
    assert_eq!(connected.dest_channel.unique_id, rings.dest_channel.unique_id);
    assert_eq!(connected.ring_time, Some(Duration::from_secs(1)), "seconds");
    let waited = connected.hold_time.unwrap().as_secs();
    assert!((1..=2).contains(&waited), "{waited}");

    // The channel beyond the member's own, else the server does not notice.
    let member = connected.dest_channel.channel.clone().unwrap().replace(";1", ";2");
    hang_up(stage, &member).await;
    let complete = next::<AgentComplete>(&mut events, |_| true).await;
    assert_eq!(complete.reason, Some(AgentCompleteReason::Agent));
    assert_eq!(complete.queue.as_deref(), Some("calls"));
    assert_eq!(complete.interface.as_deref(), Some("Local/late@sdk"));
    assert_eq!(complete.hold_time, connected.hold_time);
    assert!(complete.talk_time.is_some());
    hang_up(stage, &caller).await;

    let caller = call(stage, "Local/calls@sdk", "Wait", "20").await;
    next::<AgentConnect>(&mut events, |_| true).await;
    hang_up(stage, &caller).await;
    let complete = next::<AgentComplete>(&mut events, |_| true).await;
    assert_eq!(complete.reason, Some(AgentCompleteReason::Caller));
    remove(stage, "Local/late@sdk").await;

    // The member hears an announcement first.
    add(stage, "Local/echo@sdk").await;
    let caller = call(stage, "Local/wait@sdk", "Queue", "calls,,,demo-echotest").await;
    let rings = next::<AgentCalled>(&mut events, |_| true).await;
    let member = rings.dest_channel.channel.unwrap();
    wait_for(&mut events, |event| {
        event.name() == "Newstate"
            && has(event, "Channel", &member)
            && has(event, "ChannelStateDesc", "Up")
    })
    .await;
    hang_up(stage, &member.replace(";1", ";2")).await;
    let dumped = next::<AgentDump>(&mut events, |_| true).await;
    assert_eq!(dumped.channel.channel.as_deref(), Some(&*caller));
    assert_eq!(dumped.member_name.as_deref(), Some("Bob"));
    remove(stage, "Local/echo@sdk").await;
    hang_up(stage, &caller).await;
    next::<QueueCallerAbandon>(&mut events, |_| true).await;
}

/// Two callers whom nobody answers.
pub(super) async fn waiting_callers(stage: &Stage) {
    let mut events = stage.events();
    add(stage, "Local/ring@sdk").await;
    let first = call(stage, "Local/calls@sdk", "Wait", "30").await.replace(";1", ";2");
    joined(&mut events, &first, 1).await;
    let second = call(stage, "Local/wait@sdk", "Queue", "calls").await;
    joined(&mut events, &second, 2).await;
    let entries = entries(stage).await;
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].channel.as_deref(), Some(&*first));
    assert_eq!(entries[0].caller_id_number.as_deref(), Some("unknown"));
    assert_eq!((entries[0].position, entries[0].priority), (Some(1), Some(0)));
    assert!(entries[0].wait.is_some() && entries[0].unique_id.is_some());

    raise(stage, &first, &second).await;
    let unanswered = next::<AgentRingNoAnswer>(&mut events, |_| true).await;
    assert_eq!(unanswered.interface.as_deref(), Some("Local/ring@sdk"));
    assert_eq!(unanswered.ring_time, Some(Duration::from_secs(2)), "milliseconds");

    hang_up(stage, &second).await;
    let given_up =
        next::<QueueCallerAbandon>(&mut events, |e| is(e.channel.channel.as_ref(), &second)).await;
    assert_eq!(given_up.queue.as_deref(), Some("calls"));
    // Whoever was moved counts as having come at the new place.
    let original = if stage.server.major() > 16 { 1 } else { 2 };
    assert_eq!(given_up.original_position, Some(original));
    assert!(given_up.hold_time.is_some() && given_up.position.is_some());

    let refusal = stage.refused(QueueWithdrawCaller::new("calls", "nosuch")).await;
    assert_eq!(refusal, "Unable to request withdraw from queue: No such caller");
    let withdraw = QueueWithdrawCaller::new("calls", &*first).withdraw_info("go home");
    let response = stage.send(withdraw).await.unwrap();
    assert_eq!(response.text().unwrap(), "Withdraw requested successfully");
    let variable = wait_for(&mut events, |event| {
        event.name() == "VarSet" && has(event, "Variable", "QUEUE_WITHDRAW_INFO")
    });
    assert_eq!(variable.await.get("Value").unwrap(), "go home");
    let done = wait_for(&mut events, |event| has(event, "UserEvent", "QueueDone"));
    assert_eq!(done.await.get("QueueStatus").unwrap(), "WITHDRAW");
    hang_up(stage, &first.replace(";2", ";1")).await;
    remove(stage, "Local/ring@sdk").await;
}

async fn raise(stage: &Stage, first: &str, second: &str) {
    let raise = |caller: &str| QueueChangePriorityCaller::new("calls", caller, 7);
    let why = "Unable to change priority caller on queue: ";
    assert_eq!(stage.refused(raise("nosuch")).await, format!("{why}No such caller"));
    let nowhere = QueueChangePriorityCaller::new("nosuch", second, 7);
    assert_eq!(stage.refused(nowhere).await, format!("{why}No such queue"));
    let response = stage.send(raise(second)).await.unwrap();
    assert_eq!(response.text().unwrap(), "Priority change for caller on queue");
    let waiting = entries(stage).await;
    assert_eq!(waiting[0].channel.as_deref(), Some(first));
    assert_eq!((waiting[1].position, waiting[1].priority), (Some(2), Some(7)));
    stage.send(raise(second).immediate(true)).await.unwrap();
    // Asterisk 16 moves nobody.
    let foremost = if stage.server.major() > 16 { second } else { first };
    assert_eq!(entries(stage).await[0].channel.as_deref(), Some(foremost));
}

/// Waits until a caller joined at a place.
async fn joined(events: &mut EventStream<Event>, channel: &str, position: u32) {
    let joined =
        next::<QueueCallerJoin>(events, |event| is(event.channel.channel.as_ref(), channel)).await;
    assert_eq!((joined.position, joined.count), (Some(position), Some(position)));
}

/// Who waits.
async fn entries(stage: &Stage) -> Vec<QueueEntry> {
    let status = stage.send(QueueStatus::new().queue("calls")).await.unwrap();
    let entries = status.into_iter().filter_map(|item| match item {
        QueueStatusItem::Caller(caller) => Some(*caller),
        _ => None,
    });
    entries.collect()
}

async fn add(stage: &Stage, interface: &str) {
    stage.send(QueueAdd::new("calls", interface).member_name("Bob")).await.unwrap();
}

async fn remove(stage: &Stage, interface: &str) {
    stage.send(QueueRemove::new("calls", interface)).await.unwrap();
}
