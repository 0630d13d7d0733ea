//! Queues and those who serve them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use asterisk_sdk::ami::event::QueueMemberState;
use asterisk_sdk::ami::live::{Channel, Queue, QueueCaller, QueueMember, Snapshot};

use crate::board::{AgentLine, QueueLine, millis};

/// By name.
pub(crate) fn queues(snapshot: &Snapshot, now: SystemTime) -> Vec<QueueLine> {
    let mut queues: Vec<_> =
        snapshot.all::<Queue>().map(|queue| line(snapshot, queue, now)).collect();
    queues.sort_by(|a, b| a.name.cmp(&b.name));
    queues
}

fn line(snapshot: &Snapshot, queue: &Queue, now: SystemTime) -> QueueLine {
    let callers = snapshot.all::<QueueCaller>().filter(|caller| caller.queue == queue.name);
    let members = || snapshot.all::<QueueMember>().filter(|member| member.queue == queue.name);
    QueueLine {
        name: queue.name.to_string(),
        waiting: queue.waiting,
        longest_since: callers.map(|caller| millis(caller.since)).min(),
        ready: members().filter(|member| state(member, now) == State::Ready).count(),
        members: members().count(),
        answered: queue.completed,
        abandoned: queue.abandoned,
        // Of a queue that has none, the server says 0.
        service_level: (queue.completed > 0 && !queue.service_level.is_zero())
            .then_some(queue.service_level_performance),
        service_seconds: queue.service_level.as_secs(),
    }
}

/// The calls of all queues that were answered in time, in percent.
pub(crate) fn service_level(queues: &[QueueLine]) -> Option<f64> {
    let levels = || queues.iter().filter_map(|queue| Some((queue.service_level?, queue.answered)));
    let answered: u32 = levels().map(|(_, answered)| answered).sum();
    let in_time: f64 = levels().map(|(level, answered)| level * f64::from(answered)).sum();
    (answered > 0).then(|| in_time / f64::from(answered))
}

/// What an agent does. Of several queues that one serves, the last of these counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Offline,
    Paused,
    Ready,
    WrapUp,
    Ringing,
    OnCall,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Paused => "paused",
            Self::Ready => "ready",
            Self::WrapUp => "wrap-up",
            Self::Ringing => "ringing",
            Self::OnCall => "on-call",
        }
    }
}

fn state(member: &QueueMember, now: SystemTime) -> State {
    use QueueMemberState as Device;
    match member.state {
        _ if member.in_call => State::OnCall,
        Some(Device::InUse | Device::Busy | Device::RingInUse | Device::OnHold) => State::OnCall,
        Some(Device::Ringing) => State::Ringing,
        Some(Device::Invalid | Device::Unavailable) => State::Offline,
        _ if member.paused => State::Paused,
        _ if rests_until(member).is_some_and(|until| until > now) => State::WrapUp,
        // Devices whose state Asterisk does not know are called.
        _ => State::Ready,
    }
}

/// When the pause after the last call is over.
fn rests_until(member: &QueueMember) -> Option<SystemTime> {
    Some(member.last_call? + member.wrap_up_time)
}

/// One line for each interface, whatever queues it serves, by name.
pub(crate) fn agents(snapshot: &Snapshot, now: SystemTime) -> Vec<AgentLine> {
    let mut agents = BTreeMap::new();
    for member in snapshot.all::<QueueMember>() {
        let state = state(member, now);
        let agent = agents.entry((&*member.name, &*member.interface)).or_insert((state, member));
        if state > agent.0 {
            *agent = (state, member);
        }
    }
    let line =
        |((name, interface), (state, member)): ((&str, &str), (State, &Arc<QueueMember>))| {
            AgentLine {
                name: if name.is_empty() { interface } else { name }.to_owned(),
                state: state.name(),
                reason: reason(state, member),
                since: since(snapshot, state, member).map(millis),
            }
        };
    agents.into_iter().map(line).collect()
}

fn reason(state: State, member: &QueueMember) -> Option<String> {
    let told = state == State::Paused && !member.paused_reason.is_empty();
    told.then(|| member.paused_reason.to_string())
}

fn since(snapshot: &Snapshot, state: State, member: &QueueMember) -> Option<SystemTime> {
    match state {
        State::Paused => member.last_pause,
        State::Ready | State::WrapUp => member.last_call.max(member.login_time),
        State::Ringing | State::OnCall => {
            let of_member = |name: &str| {
                name.strip_prefix(&*member.interface).is_some_and(|rest| rest.starts_with('-'))
            };
            let channel = snapshot.all::<Channel>().find(|channel| of_member(&channel.name))?;
            Some(channel.answered.unwrap_or(channel.created))
        }
        State::Offline => None,
    }
}
