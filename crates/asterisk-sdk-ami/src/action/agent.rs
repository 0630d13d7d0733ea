//! Agents who are logged in (`app_agent_pool`).

use asterisk_proto::ami::Response;
use asterisk_proto::ami::event;

use super::Aggregate;
use super::macros::ami_action;
use super::output::{aggregate, response};

ami_action!(
    /// Logs an agent off (privilege `agent`).
    ///
    /// An [`AgentLogoff`](asterisk_proto::ami::event::AgentLogoff) follows. An agent who is not
    /// logged in makes a success too; one that does not exist is refused with `No such agent`.
    #[action("AgentLogoff")]
    pub struct AgentLogoff {
        #[required("Agent")]
        /// the agent's id in agents.conf.
        agent: String,
        #[optional("Soft")]
        /// Whether a call of the agent may end first; by default it is cut off.
        soft: bool,
    },
    Response,
    response
);

ami_action!(
    /// Lists all agents of agents.conf, logged in or not (privilege `agent`).
    #[action("Agents")]
    pub struct Agents {},
    Aggregate<event::Agents>,
    aggregate
);
