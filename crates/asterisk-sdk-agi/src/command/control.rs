//! A sound file whose playback the caller steers.

use std::time::Duration;

use asterisk_proto::agi::Response;

use super::macros::options;
use super::reply::{key, millis, played_before};
use super::{Command, CommandLine, HangupSign};
use crate::call::{Call, Request};
use crate::error::CommandError;

/// `CONTROL STREAM FILE`: plays a sound file in which the caller can go forward, back and pause.
///
/// `#` goes forward and `*` back unless other keys are chosen, so they do not interrupt it even as
/// escape keys. A file that is not there is a [`CommandError::AppFailure`]. Also sets the channel
/// variables `CPLAYBACKSTATUS`, `CPLAYBACKOFFSET` and `CPLAYBACKSTOPKEY`.
#[derive(Debug, Clone)]
#[must_use]
pub struct ControlStreamFile {
    file: String,
    escape: String,
    skip: Option<Duration>,
    forward: Option<char>,
    rewind: Option<char>,
    pause: Option<char>,
    offset: Option<Duration>,
}

impl ControlStreamFile {
    /// Plays this sound file, named without its extension. No key interrupts it.
    pub fn new(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            escape: String::new(),
            skip: None,
            forward: None,
            rewind: None,
            pause: None,
            offset: None,
        }
    }
}

options! { ControlStreamFile {
    /// The keys that interrupt it, as in `"0123456789"`; none by default.
    escape(keys: impl Into<String>): |this| this.escape = keys.into();
    /// How far a key goes forward or back, to the millisecond; 3 s by default.
    skip(time: Duration): |this| this.skip = Some(time);
    /// The key that goes forward; `#` by default.
    forward(key: char): |this| this.forward = Some(key);
    /// The key that goes back; `*` by default.
    rewind(key: char): |this| this.rewind = Some(key);
    /// The key that pauses and goes on; none by default.
    pause(key: char): |this| this.pause = Some(key);
    /// Where in the file to begin, to the millisecond.
    offset(time: Duration): |this| this.offset = Some(time);
} }

impl Command for ControlStreamFile {
    type Output = ControlledPlayback;

    fn line(&self) -> CommandLine {
        // Found by position, so that one needs all before it; these are the server's defaults.
        let key = |key: Option<char>, default: &str| key.map_or(default.into(), String::from);
        let options = [
            (self.skip.is_some(), self.skip.map_or(3000, millis).to_string()),
            (self.forward.is_some(), key(self.forward, "#")),
            (self.rewind.is_some(), key(self.rewind, "*")),
            (self.pause.is_some(), key(self.pause, "")),
            (self.offset.is_some(), self.offset.map_or(0, millis).to_string()),
        ];
        let needed = options.iter().rposition(|(chosen, _)| *chosen).map_or(0, |last| last + 1);
        CommandLine::new("CONTROL STREAM FILE")
            .arg(&self.file)
            .arg(&self.escape)
            .args(options.into_iter().take(needed).map(|(_, option)| option))
    }

    fn parse(&self, response: Response) -> Result<ControlledPlayback, CommandError> {
        let position = response.end_position.and_then(|end| end.try_into().ok());
        let position = position.map(Duration::from_millis);
        Ok(match key(&format!("CONTROL STREAM FILE {}", self.file), response)? {
            None => ControlledPlayback::Finished,
            Some(key) => ControlledPlayback::Interrupted { key, position },
        })
    }

    fn hangup_sign(&self, response: &Response) -> HangupSign {
        let offset = self.offset.map(|offset| u64::try_from(millis(offset)).unwrap_or_default());
        match response.result.as_str() {
            "-1" if played_before(response, offset) => HangupSign::Yes,
            "-1" => HangupSign::Maybe,
            _ => HangupSign::No,
        }
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// How a playback ended that the caller could steer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ControlledPlayback {
    /// The file was played to its end.
    Finished,
    /// The caller pressed an escape key.
    Interrupted {
        /// The key.
        key: char,
        /// Where in the file, to the millisecond; `None` if the server does not know it.
        position: Option<Duration>,
    },
}

impl ControlledPlayback {
    /// The key that interrupted it.
    #[must_use]
    pub fn key(&self) -> Option<char> {
        match self {
            Self::Finished => None,
            Self::Interrupted { key, .. } => Some(*key),
        }
    }
}

impl Call {
    /// Plays a sound file in which the caller can go forward (`#`), back (`*`) and pause.
    pub fn control_stream_file(
        &mut self,
        file: impl Into<String>,
    ) -> Request<'_, ControlStreamFile> {
        self.send(ControlStreamFile::new(file))
    }
}
