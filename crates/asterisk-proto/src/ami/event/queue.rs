//! Queues (`app_queue`): callers who come, wait and go, and the figures that lists tell. Members
//! are in [`queue_member`](super::queue_member), calls between both in [`agent`](super::agent).

use std::time::Duration;

use super::super::field::word_fields;
use super::super::{ChannelSnapshot, Field, Message};
use super::macros::{ami_event, list_end};
use crate::open_enum::open_enum;
use crate::{ChannelId, Text};

ami_event!(
    /// A caller left a queue without having been connected to a member (class `agent`).
    ///
    /// The caller hung up, waited longer than allowed, or was taken out by the action
    /// `QueueWithdrawCaller`. A [`QueueCallerLeave`] of the same channel follows.
    #[event("QueueCallerAbandon")]
    pub struct QueueCallerAbandon {
        /// The caller's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The queue's name.
        #[header("Queue")]
        pub queue: Option<Text>,
        /// The place in the queue when the caller gave up, counted from 1.
        #[header("Position")]
        pub position: Option<u32>,
        /// The place at which the caller had entered the queue.
        #[header("OriginalPosition")]
        pub original_position: Option<u32>,
        /// How long the caller had waited, in whole seconds.
        #[header("HoldTime", seconds)]
        pub hold_time: Option<Duration>,
    }
);

ami_event!(
    /// A caller entered a queue and waits now (class `agent`).
    #[event("QueueCallerJoin")]
    pub struct QueueCallerJoin {
        /// The caller's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The queue's name.
        #[header("Queue")]
        pub queue: Option<Text>,
        /// The caller's place, counted from 1; a priority may put a new caller before others.
        #[header("Position")]
        pub position: Option<u32>,
        /// How many callers wait now, this one included.
        #[header("Count")]
        pub count: Option<u32>,
    }
);

ami_event!(
    /// A caller no longer waits in a queue, for whatever reason (class `agent`).
    ///
    /// It comes when a member has answered as well, just before the
    /// [`AgentConnect`](super::AgentConnect).
    #[event("QueueCallerLeave")]
    pub struct QueueCallerLeave {
        /// The caller's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The queue's name.
        #[header("Queue")]
        pub queue: Option<Text>,
        /// How many callers are left waiting.
        #[header("Count")]
        pub count: Option<u32>,
        /// The place that the caller had in the end, counted from 1.
        #[header("Position")]
        pub position: Option<u32>,
    }
);

ami_event!(
    /// A waiting caller in the list of the action `QueueStatus`.
    ///
    /// It carries single headers of the channel instead of a whole snapshot, and names without the
    /// escapes of live events.
    #[event("QueueEntry")]
    pub struct QueueEntry {
        /// The queue's name.
        #[header("Queue")]
        pub queue: Option<Text>,
        /// The caller's place, counted from 1.
        #[header("Position")]
        pub position: Option<u32>,
        /// The name of the caller's channel, which the actions on callers take.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// The channel's id.
        #[header("Uniqueid")]
        pub unique_id: Option<ChannelId>,
        /// The caller's number; `unknown` when the server does not know it.
        #[header("CallerIDNum")]
        pub caller_id_number: Option<Text>,
        /// The caller's name; `unknown` when the server does not know it.
        #[header("CallerIDName")]
        pub caller_id_name: Option<Text>,
        /// The number that the channel shows as its other end.
        #[header("ConnectedLineNum")]
        pub connected_line_number: Option<Text>,
        /// The name that the channel shows as its other end.
        #[header("ConnectedLineName")]
        pub connected_line_name: Option<Text>,
        /// How long the caller has waited, in whole seconds.
        #[header("Wait", seconds)]
        pub wait: Option<Duration>,
        /// The caller's priority; those of a higher one come first. 0 unless somebody set it.
        #[header("Priority")]
        pub priority: Option<i32>,
    }
);

