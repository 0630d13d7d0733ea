//! The call itself: answering it, ending it, and the server's log.

use asterisk_proto::agi::Response;

use super::{Command, CommandLine, expect};
use crate::call::{Call, Request};
use crate::error::CommandError;

/// `ANSWER`: answers the channel, if it is not answered yet.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
#[must_use]
pub struct Answer;

impl Answer {
    /// Answers the channel.
    pub fn new() -> Self {
        Self
    }
}

impl Command for Answer {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("ANSWER")
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(0, "ANSWER", response)
    }
}

/// `HANGUP`: hangs up a channel.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Hangup {
    channel: Option<String>,
}

impl Hangup {
    /// Hangs up the session's own channel. The session goes on: commands that are legal after a
    /// hangup still work.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hangs up the channel of this name instead.
    pub fn channel(mut self, name: impl Into<String>) -> Self {
        self.channel = Some(name.into());
        self
    }
}

impl Command for Hangup {
    type Output = ();

    fn line(&self) -> CommandLine {
        let line = CommandLine::new("HANGUP");
        match &self.channel {
            Some(channel) => line.arg(channel),
            None => line,
        }
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(1, "HANGUP", response)
    }
}

/// `VERBOSE`: writes a message to the server's console and log. Legal after a hangup.
#[derive(Debug, Clone)]
#[must_use]
pub struct Verbose {
    message: String,
    level: u8,
}

impl Verbose {
    /// Writes this message at verbosity 1.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), level: 1 }
    }

    /// The verbosity from which on the server shows it, 1 to 4.
    pub fn level(mut self, level: u8) -> Self {
        self.level = level;
        self
    }
}

impl Command for Verbose {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("VERBOSE").arg(&self.message).arg(self.level.to_string())
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(1, "VERBOSE", response)
    }
}

impl Call {
    /// Answers the call, if it is not answered yet.
    pub fn answer(&mut self) -> Request<'_, Answer> {
        self.send(Answer::new())
    }

    /// Hangs up the call. A handler that ends without this lets the dialplan go on.
    pub fn hangup(&mut self) -> Request<'_, Hangup> {
        self.send(Hangup::new())
    }

    /// Writes a message to the server's console and log.
    pub fn verbose(&mut self, message: impl Into<String>) -> Request<'_, Verbose> {
        self.send(Verbose::new(message))
    }
}

impl Request<'_, Hangup> {
    /// Hangs up the channel of this name instead.
    pub fn channel(self, name: impl Into<String>) -> Self {
        self.map(|command| command.channel(name))
    }
}

impl Request<'_, Verbose> {
    /// The verbosity from which on the server shows it, 1 to 4; 1 by default.
    pub fn level(self, level: u8) -> Self {
        self.map(|command| command.level(level))
    }
}
