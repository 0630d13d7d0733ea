//! Text and pictures, on channels that carry them.

use std::time::Duration;

use asterisk_proto::Text;
use asterisk_proto::agi::Response;

use super::reply::{expect, failed, millis, unknown};
use super::{Command, CommandLine};
use crate::call::{Call, Request};
use crate::error::CommandError;

/// `RECEIVE CHAR`: waits for text from the caller and takes its first byte.
///
/// The output is `None` if nothing came in time, or the channel does not carry text: the server does
/// not tell these apart. What follows the byte is lost; [`ReceiveText`] takes it all.
#[derive(Debug, Clone)]
#[must_use]
pub struct ReceiveChar {
    timeout: Duration,
}

impl ReceiveChar {
    /// Waits this long, to the millisecond.
    pub fn new(timeout: Duration) -> Self {
        Self { timeout }
    }
}

impl Command for ReceiveChar {
    type Output = Option<u8>;

    fn line(&self) -> CommandLine {
        CommandLine::new("RECEIVE CHAR").arg(millis(self.timeout).to_string())
    }

    fn parse(&self, response: Response) -> Result<Option<u8>, CommandError> {
        // Without a hangup, -1 is a timeout, whatever the server says beside it.
        match response.code() {
            Some(-1 | 0) => Ok(None),
            Some(code @ 1..256) => Ok(u8::try_from(code).ok()),
            _ => Err(unknown("the code of a character as the result", &response)),
        }
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// `RECEIVE TEXT`: waits for text from the caller.
///
/// The output is `None` if nothing came in time, or the channel does not carry text: the server does
/// not tell these apart.
#[derive(Debug, Clone)]
#[must_use]
pub struct ReceiveText {
    timeout: Duration,
}

impl ReceiveText {
    /// Waits this long, to the millisecond.
    pub fn new(timeout: Duration) -> Self {
        Self { timeout }
    }
}

impl Command for ReceiveText {
    type Output = Option<Text>;

    fn line(&self) -> CommandLine {
        CommandLine::new("RECEIVE TEXT").arg(millis(self.timeout).to_string())
    }

    fn parse(&self, response: Response) -> Result<Option<Text>, CommandError> {
        match response.code() {
            Some(1) => Ok(Some(response.text.unwrap_or_default())),
            Some(-1) => Ok(None),
            _ => Err(unknown("1 or -1 as the result", &response)),
        }
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// `SEND TEXT`: sends text to the caller. A channel that does not carry text is no failure.
#[derive(Debug, Clone)]
#[must_use]
pub struct SendText {
    text: String,
}

impl SendText {
    /// Sends this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

impl Command for SendText {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("SEND TEXT").arg(&self.text)
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(0, "SEND TEXT", response)
    }
}

/// `SEND IMAGE`: sends a picture to the caller. A channel that does not carry pictures is no failure,
/// and neither is then a picture that is not there.
#[derive(Debug, Clone)]
#[must_use]
pub struct SendImage {
    image: String,
}

impl SendImage {
    /// Sends this picture, named without its extension, from the server's directory of pictures.
    pub fn new(image: impl Into<String>) -> Self {
        Self { image: image.into() }
    }
}

impl Command for SendImage {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("SEND IMAGE").arg(&self.image)
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(0, &format!("SEND IMAGE {}", self.image), response)
    }
}

/// What a text telephone for the deaf is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tdd {
    /// Off.
    Off,
    /// On.
    On,
    /// On, also for a device of the other kind (Baudot mate).
    Mate,
    /// On, as a device of this kind.
    Tdd,
}

impl Tdd {
    fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Mate => "mate",
            Self::Tdd => "tdd",
        }
    }
}

/// `TDD MODE`: sets how the channel serves text telephones for the deaf.
///
/// The output says whether the channel can do that: as a rule only those to telephone hardware can.
#[derive(Debug, Clone)]
#[must_use]
pub struct TddMode {
    mode: Tdd,
}

impl TddMode {
    /// Sets this mode.
    pub fn new(mode: Tdd) -> Self {
        Self { mode }
    }
}

impl Command for TddMode {
    type Output = bool;

    fn line(&self) -> CommandLine {
        CommandLine::new("TDD MODE").arg(self.mode.word())
    }

    fn parse(&self, response: Response) -> Result<bool, CommandError> {
        match response.code() {
            Some(1) => Ok(true),
            Some(0) => Ok(false),
            Some(_) => Err(failed(format!("TDD MODE {}", self.mode.word()), response)),
            None => Err(unknown("0 or 1 as the result", &response)),
        }
    }
}

impl Call {
    /// Waits for text from the caller and takes its first byte; `None` if nothing came in time.
    pub fn receive_char(&mut self, timeout: Duration) -> Request<'_, ReceiveChar> {
        self.send(ReceiveChar::new(timeout))
    }

    /// Waits for text from the caller; `None` if nothing came in time.
    pub fn receive_text(&mut self, timeout: Duration) -> Request<'_, ReceiveText> {
        self.send(ReceiveText::new(timeout))
    }

    /// Sends text to the caller, where the channel carries it.
    pub fn send_text(&mut self, text: impl Into<String>) -> Request<'_, SendText> {
        self.send(SendText::new(text))
    }

    /// Sends a picture to the caller, where the channel carries it.
    pub fn send_image(&mut self, image: impl Into<String>) -> Request<'_, SendImage> {
        self.send(SendImage::new(image))
    }

    /// Sets how the channel serves text telephones, and tells whether it can.
    pub fn tdd_mode(&mut self, mode: Tdd) -> Request<'_, TddMode> {
        self.send(TddMode::new(mode))
    }
}
