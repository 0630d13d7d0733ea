//! Queues, who serves them and who waits in them.

use std::time::{Duration, SystemTime};

use asterisk_proto::ami::event::{
    QueueEntry, QueueMemberState, QueueMembership, QueueParams, QueueStrategy,
};
use asterisk_proto::ami::{ChannelSnapshot, Event, Field, Message, Party};
use asterisk_proto::{ChannelId, Text};

use super::list::List;
use super::picture::Tables;
use super::table::Object;

/// A queue's settings and figures.
///
/// [`waiting`](Self::waiting) is always current. The other figures change without an event, so they are
/// asked for when something happened in the queue, at most once a second.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Queue {
    /// Its name.
    pub name: Text,
    /// How many callers may wait; 0 for any number.
    pub max: u32,
    /// In which order the members are called.
    pub strategy: Option<QueueStrategy>,
    /// How many callers wait.
    pub waiting: u32,
    /// How long callers wait until they are connected: a running average, in whole seconds.
    pub hold_time: Duration,
    /// How long calls last: a running average, in whole seconds.
    pub talk_time: Duration,
    /// How many calls were connected and have ended.
    pub completed: u32,
    /// How many callers gave up.
    pub abandoned: u32,
    /// Within which time callers should be answered; zero when none is set.
    pub service_level: Duration,
    /// Percentage of the completed calls that were answered within the service level.
    pub service_level_performance: f64,
    /// The same percentage of all calls, the abandoned ones included.
    pub service_level_performance_2: f64,
    /// Which queue a shared member serves first: the one with the higher weight.
    pub weight: u32,
}

impl Object for Queue {
    type Key = Text;

    fn key(&self) -> &Text {
        &self.name
    }
}

/// A member of a queue. A device that serves several queues is a member in each.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct QueueMember {
    key: Text,
    /// The queue's name.
    pub queue: Text,
    /// What the queue dials to reach the member, such as `PJSIP/100`.
    pub interface: Text,
    /// What the member is called.
    pub name: Text,
    /// The device whose state says whether the member is free.
    pub state_interface: Option<Text>,
    /// How the member came into the queue.
    pub membership: Option<QueueMembership>,
    /// Members of a lower penalty are called first.
    pub penalty: u32,
    /// How many calls of this queue the member has taken.
    pub calls_taken: u32,
    /// When the member's last call of the queue ended; nothing before the first.
    pub last_call: Option<SystemTime>,
    /// When the member was last paused; nothing if never.
    pub last_pause: Option<SystemTime>,
    /// When the member came into the queue.
    pub login_time: Option<SystemTime>,
    /// Whether the member is in a call that came from the queue. Events that come at the same time say
    /// different things of it, so it is asked for when such a call begins or ends.
    pub in_call: bool,
    /// The state of the member's device.
    pub state: Option<QueueMemberState>,
    /// Whether the member is paused.
    pub paused: bool,
    /// Why the member is paused; empty without a reason.
    pub paused_reason: Text,
    /// How long the member has peace after a call; zero for the queue's own setting.
    pub wrap_up_time: Duration,
}

impl Object for QueueMember {
    type Key = Text;

    fn key(&self) -> &Text {
        &self.key
    }
}

impl QueueMember {
    /// What names the member that is reached by `interface` in a queue.
    #[must_use]
    pub fn key_of(queue: &str, interface: &str) -> String {
        // Neither can hold a line feed.
        format!("{queue}\n{interface}")
    }
}

/// Somebody who waits in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueCaller {
    /// The caller's channel.
    pub channel: ChannelId,
    /// Its name, which the actions on callers take.
    pub name: Text,
    /// The queue's name.
    pub queue: Text,
    /// The place in the queue, counted from 1.
    pub position: u32,
    /// Who calls.
    pub caller_id: Party,
    /// Since when the caller waits; of one that was there before it was seen, by the server's whole
    /// seconds.
    pub since: SystemTime,
    /// The priority; those of a higher one come first. No event tells it: it is asked for with the
    /// figures of the queue.
    pub priority: i32,
}

impl Object for QueueCaller {
    type Key = ChannelId;

    fn key(&self) -> &ChannelId {
        &self.channel
    }
}

