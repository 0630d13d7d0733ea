//! Actions: what can be asked of Asterisk, one file a family.

mod call;
mod core;
mod custom;
mod events;
mod macros;
mod originate;

use std::borrow::Cow;
use std::time::Duration;

use asterisk_proto::ami::{AmiEvent, Event, Response};
use asterisk_proto::{ActionId, Secret};

pub use self::call::Hangup;
pub use self::core::{
    Challenge, Command, CommandOutput, CoreShowChannels, Login, Logoff, Ping, Pong,
};
pub use self::custom::Custom;
pub use self::events::{AdvancedFilter, EventClass, EventMask, Events, Filter, UnknownClass};
pub(crate) use self::originate::AwaitedOriginate;
pub use self::originate::Originate;
use crate::error::{ActionError, InvalidAction};

/// The longest line that Asterisk takes, in bytes without its end.
pub const MAX_LINE: usize = 1022;

/// The most lines that Asterisk takes in one action.
pub const MAX_LINES: usize = 128;

/// Something that can be asked of Asterisk, and what comes back.
pub trait Action {
    /// What the action yields when the server accepts it.
    type Output;

    /// The action's name, the value of `Action:`.
    fn name(&self) -> &str;

    /// Writes the headers behind `Action` and `ActionID`, if there are any.
    fn headers(&self, _headers: &mut Headers) {}

    /// What ends the action.
    fn expect(&self) -> Expect {
        Expect::Response
    }

    /// Reads the output from a reply whose response is no error.
    ///
    /// # Errors
    ///
    /// [`ActionError::Incomplete`] when the reply lacks what the output needs.
    fn output(reply: Reply) -> Result<Self::Output, ActionError>;
}

/// What ends an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expect {
    /// The response, or the end of the list that the response announces.
    Response,
    /// An event of this name with the action's ActionID, after a response that is no error.
    Event(&'static str),
}

/// All that came back for one action.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The response.
    pub response: Response,
    /// The items of its list, in order.
    pub items: Vec<Event>,
    /// The event that ended the list, or that the action waited for.
    pub complete: Option<Event>,
    /// From handing the action to the connection until all of this was there.
    pub round_trip: Duration,
}

impl Reply {
    pub(crate) fn new(response: Response, items: Vec<Event>, complete: Option<Event>) -> Self {
        Self { response, items, complete, round_trip: Duration::ZERO }
    }
}

/// A list: what the server answered, the typed items, and the event that ended it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aggregate<T> {
    /// The response that announced the list, or said that there is none.
    pub response: Response,
    /// The items, in the server's order.
    pub items: Vec<T>,
    /// Items of another kind than `T`.
    pub others: Vec<Event>,
    /// The event that ended the list; nothing when the server answered without one.
    pub complete: Option<Event>,
}

/// An item of a list: a typed event, or an enum over those of a mixed list.
pub trait ListItem: Sized {
    /// Reads an item.
    ///
    /// # Errors
    ///
    /// The event itself, when it is another kind of item.
    fn from_item(event: Event) -> Result<Self, Event>;
}

impl<E: AmiEvent> ListItem for E {
    fn from_item(event: Event) -> Result<Self, Event> {
        event.decode().ok_or(event)
    }
}

impl<T: ListItem> Aggregate<T> {
    pub(crate) fn new(reply: Reply) -> Self {
        let mut items = Vec::with_capacity(reply.items.len());
        let mut others = Vec::new();
        for event in reply.items {
            match T::from_item(event) {
                Ok(item) => items.push(item),
                Err(event) => others.push(event),
            }
        }
        Self { response: reply.response, items, others, complete: reply.complete }
    }

    /// Whether the server broke the list off.
    #[must_use]
    pub fn cancelled(&self) -> bool {
        let end = self.complete.as_ref().and_then(|complete| complete.get("EventList"));
        end.is_some_and(|end| end.eq_ignore_ascii_case("Cancelled"))
    }

    /// Whether as many items came as the server says it sent.
    ///
    /// Some servers count wrong (`DBGetTree` of Asterisk 16 says 1 always), so this is a hint. A
    /// list that was broken off or ended without a count is not valid; an answer without a list is.
    #[must_use]
    pub fn valid(&self) -> bool {
        let count = self.items.len() + self.others.len();
        match &self.complete {
            None => count == 0,
            Some(complete) => {
                !self.cancelled()
                    && complete.get("ListItems").and_then(|n| n.trim().parse().ok()) == Some(count)
            }
        }
    }
}

impl<T> IntoIterator for Aggregate<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

/// The lines of an action, checked as they are added.
#[derive(Debug, Default)]
pub struct Headers {
    text: String,
    lines: usize,
    invalid: Option<InvalidAction>,
}

