//! Agents (`app_agent_pool`).

use std::time::SystemTime;

use asterisk_proto::ami::Event;
use asterisk_proto::ami::event::{AgentStatus, Agents};
use asterisk_proto::{ChannelId, Text};

use super::picture::Tables;
use super::table::Object;

/// An agent of agents.conf.
///
/// No event tells all of it: the list is asked for when an agent logs in or off, or the state of the
/// device `Agent:…` changes, at most once a second.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Agent {
    /// The agent's id.
    pub id: Text,
    /// The agent's name.
    pub name: Text,
    /// Whether the agent is logged in and talks.
    pub status: Option<AgentStatus>,
    /// The name of the channel that the agent talks to.
    pub talking_to: Option<Text>,
    /// When that call began.
    pub call_started: Option<SystemTime>,
    /// Since when the agent is logged in.
    pub logged_in_since: Option<SystemTime>,
    /// The agent's own channel.
    pub channel: Option<ChannelId>,
}

impl Object for Agent {
    type Key = Text;

    fn key(&self) -> &Text {
        &self.id
    }
}

/// The events that say that something has changed.
pub(super) const EVENTS: &[&str] =
    &["AgentLogin", "AgentLogoff", "AgentConnect", "AgentComplete", "DeviceStateChange"];

/// Takes the list of all agents.
pub(super) fn list(tables: &mut Tables, items: &[Event]) {
    let agent = |item: Agents| {
        Some(Agent {
            id: item.agent?,
            name: item.name.unwrap_or_default(),
            status: item.status,
            talking_to: item.talking_to,
            call_started: item.call_started,
            logged_in_since: item.logged_in_since,
            channel: item.channel.unique_id,
        })
    };
    let agents = items.iter().filter_map(|item| agent(item.decode()?)).collect();
    tables.agents.replace(agents);
}