/// The events from which this is made.
pub(super) const EVENTS: &[&str] = &[
    "AgentComplete",
    "AgentConnect",
    "AgentDump",
    "AgentRingNoAnswer",
    "QueueCallerAbandon",
    "QueueCallerJoin",
    "QueueCallerLeave",
    "QueueMemberAdded",
    "QueueMemberPause",
    "QueueMemberPenalty",
    "QueueMemberRemoved",
    "QueueMemberRinginuse",
    "QueueMemberStatus",
];

/// The interface of a member that no queue has.
pub(super) const NOBODY: &str = "none/none";

/// Takes an event; what to ask for then.
pub(super) fn event(
    tables: &mut Tables,
    name: &str,
    event: &Event,
    now: SystemTime,
) -> Option<List> {
    let message = event.message();
    let queue = Option::<Text>::read(message, "Queue")?;
    match name {
        "QueueMemberAdded"
        | "QueueMemberPause"
        | "QueueMemberPenalty"
        | "QueueMemberRinginuse"
        | "QueueMemberStatus" => {
            let mut member = member(message, "MemberName", "Interface")?;
            // Asterisk 16 gives the reason of a pause under another name.
            if member.paused && member.paused_reason.is_empty() {
                let reason = Option::<Text>::read(message, "Reason");
                member.paused_reason = reason.unwrap_or_default();
            }
            let known = tables.queue_members.get(&member.key).map(|known| known.in_call);
            // It may be older than what is known.
            let differs = known.is_some_and(|in_call| in_call != member.in_call);
            let asks = differs.then(|| member.interface.clone());
            member.in_call = known.unwrap_or(member.in_call);
            tables.queue_members.put(member);
            return Some(List::QueueFigures(queue, asks));
        }
        "QueueMemberRemoved" => {
            let interface = Option::<Text>::read(message, "Interface")?;
            tables.queue_members.remove(&QueueMember::key_of(&queue, &interface));
        }
        "AgentConnect" | "AgentComplete" => {
            let interface = Option::<Text>::read(message, "Interface")?;
            let key = QueueMember::key_of(&queue, &interface);
            let in_call = name == "AgentConnect";
            tables.queue_members.update(&key, |member| member.in_call = in_call);
            return Some(List::QueueFigures(queue, Some(interface)));
        }
        "QueueCallerJoin" => joins(tables, message, &queue, now)?,
        "QueueCallerLeave" => {
            let id = Option::<ChannelId>::read(message, "Uniqueid")?;
            count(tables, message, &queue);
            if let Some(caller) = tables.queue_callers.remove(id.as_str()) {
                shift(tables, &queue, |position| {
                    if position > caller.position { position - 1 } else { position }
                });
            }
        }
        _ => {}
    }
    Some(List::QueueFigures(queue, None))
}

fn count(tables: &mut Tables, message: &Message, queue: &str) {
    if let Some(count) = Option::<u32>::read(message, "Count") {
        tables.queues.update(queue, |queue| queue.waiting = count);
    }
}

fn joins(tables: &mut Tables, message: &Message, queue: &Text, now: SystemTime) -> Option<()> {
    let snapshot = ChannelSnapshot::read(message, "");
    let position = Option::<u32>::read(message, "Position").unwrap_or_default();
    let caller = QueueCaller {
        channel: snapshot.unique_id?,
        name: snapshot.channel.unwrap_or_default(),
        queue: queue.clone(),
        position,
        caller_id: snapshot.caller_id,
        since: now,
        priority: 0,
    };
    count(tables, message, queue);
    // Told twice.
    if tables.queue_callers.get(caller.channel.as_str()).is_some_and(|old| old.queue == *queue) {
        return Some(());
    }
    shift(tables, queue, |other| if other >= position { other + 1 } else { other });
    tables.queue_callers.put(caller);
    Some(())
}

/// Gives the callers of a queue other places.
fn shift(tables: &mut Tables, queue: &Text, place: impl Fn(u32) -> u32) {
    let callers = tables.queue_callers.values();
    let moved: Vec<QueueCaller> = callers
        .filter(|caller| caller.queue == *queue && place(caller.position) != caller.position)
        .cloned()
        .collect();
    for mut caller in moved {
        caller.position = place(caller.position);
        tables.queue_callers.put(caller);
    }
}

