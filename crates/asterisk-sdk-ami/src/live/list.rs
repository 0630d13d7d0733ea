//! Which events and which lists each kind is made of.

use std::collections::HashMap;

use asterisk_proto::Text;

use super::{Kind, Kinds, agent, conference, parking, queue, state};

/// The events from which channels, bridges and calls are made.
const CALL_EVENTS: &[&str] = &[
    "AgentConnect",
    "AttendedTransfer",
    "BlindTransfer",
    "BridgeCreate",
    "BridgeDestroy",
    "BridgeEnter",
    "BridgeLeave",
    "BridgeMerge",
    "BridgeVideoSourceUpdate",
    "DialBegin",
    "DialEnd",
    "DialState",
    "Hangup",
    "HangupRequest",
    "Hold",
    "MusicOnHoldStart",
    "MusicOnHoldStop",
    "NewAccountCode",
    "NewCallerid",
    "NewConnectedLine",
    "Newchannel",
    "Newexten",
    "Newstate",
    "ParkedCall",
    "ParkedCallTimeOut",
    "Pickup",
    "QueueCallerAbandon",
    "QueueCallerJoin",
    "Rename",
    "SoftHangupRequest",
    "UnParkedCall",
    "Unhold",
];

/// What the server lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum List {
    Channels,
    /// Behind the channels, which say where they are.
    Bridges,
    Queues,
    /// One queue, who waits in it, and one of its members, if any.
    QueueFigures(Text, Option<Text>),
    Agents,
    ParkedCalls,
    Conferences,
    /// Those of one conference.
    ConferenceUsers(Text),
    Devices,
    Extensions,
    Presences,
    Endpoints,
    Mailboxes,
}

impl List {
    /// What to ask for at first, and after a gap.
    pub(super) fn all(kinds: Kinds) -> impl Iterator<Item = Self> {
        [
            (Kind::Calls, Self::Channels),
            (Kind::Calls, Self::Bridges),
            (Kind::Queues, Self::Queues),
            (Kind::Agents, Self::Agents),
            (Kind::Parking, Self::ParkedCalls),
            (Kind::Conferences, Self::Conferences),
            (Kind::Devices, Self::Devices),
            (Kind::Extensions, Self::Extensions),
            (Kind::Presences, Self::Presences),
            (Kind::Endpoints, Self::Endpoints),
            (Kind::Mailboxes, Self::Mailboxes),
        ]
        .into_iter()
        .filter_map(move |(kind, list)| kinds.contains(kind).then_some(list))
    }
}

/// The events that a kind is made of.
fn events(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Calls => CALL_EVENTS,
        Kind::Queues => queue::EVENTS,
        Kind::Agents => agent::EVENTS,
        Kind::Parking => parking::EVENTS,
        Kind::Conferences => conference::EVENTS,
        Kind::Devices => state::DEVICE_EVENTS,
        Kind::Extensions => state::EXTENSION_EVENTS,
        Kind::Presences => state::PRESENCE_EVENTS,
        Kind::Endpoints => state::ENDPOINT_EVENTS,
        Kind::Mailboxes => state::MAILBOX_EVENTS,
    }
}

/// Which kinds each event is for, by its name.
pub(super) fn names(kinds: Kinds) -> HashMap<&'static str, Kinds> {
    let mut names = HashMap::<_, Kinds>::new();
    for kind in Kind::ALL.iter().filter(|kind| kinds.contains(**kind)) {
        for name in events(*kind) {
            names.entry(*name).or_default().add(*kind);
        }
    }
    names
}
