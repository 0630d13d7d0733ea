//! The lines of an action and the values in them.

use std::borrow::Cow;

use asterisk_proto::{ActionId, Secret};

use super::{Action, MAX_LINE, MAX_LINES};
use crate::error::InvalidAction;

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
        let forbidden = |byte| matches!(byte, b'\r' | b'\n' | 0);
        // A colon or a blank at the end of a name would make another name of it.
        let bad_name = name.is_empty() || name.bytes().any(|byte| byte == b':' || forbidden(byte));
        let length = name.len() + 2 + value.len();
        self.lines += 1;
        if bad_name || value.bytes().any(forbidden) {
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
    // Most actions fit, and grow no buffer on their way.
    let mut headers = Headers { text: String::with_capacity(256), ..Headers::default() };
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

impl HeaderValue for asterisk_proto::BridgeId {
    fn header_value(&self) -> Cow<'_, str> {
        self.as_str().into()
    }
}

impl HeaderValue for asterisk_proto::HangupCause {
    fn header_value(&self) -> Cow<'_, str> {
        self.code().to_string().into()
    }
}

impl HeaderValue for Cow<'_, str> {
    fn header_value(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

/// Values that are written as they are displayed.
macro_rules! displayed {
    ($($value:ty),+) => {
        $(impl HeaderValue for $value {
            fn header_value(&self) -> Cow<'_, str> {
                self.to_string().into()
            }
        })+
    };
}

displayed!(u64, i32, f64);

#[cfg(test)]
mod tests {
    use super::super::{Command, Custom, Hangup};
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
