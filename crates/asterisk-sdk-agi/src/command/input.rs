//! What the caller keys in.

use std::time::Duration;

use asterisk_proto::Text;
use asterisk_proto::agi::Response;

use super::{Command, CommandLine, failed};
use crate::call::{Call, Request};
use crate::error::CommandError;

/// `GET DATA`: plays a prompt and collects digits until `#`, the wanted number, or a pause.
#[derive(Debug, Clone)]
#[must_use]
pub struct GetData {
    file: String,
    timeout: Option<Duration>,
    max_digits: Option<u32>,
}

impl GetData {
    /// Plays this sound file, named without its extension; a key ends the prompt.
    pub fn new(file: impl Into<String>) -> Self {
        Self { file: file.into(), timeout: None, max_digits: None }
    }

    /// How long to wait for each digit once the prompt is over, to the millisecond. Without it the
    /// channel's own timeouts apply: `TIMEOUT(response)` and `TIMEOUT(digit)`.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Ends at this many digits, without waiting for `#`. The server's own default is 1024.
    pub fn max_digits(mut self, digits: u32) -> Self {
        self.max_digits = Some(digits);
        self
    }
}

impl Command for GetData {
    type Output = Digits;

    fn line(&self) -> CommandLine {
        let line = CommandLine::new("GET DATA").arg(&self.file);
        match (self.timeout, self.max_digits) {
            (None, None) => line,
            (timeout, max_digits) => {
                // 0 asks for the server's default.
                let line = line.arg(timeout.map_or(0, millis).to_string());
                match max_digits {
                    Some(digits) => line.arg(digits.to_string()),
                    None => line,
                }
            }
        }
    }

    fn parse(&self, response: Response) -> Result<Digits, CommandError> {
        if response.result == "-1" {
            return Err(failed(format!("GET DATA {}", self.file), response));
        }
        Ok(Digits {
            timed_out: response.text.is_some_and(|text| text == "timeout"),
            digits: response.result,
        })
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// Whole milliseconds, at least one, within what the server can count.
fn millis(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX).max(1)
}

/// What the caller keyed in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Digits {
    /// The digits as keyed, `0`–`9`, `*` and `A`–`D`, without the `#` that ended them. Empty if there
    /// were none.
    pub digits: Text,
    /// Whether it ended because the caller paused, and not with `#` or the last wanted digit.
    pub timed_out: bool,
}

impl Call {
    /// Plays a prompt and collects digits until `#`, the wanted number, or a pause.
    pub fn get_data(&mut self, file: impl Into<String>) -> Request<'_, GetData> {
        self.send(GetData::new(file))
    }
}

impl Request<'_, GetData> {
    /// How long to wait for each digit once the prompt is over, to the millisecond. Without it the
    /// channel's own timeouts apply: `TIMEOUT(response)` and `TIMEOUT(digit)`.
    ///
    /// Not the time within which the reply must come: that is
    /// [`reply_timeout`](Self::reply_timeout).
    pub fn timeout(self, timeout: Duration) -> Self {
        self.map(|command| command.timeout(timeout))
    }

    /// Ends at this many digits, without waiting for `#`.
    pub fn max_digits(self, digits: u32) -> Self {
        self.map(|command| command.max_digits(digits))
    }
}
