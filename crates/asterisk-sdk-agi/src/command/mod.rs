//! Commands as values, one type each, by family.
//!
//! Every command has a method on [`Call`](crate::Call) that reads naturally, so these types are
//! named only to build a command in one place and send it in another
//! ([`Call::send`](crate::Call::send)), or to write a command of one's own: either as a type that
//! implements [`Command`], or as a [`Custom`] line.

mod call;
mod dialplan;
mod input;
mod media;
mod quote;
mod variable;

use asterisk_proto::agi::Response;
use asterisk_proto::error::ParseError;

pub use call::{Answer, Hangup, Verbose};
pub use dialplan::Exec;
pub use input::{Digits, GetData};
pub use media::{Playback, StreamFile};
pub use quote::CommandLine;
pub(crate) use quote::line_limit;
pub use variable::{GetVariable, SetVariable};

use crate::error::CommandError;

/// A command: how it is written, and what its reply means.
pub trait Command: Send {
    /// What happened when it was run.
    type Output: Send;

    /// The command line.
    fn line(&self) -> CommandLine;

    /// What the response means: the parts of a reply with status 200. Other replies are errors and do
    /// not get here.
    ///
    /// # Errors
    ///
    /// [`CommandError::AppFailure`] if the response says that the command failed,
    /// [`CommandError::Hangup`] if it says that the call is over, [`CommandError::UnknownReply`] if
    /// it is none that the command has. A failure with result `-1` becomes a hangup if the channel
    /// turns out to be hung up.
    fn parse(&self, response: Response) -> Result<Self::Output, CommandError>;

    /// Whether its reply may take as long as a person or a call does, so that the long timeout
    /// applies to it: `true` for what plays, records, collects digits or runs an application.
    fn is_long(&self) -> bool {
        false
    }
}

/// Any other command, for what this crate has no type for.
///
/// # Examples
///
/// ```no_run
/// # async fn demo(mut call: asterisk_sdk_agi::Call) -> asterisk_sdk_agi::Result {
/// use asterisk_sdk_agi::command::Custom;
///
/// let response = call.send(Custom::new("DATABASE GET").arg("prices").arg("apple")).await?;
/// let price = response.text;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Custom {
    line: CommandLine,
    long: bool,
}

impl Custom {
    /// A command of these words, which are sent as they are.
    pub fn new(words: &str) -> Self {
        let line = CommandLine::new(words);
        Self { line, long: false }
    }

    /// Adds an argument; it is quoted.
    pub fn arg(mut self, value: impl AsRef<str>) -> Self {
        self.line = self.line.arg(value);
        self
    }

    /// Lets its reply take long, as that of a command that plays or records.
    pub fn long(mut self) -> Self {
        self.long = true;
        self
    }
}

impl Command for Custom {
    type Output = Response;

    fn line(&self) -> CommandLine {
        self.line.clone()
    }

    fn parse(&self, response: Response) -> Result<Response, CommandError> {
        Ok(response)
    }

    fn is_long(&self) -> bool {
        self.long
    }
}

/// The command failed, with the result that the response gives.
fn failed(operation: impl Into<String>, response: Response) -> CommandError {
    CommandError::AppFailure { operation: operation.into(), result: response.result }
}

/// Nothing, if the result is this one; `-1` is a failure.
fn expect(code: i64, operation: &str, response: Response) -> Result<(), CommandError> {
    match response.code() {
        Some(found) if found == code => Ok(()),
        Some(_) => Err(failed(operation, response)),
        None => Err(unknown("a number as the result", &response)),
    }
}

/// The key whose ASCII code is the result: `None` for 0.
fn key(response: &Response) -> Result<Option<char>, CommandError> {
    match response.code().map(u8::try_from) {
        Some(Ok(0)) => Ok(None),
        Some(Ok(code)) if code.is_ascii() => Ok(Some(char::from(code))),
        _ => Err(unknown("the code of a key as the result", response)),
    }
}

fn unknown(expected: &'static str, response: &Response) -> CommandError {
    CommandError::UnknownReply(ParseError::new(expected, response.result.as_bytes()))
}

#[cfg(test)]
mod tests;