fn member(message: &Message, name: &str, interface: &str) -> Option<QueueMember> {
    let text = |header| Option::<Text>::read(message, header);
    let number = |header| Option::<u32>::read(message, header).unwrap_or_default();
    let flag = |header| Option::<bool>::read(message, header).unwrap_or_default();
    let seconds = |header| Duration::from_secs(u64::from(number(header)));
    // Zero is what servers write for never.
    let time = |header| {
        let seconds = Option::<u64>::read(message, header).filter(|seconds| *seconds > 0)?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    };
    let (queue, interface) = (text("Queue")?, text(interface)?);
    Some(QueueMember {
        key: QueueMember::key_of(&queue, &interface).into(),
        name: text(name).unwrap_or_default(),
        state_interface: text("StateInterface"),
        membership: Field::read(message, "Membership"),
        penalty: number("Penalty"),
        calls_taken: number("CallsTaken"),
        last_call: time("LastCall"),
        last_pause: time("LastPause"),
        login_time: time("LoginTime"),
        in_call: flag("InCall"),
        state: Field::read(message, "Status"),
        paused: flag("Paused"),
        paused_reason: text("PausedReason").unwrap_or_default(),
        wrap_up_time: seconds("Wrapuptime"),
        queue,
        interface,
    })
}

fn queue(item: &QueueParams) -> Option<Queue> {
    Some(Queue {
        name: item.queue.clone()?,
        max: item.max.unwrap_or_default(),
        strategy: item.strategy.clone(),
        waiting: item.calls.unwrap_or_default(),
        hold_time: item.hold_time.unwrap_or_default(),
        talk_time: item.talk_time.unwrap_or_default(),
        completed: item.completed.unwrap_or_default(),
        abandoned: item.abandoned.unwrap_or_default(),
        service_level: item.service_level.unwrap_or_default(),
        service_level_performance: item.service_level_performance.unwrap_or_default(),
        service_level_performance_2: item.service_level_performance_2.unwrap_or_default(),
        weight: item.weight.unwrap_or_default(),
    })
}

fn caller(tables: &Tables, item: &QueueEntry, now: SystemTime) -> Option<QueueCaller> {
    let channel = item.unique_id.clone()?;
    // Lists say so in words where events leave it open.
    let known = |text: &Option<Text>| text.clone().filter(|text| &**text != "unknown");
    let waits = item.wait.unwrap_or_default();
    let mut caller_id = Party::default();
    caller_id.number = known(&item.caller_id_number);
    caller_id.name = known(&item.caller_id_name);
    let seen = tables
        .queue_callers
        .get(channel.as_str())
        .filter(|seen| item.queue.as_ref() == Some(&seen.queue));
    Some(QueueCaller {
        name: item.channel.clone().unwrap_or_default(),
        queue: item.queue.clone()?,
        position: item.position.unwrap_or_default(),
        caller_id,
        since: seen.map_or(now.checked_sub(waits).unwrap_or(now), |seen| seen.since),
        priority: item.priority.unwrap_or_default(),
        channel,
    })
}

/// Takes the list of all queues, or of one without some or all of its members.
pub(super) fn list(tables: &mut Tables, one: Option<&str>, items: &[Event], now: SystemTime) {
    let (mut queues, mut members, mut callers) = (Vec::new(), Vec::new(), Vec::new());
    for item in items {
        match &*item.message().subject() {
            "QueueParams" => queues.extend(item.decode().and_then(|item| queue(&item))),
            "QueueMember" => members.extend(member(item.message(), "Name", "Location")),
            "QueueEntry" => {
                callers.extend(item.decode().and_then(|item| caller(tables, &item, now)));
            }
            _ => {}
        }
    }
    let Some(one) = one else {
        tables.queues.replace(queues);
        tables.queue_members.replace(members);
        return tables.queue_callers.replace(callers);
    };
    if queues.is_empty() {
        tables.queues.remove(one);
        tables.queue_members.retain(|member| *member.queue != *one);
    }
    tables.queues.extend(queues);
    tables.queue_members.extend(members);
    let here = |caller: &QueueCaller| callers.iter().any(|other| other.channel == caller.channel);
    tables.queue_callers.retain(|caller| *caller.queue != *one || here(caller));
    tables.queue_callers.extend(callers);
}