impl Headers {
    /// Adds a line. What cannot be sent is remembered, and refuses the whole action.
    pub fn add(&mut self, name: &str, value: impl HeaderValue) {
        let value = value.header_value();
        let forbidden = |text: &str| text.contains(['\r', '\n', '\0']);
        // A colon or a blank at the end of a name would make another name of it.
        let bad_name = name.is_empty() || name.contains(':') || forbidden(name);
        let length = name.len() + 2 + value.len();
        self.lines += 1;
        if bad_name || forbidden(&value) {
            self.refuse(InvalidAction::LineBreak { header: name.to_owned() });
        } else if length > MAX_LINE {
            self.refuse(InvalidAction::LineTooLong { header: name.to_owned(), length });
        } else if self.lines > MAX_LINES {
            self.refuse(InvalidAction::TooManyLines { lines: self.lines });
        } else {
            self.text.push_str(name);
            self.text.push_str(": ");
            self.text.push_str(&value);
            self.text.push_str("\r\n");
        }
    }

    fn refuse(&mut self, why: InvalidAction) {
        // The first reason is the one to tell, but the count of lines should be the whole one.
        match &mut self.invalid {
            Some(InvalidAction::TooManyLines { lines }) => *lines = self.lines,
            Some(_) => {}
            none => *none = Some(why),
        }
    }

    fn finish(mut self) -> Result<String, InvalidAction> {
        self.text.push_str("\r\n");
        match self.invalid {
            Some(why) => Err(why),
            None => Ok(self.text),
        }
    }
}

/// The whole text of an action.
///
/// The ActionID comes second, so that the server echoes it even when it refuses a later line.
pub(crate) fn encode<A: Action>(action: &A, id: &ActionId) -> Result<String, InvalidAction> {
    let mut headers = Headers::default();
    headers.add("Action", action.name());
    headers.add("ActionID", id.as_str());
    action.headers(&mut headers);
    headers.finish()
}

/// What can be the value of a header.
pub trait HeaderValue {
    /// The value as text.
    fn header_value(&self) -> Cow<'_, str>;
}

impl<T: HeaderValue + ?Sized> HeaderValue for &T {
    fn header_value(&self) -> Cow<'_, str> {
        (**self).header_value()
    }
}

impl HeaderValue for str {
    fn header_value(&self) -> Cow<'_, str> {
        self.into()
    }
}

impl HeaderValue for String {
    fn header_value(&self) -> Cow<'_, str> {
        self.into()
    }
}

impl HeaderValue for Secret {
    fn header_value(&self) -> Cow<'_, str> {
        self.expose().into()
    }
}

impl HeaderValue for bool {
    fn header_value(&self) -> Cow<'_, str> {
        if *self { "true".into() } else { "false".into() }
    }
}

impl HeaderValue for u32 {
    fn header_value(&self) -> Cow<'_, str> {
        self.to_string().into()
    }
}

impl HeaderValue for asterisk_proto::ChannelId {
    fn header_value(&self) -> Cow<'_, str> {
        self.as_str().into()
    }
}

impl HeaderValue for asterisk_proto::HangupCause {
    fn header_value(&self) -> Cow<'_, str> {
        self.code().to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<A: Action>(action: &A) -> Result<String, InvalidAction> {
        encode(action, &ActionId::from("7"))
    }

    #[test]
    fn the_action_id_comes_second() {
        let hangup = Hangup::new("PJSIP/100-01").cause(17);
        assert_eq!(
            text(&hangup).unwrap(),
            "Action: Hangup\r\nActionID: 7\r\nChannel: PJSIP/100-01\r\nCause: 17\r\n\r\n"
        );
    }

    #[test]
    fn line_ends_are_refused() {
        for bad in ["x\r\nAction: Logoff", "x\ny", "x\ry", "x\0"] {
            let error = text(&Command::new(bad)).unwrap_err();
            assert_eq!(error, InvalidAction::LineBreak { header: "Command".into() });
        }
        let error = text(&Custom::new("Ping").header("A\nB", "x")).unwrap_err();
        assert_eq!(error, InvalidAction::LineBreak { header: "A\nB".into() });
    }

    #[test]
    fn the_servers_limits_are_kept() {
        let fits = "x".repeat(MAX_LINE - "Command: ".len());
        assert!(text(&Command::new(fits.as_str())).is_ok());
        let error = text(&Command::new(fits + "x")).unwrap_err();
        assert_eq!(error, InvalidAction::LineTooLong { header: "Command".into(), length: 1023 });

        let lines =
            |n| (0..n).fold(Custom::new("Ping"), |a, i| a.header("Variable", i.to_string()));
        assert!(text(&lines(126)).is_ok());
        assert_eq!(text(&lines(130)).unwrap_err(), InvalidAction::TooManyLines { lines: 132 });
    }
}
