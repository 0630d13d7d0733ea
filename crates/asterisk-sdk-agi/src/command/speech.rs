//! Speech recognition, with an engine that the server has.

use std::time::Duration;

use asterisk_proto::Text;
use asterisk_proto::agi::Response;

use super::reply::{end_position, expect, failed, seconds, unknown};
use super::{Command, CommandLine, HangupSign};
use crate::call::{Call, Request};
use crate::error::CommandError;

/// Declares a command whose arguments are texts, and whose success is 1.
macro_rules! speech_command {
    (
        $(#[doc = $doc:expr])+
        $words:literal $command:ident($($field:ident),+)
        $(#[doc = $method_doc:expr])+
        $method:ident
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone)]
        #[must_use]
        pub struct $command {
            $($field: String,)+
        }

        impl $command {
            $(#[doc = $method_doc])+
            pub fn new($($field: impl Into<String>),+) -> Self {
                Self { $($field: $field.into()),+ }
            }
        }

        impl Command for $command {
            type Output = ();

            fn line(&self) -> CommandLine {
                CommandLine::new($words)$(.arg(&self.$field))+
            }

            fn parse(&self, response: Response) -> Result<(), CommandError> {
                expect(1, $words, response)
            }
        }

        impl Call {
            $(#[doc = $method_doc])+
            pub fn $method(&mut self, $($field: impl Into<String>),+) -> Request<'_, $command> {
                self.send($command::new($($field),+))
            }
        }
    };
}

speech_command! {
    /// `SPEECH CREATE`: makes a recognizer, in place of the one before.
    "SPEECH CREATE" SpeechCreate(engine)
    /// Makes a speech recognizer with the engine of this name; the empty name is the server's default.
    speech_create
}

speech_command! {
    /// `SPEECH SET`: changes a setting of the engine.
    "SPEECH SET" SpeechSet(name, value)
    /// Gives a setting of the speech engine this value.
    speech_set
}

speech_command! {
    /// `SPEECH LOAD GRAMMAR`: loads a grammar under a name of one's own.
    "SPEECH LOAD GRAMMAR" SpeechLoadGrammar(name, path)
    /// Loads the grammar at this path of the server under this name.
    speech_load_grammar
}

speech_command! {
    /// `SPEECH UNLOAD GRAMMAR`: forgets a grammar that was loaded. Legal after a hangup.
    "SPEECH UNLOAD GRAMMAR" SpeechUnloadGrammar(name)
    /// Forgets the grammar of this name. Works after a hangup.
    speech_unload_grammar
}

speech_command! {
    /// `SPEECH ACTIVATE GRAMMAR`: lets the recognizer listen for a grammar.
    "SPEECH ACTIVATE GRAMMAR" SpeechActivateGrammar(name)
    /// Listens for the grammar of this name from now on.
    speech_activate_grammar
}

speech_command! {
    /// `SPEECH DEACTIVATE GRAMMAR`: lets the recognizer no longer listen for a grammar.
    "SPEECH DEACTIVATE GRAMMAR" SpeechDeactivateGrammar(name)
    /// No longer listens for the grammar of this name.
    speech_deactivate_grammar
}

/// `SPEECH DESTROY`: ends the recognizer. Legal after a hangup.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
#[must_use]
pub struct SpeechDestroy;

impl SpeechDestroy {
    /// Ends the recognizer.
    pub fn new() -> Self {
        Self
    }
}

impl Command for SpeechDestroy {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("SPEECH DESTROY")
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        expect(1, "SPEECH DESTROY", response)
    }
}

/// `SPEECH RECOGNIZE`: plays a prompt and listens, for speech and for a key.
///
/// All commands of this family need the module `res_speech` and an engine behind it; without, each is
/// a [`CommandError::AppFailure`] with the result 0. A session has one recognizer at a time.
///
/// # Examples
///
/// ```no_run
/// # async fn demo(mut call: asterisk_sdk_agi::Call) -> asterisk_sdk_agi::Result {
/// # use std::time::Duration;
/// use asterisk_sdk_agi::command::Recognition;
///
/// call.speech_create("vosk").await?;
/// call.speech_activate_grammar("yes-or-no").await?;
/// let heard = call.speech_recognize("is-that-right", Duration::from_secs(5)).await?;
/// if let Recognition::Speech { results, .. } = heard {
///     let best = results.first().map(|result| result.text.as_str());
/// }
/// call.speech_destroy().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct SpeechRecognize {
    prompt: String,
    timeout: Duration,
    offset: Option<u64>,
}

