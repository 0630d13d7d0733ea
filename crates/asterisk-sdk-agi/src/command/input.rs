//! What the caller keys in.

use std::time::Duration;

use asterisk_proto::Text;
use asterisk_proto::agi::Response;

use super::macros::options;
use super::reply::{end_position, failed, key, millis, millis_or_forever, played_before};
use super::{Command, CommandLine, HangupSign};
use crate::call::{Call, Request};
use crate::error::CommandError;

/// `GET DATA`: plays a prompt and collects digits until `#`, the wanted number, or a pause.
///
/// A prompt that is not there is a [`CommandError::AppFailure`]; an empty name plays none.
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
}

options! { GetData {
    /// How long to wait for each digit once the prompt is over, to the millisecond. Without it the
    /// channel's own timeouts apply: `TIMEOUT(response)` and `TIMEOUT(digit)`.
    ///
    /// Not the time within which the reply must come: that is
    /// [`Request::reply_timeout`].
    timeout(timeout: Duration): |this| this.timeout = Some(timeout);
    /// Ends at this many digits, at least one, without waiting for `#`. The server's own default is
    /// 1024.
    max_digits(digits: u32): |this| this.max_digits = Some(digits);
} }

impl Command for GetData {
    type Output = Digits;

    fn line(&self) -> CommandLine {
        let line = CommandLine::new("GET DATA").arg(&self.file);
        match (self.timeout, self.max_digits) {
            (None, None) => line,
            // 0 asks for the server's default, and 0 digits for a failure.
            (timeout, max_digits) => line
                .arg(timeout.map_or(0, |timeout| millis(timeout).max(1)).to_string())
                .args(max_digits.map(|digits| digits.max(1).to_string())),
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

/// `GET OPTION`: plays a prompt and waits for one of some keys, also some time after it.
///
/// A prompt that is not there is a [`CommandError::AppFailure`]. A hangup after the prompt looks like
/// a timeout to the server; its announcement, which comes right behind, makes it a
/// [`CommandError::Hangup`] all the same.
#[derive(Debug, Clone)]
#[must_use]
pub struct GetOption {
    file: String,
    keys: String,
    timeout: Option<Duration>,
}

impl GetOption {
    /// Plays this sound file, named without its extension, and takes these keys, as in `"12#"`.
    pub fn new(file: impl Into<String>, keys: impl Into<String>) -> Self {
        Self { file: file.into(), keys: keys.into(), timeout: None }
    }
}

options! { GetOption {
    /// How long to wait for a key once the prompt is over, to the millisecond; the channel's own
    /// `TIMEOUT(digit)` by default.
    timeout(timeout: Duration): |this| this.timeout = Some(timeout);
} }

impl Command for GetOption {
    type Output = Choice;

    fn line(&self) -> CommandLine {
        CommandLine::new("GET OPTION")
            .arg(&self.file)
            .arg(&self.keys)
            .args(self.timeout.map(|timeout| millis(timeout).to_string()))
    }

    fn parse(&self, response: Response) -> Result<Choice, CommandError> {
        let samples = end_position(&response);
        Ok(match key(&format!("GET OPTION {}", self.file), response)? {
            None => Choice::TimedOut { samples },
            Some(key) => Choice::Key { key, samples },
        })
    }

    fn hangup_sign(&self, response: &Response) -> HangupSign {
        match response.result.as_str() {
            "-1" if played_before(response, None) => HangupSign::Yes,
            "-1" | "0" => HangupSign::Maybe,
            _ => HangupSign::No,
        }
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// What the caller chose, and how much of the prompt was played, in samples of 1/8000 s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Choice {
    /// The caller pressed one of the keys.
    Key {
        /// The key.
        key: char,
        /// Where in the prompt.
        samples: u64,
    },
    /// The time was over.
    TimedOut {
        /// The prompt's length.
        samples: u64,
    },
}

impl Choice {
    /// The key that was pressed.
    #[must_use]
    pub fn key(&self) -> Option<char> {
        match self {
            Self::Key { key, .. } => Some(*key),
            Self::TimedOut { .. } => None,
        }
    }
}

/// `WAIT FOR DIGIT`: waits until the caller presses a key.
///
/// The output is the key, or `None` if none came in time.
#[derive(Debug, Clone)]
#[must_use]
pub struct WaitForDigit {
    timeout: Option<Duration>,
}

impl WaitForDigit {
    /// Waits this long, to the millisecond; `None` is for ever.
    pub fn new(timeout: impl Into<Option<Duration>>) -> Self {
        Self { timeout: timeout.into() }
    }
}

impl Command for WaitForDigit {
    type Output = Option<char>;

    fn line(&self) -> CommandLine {
        CommandLine::new("WAIT FOR DIGIT").arg(millis_or_forever(self.timeout).to_string())
    }

    fn parse(&self, response: Response) -> Result<Option<char>, CommandError> {
        key("WAIT FOR DIGIT", response)
    }

    fn is_long(&self) -> bool {
        true
    }
}

impl Call {
    /// Plays a prompt and collects digits until `#`, the wanted number, or a pause.
    pub fn get_data(&mut self, file: impl Into<String>) -> Request<'_, GetData> {
        self.send(GetData::new(file))
    }

    /// Plays a prompt and waits for one of these keys, also some time after it.
    pub fn get_option(
        &mut self,
        file: impl Into<String>,
        keys: impl Into<String>,
    ) -> Request<'_, GetOption> {
        self.send(GetOption::new(file, keys))
    }

    /// Waits until the caller presses a key, this long or with `None` for ever. Gives `None` if no
    /// key came in time.
    pub fn wait_for_digit(
        &mut self,
        timeout: impl Into<Option<Duration>>,
    ) -> Request<'_, WaitForDigit> {
        self.send(WaitForDigit::new(timeout))
    }
}
