//! Calls between a queue's callers and its members (`app_queue`), and agents who are logged in
//! (`app_agent_pool`).

use std::time::{Duration, SystemTime};

use super::super::field::word_fields;
use super::super::{ChannelSnapshot, Field, Message};
use super::macros::{ami_event, list_end};
use crate::Text;
use crate::open_enum::open_enum;

ami_event!(
    /// A queue rings a member for a caller (class `agent`).
    ///
    /// With the strategy `ringall` there is one for each member that rings.
    #[event("AgentCalled")]
    pub struct AgentCalled {
        /// The caller's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The channel that calls the member.
        #[channel("Dest")]
        pub dest_channel: ChannelSnapshot,
        /// The queue's name.
        #[header("Queue")]
        pub queue: Option<Text>,
        /// What the member is called.
        #[header("MemberName")]
        pub member_name: Option<Text>,
        /// What the queue dialled, such as `PJSIP/100`.
        #[header("Interface")]
        pub interface: Option<Text>,
    }
);

ami_event!(
    /// A call between a queue's caller and a member ended (class `agent`).
    ///
    /// A channel that was already gone when the server wrote the event is left out: its snapshot is
    /// empty then, and both may be. The queue and the member are always told.
    #[event("AgentComplete")]
    pub struct AgentComplete {
        /// The caller's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The member's channel.
        #[channel("Dest")]
        pub dest_channel: ChannelSnapshot,
        /// The queue's name.
        #[header("Queue")]
        pub queue: Option<Text>,
        /// What the member is called.
        #[header("MemberName")]
        pub member_name: Option<Text>,
        /// What the queue dialled to reach the member.
        #[header("Interface")]
        pub interface: Option<Text>,
        /// How long the caller had waited, in whole seconds.
        #[header("HoldTime", seconds)]
        pub hold_time: Option<Duration>,
        /// How long both talked, in whole seconds.
        #[header("TalkTime", seconds)]
        pub talk_time: Option<Duration>,
        /// Who ended it.
        #[header("Reason")]
        pub reason: Option<AgentCompleteReason>,
    }
);

ami_event!(
    /// A queue's caller and a member were connected (class `agent`).
    #[event("AgentConnect")]
    pub struct AgentConnect {
        /// The caller's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The member's channel.
        #[channel("Dest")]
        pub dest_channel: ChannelSnapshot,
        /// The queue's name.
        #[header("Queue")]
        pub queue: Option<Text>,
        /// What the member is called.
        #[header("MemberName")]
        pub member_name: Option<Text>,
        /// What the queue dialled to reach the member.
        #[header("Interface")]
        pub interface: Option<Text>,
        /// How long the member's device had rung, in whole seconds.
        #[header("RingTime", seconds)]
        pub ring_time: Option<Duration>,
        /// How long the caller had waited, in whole seconds.
        #[header("HoldTime", seconds)]
        pub hold_time: Option<Duration>,
    }
);

ami_event!(
    /// A member took the call of a queue and hung up on its announcement, before being connected to
    /// the caller, who goes on waiting (class `agent`).
    #[event("AgentDump")]
    pub struct AgentDump {
        /// The caller's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The member's channel.
        #[channel("Dest")]
        pub dest_channel: ChannelSnapshot,
        /// The queue's name.
        #[header("Queue")]
        pub queue: Option<Text>,
        /// What the member is called.
        #[header("MemberName")]
        pub member_name: Option<Text>,
        /// What the queue dialled to reach the member.
        #[header("Interface")]
        pub interface: Option<Text>,
    }
);

ami_event!(
    /// An agent logged in by the application `AgentLogin` and waits for calls (class `agent`,
    /// `app_agent_pool`).
    ///
    /// It takes a moment until the agent can be called: the device `Agent:<id>` is free then.
    #[event("AgentLogin")]
    pub struct AgentLogin {
        /// The agent's channel, which stays up between calls.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The agent's id in agents.conf.
        #[header("Agent")]
        pub agent: Option<Text>,
    }
);