impl SpeechRecognize {
    /// Plays this sound file, or several divided by `&`, and listens for this long after it, in whole
    /// seconds, rounded up; zero is for ever.
    pub fn new(prompt: impl Into<String>, timeout: Duration) -> Self {
        Self { prompt: prompt.into(), timeout, offset: None }
    }
}

super::macros::options! { SpeechRecognize {
    /// Where in the prompt to begin, in samples of 1/8000 s.
    offset(samples: u64): |this| this.offset = Some(samples);
} }

impl Command for SpeechRecognize {
    type Output = Recognition;

    fn line(&self) -> CommandLine {
        CommandLine::new("SPEECH RECOGNIZE")
            .arg(&self.prompt)
            .arg(seconds(self.timeout).to_string())
            .args(self.offset.map(|samples| samples.to_string()))
    }

    fn parse(&self, response: Response) -> Result<Recognition, CommandError> {
        if response.code().is_some_and(|code| code <= 0) {
            return Err(failed(format!("SPEECH RECOGNIZE {}", self.prompt), response));
        }
        let samples = end_position(&response);
        match (response.code(), response.text.as_deref()) {
            (Some(1), Some("speech")) => {
                Ok(Recognition::Speech { results: results(&response.rest), samples })
            }
            (Some(1), Some("timeout" | "hangup")) => Ok(Recognition::TimedOut { samples }),
            (Some(1), Some("digit")) => {
                digit(&response.rest).ok_or_else(|| unknown("the key that was pressed", &response))
            }
            _ => Err(unknown("what was recognized", &response)),
        }
    }

    fn hangup_sign(&self, response: &Response) -> HangupSign {
        match (response.result.as_str(), response.text.as_deref()) {
            (_, Some("hangup")) => HangupSign::Yes,
            ("-1", _) => HangupSign::Maybe,
            _ => HangupSign::No,
        }
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// What the caller said or did; positions are in the prompt, in samples of 1/8000 s.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Recognition {
    /// The caller spoke.
    Speech {
        /// What may have been said, in the engine's order.
        results: Vec<SpeechResult>,
        /// Where the prompt was interrupted.
        samples: u64,
    },
    /// The caller pressed a key.
    Key {
        /// The key.
        key: char,
        /// Where the prompt was interrupted.
        samples: u64,
    },
    /// Nothing was heard in time.
    TimedOut {
        /// Where the prompt ended.
        samples: u64,
    },
}

/// One way to understand what the caller said.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpeechResult {
    /// How sure the engine is, as it counts: 0 to 1000 as a rule.
    pub score: i64,
    /// What was said.
    pub text: Text,
    /// The grammar that has it; empty if the engine names none.
    pub grammar: Text,
}

/// Reads `digit=5 endpos=800`.
fn digit(rest: &str) -> Option<Recognition> {
    let (key, end) = rest.strip_prefix("digit=")?.split_once(" endpos=")?;
    let mut keys = key.chars();
    let (Some(key), None) = (keys.next(), keys.next()) else { return None };
    Some(Recognition::Key { key, samples: end.trim_end().parse().unwrap_or_default() })
}

/// Reads `results=1 score0=900 text0="yes" grammar0=yesno`. The engine's text is not quoted by the
/// server, so it ends where the next name comes.
fn results(rest: &Text) -> Vec<SpeechResult> {
    let mut results = Vec::new();
    let mut rest_of_line = rest.as_str();
    for index in 0usize.. {
        let read = |from: &mut &str| {
            let behind = from.split_once(&format!("score{index}="))?.1;
            let (score, behind) = behind.split_once(&format!(" text{index}=\""))?;
            let (text, behind) = behind.split_once(&format!("\" grammar{index}="))?;
            let next = behind.find(&format!(" score{}=", index + 1));
            let (grammar, behind) = behind.split_at(next.unwrap_or(behind.len()));
            let result = SpeechResult {
                score: score.parse().ok()?,
                text: rest.share(text),
                grammar: rest.share(grammar.trim_end()),
            };
            *from = behind;
            Some(result)
        };
        let Some(result) = read(&mut rest_of_line) else { break };
        results.push(result);
    }
    results
}

impl Call {
    /// Ends the speech recognizer. Works after a hangup.
    pub fn speech_destroy(&mut self) -> Request<'_, SpeechDestroy> {
        self.send(SpeechDestroy::new())
    }

    /// Plays a prompt and listens for speech and for a key, this long after it.
    pub fn speech_recognize(
        &mut self,
        prompt: impl Into<String>,
        timeout: Duration,
    ) -> Request<'_, SpeechRecognize> {
        self.send(SpeechRecognize::new(prompt, timeout))
    }
}
