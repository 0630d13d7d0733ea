//! Calls: what a caller takes for one call, made of all its channels.

use std::time::{Duration, SystemTime};

use asterisk_proto::ami::Party;
use asterisk_proto::{ChannelId, HangupCause, LinkedId, Text};

use super::table::Object;

/// Who began a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// Its first channel called Asterisk.
    Incoming,
    /// Asterisk called its first channel, as `Originate` does.
    Outgoing,
}

/// A call under way: all channels of one linked id, and of those that were joined with it by a
/// transfer, a pickup or the fetching of a parked call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// Names the call: the linked id that its channels have, or had before they were joined.
    pub id: LinkedId,
    /// Other linked ids whose channels have been joined with it. Channels that are not bridged
    /// themselves, such as far halves of Local channels, go on to have these.
    pub joined: Vec<LinkedId>,
    /// Who began it.
    pub direction: Direction,
    /// Who calls: the caller id of its first channel.
    pub caller: Party,
    /// The extension that its first channel dialled, or was sent to.
    pub exten: Option<Text>,
    /// When it began.
    pub started: SystemTime,
    /// When the first of its channels was answered, by a phone or by Asterisk itself. Of one that was
    /// found answered it is not known.
    pub answered: Option<SystemTime>,
    /// Its channels, in the order in which they came.
    pub channels: Vec<ChannelId>,
    /// How many channels have put it on hold.
    pub holds: usize,
    /// How many times it was transferred.
    pub transfers: u32,
    /// Whether something of it was not seen: it was under way when the picture was made, or events
    /// were lost meanwhile.
    pub gaps: bool,
}

impl Object for Call {
    type Key = LinkedId;

    fn key(&self) -> &LinkedId {
        &self.id
    }
}

/// A call that has ended: there is exactly one for each that was seen, once the last of its channels is
/// gone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompletedCall {
    /// What named the call; see [`Call::id`].
    pub id: LinkedId,
    /// Other linked ids whose channels were joined with it.
    pub joined: Vec<LinkedId>,
    /// Who began it.
    pub direction: Direction,
    /// Who called.
    pub caller: Party,
    /// The extension that its first channel dialled, or was sent to.
    pub exten: Option<Text>,
    /// When it began.
    pub started: SystemTime,
    /// When the first of its channels was answered; nothing if none was.
    pub answered: Option<SystemTime>,
    /// When the last of its channels went.
    pub ended: SystemTime,
    /// Why its first channel was hung up; nothing if that was not seen.
    pub cause: Option<HangupCause>,
    /// Its channels, in the order in which they came.
    pub legs: Vec<Leg>,
    /// How many more there were: only so many as [`CompletedCall::MAX_LEGS`] are kept.
    pub more_legs: u32,
    /// What happened, in order.
    pub timeline: Vec<Step>,
    /// How much more happened: only so much as [`CompletedCall::MAX_STEPS`] is kept.
    pub more_steps: u32,
    /// How many times it was transferred.
    pub transfers: u32,
    /// Whether something of it was not seen; see [`Call::gaps`]. Times may be late then, and legs and
    /// steps may be missing.
    pub gaps: bool,
}

impl CompletedCall {
    /// How many legs are kept of a call.
    pub const MAX_LEGS: usize = 256;
    /// How many steps are kept of a call.
    pub const MAX_STEPS: usize = 1024;

    /// How long it lasted; nothing if the clock was set back meanwhile.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.ended.duration_since(self.started).unwrap_or_default()
    }

    /// How long it was answered; nothing if it was not.
    #[must_use]
    pub fn talk_time(&self) -> Duration {
        let since = |answered| self.ended.duration_since(answered).ok();
        self.answered.and_then(since).unwrap_or_default()
    }
}

/// A channel of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Leg {
    /// The channel.
    pub channel: ChannelId,
    /// Its last name.
    pub name: Text,
    /// Who called, as it was last.
    pub caller_id: Party,
    /// Whether the channel called Asterisk, or was called.
    pub direction: Direction,
    /// When it came to be.
    pub created: SystemTime,
    /// When it was answered.
    pub answered: Option<SystemTime>,
    /// When it was hung up; nothing if that was not seen.
    pub ended: Option<SystemTime>,
    /// Why it was hung up; nothing if that was not seen.
    pub cause: Option<HangupCause>,
}

/// Something that happened in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// When: by the event's own timestamp if there is one (`timestampevents`), else by this machine's
    /// clock.
    pub at: SystemTime,
    /// To which channel, or by whom.
    pub channel: Option<ChannelId>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum What {
    /// The channel came to be.
    Created,
    /// The channel rings.
    Ringing,
    /// The channel was answered.
    Answered,
    /// The channel entered a bridge.
    Bridged,
    /// The channel left its bridge.
    Unbridged,
    /// The channel's phone put the call on hold.
    Held,
    /// The channel's phone took the call back.
    Unheld,
    /// The channel sent the other side to an extension, `exten@context`.
    BlindTransfer {
        /// Where to.
        to: Text,
    },
    /// The channel handed the call on after it had talked to the target.
    AttendedTransfer,
    /// The channel picked up a call that rang elsewhere.
    PickedUp,
    /// The channel was parked.
    Parked {
        /// The space.
        space: u32,
    },
    /// The channel was fetched from where it was parked.
    Unparked,
    /// Nobody fetched the parked channel in time.
    ParkTimeout,
    /// The channel came into a queue.
    Queued {
        /// The queue's name.
        queue: Text,
    },
    /// The channel, which waited in a queue, was connected to a member.
    Connected {
        /// The member's interface.
        member: Text,
    },
    /// The channel left a queue without having been connected.
    Abandoned,
    /// The channel was hung up.
    Ended,
    /// The calls of another linked id were joined with this one.
    Joined {
        /// That linked id.
        with: LinkedId,
    },
    /// Events are missing from here on.
    Gap,
}
