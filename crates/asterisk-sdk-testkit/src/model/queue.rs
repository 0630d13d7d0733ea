//! Queues and their members.

use std::time::SystemTime;

use tokio::time::Instant;

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
