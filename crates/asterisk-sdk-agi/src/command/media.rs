//! What the caller hears: sound files and music.

use asterisk_proto::agi::Response;

use super::macros::options;
use super::reply::{end_position, expect, key, played_before};
use super::{Command, CommandLine, HangupSign};
use crate::call::{Call, Request};
use crate::error::CommandError;

/// `STREAM FILE`: plays a sound file, until its end or until the caller presses an escape key.
///
/// A file that is not there is a [`CommandError::AppFailure`].
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
}

options! { StreamFile {
    /// The keys that interrupt it, as in `"0123456789*#"`; none by default.
    escape(keys: impl Into<String>): |this| this.escape = keys.into();
    /// Where in the file to begin, in samples of 1/8000 s. Behind the end, it begins at the front.
    offset(samples: u64): |this| this.offset = Some(samples);
} }

impl Command for StreamFile {
    type Output = Playback;

    fn line(&self) -> CommandLine {
        CommandLine::new("STREAM FILE")
            .arg(&self.file)
            .arg(&self.escape)
            .args(self.offset.map(|samples| samples.to_string()))
    }

    fn parse(&self, response: Response) -> Result<Playback, CommandError> {
        let samples = end_position(&response);
        Ok(match key(&format!("STREAM FILE {}", self.file), response)? {
            None => Playback::Finished { samples },
            Some(key) => Playback::Interrupted { key, samples },
        })
    }

    fn hangup_sign(&self, response: &Response) -> HangupSign {
        match response.result.as_str() {
            "-1" if played_before(response, self.offset) => HangupSign::Yes,
            "-1" => HangupSign::Maybe,
            _ => HangupSign::No,
        }
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

/// `SET MUSIC`: begins or ends music on hold, which is played while no other command plays.
///
/// The server says success also for a class that it does not have, and plays its default then, if it
/// has one.
#[derive(Debug, Clone)]
#[must_use]
pub struct SetMusic {
    on: bool,
    class: Option<String>,
}

impl SetMusic {
    /// Begins the music.
    pub fn on() -> Self {
        Self { on: true, class: None }
    }

    /// Ends the music.
    pub fn off() -> Self {
        Self { on: false, class: None }
    }
}

options! { SetMusic {
    /// The class of music, as `musiconhold.conf` names it; the channel's own by default.
    class(class: impl Into<String>): |this| this.class = Some(class.into());
} }

impl Command for SetMusic {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("SET MUSIC").arg(if self.on { "on" } else { "off" }).args(&self.class)
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(0, "SET MUSIC", response)
    }
}

impl Call {
    /// Plays a sound file, until its end or until the caller presses an escape key.
    ///
    /// A file that is not there is a [`CommandError::AppFailure`].
    pub fn stream_file(&mut self, file: impl Into<String>) -> Request<'_, StreamFile> {
        self.send(StreamFile::new(file))
    }

    /// Begins music on hold.
    pub fn set_music_on(&mut self) -> Request<'_, SetMusic> {
        self.send(SetMusic::on())
    }

    /// Ends music on hold.
    pub fn set_music_off(&mut self) -> Request<'_, SetMusic> {
        self.send(SetMusic::off())
    }
}
