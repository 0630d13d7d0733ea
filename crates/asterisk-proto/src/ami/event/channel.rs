//! What becomes of one channel: its life, its state, its names and variables.

use std::time::Duration;

use super::super::{ChannelSnapshot, ChannelVariable, Field, Message};
use super::macros::ami_event;
use crate::{ChannelId, HangupCause, Text};

ami_event!(
    /// Somebody began to talk on a channel that `TALK_DETECT()` watches (class `class`: only
    /// sessions that get all events have it).
    #[event("ChannelTalkingStart")]
    pub struct ChannelTalkingStart {
        /// The channel whose far end talks.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// Somebody stopped talking on a channel that `TALK_DETECT()` watches (class `class`: only
    /// sessions that get all events have it).
    #[event("ChannelTalkingStop")]
    pub struct ChannelTalkingStop {
        /// The channel whose far end talked.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// How long it talked; the silence that it took to notice is not counted.
        #[header("Duration", milliseconds)]
        pub duration: Option<Duration>,
    }
);

ami_event!(
    /// A channel's technology told how it knows the call (Asterisk 11 and older, `chan_sip` and
    /// others).
    #[event("ChannelUpdate")]
    pub struct ChannelUpdate {
        /// The channel's name.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// The technology, such as `SIP`.
        #[header("Channeltype")]
        pub channel_type: Option<Text>,
        /// The channel's unique id.
        #[header("Uniqueid")]
        pub unique_id: Option<ChannelId>,
        /// The SIP `Call-ID`.
        #[header("SIPcallid")]
        pub sip_call_id: Option<Text>,
        /// The SIP contact of the peer.
        #[header("SIPfullcontact")]
        pub sip_full_contact: Option<Text>,
    }
);

ami_event!(
    /// A channel was hung up and is gone (class `call`).
    #[event("Hangup")]
    pub struct Hangup {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// Why it was hung up.
        #[header("Cause")]
        pub cause: Option<HangupCause>,
        /// The cause in the server's words.
        #[header("Cause-txt")]
        pub cause_text: Option<Text>,
        /// The cause in the words of the channel's technology, such as a SIP code (Asterisk 22).
        #[header("TechCause")]
        pub tech_cause: Option<Text>,
    }
);

ami_event!(
    /// A hangup handler was taken off a channel before it ran (class `dialplan`).
    #[event("HangupHandlerPop")]
    pub struct HangupHandlerPop {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The subroutine, as it was put there: `context,exten,priority`.
        #[header("Handler")]
        pub handler: Option<Text>,
    }
);

ami_event!(
    /// A channel was given a hangup handler, by `CHANNEL(hangup_handler_push)` or an option of `Dial`
    /// (class `dialplan`).
    #[event("HangupHandlerPush")]
    pub struct HangupHandlerPush {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The subroutine that is to run at its end: `context,exten,priority`.
        #[header("Handler")]
        pub handler: Option<Text>,
    }
);

ami_event!(
    /// A hangup handler is about to run, the channel being hung up (class `dialplan`).
    #[event("HangupHandlerRun")]
    pub struct HangupHandlerRun {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The subroutine that runs: `context,exten,priority`.
        #[header("Handler")]
        pub handler: Option<Text>,
    }
);

ami_event!(
    /// A channel was asked to hang up, mostly by its far end (class `call`). Its
    /// [`Hangup`] follows.
    #[event("HangupRequest")]
    pub struct HangupRequest {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// Why; zero or absent when no cause was given.
        #[header("Cause")]
        pub cause: Option<HangupCause>,
        /// The cause in the words of the channel's technology, such as a SIP code (Asterisk 22).
        #[header("TechCause")]
        pub tech_cause: Option<Text>,
    }
);

ami_event!(
    /// What a channel is billed to has changed (class `call`).
    #[event("NewAccountCode")]
    pub struct NewAccountCode {
        /// The channel, with the new account code.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// What it was billed to before; empty when nothing.
        #[header("OldAccountCode")]
        pub old_account_code: Option<Text>,
    }
);

/// Whether a caller's number may be shown, and who vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallerPresentation {
    /// The code: bits 5 and 6 say whether it may be shown (0 yes, 0x20 no, 0x40 there is none), bits
    /// 0 and 1 who screened it.
    pub code: u32,
    /// The code in the server's words, such as `Presentation Allowed, Not Screened`.
    pub description: Text,
}

