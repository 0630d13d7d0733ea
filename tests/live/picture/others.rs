//! What is no call, against the lists.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use asterisk_sdk::ami::action::{
    Action, Agents, ConfbridgeList, ConfbridgeListRooms, DeviceStateList, ExtensionStateList,
    ParkedCalls, PjsipShowEndpoints, PresenceStateList, QueueStatus, QueueStatusItem,
    VoicemailUsersList,
};
use asterisk_sdk::ami::live::{
    Agent, Conference, ConferenceUser, Device, Endpoint, Extension, Mailbox, Object, ParkedCall,
    Presence, Queue, QueueCaller, QueueMember, Snapshot,
};
use asterisk_sdk::ami::{ActionError, Manager};

/// What is said of each object, on one side and on the other.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn add(&mut self, kind: &str, ours: Vec<String>, theirs: Vec<String>) {
        let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) =
            (ours.into_iter().collect(), theirs.into_iter().collect());
        let too_much = ours.difference(&theirs).map(|one| format!("{kind} is not: {one}"));
        let missing = theirs.difference(&ours).map(|one| format!("{kind} is: {one}"));
        self.0.extend(too_much.chain(missing));
    }
}

fn ours<T: Object>(snapshot: &Snapshot, say: impl Fn(&T) -> String) -> Vec<String> {
    snapshot.all::<T>().map(|object| say(object)).collect()
}

fn say(what: &impl Debug) -> String {
    format!("{what:?}")
}

/// A list, or nothing where there is nothing to list.
async fn list<T, A>(manager: &Manager, action: A) -> Vec<T>
where
    A: Action<Output = asterisk_sdk::ami::action::Aggregate<T>> + Send + Sync,
{
    match manager.send(action).await {
        Ok(list) => list.items,
        Err(ActionError::Refused { .. }) => Vec::new(),
        Err(error) => panic!("{error}"),
    }
}

/// What the picture says otherwise than the lists.
pub(super) async fn differences(manager: &Manager, snapshot: &Snapshot) -> Vec<String> {
    let mut found = Differences::default();
    queues(manager, snapshot, &mut found).await;
    conferences(manager, snapshot, &mut found).await;
    states(manager, snapshot, &mut found).await;

    let listed = list(manager, Agents::new()).await;
    let theirs = listed.iter().map(|a| {
        let channel = &a.channel.unique_id;
        say(&(&a.agent, &a.name, &a.status, &a.talking_to, &a.logged_in_since, channel))
    });
    let our = |a: &Agent| {
        say(&(Some(&a.id), Some(&a.name), &a.status, &a.talking_to, &a.logged_in_since, &a.channel))
    };
    found.add("agent", ours(snapshot, our), theirs.collect());

    parked(manager, snapshot, &mut found).await;
    found.0
}

async fn parked(manager: &Manager, snapshot: &Snapshot, found: &mut Differences) {
    let listed = list(manager, ParkedCalls::new()).await;
    let now = SystemTime::now();
    let theirs = listed.iter().map(|p| {
        let parkee = &p.parkee;
        say(&(
            (&parkee.unique_id, &parkee.channel, &parkee.caller_id),
            (&p.parking_lot, p.parking_space, &p.parker_dial_string),
        ))
    });
    let our = |p: &ParkedCall| {
        say(&(
            (Some(&p.channel), Some(&p.name), &p.caller_id),
            (Some(&p.lot), Some(p.space), &p.parker_dial_string),
        ))
    };
    found.add("parked call", ours(snapshot, our), theirs.collect());
    // The list has whole seconds, and takes a moment.
    let near = |one: SystemTime, other: SystemTime| {
        let apart = one.duration_since(other).unwrap_or_else(|error| error.duration());
        apart < Duration::from_secs(2)
    };
    for p in listed {
        let Some(call) = p.parkee.unique_id.and_then(|id| snapshot.get::<ParkedCall>(id)) else {
            continue;
        };
        let since = now - p.parking_duration.unwrap_or_default();
        let until = p.parking_timeout.filter(|left| !left.is_zero()).map(|left| now + left);
        let same_end = match (call.until, until) {
            (Some(ours), Some(theirs)) => near(ours, theirs),
            // What has no time left is listed as if it had no limit.
            (Some(ours), None) => near(ours, now),
            (ours, theirs) => ours == theirs,
        };
        if !near(call.since, since) || !same_end {
            found.0.push(format!("parked since {since:?} until {until:?}, not {call:?}"));
        }
    }
}

