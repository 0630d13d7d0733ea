//! Events of one's own.

use asterisk_proto::ami::Response;

use super::output::response;
use super::{Action, Headers, NamedAction, Reply};
use crate::error::ActionError;

/// Sends a [`UserEvent`](asterisk_proto::ami::event::UserEvent) to all sessions that read class `user`
/// (privilege `user`).
///
/// The event repeats the ActionID of this action and then the headers in their order. Blanks in front
/// of a value are lost, those at its end are kept.
///
/// ```
/// use asterisk_sdk_ami::action::UserEvent;
///
/// let event = UserEvent::new("Sold").header("Item", "pen").header("Item", "ink");
/// ```
#[derive(Debug, Clone)]
#[must_use = "an action does nothing until it is sent"]
pub struct UserEvent {
    name: String,
    headers: Vec<(String, String)>,
}

impl UserEvent {
    /// An event with this name (`UserEvent`).
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), headers: Vec::new() }
    }

    /// Adds a header; a name may be repeated.
    ///
    /// The server does not pass on what is called `Action` or `UserEvent`.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

impl NamedAction for UserEvent {
    const NAME: &'static str = "UserEvent";
    const PARAMETERS: &'static [&'static str] = &["UserEvent", "Header1", "HeaderN"];
}

impl Action for UserEvent {
    type Output = Response;

    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn headers(&self, headers: &mut Headers) {
        headers.add("UserEvent", &self.name);
        for (name, value) in &self.headers {
            headers.add(name, value);
        }
    }

    fn output(reply: Reply) -> Result<Response, ActionError> {
        response(reply)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_keep_order_and_duplicates() {
        let event = UserEvent::new("Sold").header("B", "1").header("A", "x: y ").header("B", "2");
        assert_eq!(
            super::super::encode(&event, &"7".into()).unwrap(),
            "Action: UserEvent\r\nActionID: 7\r\nUserEvent: Sold\r\nB: 1\r\nA: x: y \r\nB: 2\r\n\r\n"
        );
        assert!(super::super::encode(&event.header("C", "a\nb"), &"7".into()).is_err());
    }
}
