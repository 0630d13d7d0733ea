//! An agent logs in, is asked for by a caller and is logged off.

use asterisk_sdk::ami::action::{AgentLogoff, Agents};
use asterisk_sdk::ami::event::{self, AgentLogin, AgentStatus, AgentsComplete};

use super::super::Stage;
use super::{call, end, hang_up, next};
use crate::calls::{has, wait_for};

pub(super) async fn agents(stage: &Stage) {
    assert_eq!(stage.refused(AgentLogoff::new("nosuch").soft(true)).await, "No such agent");

    let agent = the_agent(stage).await;
    assert_eq!(agent.agent.as_deref(), Some("1001"));
    assert_eq!(agent.name.as_deref(), Some("Agent Ada"));
    assert_eq!(agent.status, Some(AgentStatus::LoggedOff));
    assert_eq!((agent.logged_in_since, agent.call_started), (None, None));
    assert_eq!(agent.channel.channel, None);

    let mut events = stage.events();
    let channel = call(stage, "Local/wait@sdk", "AgentLogin", "1001,s").await;
    let login = next::<AgentLogin>(&mut events, |_| true).await;
    assert_eq!(login.agent.as_deref(), Some("1001"));
    assert_eq!(login.channel.channel.as_deref(), Some(&*channel));
    let agent = the_agent(stage).await;
    assert_eq!(agent.status, Some(AgentStatus::Idle));
    assert_eq!(agent.channel.channel.as_deref(), Some(&*channel));
    assert!(agent.logged_in_since.is_some() && agent.talking_to.is_none());

    // It takes five seconds until the agent can be asked for.
    wait_for(&mut events, |event| {
        event.name() == "DeviceStateChange"
            && has(event, "Device", "Agent:1001")
            && has(event, "State", "NOT_INUSE")
    })
    .await;
    let caller = call(stage, "Local/wait@sdk", "AgentRequest", "1001").await;
    // By this variable the list knows whom the agent talks to.
    wait_for(&mut events, |event| {
        event.name() == "VarSet"
            && has(event, "Channel", &channel)
            && has(event, "Variable", "BRIDGEPEER")
            && has(event, "Value", &caller)
    })
    .await;
    let agent = the_agent(stage).await;
    assert_eq!(agent.status, Some(AgentStatus::OnCall));
    assert_eq!(agent.talking_to.as_deref(), Some(&*caller));
    assert!(agent.logged_in_since.is_some() && agent.call_started > agent.logged_in_since);

    hang_up(stage, &caller).await;
    let response = stage.send(AgentLogoff::new("1001").soft(false)).await.unwrap();
    assert_eq!(response.text().unwrap(), "Agent logged out");
    let logoff = next::<event::AgentLogoff>(&mut events, |_| true).await;
    assert_eq!(logoff.agent, login.agent);
    assert_eq!(logoff.channel.unique_id, login.channel.unique_id);
    assert!(logoff.logged_in_for.unwrap().as_secs() >= 4, "{logoff:?}");
    hang_up(stage, &channel).await;
}

/// The only agent of the test server.
async fn the_agent(stage: &Stage) -> event::Agents {
    let agents = stage.send(Agents::new()).await.unwrap();
    assert!(agents.valid() && agents.items.len() == 1, "{agents:?}");
    let end = end::<AgentsComplete>(agents.complete.as_ref());
    assert_eq!((end.event_list.as_deref(), end.list_items), (Some("Complete"), Some(1)));
    agents.items.into_iter().next().unwrap()
}