async fn queues(manager: &Manager, snapshot: &Snapshot, found: &mut Differences) {
    let (mut queues, mut members, mut callers) = (Vec::new(), Vec::new(), Vec::new());
    for item in list(manager, QueueStatus::new()).await {
        match item {
            QueueStatusItem::Queue(q) => queues.push(say(&(
                &q.queue,
                q.max,
                &q.strategy,
                (q.calls, q.completed, q.abandoned, q.weight),
                (q.hold_time, q.talk_time, q.service_level),
                (q.service_level_performance, q.service_level_performance_2),
            ))),
            QueueStatusItem::Member(m) => members.push(say(&(
                (&m.queue, &m.member_name, &m.interface, &m.state_interface),
                (&m.membership, m.penalty, m.calls_taken, m.in_call, m.status),
                (m.last_call, m.last_pause, m.login_time, m.wrap_up_time),
                (m.paused, &m.paused_reason),
            ))),
            QueueStatusItem::Caller(c) => {
                let known = |text: &Option<asterisk_sdk::proto::Text>| {
                    text.clone().filter(|text| &**text != "unknown")
                };
                callers.push(say(&(
                    (&c.queue, c.position, &c.channel, &c.unique_id, c.priority),
                    (known(&c.caller_id_number), known(&c.caller_id_name)),
                )));
            }
            other => panic!("{other:?}"),
        }
    }
    let our = |q: &Queue| {
        say(&(
            Some(&q.name),
            Some(q.max),
            &q.strategy,
            (Some(q.waiting), Some(q.completed), Some(q.abandoned), Some(q.weight)),
            (Some(q.hold_time), Some(q.talk_time), Some(q.service_level)),
            (Some(q.service_level_performance), Some(q.service_level_performance_2)),
        ))
    };
    found.add("queue", ours(snapshot, our), queues);
    let our = |m: &QueueMember| {
        say(&(
            (Some(&m.queue), Some(&m.name), Some(&m.interface), &m.state_interface),
            (&m.membership, Some(m.penalty), Some(m.calls_taken), Some(m.in_call), m.state),
            (m.last_call, m.last_pause, m.login_time, Some(m.wrap_up_time)),
            (Some(m.paused), Some(&m.paused_reason)),
        ))
    };
    found.add("member", ours(snapshot, our), members);
    let our = |c: &QueueCaller| {
        say(&(
            (Some(&c.queue), Some(c.position), Some(&c.name), Some(&c.channel), Some(c.priority)),
            (&c.caller_id.number, &c.caller_id.name),
        ))
    };
    found.add("caller", ours(snapshot, our), callers);
}

async fn conferences(manager: &Manager, snapshot: &Snapshot, found: &mut Differences) {
    let listed = list(manager, ConfbridgeListRooms::new()).await;
    let theirs = listed.iter().map(|c| say(&(&c.conference, c.parties, c.marked, c.muted)));
    let our =
        |c: &Conference| say(&(Some(&c.name), Some(c.parties), Some(c.marked), Some(c.muted)));
    found.add("conference", ours(snapshot, our), theirs.collect());
    let mut theirs = Vec::new();
    for conference in listed {
        let name = conference.conference.expect("a name").as_str().to_owned();
        for u in list(manager, ConfbridgeList::new(name)).await {
            let channel = &u.channel;
            theirs.push(say(&(
                (&channel.unique_id, &channel.channel, &channel.caller_id, &u.conference),
                (u.admin, u.marked_user, u.waiting, u.muted, u.talking),
            )));
        }
    }
    let our = |u: &ConferenceUser| {
        say(&(
            (Some(&u.channel), Some(&u.name), &u.caller_id, Some(&u.conference)),
            (Some(u.admin), u.marked, u.waiting, Some(u.muted), Some(u.talking)),
        ))
    };
    found.add("user", ours(snapshot, our), theirs);
}

async fn states(manager: &Manager, snapshot: &Snapshot, found: &mut Differences) {
    let listed = list(manager, DeviceStateList::new()).await;
    let theirs = listed.iter().map(|d| say(&(&d.device, &d.state)));
    let our = |d: &Device| say(&(Some(&d.name), Some(&d.state)));
    found.add("device", ours(snapshot, our), theirs.collect());

    let listed = list(manager, ExtensionStateList::new()).await;
    let theirs = listed.iter().map(|e| say(&(&e.exten, &e.context, &e.hint, e.state)));
    let our =
        |e: &Extension| say(&(Some(&e.exten), Some(&e.context), Some(&e.hint), Some(e.state)));
    found.add("extension", ours(snapshot, our), theirs.collect());

    let listed = list(manager, PresenceStateList::new()).await;
    let theirs = listed.iter().map(|p| say(&(&p.presentity, &p.state, &p.subtype, &p.message)));
    let our = |p: &Presence| {
        say(&(Some(&p.presentity), Some(&p.state), Some(&p.subtype), Some(&p.message)))
    };
    found.add("presence", ours(snapshot, our), theirs.collect());

    let listed = list(manager, PjsipShowEndpoints::new()).await;
    let theirs = listed.into_iter().map(|mut e| {
        e.contacts.sort();
        let words = e.device_state.expect("a state").as_str().to_ascii_uppercase();
        say(&(e.object_name, words.replace(['+', ' '], ""), e.contacts))
    });
    let our = |e: &Endpoint| {
        let words = e.state.as_str().replace("NOT_INUSE", "NOTINUSE");
        say(&(Some(&e.name), words, &e.contacts))
    };
    found.add("endpoint", ours(snapshot, our), theirs.collect());

    let listed = list(manager, VoicemailUsersList::new()).await;
    let theirs = listed.iter().map(|m| {
        let name = format!("{}@{}", m.mailbox.as_ref().unwrap(), m.context.as_ref().unwrap());
        say(&(name, m.new_message_count, m.old_message_count))
    });
    let our = |m: &Mailbox| say(&(&m.name, Some(m.new_messages), Some(m.old_messages)));
    found.add("mailbox", ours(snapshot, our), theirs.collect());
}
