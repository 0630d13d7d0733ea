//! Members of queues (`app_queue`): who serves a queue, with what state and penalty.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::super::field::word_fields;
use super::super::{Field, Message};
use super::macros::ami_event;
use crate::Text;
use crate::open_enum::open_enum;

/// Declares an event about a member as it was when the event was raised.
macro_rules! member_event {
    (
        $(#[doc = $doc:expr])+
        #[event($wire:literal)]
        pub struct $name:ident { $($more:tt)* }
    ) => {
        ami_event!(
            $(#[doc = $doc])+
            #[event($wire)]
            pub struct $name {
                /// The queue's name. A device that serves several queues is a member in each.
                #[header("Queue")]
                pub queue: Option<Text>,
                /// What the member is called; the interface when no name was given.
                #[header("MemberName")]
                pub member_name: Option<Text>,
                /// What the queue dials to reach the member, such as `PJSIP/100`.
                #[header("Interface")]
                pub interface: Option<Text>,
                /// The device whose state says whether the member is free; mostly the interface.
                #[header("StateInterface")]
                pub state_interface: Option<Text>,
                /// How the member came into the queue.
                #[header("Membership")]
                pub membership: Option<QueueMembership>,
                /// Members of a lower penalty are called first.
                #[header("Penalty")]
                pub penalty: Option<u32>,
                /// How many calls of this queue the member has taken.
                #[header("CallsTaken")]
                pub calls_taken: Option<u32>,
                /// When the member's last call of the queue ended; nothing before the first.
                #[header("LastCall", unix_time)]
                pub last_call: Option<SystemTime>,
                /// When the member was last paused; nothing if never.
                #[header("LastPause", unix_time)]
                pub last_pause: Option<SystemTime>,
                /// When the member came into the queue.
                #[header("LoginTime", unix_time)]
                pub login_time: Option<SystemTime>,
                /// Whether the member is in a call that came from the queue.
                #[header("InCall")]
                pub in_call: Option<bool>,
                /// The state of the member's device.
                #[header("Status")]
                pub status: Option<QueueMemberState>,
                /// Whether the member is paused, so that it is not called.
                #[header("Paused")]
                pub paused: Option<bool>,
                /// Why the member is paused, if a reason was given; Asterisk 16 often has none.
                #[header("PausedReason")]
                pub paused_reason: Option<Text>,
                /// Whether the member is called even while its device is in use.
                #[header("Ringinuse")]
                pub ring_in_use: Option<bool>,
                /// How long the member has peace after a call; zero for the queue's own setting.
                #[header("Wrapuptime", seconds)]
                pub wrap_up_time: Option<Duration>,
                $($more)*
            }
        );
    };
}

ami_event!(
    /// A member in the list of the action `QueueStatus`.
    ///
    /// It has other header names than the events about members, and does not tell whether the
    /// member is called while in use.
    #[event("QueueMember")]
    pub struct QueueMember {
        /// The queue's name. A device that serves several queues is a member in each.
        #[header("Queue")]
        pub queue: Option<Text>,
        /// What the member is called; the interface when no name was given.
        #[header("Name")]
        pub member_name: Option<Text>,
        /// What the queue dials to reach the member, such as `PJSIP/100`.
        #[header("Location")]
        pub interface: Option<Text>,
        /// The device whose state says whether the member is free; mostly the interface.
        #[header("StateInterface")]
        pub state_interface: Option<Text>,
        /// How the member came into the queue.
        #[header("Membership")]
        pub membership: Option<QueueMembership>,
        /// Members of a lower penalty are called first.
        #[header("Penalty")]
        pub penalty: Option<u32>,
        /// How many calls of this queue the member has taken.
        #[header("CallsTaken")]
        pub calls_taken: Option<u32>,
        /// When the member's last call of the queue ended; nothing before the first.
        #[header("LastCall", unix_time)]
        pub last_call: Option<SystemTime>,
        /// When the member was last paused; nothing if never.
        #[header("LastPause", unix_time)]
        pub last_pause: Option<SystemTime>,
        /// When the member came into the queue.
        #[header("LoginTime", unix_time)]
        pub login_time: Option<SystemTime>,
        /// Whether the member is in a call that came from the queue.
        #[header("InCall")]
        pub in_call: Option<bool>,
        /// The state of the member's device.
        #[header("Status")]
        pub status: Option<QueueMemberState>,
        /// Whether the member is paused, so that it is not called.
        #[header("Paused")]
        pub paused: Option<bool>,
        /// Why the member is paused; empty if no reason was given.
        #[header("PausedReason")]
        pub paused_reason: Option<Text>,
        /// How long the member has peace after a call; zero for the queue's own setting.
        #[header("Wrapuptime", seconds)]
        pub wrap_up_time: Option<Duration>,
    }
);

member_event!(
    /// A member was added to a queue (class `agent`): by the action `QueueAdd`, the application
    /// `AddQueueMember` or the command line.
    #[event("QueueMemberAdded")]
    pub struct QueueMemberAdded {}
);

member_event!(
    /// A member was paused, or called back from its pause (class `agent`).
    ///
    /// There is one for each queue that the member is paused in.
    #[event("QueueMemberPause")]
    pub struct QueueMemberPause {
        /// The reason given with this change in Asterisk 16, where others have `paused_reason`.
        #[header("Reason")]
        pub reason: Option<Text>,
    }
);

ami_event!(
    /// A member was paused or called back: the form of Asterisk 11 and older, which
    /// [`QueueMemberPause`] replaced (class `agent`).
    #[event("QueueMemberPaused")]
    pub struct QueueMemberPaused {
        /// The queue's name.
        #[header("Queue")]
        pub queue: Option<Text>,
        /// What the queue dials to reach the member.
        #[header("Location")]
        pub interface: Option<Text>,
        /// What the member is called.
        #[header("MemberName")]
        pub member_name: Option<Text>,
        /// Whether the member is paused now.
        #[header("Paused")]
        pub paused: Option<bool>,
        /// The reason that was given, if one was.
        #[header("Reason")]
        pub reason: Option<Text>,
    }
);

member_event!(
    /// A member got another penalty (class `agent`).
    #[event("QueueMemberPenalty")]
    pub struct QueueMemberPenalty {}
);

member_event!(
    /// A member was taken out of a queue (class `agent`): by the action `QueueRemove`, the
    /// application `RemoveQueueMember` or the command line. It tells the last state.
    #[event("QueueMemberRemoved")]
    pub struct QueueMemberRemoved {}
);

member_event!(
    /// It was changed whether a member is called while its device is in use (class `agent`).
    #[event("QueueMemberRinginuse")]
    pub struct QueueMemberRinginuse {}
);

member_event!(
    /// The state of a member's device changed (class `agent`).
    ///
    /// Any call of the device causes it, not only those of the queue; there is one for each queue
    /// that the device serves.
    #[event("QueueMemberStatus")]
    pub struct QueueMemberStatus {}
);

open_enum! {
    /// How a member came into its queue.
    pub enum QueueMembership {
        /// It was added while the server ran, by an action, an application or a command.
        #[wire("dynamic")]
        Dynamic,
        /// It comes from a database.
        #[wire("realtime")]
        Realtime,
        /// It stands in queues.conf.
        #[wire("static")]
        Static,
    }
}

word_fields!(QueueMembership);

/// The state of a member's device, which the server gives as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueueMemberState {
    /// 0: the device says nothing of its state; the queue calls it all the same.
    Unknown,
    /// 1: it is free.
    NotInUse,
    /// 2: it is in a call.
    InUse,
    /// 3: it is busy and takes no further call.
    Busy,
    /// 4: there is no such device.
    Invalid,
    /// 5: it cannot be reached, such as a phone that is not registered.
    Unavailable,
    /// 6: it rings.
    Ringing,
    /// 7: it rings while it is in a call.
    RingInUse,
    /// 8: its calls are on hold.
    OnHold,
    /// A number that this version of the crate has no name for.
    Other(u32),
}

impl From<u32> for QueueMemberState {
    fn from(code: u32) -> Self {
        match code {
            0 => Self::Unknown,
            1 => Self::NotInUse,
            2 => Self::InUse,
            3 => Self::Busy,
            4 => Self::Invalid,
            5 => Self::Unavailable,
            6 => Self::Ringing,
            7 => Self::RingInUse,
            8 => Self::OnHold,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for QueueMemberState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "unknown",
            Self::NotInUse => "not in use",
            Self::InUse => "in use",
            Self::Busy => "busy",
            Self::Invalid => "invalid",
            Self::Unavailable => "unavailable",
            Self::Ringing => "ringing",
            Self::RingInUse => "ringing while in use",
            Self::OnHold => "on hold",
            Self::Other(code) => return write!(f, "state {code}"),
        })
    }
}

impl Field for Option<QueueMemberState> {
    fn read(message: &Message, name: &str) -> Self {
        Option::<u32>::read(message, name).map(QueueMemberState::from)
    }
}
