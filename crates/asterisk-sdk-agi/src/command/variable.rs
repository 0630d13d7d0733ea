//! Channel variables.

use asterisk_proto::Text;
use asterisk_proto::agi::Response;

use super::reply::{expect, unknown};
use super::{Command, CommandLine};
use crate::call::{Call, Request};
use crate::error::CommandError;

/// `GET VARIABLE`: reads a channel variable or dialplan function. Legal after a hangup.
///
/// The output is `None` if it is not set, and the empty text if it is set to that. Line breaks in
/// the value are kept, with one exception: the protocol cannot tell a value that has `)` right
/// before a line break from a shorter one, and it is cut there. Asterisk itself cuts a value at
/// 1023 bytes; [`GetFullVariable`] has all of it.
#[derive(Debug, Clone)]
#[must_use]
pub struct GetVariable {
    name: String,
}

impl GetVariable {
    /// Reads the variable of this name, or a function as in `CHANNEL(state)`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }
}

impl Command for GetVariable {
    type Output = Option<Text>;

    fn line(&self) -> CommandLine {
        CommandLine::new("GET VARIABLE").arg(&self.name)
    }

    fn parse(&self, response: Response) -> Result<Option<Text>, CommandError> {
        match response.code() {
            Some(1) => Ok(Some(response.text.unwrap_or_default())),
            Some(0) => Ok(None),
            _ => Err(unknown("0 or 1 as the result", &response)),
        }
    }
}

/// `GET FULL VARIABLE`: reads a text in which variables and functions are replaced, at any length.
/// Legal after a hangup.
///
/// The output is `None` if the channel that it names does not exist. A variable that is not set is
/// empty text. Line breaks are kept as by [`GetVariable`].
#[derive(Debug, Clone)]
#[must_use]
pub struct GetFullVariable {
    expression: String,
    channel: Option<String>,
}

impl GetFullVariable {
    /// Reads this text, as in `${CALLERID(num)} calls ${EXTEN}`.
    pub fn new(expression: impl Into<String>) -> Self {
        Self { expression: expression.into(), channel: None }
    }
}

super::macros::options! { GetFullVariable {
    /// Reads the variables of the channel of this name instead.
    channel(name: impl Into<String>): |this| this.channel = Some(name.into());
} }

impl Command for GetFullVariable {
    type Output = Option<Text>;

    fn line(&self) -> CommandLine {
        CommandLine::new("GET FULL VARIABLE").arg(&self.expression).args(&self.channel)
    }

    fn parse(&self, response: Response) -> Result<Option<Text>, CommandError> {
        match response.code() {
            Some(1) => Ok(Some(response.text.unwrap_or_default())),
            Some(0) => Ok(None),
            _ => Err(unknown("0 or 1 as the result", &response)),
        }
    }
}

/// `SET VARIABLE`: sets a channel variable or dialplan function. Legal after a hangup.
#[derive(Debug, Clone)]
#[must_use]
pub struct SetVariable {
    name: String,
    value: String,
}

impl SetVariable {
    /// Sets the variable of this name, or a function as in `CALLERID(name)`.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl Command for SetVariable {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("SET VARIABLE").arg(&self.name).arg(&self.value)
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(1, "SET VARIABLE", response)
    }
}

impl Call {
    /// Reads a channel variable, or a dialplan function as in `CHANNEL(state)`; `None` if it is not
    /// set.
    pub fn variable(&mut self, name: impl Into<String>) -> Request<'_, GetVariable> {
        self.send(GetVariable::new(name))
    }

    /// Reads a text in which variables and functions are replaced, as in `${CALLERID(num)}`, at any
    /// length; `None` if the channel that it names does not exist. Works after a hangup.
    pub fn full_variable(&mut self, expression: impl Into<String>) -> Request<'_, GetFullVariable> {
        self.send(GetFullVariable::new(expression))
    }

    /// Sets a channel variable, or a dialplan function as in `CALLERID(name)`.
    pub fn set_variable(
        &mut self,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Request<'_, SetVariable> {
        self.send(SetVariable::new(name, value))
    }
}
