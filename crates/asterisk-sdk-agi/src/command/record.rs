//! Recording what the caller says.

use std::time::Duration;

use asterisk_proto::agi::Response;

use super::macros::options;
use super::reply::{end_position, failed, millis_or_forever, seconds, unknown};
use super::{Command, CommandLine, HangupSign};
use crate::call::{Call, Request};
use crate::error::{CommandError, HangupKind};

/// `RECORD FILE`: records until a key, silence, the end of the time or of the call.
///
/// What was recorded before the caller hung up is kept, so a hangup is an output like the others;
/// [`Call::is_hung_up`] says so too. A file that cannot be written, or a format that the server does
/// not know, is a [`CommandError::AppFailure`] with the reason `writefile`.
#[derive(Debug, Clone)]
#[must_use]
pub struct RecordFile {
    file: String,
    format: String,
    escape: String,
    timeout: Option<Duration>,
    offset: Option<u64>,
    beep: bool,
    silence: Option<Duration>,
}

impl RecordFile {
    /// Records into this file, named without its extension, in this format: `wav`, `gsm`, `ulaw`...
    /// A name without a slash in front is one below the server's directory of sounds.
    pub fn new(file: impl Into<String>, format: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            format: format.into(),
            escape: String::new(),
            timeout: None,
            offset: None,
            beep: false,
            silence: None,
        }
    }
}

options! { RecordFile {
    /// The keys that end it, as in `"#"`; none by default.
    escape(keys: impl Into<String>): |this| this.escape = keys.into();
    /// The longest recording, to the millisecond; any length by default.
    timeout(timeout: Duration): |this| this.timeout = Some(timeout);
    /// Keeps this much of a file that is there, in samples of 1/8000 s, and records behind it.
    offset(samples: u64): |this| this.offset = Some(samples);
    /// Plays a beep before.
    beep(): |this| this.beep = true;
    /// Ends it when the caller was silent for this long, in whole seconds, rounded up. The server
    /// reports that as [`RecordingEnd::Timeout`].
    silence(time: Duration): |this| this.silence = Some(time);
} }

impl Command for RecordFile {
    type Output = Recording;

    fn line(&self) -> CommandLine {
        let more = self.beep || self.silence.is_some();
        let offset = self.offset.or(more.then_some(0));
        CommandLine::new("RECORD FILE")
            .arg(&self.file)
            .arg(&self.format)
            .arg(&self.escape)
            .arg(millis_or_forever(self.timeout).to_string())
            .args(offset.map(|samples| samples.to_string()))
            .args(self.beep.then_some("BEEP"))
            .args(self.silence.map(|time| format!("s={}", seconds(time))))
    }

    fn parse(&self, response: Response) -> Result<Recording, CommandError> {
        let samples = end_position(&response);
        let end = match (response.code(), response.text.as_deref()) {
            (Some(..=-1), _) => return Err(failed(format!("RECORD FILE {}", self.file), response)),
            // With the reason `timeout` the number means nothing.
            (_, Some("timeout")) => RecordingEnd::Timeout,
            // A key that came before the recording, during the beep, has a reason of its own.
            (Some(code @ 1..128), Some("dtmf" | "randomerror")) => {
                RecordingEnd::Key(u8::try_from(code).map_or('\0', char::from))
            }
            _ => return Err(unknown("a reason why the recording ended", &response)),
        };
        Ok(Recording { end, samples })
    }

    fn hangup_sign(&self, response: &Response) -> HangupSign {
        match (response.result.as_str(), response.text.as_deref()) {
            ("-1", Some("hangup")) => HangupSign::Yes,
            ("-1", _) => HangupSign::Maybe,
            _ => HangupSign::No,
        }
    }

    fn parse_hung_up(
        &self,
        response: Response,
        kind: HangupKind,
    ) -> Result<Recording, CommandError> {
        if response.text.as_deref() == Some("hangup") {
            return Ok(Recording { end: RecordingEnd::Hangup, samples: end_position(&response) });
        }
        Err(CommandError::Hangup { kind, delivery: None })
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// A recording that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recording {
    /// Why it ended.
    pub end: RecordingEnd,
    /// Where the file ends, in samples of 1/8000 s; 0 if nothing was heard.
    pub samples: u64,
}

/// Why a recording ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordingEnd {
    /// The time was over, or the caller silent for long enough.
    Timeout,
    /// The caller pressed this key, maybe during the beep already.
    Key(char),
    /// The call ended.
    Hangup,
}

impl Call {
    /// Records what the caller says, until a key, silence, the end of the time or of the call.
    pub fn record_file(
        &mut self,
        file: impl Into<String>,
        format: impl Into<String>,
    ) -> Request<'_, RecordFile> {
        self.send(RecordFile::new(file, format))
    }
}
