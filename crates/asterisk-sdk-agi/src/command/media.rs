//! What the caller hears.

use asterisk_proto::agi::Response;

use super::{Command, CommandLine, failed, key};
use crate::call::{Call, Request};
use crate::error::{CommandError, HangupKind};

/// `STREAM FILE`: plays a sound file, until its end or until the caller presses an escape key.
#[derive(Debug, Clone)]
#[must_use]
pub struct StreamFile {
    file: String,
    escape: String,
    offset: Option<u64>,
}

impl StreamFile {
    /// Plays this sound file, named without its extension. No key interrupts it.
    pub fn new(file: impl Into<String>) -> Self {
        Self { file: file.into(), escape: String::new(), offset: None }
    }

    /// The keys that interrupt it, as in `"0123456789*#"`.
    pub fn escape(mut self, keys: impl Into<String>) -> Self {
        self.escape = keys.into();
        self
    }

    /// Where in the file to begin, in samples of 1/8000 s.
    pub fn offset(mut self, samples: u64) -> Self {
        self.offset = Some(samples);
        self
    }
}

impl Command for StreamFile {
    type Output = Playback;

    fn line(&self) -> CommandLine {
        let line = CommandLine::new("STREAM FILE").arg(&self.file).arg(&self.escape);
        match self.offset {
            Some(samples) => line.arg(samples.to_string()),
            None => line,
        }
    }

    fn parse(&self, response: Response) -> Result<Playback, CommandError> {
        let end = response.end_position.unwrap_or_default();
        if response.code().is_some_and(|code| code < 0) {
            // Something was played, so the file is there: the call ended meanwhile.
            if end > self.offset.unwrap_or_default().try_into().unwrap_or(i64::MAX) {
                return Err(CommandError::Hangup { kind: HangupKind::Result, delivery: None });
            }
            return Err(failed(format!("STREAM FILE {}", self.file), response));
        }
        let samples = end.try_into().unwrap_or_default();
        Ok(match key(&response)? {
            None => Playback::Finished { samples },
            Some(key) => Playback::Interrupted { key, samples },
        })
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// How a playback ended, and where in the file, in samples of 1/8000 s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Playback {
    /// The file was played to its end.
    Finished {
        /// The end position.
        samples: u64,
    },
    /// The caller pressed an escape key.
    Interrupted {
        /// The key.
        key: char,
        /// The end position.
        samples: u64,
    },
}

impl Playback {
    /// The key that interrupted it.
    #[must_use]
    pub fn key(&self) -> Option<char> {
        match self {
            Self::Finished { .. } => None,
            Self::Interrupted { key, .. } => Some(*key),
        }
    }

    /// Where in the file it ended, in samples of 1/8000 s.
    #[must_use]
    pub fn samples(&self) -> u64 {
        match self {
            Self::Finished { samples } | Self::Interrupted { samples, .. } => *samples,
        }
    }
}

impl Call {
    /// Plays a sound file, until its end or until the caller presses an escape key.
    ///
    /// A file that is not there is a [`CommandError::AppFailure`].
    pub fn stream_file(&mut self, file: impl Into<String>) -> Request<'_, StreamFile> {
        self.send(StreamFile::new(file))
    }
}

impl Request<'_, StreamFile> {
    /// The keys that interrupt it, as in `"0123456789*#"`; none by default.
    pub fn escape(self, keys: impl Into<String>) -> Self {
        self.map(|command| command.escape(keys))
    }

    /// Where in the file to begin, in samples of 1/8000 s.
    pub fn offset(self, samples: u64) -> Self {
        self.map(|command| command.offset(samples))
    }
}
