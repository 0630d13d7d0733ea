//! Call scripts: each command that runs, and scripts that are driven by AMI (module `res_agi`).

use bytes::Bytes;

use super::super::field::word_fields;
use super::super::{ChannelSnapshot, Field, Message};
use super::macros::ami_event;
use crate::agi::Environment;
use crate::error::ParseError;
use crate::open_enum::open_enum;
use crate::{ChannelId, Text};

ami_event!(
    /// A command of a call script began or ended, as Asterisk 11 and older say it.
    ///
    /// Newer servers send [`AgiExecStart`] and [`AgiExecEnd`].
    #[doc(alias = "AGIExec")]
    #[event("AGIExec")]
    pub struct AgiExec {
        /// The channel's name.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// The command.
        #[header("Command")]
        pub command: Option<Text>,
        /// A random number that start and end have in common.
        #[header("CommandId")]
        pub command_id: Option<Text>,
        /// Which of both it is.
        #[header("SubEvent")]
        pub sub_event: Option<AgiSubEvent>,
        /// How the command came out; only at the end.
        #[header("Result")]
        pub result: Option<AgiResult>,
        /// The status of the script's reply, such as 200; only at the end.
        #[header("ResultCode")]
        pub result_code: Option<i32>,
    }
);

ami_event!(
    /// A command of a call script ended (class `agi`), whether the script runs on the server, over
    /// FastAGI, or by the action `AGI`.
    #[doc(alias = "AGIExecEnd")]
    #[event("AGIExecEnd")]
    pub struct AgiExecEnd {
        /// The channel that the script has.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The command with its arguments.
        #[header("Command")]
        pub command: Option<Text>,
        /// The random number of the [`AgiExecStart`]; not the id that the action `AGI` gave.
        #[header("CommandId")]
        pub command_id: Option<Text>,
        /// The status of the reply: 200, 510, 511 or 520; -1 if the command failed and the script ends by it.
        #[header("ResultCode")]
        pub result_code: Option<i32>,
        /// How the command came out, in words.
        #[header("Result")]
        pub result: Option<AgiResult>,
    }
);

ami_event!(
    /// A command of a call script begins (class `agi`), whether the script runs on the server, over
    /// FastAGI, or by the action `AGI`.
    #[doc(alias = "AGIExecStart")]
    #[event("AGIExecStart")]
    pub struct AgiExecStart {
        /// The channel that the script has.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The command with its arguments.
        #[header("Command")]
        pub command: Option<Text>,
        /// A random number, which the [`AgiExecEnd`] repeats.
        #[header("CommandId")]
        pub command_id: Option<Text>,
    }
);

ami_event!(
    /// A script that is driven by AMI began, replied or ended, as Asterisk 11 and older say it.
    ///
    /// Newer servers send [`AsyncAgiStart`], [`AsyncAgiExec`] and [`AsyncAgiEnd`].
    #[doc(alias = "AsyncAGI")]
    #[event("AsyncAGI")]
    pub struct AsyncAgi {
        /// Which of the three it is.
        #[header("SubEvent")]
        pub sub_event: Option<AgiSubEvent>,
        /// The channel's name.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// The channel's id.
        #[header("Uniqueid")]
        pub unique_id: Option<ChannelId>,
        /// The `agi_*` variables, URL-encoded; only at the start.
        #[header("Env")]
        pub env: Option<Text>,
        /// The id that the action `AGI` gave the command; only of a reply.
        #[header("CommandID")]
        pub command_id: Option<Text>,
        /// The reply, URL-encoded.
        #[header("Result")]
        pub result: Option<Text>,
    }
);

