//! The answer to an action.

use std::borrow::Cow;

use super::{Kind, Message};
use crate::open_enum::open_enum;

open_enum!(
    /// How the server answered, the value of `Response:`.
    pub enum Status {
        /// The action was accepted.
        #[wire("Success")]
        Success,
        /// The action was refused, or what it did failed.
        #[wire("Error")]
        Error,
        /// The session ends, the answer to `Logoff`.
        #[wire("Goodbye")]
        Goodbye,
    }
);

/// The answer to an action: its status and the headers that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response(Message);

impl Response {
    /// Takes a message whose first line is `Response:`; any other is given back.
    ///
    /// # Errors
    ///
    /// The message itself, when it is no response.
    pub fn new(message: Message) -> Result<Self, Message> {
        if message.kind() == Kind::Response { Ok(Self(message)) } else { Err(message) }
    }

    /// How the server answered.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::from(&*self.0.subject())
    }

    /// Whether the server refused the action.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.status() == Status::Error
    }

    /// The server's words, without the line end that some modules put behind them.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'_, str>> {
        Some(match self.0.get("Message")? {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim_end_matches(['\r', '\n'])),
            Cow::Owned(text) => Cow::Owned(text.trim_end_matches(['\r', '\n']).to_owned()),
        })
    }

    /// The lines that a CLI command printed, empty ones included (`Output`).
    ///
    /// A refused command has output too: it is where the CLI says why.
    pub fn output(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.all("Output")
    }

    /// Whether the items of a list follow.
    #[must_use]
    pub fn starts_list(&self) -> bool {
        self.0.value("EventList").is_some_and(|v| v.eq_ignore_ascii_case(b"start"))
    }

    /// All headers.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(text: &'static str) -> Response {
        Response::new(Message::parse(text.as_bytes().into()).unwrap()).unwrap()
    }

    #[test]
    fn status_and_words() {
        let refused =
            response("Response: Error\r\nMessage: Unable to retrieve endpoint nosuch\n\r\n");
        assert!(refused.is_error());
        assert_eq!(refused.text().unwrap(), "Unable to retrieve endpoint nosuch");
        assert_eq!(response("Response: Follows\r\n").status(), Status::Other("Follows".into()));
    }

    #[test]
    fn an_event_is_no_response() {
        let event = Message::parse("Event: x\r\nResponse: Success\r\n".into()).unwrap();
        assert_eq!(Response::new(event.clone()), Err(event));
    }
}
