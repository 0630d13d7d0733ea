//! What the wallboard shows, made of a picture.

use std::time::{SystemTime, UNIX_EPOCH};

use asterisk_sdk::ami::live::{Call, Channel, Freshness, Snapshot};
use serde::Serialize;

use crate::history::{History, Minute};
use crate::queues;

/// All that is shown. Times are milliseconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Board {
    pub(crate) server: String,
    pub(crate) freshness: &'static str,
    /// Callers in all queues.
    pub(crate) waiting: u32,
    /// Since when the first of them waits.
    pub(crate) longest_since: Option<u64>,
    /// Calls of all queues that were answered in time, in percent of those that were answered.
    pub(crate) service_level: Option<f64>,
    /// Agents who could take a call now.
    pub(crate) ready: usize,
    pub(crate) queues: Vec<QueueLine>,
    pub(crate) agents: Vec<AgentLine>,
    pub(crate) calls: Vec<CallLine>,
    /// The last hour by minutes.
    pub(crate) history: Vec<Minute>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct QueueLine {
    pub(crate) name: String,
    pub(crate) waiting: u32,
    pub(crate) longest_since: Option<u64>,
    pub(crate) ready: usize,
    pub(crate) members: usize,
    pub(crate) answered: u32,
    pub(crate) abandoned: u32,
    pub(crate) service_level: Option<f64>,
    /// Within this time a call should be answered, in seconds.
    pub(crate) service_seconds: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct AgentLine {
    pub(crate) name: String,
    /// `ready`, `ringing`, `on-call`, `wrap-up`, `paused` or `offline`.
    pub(crate) state: &'static str,
    pub(crate) reason: Option<String>,
    pub(crate) since: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CallLine {
    pub(crate) id: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) state: &'static str,
    /// Since when it is answered, or else rings.
    pub(crate) since: u64,
}

/// With the time at which it was sent, by which browsers set their clocks.
#[derive(Serialize)]
struct Sent<'a> {
    at: u64,
    #[serde(flatten)]
    board: &'a Board,
}

impl Board {
    pub(crate) fn new(snapshot: &Snapshot, history: &History, server: &str) -> Self {
        let now = SystemTime::now();
        let queues = queues::queues(snapshot, now);
        let agents = queues::agents(snapshot, now);
        Self {
            server: server.to_owned(),
            freshness: match snapshot.freshness() {
                Freshness::Current => "current",
                Freshness::Ended => "ended",
                _ => "stale",
            },
            waiting: queues.iter().map(|queue| queue.waiting).sum(),
            longest_since: queues.iter().filter_map(|queue| queue.longest_since).min(),
            service_level: queues::service_level(&queues),
            ready: agents.iter().filter(|agent| agent.state == "ready").count(),
            queues,
            agents,
            calls: calls(snapshot),
            history: history.hour(now),
        }
    }

    pub(crate) fn to_json(&self) -> String {
        let sent = Sent { at: millis(SystemTime::now()), board: self };
        // It has no keys that are not text, so nothing can fail.
        serde_json::to_string(&sent).unwrap_or_default()
    }
}

/// The longest first.
fn calls(snapshot: &Snapshot) -> Vec<CallLine> {
    let mut calls: Vec<_> = snapshot.all::<Call>().map(|call| line(snapshot, call)).collect();
    calls.sort_by(|a, b| (a.since, &a.id).cmp(&(b.since, &b.id)));
    calls
}

fn line(snapshot: &Snapshot, call: &Call) -> CallLine {
    let channels = call.channels.iter().filter_map(|id| snapshot.get::<Channel>(id));
    let caller = &call.caller;
    let from = [&caller.name, &caller.number].into_iter().flatten().find(|text| !text.is_empty());
    let from = from.map(ToString::to_string);
    let first = channels.clone().next().map(|channel| channel.name.to_string());
    // Whoever talks to the caller, or else what was dialled.
    let peer = channels.skip(1).find(|channel| channel.answered.is_some() && !channel.is_local());
    let to =
        peer.and_then(|channel| channel.caller_id.number.clone()).or_else(|| call.exten.clone());
    CallLine {
        id: call.id.as_str().to_owned(),
        from: from.or(first).unwrap_or_default(),
        to: to.map(|text| text.to_string()).unwrap_or_default(),
        state: match (call.holds, call.answered) {
            (1.., _) => "on hold",
            (_, Some(_)) => "up",
            _ => "ringing",
        },
        since: millis(call.answered.unwrap_or(call.started)),
    }
}

pub(crate) fn millis(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
