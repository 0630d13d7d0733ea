//! Commands as values, one type each, by family.
//!
//! Every command has a method on [`Call`](crate::Call) that reads naturally, so these types are
//! named only to build a command in one place and send it in another
//! ([`Call::send`](crate::Call::send)), or to write a command of one's own: either as a type that
//! implements [`Command`], or as a [`Custom`] line.

mod call;
mod control;
mod database;
mod dialplan;
mod input;
mod macros;
mod media;
mod quote;
mod record;
mod reply;
mod say;
mod signature;
mod speech;
mod text;
mod variable;

use asterisk_proto::agi::Response;

pub use call::{Answer, ChannelStatus, Hangup, Noop, SetAutoHangup, SetCallerId, Verbose};
pub use control::{ControlStreamFile, ControlledPlayback};
pub use database::{DatabaseDel, DatabaseDelTree, DatabaseGet, DatabasePut};
pub use dialplan::{AsyncAgiBreak, Exec, Gosub, GosubEnd, SetContext, SetExtension, SetPriority};
pub use input::{Choice, Digits, GetData, GetOption, WaitForDigit};
pub use media::{Playback, SetMusic, StreamFile};
pub use quote::CommandLine;
pub use record::{RecordFile, Recording, RecordingEnd};
pub use reply::HangupSign;
pub use say::{
    Gender, LetterCase, SayAlpha, SayDate, SayDateTime, SayDigits, SayNumber, SayPhonetic, SayTime,
};
pub use signature::{Parameter, SIGNATURES, Signature};
pub use speech::{
    Recognition, SpeechActivateGrammar, SpeechCreate, SpeechDeactivateGrammar, SpeechDestroy,
    SpeechLoadGrammar, SpeechRecognize, SpeechResult, SpeechSet, SpeechUnloadGrammar,
};
pub use text::{ReceiveChar, ReceiveText, SendImage, SendText, Tdd, TddMode};
pub use variable::{GetFullVariable, GetVariable, SetVariable};

use crate::error::{CommandError, HangupKind};

/// A command: how it is written, and what its reply means.
pub trait Command: Send {
    /// What happened when it was run.
    type Output: Send;

    /// The command line.
    fn line(&self) -> CommandLine;

    /// What the response means: the parts of a reply with status 200. Other replies are errors and do
    /// not get here, nor does a response with which the call turned out to be over
    /// ([`parse_hung_up`](Self::parse_hung_up)).
    ///
    /// # Errors
    ///
    /// [`CommandError::AppFailure`] or [`CommandError::Database`] if the response says that the
    /// command failed, [`CommandError::UnknownReply`] if it is none that the command has.
    fn parse(&self, response: Response) -> Result<Self::Output, CommandError>;

    /// Whether this response says that the call is over.
    ///
    /// Most commands answer `-1` when they fail and when the call ends meanwhile. Asterisk announces
    /// the end right behind, so with [`HangupSign::Maybe`], which is the default for `-1`, that is
    /// waited for a moment before the response is read.
    fn hangup_sign(&self, response: &Response) -> HangupSign {
        if response.result == "-1" { HangupSign::Maybe } else { HangupSign::No }
    }

    /// What a response means whose [`hangup_sign`](Self::hangup_sign) turned out to be right:
    /// that there is no output, unless a command has one all the same.
    ///
    /// # Errors
    ///
    /// [`CommandError::Hangup`] of this kind, unless there is an output.
    fn parse_hung_up(
        &self,
        response: Response,
        kind: HangupKind,
    ) -> Result<Self::Output, CommandError> {
        drop(response);
        Err(CommandError::Hangup { kind, delivery: None })
    }

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
/// let response = call.send(Custom::new("SOME NEW COMMAND").arg("prices").arg("apple")).await?;
/// let text = response.text;
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

#[cfg(test)]
mod tests;
