//! Actions that the crate has no type for.

use super::{Action, Expect, Headers, Reply};
use crate::error::ActionError;

/// Any action, by name and headers.
///
/// ```
/// use asterisk_sdk_ami::action::Custom;
///
/// let action = Custom::new("QueuePause").header("Interface", "PJSIP/100").header("Paused", "true");
/// ```
#[derive(Debug, Clone)]
#[must_use = "an action does nothing until it is sent"]
pub struct Custom {
    name: String,
    headers: Vec<(String, String)>,
    expect: Expect,
}

impl Custom {
    /// The action called `name`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), headers: Vec::new(), expect: Expect::Response }
    }

    /// Adds a header; names may repeat.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The action ends by the event of this name with its ActionID, not by its response: `FAXStats`,
    /// an `Originate` in the background. Lists need no such word.
    pub fn until_event(mut self, name: &'static str) -> Self {
        self.expect = Expect::Event(name);
        self
    }
}

impl Action for Custom {
    type Output = Reply;

    fn name(&self) -> &str {
        &self.name
    }

    fn headers(&self, headers: &mut Headers) {
        for (name, value) in &self.headers {
            headers.add(name, value);
        }
    }

    fn expect(&self) -> Expect {
        self.expect
    }

    fn output(reply: Reply) -> Result<Reply, ActionError> {
        Ok(reply)
    }
}