ami_event!(
    /// A queue in the list of the action `QueueStatus`: its settings, and what it has counted since
    /// it was loaded or reset.
    ///
    /// The members and callers of the queue follow as items of their own.
    #[event("QueueParams")]
    pub struct QueueParams {
        /// The queue's name.
        #[header("Queue")]
        pub queue: Option<Text>,
        /// How many callers may wait (`maxlen`); 0 for any number.
        #[header("Max")]
        pub max: Option<u32>,
        /// In which order the members are called.
        #[header("Strategy")]
        pub strategy: Option<QueueStrategy>,
        /// How many callers wait now.
        #[header("Calls")]
        pub calls: Option<u32>,
        /// How long callers wait until they are connected: a running average, in whole seconds.
        #[header("Holdtime", seconds)]
        pub hold_time: Option<Duration>,
        /// How long calls last: a running average, in whole seconds.
        #[header("TalkTime", seconds)]
        pub talk_time: Option<Duration>,
        /// How many calls were connected to a member and have ended.
        #[header("Completed")]
        pub completed: Option<u32>,
        /// How many callers gave up.
        #[header("Abandoned")]
        pub abandoned: Option<u32>,
        /// Within which time callers should be answered (`servicelevel`); zero when none is set.
        #[header("ServiceLevel", seconds)]
        pub service_level: Option<Duration>,
        /// Percentage of the completed calls that were answered within the service level.
        #[header("ServicelevelPerf")]
        pub service_level_performance: Option<f64>,
        /// The same percentage of all calls, the abandoned ones included.
        #[header("ServicelevelPerf2")]
        pub service_level_performance_2: Option<f64>,
        /// Which queue a shared member serves first: the one with the higher weight.
        #[header("Weight")]
        pub weight: Option<u32>,
    }
);

list_end!(
    /// The end of the list of the action `QueueStatus`.
    #[event("QueueStatusComplete")]
    pub struct QueueStatusComplete {}
);

ami_event!(
    /// A queue in the list of the action `QueueSummary`.
    #[event("QueueSummary")]
    pub struct QueueSummary {
        /// The queue's name.
        #[header("Queue")]
        pub queue: Option<Text>,
        /// How many members there are whose device can be reached.
        #[header("LoggedIn")]
        pub logged_in: Option<u32>,
        /// How many of those could take a call now: neither paused nor busy.
        #[header("Available")]
        pub available: Option<u32>,
        /// How many callers wait.
        #[header("Callers")]
        pub callers: Option<u32>,
        /// How long callers wait until they are connected: a running average, in whole seconds.
        #[header("HoldTime", seconds)]
        pub hold_time: Option<Duration>,
        /// How long calls last: a running average, in whole seconds.
        #[header("TalkTime", seconds)]
        pub talk_time: Option<Duration>,
        /// How long the caller who has waited longest has waited until now, in whole seconds.
        #[header("LongestHoldTime", seconds)]
        pub longest_hold_time: Option<Duration>,
    }
);

list_end!(
    /// The end of the list of the action `QueueSummary`.
    #[event("QueueSummaryComplete")]
    pub struct QueueSummaryComplete {}
);

open_enum! {
    /// In which order a queue calls its members (`strategy` in queues.conf).
    pub enum QueueStrategy {
        /// All that are free at once, until one answers.
        #[wire("ringall")]
        RingAll,
        /// The one whose last call of this queue is longest ago.
        #[wire("leastrecent")]
        LeastRecent,
        /// The one who has taken the fewest calls of this queue.
        #[wire("fewestcalls")]
        FewestCalls,
        /// Any.
        #[wire("random")]
        Random,
        /// In turn, beginning behind the one who was called last.
        #[wire("rrmemory", "roundrobin")]
        RoundRobinMemory,
        /// In turn like [`RoundRobinMemory`](Self::RoundRobinMemory), in the configured order.
        #[wire("rrordered")]
        RoundRobinOrdered,
        /// Always in the order of the configuration, beginning with the first.
        #[wire("linear")]
        Linear,
        /// Any, with those of a lower penalty more often.
        #[wire("wrandom")]
        WeightedRandom,
    }
}

word_fields!(QueueStrategy);
