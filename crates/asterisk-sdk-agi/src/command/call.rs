//! The call itself: answering it, ending it, its state and its caller, and the server's log.

use std::time::Duration;

use asterisk_proto::ChannelState;
use asterisk_proto::agi::Response;

use super::macros::options;
use super::reply::{expect, failed, unknown};
use super::{Command, CommandLine, HangupSign};
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
///
/// A channel that does not exist is a [`CommandError::AppFailure`].
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
}

options! { Hangup {
    /// Hangs up the channel of this name instead.
    channel(name: impl Into<String>): |this| this.channel = Some(name.into());
} }

impl Command for Hangup {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("HANGUP").args(&self.channel)
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(1, "HANGUP", response)
    }

    fn hangup_sign(&self, _: &Response) -> HangupSign {
        // A failure says that there is no such channel.
        HangupSign::No
    }
}

/// `CHANNEL STATUS`: the state of a channel.
///
/// A channel that does not exist is a [`CommandError::AppFailure`].
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct ChannelStatus {
    channel: Option<String>,
}

impl ChannelStatus {
    /// The state of the session's own channel.
    pub fn new() -> Self {
        Self::default()
    }
}

options! { ChannelStatus {
    /// The state of the channel of this name instead.
    channel(name: impl Into<String>): |this| this.channel = Some(name.into());
} }

impl Command for ChannelStatus {
    type Output = ChannelState;

    fn line(&self) -> CommandLine {
        CommandLine::new("CHANNEL STATUS").args(&self.channel)
    }

    fn parse(&self, response: Response) -> Result<ChannelState, CommandError> {
        match response.code() {
            Some(..=-1) => {
                let channel = self.channel.as_deref().unwrap_or_default();
                Err(failed(format!("CHANNEL STATUS {channel}").trim_end(), response))
            }
            Some(code) => Ok(u8::try_from(code)
                .ok()
                .and_then(ChannelState::from_code)
                .unwrap_or_else(|| ChannelState::Other(response.result.as_str().into()))),
            None => Err(unknown("the number of a state as the result", &response)),
        }
    }

    fn hangup_sign(&self, _: &Response) -> HangupSign {
        // A failure says that there is no such channel.
        HangupSign::No
    }
}

/// `SET AUTOHANGUP`: lets the server hang up the channel by itself some time from now.
#[derive(Debug, Clone)]
#[must_use]
pub struct SetAutoHangup {
    after: Duration,
}

impl SetAutoHangup {
    /// Hangs up after this time, to the millisecond. [`Duration::ZERO`] means never, and takes back
    /// what was set before.
    pub fn new(after: Duration) -> Self {
        Self { after }
    }
}

impl Command for SetAutoHangup {
    type Output = ();

    fn line(&self) -> CommandLine {
        // The server takes fractions of a second, and nothing that needs more than 31 bits.
        let whole = self.after.as_secs().min(i32::MAX as u64);
        let millis = match self.after.subsec_nanos().div_ceil(1_000_000) {
            1000 => 999,
            millis => millis,
        };
        let argument = match millis {
            0 => whole.to_string(),
            millis => format!("{whole}.{millis:03}"),
        };
        CommandLine::new("SET AUTOHANGUP").arg(argument)
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(0, "SET AUTOHANGUP", response)
    }
}

/// `SET CALLERID`: changes the caller's number and name.
#[derive(Debug, Clone)]
#[must_use]
pub struct SetCallerId {
    caller: String,
}

impl SetCallerId {
    /// Sets number and name, as in `"Ada" <0123>`; what has no number in angle brackets is a number
    /// by itself, and the name becomes empty. Nothing takes both away.
    pub fn new(caller: impl Into<String>) -> Self {
        Self { caller: caller.into() }
    }
}

impl Command for SetCallerId {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("SET CALLERID").arg(&self.caller)
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(1, "SET CALLERID", response)
    }
}

/// `NOOP`: does nothing. Legal after a hangup.
///
/// It shows that the server still answers, and whether a hangup was announced meanwhile.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
#[must_use]
pub struct Noop;

impl Noop {
    /// Does nothing.
    pub fn new() -> Self {
        Self
    }
}

impl Command for Noop {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("NOOP")
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(0, "NOOP", response)
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
}

options! { Verbose {
    /// The verbosity from which on the server shows it, 1 to 4; 1 by default.
    level(level: u8): |this| this.level = level;
} }

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

    /// The state of the call's channel.
    pub fn channel_status(&mut self) -> Request<'_, ChannelStatus> {
        self.send(ChannelStatus::new())
    }

    /// Lets the server hang up the call after this time; [`Duration::ZERO`] takes that back.
    pub fn set_auto_hangup(&mut self, after: Duration) -> Request<'_, SetAutoHangup> {
        self.send(SetAutoHangup::new(after))
    }

    /// Changes the caller's number and name, as in `"Ada" <0123>`.
    pub fn set_caller_id(&mut self, caller: impl Into<String>) -> Request<'_, SetCallerId> {
        self.send(SetCallerId::new(caller))
    }

    /// Does nothing but ask the server for a reply. Works after a hangup.
    pub fn noop(&mut self) -> Request<'_, Noop> {
        self.send(Noop::new())
    }

    /// Writes a message to the server's console and log. Works after a hangup.
    pub fn verbose(&mut self, message: impl Into<String>) -> Request<'_, Verbose> {
        self.send(Verbose::new(message))
    }
}