impl Field for Option<CallerPresentation> {
    /// A number and words in parentheses.
    fn read(message: &Message, name: &str) -> Self {
        let text = message.known(name)?;
        let (code, rest) = text.split_once(' ').unwrap_or((&text, ""));
        let words = rest.trim();
        let words = words.strip_prefix('(').and_then(|words| words.strip_suffix(')'));
        Some(CallerPresentation {
            code: code.parse().ok()?,
            description: text.share(words.unwrap_or(rest)),
        })
    }
}

ami_event!(
    /// Who calls has changed (class `call`).
    #[event("NewCallerid")]
    pub struct NewCallerid {
        /// The channel, with the new caller.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// Whether the number may be shown.
        #[header("CID-CallingPres")]
        pub presentation: Option<CallerPresentation>,
    }
);

ami_event!(
    /// A channel was created (class `call`).
    #[event("Newchannel")]
    pub struct Newchannel {
        /// The new channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// Who is at the other end of a channel's call has changed (class `call`).
    #[event("NewConnectedLine")]
    pub struct NewConnectedLine {
        /// The channel, with the new connected line.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// A channel rings, was answered, or has changed its state otherwise (class `call`).
    #[event("Newstate")]
    pub struct Newstate {
        /// The channel, in its new state.
        #[channel("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// A channel got another name (class `call`), as technologies do that learn their line late.
    #[event("Rename")]
    pub struct Rename {
        /// The name until now.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// The name from now on.
        #[header("Newname")]
        pub new_name: Option<Text>,
        /// The channel's unique id, which stays.
        #[header("Uniqueid")]
        pub unique_id: Option<ChannelId>,
        /// The variables that `channelvars` in manager.conf names.
        #[variables("ChanVariable")]
        pub variables: Vec<ChannelVariable>,
    }
);

ami_event!(
    /// A channel is to be hung up by Asterisk itself: by a limit, a command or the other end of the
    /// call (class `call`). Its [`Hangup`] follows, unless it was only sent elsewhere in the
    /// dialplan.
    #[event("SoftHangupRequest")]
    pub struct SoftHangupRequest {
        /// The channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The bits of what asked for it: no Q.850 cause, though the header is called so.
        #[header("Cause")]
        pub reason: Option<u32>,
        /// The cause in the words of the channel's technology, such as a SIP code (Asterisk 22).
        #[header("TechCause")]
        pub tech_cause: Option<Text>,
    }
);

ami_event!(
    /// A variable was set or unset (class `dialplan`).
    ///
    /// Of a global variable the channel is called `none`. On Asterisk 16, a value that is not UTF-8
    /// raises no event.
    #[event("VarSet")]
    pub struct VarSet {
        /// The channel that has the variable.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The variable's name, which may be a function such as `CHANNEL(language)`.
        #[header("Variable")]
        pub variable: Option<Text>,
        /// The new value, without the escapes that the server put in; empty when it was unset.
        #[header("Value", unescaped)]
        pub value: Option<Text>,
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    fn presentation(value: &str) -> Option<CallerPresentation> {
        let text = format!("Event: NewCallerid\r\nCID-CallingPres: {value}");
        Field::read(&Message::parse(text.into()).unwrap(), "CID-CallingPres")
    }

    #[test]
    fn presentations() {
        let hidden = presentation("32 (Presentation Prohibited, Not Screened)").unwrap();
        assert_eq!(hidden.code, 32);
        assert_eq!(hidden.description, "Presentation Prohibited, Not Screened");
        assert_eq!(presentation("0").unwrap().description, "");
        assert_eq!(presentation("none (x)"), None);
    }
}