ami_event!(
    /// An agent logged off, by hanging up or by the action `AgentLogoff` (class `agent`,
    /// `app_agent_pool`).
    #[event("AgentLogoff")]
    pub struct AgentLogoff {
        /// The agent's id in agents.conf.
        #[header("Agent")]
        pub agent: Option<Text>,
        /// How long the agent had been logged in, in whole seconds.
        #[header("Logintime", seconds)]
        pub logged_in_for: Option<Duration>,
        /// The agent's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// A member did not take the call of a queue, which goes on looking (class `agent`).
    ///
    /// The member's device rang in vain, was busy or turned the call down.
    #[event("AgentRingNoAnswer")]
    pub struct AgentRingNoAnswer {
        /// The caller's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The channel that called the member.
        #[channel("Dest")]
        pub dest_channel: ChannelSnapshot,
        /// The queue's name.
        #[header("Queue")]
        pub queue: Option<Text>,
        /// What the member is called.
        #[header("MemberName")]
        pub member_name: Option<Text>,
        /// What the queue dialled, such as `PJSIP/100`.
        #[header("Interface")]
        pub interface: Option<Text>,
        /// How long the member's device rang, in milliseconds.
        #[header("RingTime", milliseconds)]
        pub ring_time: Option<Duration>,
    }
);

ami_event!(
    /// An agent in the list of the action `Agents` (`app_agent_pool`).
    ///
    /// While the agent talks, the server ends the line of `CallStarted` with a bare LF, so that the
    /// text of that header holds the next one too. The fields here are right all the same.
    #[event("Agents")]
    pub struct Agents {
        /// The agent's id in agents.conf.
        #[header("Agent")]
        pub agent: Option<Text>,
        /// The agent's name (`fullname`).
        #[header("Name")]
        pub name: Option<Text>,
        /// Whether the agent is logged in and talks.
        #[header("Status")]
        pub status: Option<AgentStatus>,
        /// The channel that the agent talks to; absent outside of calls.
        #[header("TalkingToChan")]
        pub talking_to: Option<Text>,
        /// When that call began; absent outside of calls.
        #[header("CallStarted", unix_time_in_lines)]
        pub call_started: Option<SystemTime>,
        /// When the agent logged in; absent when logged off.
        #[header("LoggedInTime", unix_time_in_lines)]
        pub logged_in_since: Option<SystemTime>,
        /// The agent's channel; empty when logged off.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

list_end!(
    /// The end of the list of the action `Agents`.
    #[event("AgentsComplete")]
    pub struct AgentsComplete {}
);

open_enum! {
    /// Who ended a call between a queue's caller and a member.
    pub enum AgentCompleteReason {
        /// The caller hung up.
        #[wire("caller")]
        Caller,
        /// The member hung up.
        #[wire("agent")]
        Agent,
        /// One of them transferred the other.
        #[wire("transfer")]
        Transfer,
    }
}

open_enum! {
    /// What an agent does.
    pub enum AgentStatus {
        /// Is not logged in.
        #[wire("AGENT_LOGGEDOFF")]
        LoggedOff,
        /// Is logged in and connected to nobody, or not yet.
        #[wire("AGENT_IDLE")]
        Idle,
        /// Is in a call.
        #[wire("AGENT_ONCALL")]
        OnCall,
        /// The server cannot tell.
        #[wire("AGENT_UNKNOWN")]
        Unknown,
    }
}

word_fields!(AgentCompleteReason, AgentStatus);

#[cfg(test)]
mod tests {
    use super::super::super::{AmiEvent, Event};
    use super::*;

    #[test]
    fn times_around_a_bare_line_feed() {
        let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        for (text, started, since) in [
            ("CallStarted: 7\nLoggedInTime: 5\r\nChannel: x", at(7), at(5)),
            ("CallStarted: 7\r\nLoggedInTime: 5", at(7), at(5)),
            ("LoggedInTime: 5", None, at(5)),
            ("CallStarted: 0\nLoggedInTime: x", None, None),
        ] {
            let text = format!("Event: Agents\r\n{text}");
            let agent =
                Agents::from_event(&Event::new(Message::parse(text.into()).unwrap()).unwrap());
            assert_eq!((agent.call_started, agent.logged_in_since), (started, since));
        }
    }
}
