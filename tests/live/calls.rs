//! What the tests of all protocols need to make calls.

use asterisk_sdk::ami::action::Custom;
use asterisk_sdk::ami::{Event, EventStream, Manager};
use harness::live::Server;
use harness::soon;

/// A session that may do everything.
pub(crate) async fn manager(server: &Server) -> Manager {
    let (user, secret) = server.ami_admin.clone();
    Manager::builder(&server.ami).login(user, secret).connect().await.expect("a login")
}

/// The first event that passes.
pub(crate) async fn wait_for(
    events: &mut EventStream<Event>,
    mut passes: impl FnMut(&Event) -> bool,
) -> Event {
    let search = async {
        loop {
            let event = events.next().await.expect("the connection holds").expect("none is missed");
            if passes(&event) {
                return event;
            }
        }
    };
    soon(search).await
}

/// Whether a header has this value.
pub(crate) fn has(event: &Event, header: &str, value: &str) -> bool {
    event.get(header).is_some_and(|found| found == value)
}

/// The value of a channel's variable.
pub(crate) async fn variable(manager: &Manager, channel: &str, name: &str) -> String {
    let action = Custom::new("Getvar").header("Channel", channel).header("Variable", name);
    let reply = manager.send(action).await.expect("the channel exists");
    reply.response.message().get("Value").unwrap_or_default().into_owned()
}
