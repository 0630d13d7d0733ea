//! Messages as text.

use std::fmt::{Display, Write};

/// One message that is being written.
#[derive(Debug, Clone)]
pub(crate) struct Block(String);

impl Block {
    pub(crate) fn event(name: &str) -> Self {
        Self(String::new()).with("Event", name)
    }

    /// A response; the id of the action comes next, if it has one.
    pub(crate) fn response(status: &str, action_id: Option<&str>) -> Self {
        Self(String::new()).with("Response", status).action_id(action_id)
    }

    pub(crate) fn action_id(self, id: Option<&str>) -> Self {
        match id {
            Some(id) => self.with("ActionID", id),
            None => self,
        }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.push(name, value);
        self
    }

    pub(crate) fn push(&mut self, name: &str, value: impl Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "{name}: {value}\r\n");
    }

    /// The text without the empty line that ends it.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The whole message.
    pub(crate) fn finish(mut self) -> String {
        self.0.push_str("\r\n");
        self.0
    }
}

/// What is not known.
pub(crate) fn or_unknown(text: &str) -> &str {
    if text.is_empty() { "<unknown>" } else { text }
}

/// As events of channels write what may hold anything.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out
}