ami_event!(
    /// `AGI(agi:async)` ended, and the dialplan goes on or the channel is hung up (class `agi`).
    ///
    /// The action `AGI` still says success for the channel, and nothing comes of it.
    #[doc(alias = "AsyncAGIEnd")]
    #[event("AsyncAGIEnd")]
    pub struct AsyncAgiEnd {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// The reply to a command that the action `AGI` gave (class `agi`).
    #[doc(alias = "AsyncAGIExec")]
    #[event("AsyncAGIExec")]
    pub struct AsyncAgiExec {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The id that the action gave the command; absent if it gave none.
        #[header("CommandId")]
        pub command_id: Option<Text>,
        /// The reply, URL-encoded; see [`decoded_result`](Self::decoded_result).
        #[header("Result")]
        pub result: Option<Text>,
    }
);

impl AsyncAgiExec {
    /// The reply as the script's interpreter wrote it, such as `200 result=1\n`, for
    /// [`agi::Reply::parse`](crate::agi::Reply::parse).
    ///
    /// It may have several lines. At most 1024 bytes come in one event: what does not end in a line
    /// feed goes on in the results of the next commands, in front of theirs.
    #[must_use]
    pub fn decoded_result(&self) -> Option<Bytes> {
        Some(url_decoded(self.result.as_ref()?.as_bytes()))
    }
}

ami_event!(
    /// A channel came to `AGI(agi:async)` and waits for the action `AGI` (class `agi`).
    #[doc(alias = "AsyncAGIStart")]
    #[event("AsyncAGIStart")]
    pub struct AsyncAgiStart {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The `agi_*` variables, URL-encoded; see [`environment`](Self::environment).
        #[header("Env")]
        pub env: Option<Text>,
    }
);

impl AsyncAgiStart {
    /// The variables as the server wrote them, with the empty line that ends them.
    ///
    /// At most 1024 bytes come in the event: what does not end in an empty line goes on in the result of
    /// the first command, in front of its reply.
    #[must_use]
    pub fn decoded_env(&self) -> Option<Bytes> {
        Some(url_decoded(self.env.as_ref()?.as_bytes()))
    }

    /// The variables that open every script, so far as the event has them.
    ///
    /// # Errors
    ///
    /// The event has none.
    pub fn environment(&self) -> Result<Environment, ParseError> {
        Environment::parse(self.decoded_env().unwrap_or_default())
    }
}

open_enum!(
    /// How a command of a call script came out.
    pub enum AgiResult {
        /// It ran; the reply says what came of it.
        #[wire("Success")]
        Success,
        /// It failed, and the script with it.
        #[wire("Failure")]
        Failure,
        /// It got arguments that it does not take.
        #[wire("Usage")]
        Usage,
        /// It ran, and came back with neither: `EXEC` with an application that does not exist.
        #[wire("Unknown Result")]
        Unknown,
        /// There is no such command.
        #[wire("Invalid or unknown command")]
        InvalidCommand,
        /// It does not run on a channel that is hung up.
        #[wire("Command Not Permitted on a dead channel or intercept routine")]
        DeadChannel,
    }
);

open_enum!(
    /// What an event of Asterisk 11 and older tells of a script.
    pub enum AgiSubEvent {
        /// Something begins.
        #[wire("Start")]
        Start,
        /// A command was run.
        #[wire("Exec")]
        Exec,
        /// Something ended.
        #[wire("End")]
        End,
    }
);

word_fields!(AgiResult, AgiSubEvent);

/// Takes `%XX` back; what is no such code stays. A plus is a plus.
fn url_decoded(text: &[u8]) -> Bytes {
    let digit =
        |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if let (b'%', [high, low, after @ ..]) = (byte, rest)
            && let (Some(high), Some(low)) = (digit(high), digit(low))
        {
            decoded.push(high << 4 | low);
            rest = after;
        } else {
            decoded.push(byte);
        }
    }
    decoded.into()
}

#[cfg(test)]
mod tests {
    use super::super::Event;
    use super::*;

    #[test]
    fn codes_are_decoded_and_all_else_stays() {
        assert_eq!(url_decoded(b"200%20result%3d1%0A"), "200 result=1\n");
        assert_eq!(url_decoded(b"a+b%2Bc"), "a+b+c");
        assert_eq!(url_decoded(b"100% %4 %zz %"), "100% %4 %zz %");
        assert_eq!(url_decoded(b"%e9%00%%41"), &b"\xe9\0%A"[..]);
        assert_eq!(url_decoded(b""), "");
    }

    fn event(text: &'static str) -> Event {
        Event::new(Message::parse(text.into()).unwrap()).unwrap()
    }

    #[test]
    fn a_start_without_variables() {
        let start: AsyncAgiStart = event("Event: AsyncAGIStart\r\n").decode().unwrap();
        assert!(start.environment().is_err());
        let start = event("Event: AsyncAGIStart\r\nEnv: agi_request%3A%20async%0A%0A\r\n");
        let start: AsyncAgiStart = start.decode().unwrap();
        assert_eq!(start.environment().unwrap().request(), "async");
    }
}
