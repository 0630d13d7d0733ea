//! Queues and their members.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::World;
use super::channel::Snapshot;
use super::happening::What;
use super::time::since_epoch;

/// Somebody who takes calls of a queue.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// The dial string.
    pub(crate) location: String,
    /// The device that says whether the member is free.
    pub(crate) state_interface: String,
    pub(crate) membership: &'static str,
    pub(crate) penalty: u32,
    pub(crate) paused: bool,
    pub(crate) paused_reason: String,
    pub(crate) calls_taken: u32,
    pub(crate) last_call: u64,
    pub(crate) last_pause: u64,
    pub(crate) in_call: bool,
    pub(crate) login: SystemTime,
}

/// A call to a member.
#[derive(Debug, Clone)]
pub(crate) struct Ringing {
    /// The caller's channel.
    pub(crate) caller: String,
    pub(crate) member: Member,
    pub(crate) since: Instant,
}

/// A call that a member has taken.
#[derive(Debug, Clone)]
pub(crate) struct Talk {
    pub(crate) queue: String,
    pub(crate) member: Member,
    /// The member's channel when they parted.
    pub(crate) peer: Option<Snapshot>,
    pub(crate) began: Instant,
    pub(crate) waited: Duration,
}

/// A caller who waits.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) channel: String,
    pub(crate) joined: SystemTime,
}

/// A queue that rings its members one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue {
    pub(crate) members: Vec<Member>,
    pub(crate) entries: Vec<Entry>,
    pub(crate) completed: u32,
    pub(crate) abandoned: u32,
}

impl World {
    /// A caller's call is done: it is told, and counted.
    pub(crate) fn complete(&mut self, id: &str, talk: Talk, reason: &'static str) {
        let Talk { queue: name, member, peer, began, waited } = talk;
        let now = since_epoch(self.clock.now()).as_secs();
        if let Some(queue) = self.queues.get_mut(&name) {
            queue.completed += 1;
            let mut members = queue.members.iter_mut();
            if let Some(known) = members.find(|known| known.location == member.location) {
                known.in_call = false;
                known.calls_taken += 1;
                known.last_call = now;
            }
        }
        let fields = vec![
            ("Queue", name),
            ("Interface", member.location),
            ("MemberName", member.name),
            ("HoldTime", waited.as_secs().to_string()),
            ("TalkTime", began.elapsed().as_secs().to_string()),
            ("Reason", reason.to_owned()),
        ];
        let (channel, peer) = (self.view(id), peer.map(Box::new));
        self.emit(What::Queue { event: "AgentComplete", channel, peer, fields });
    }
}
