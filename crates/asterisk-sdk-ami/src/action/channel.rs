//! One channel: its variables, where it goes, what it hears, its end.

use std::time::Duration;

use asterisk_proto::HangupCause;
use asterisk_proto::ami::Response;
use asterisk_proto::ami::event::ChannelHungup;

use super::macros::{ami_action, words};
use super::output::{aggregate, response, value};
use super::{Action, Aggregate, Headers, NamedAction, Reply};
use crate::error::ActionError;

ami_action!(
    /// Hangs up a channel when a time has passed (privilege `call` or `system`).
    ///
    /// It counts from now and takes the place of an earlier limit. A time of zero is refused.
    #[action("AbsoluteTimeout")]
    pub struct AbsoluteTimeout {
        #[required("Channel")]
        /// The channel's name or unique id.
        channel: String,
        #[required("Timeout", seconds)]
        /// How long it may live from now on; sent in whole seconds, a part of one counts as one.
        timeout: Duration,
    },
    Response,
    response
);

words! {
    /// What to do with a file that is being played.
    pub enum PlaybackControl {
        /// Ends it.
        Stop = "stop",
        /// Skips a piece.
        Forward = "forward",
        /// Goes back a piece.
        Reverse = "reverse",
        /// Halts it; once more, and it goes on.
        Pause = "pause",
        /// Plays it from the beginning.
        Restart = "restart",
    }
}

ami_action!(
    /// Steers the application `ControlPlayback`, or a playback of AGI or ARI, on a channel (privilege
    /// `call`, module `app_controlplayback`).
    ///
    /// It is accepted of any channel that exists, whether something is played there or not.
    #[action("ControlPlayback")]
    pub struct ControlPlayback {
        #[required("Channel")]
        /// The channel's name or unique id.
        channel: String,
        #[required("Control")]
        /// What to do.
        control: PlaybackControl,
    },
    Response,
    response
);

ami_action!(
    /// Reads a variable or a function, of a channel or global (privilege `call` or `reporting`).
    ///
    /// Its output is the value as it is. It is empty for what is not set, and also for a function that
    /// does not exist.
    #[action("Getvar")]
    pub struct Getvar {
        #[required("Variable")]
        /// The name, such as `DIALSTATUS`, or a function: `CHANNEL(state)`.
        variable: String,
        #[optional("Channel")]
        /// The name or unique id of the channel that has it; without one, a global variable is read.
        channel: String,
    },
    String,
    |reply| value(&reply, "Value")
);

ami_action!(
    /// Hangs up a channel (privilege `call` or `system`).
    ///
    /// The answer means that the hangup was requested; the event
    /// [`Hangup`](asterisk_proto::ami::event::Hangup) tells that it is done. A channel that does not
    /// exist is refused. For several channels at once there is [`HangupMatching`].
    #[action("Hangup")]
    pub struct Hangup {
        #[required("Channel")]
        /// The channel's name or unique id, or a regular expression between slashes for all that
        /// match.
        channel: String,
        #[optional("Cause")]
        /// The cause that the other end is told.
        cause: HangupCause,
    },
    Response,
    response
);

/// Hangs up all channels whose names match, and tells which (privilege `call` or `system`).
///
/// That none matches is no error, but an empty list. An expression that does not compile is refused.
///
/// ```
/// use asterisk_sdk_ami::action::HangupMatching;
///
/// let phone = HangupMatching::new("^PJSIP/100-");
/// ```
#[doc(alias = "Hangup")]
#[derive(Debug, Clone)]
#[must_use = "an action does nothing until it is sent"]
pub struct HangupMatching {
    regex: String,
    cause: Option<HangupCause>,
}

impl HangupMatching {
    /// Hangs up the channels whose names match a POSIX extended regular expression, without slashes
    /// around. Unique ids are not looked at.
    pub fn new(regex: impl Into<String>) -> Self {
        Self { regex: regex.into(), cause: None }
    }

    /// The cause that the other ends are told.
    pub fn cause(mut self, cause: impl Into<HangupCause>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl NamedAction for HangupMatching {
    const NAME: &'static str = "Hangup";
    const PARAMETERS: &'static [&'static str] = &["Channel", "Cause"];
}

impl Action for HangupMatching {
    type Output = Aggregate<ChannelHungup>;

    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn headers(&self, headers: &mut Headers) {
        headers.add("Channel", &*format!("/{}/", self.regex));
        if let Some(cause) = self.cause {
            headers.add("Cause", cause);
        }
    }

    fn output(reply: Reply) -> Result<Aggregate<ChannelHungup>, ActionError> {
        aggregate(reply)
    }
}

words! {
    /// Which way of a channel's audio.
    pub enum MuteDirection {
        /// What comes from the far end.
        In = "in",
        /// What goes to the far end.
        Out = "out",
        /// Both.
        All = "all",
    }
}

ami_action!(
    /// Silences a channel, or lets it be heard again (privilege `system`, module `res_mutestream`).
    #[action("MuteAudio")]
    pub struct MuteAudio {
        #[required("Channel")]
        /// The channel's name or unique id.
        channel: String,
        #[required("Direction")]
        /// Which way.
        direction: MuteDirection,
        #[required("State", on_off)]
        /// Whether it is to be silent.
        state: bool,
    },
    Response,
    response
);

ami_action!(
    /// Sends a channel elsewhere in the dialplan, and if wanted a second one too (privilege `call`).
    ///
    /// A channel that leaves a call this way ends the call for the other, unless that one is sent
    /// somewhere as well. The server does not look whether the extension exists: a channel sent to
    /// none is hung up. So is one that `Originate` gave to an application, which has no dialplan to go
    /// on in, if it is in a call.
    #[action("Redirect")]
    pub struct Redirect {
        #[required("Channel")]
        /// The channel's name or unique id.
        channel: String,
        #[required("Exten")]
        /// The extension to go to.
        exten: String,
        #[required("Context")]
        /// The context of the extension.
        context: String,
        #[required("Priority")]
        /// The step of the extension: a number, or a label that exists.
        priority: String,
        #[optional("ExtraChannel")]
        /// The name or unique id of a second channel, mostly the other end of the same call.
        extra_channel: String,
        #[optional("ExtraExten")]
        /// The extension for the second channel. Without it, both go to the same place; with it,
        /// its context and priority are needed too.
        extra_exten: String,
        #[optional("ExtraContext")]
        /// The context for the second channel.
        extra_context: String,
        #[optional("ExtraPriority")]
        /// The step for the second channel.
        extra_priority: String,
    },
    Response,
    response
);

ami_action!(
    /// Sets a variable or a function, of a channel or global (privilege `call`).
    ///
    /// The event [`VarSet`](asterisk_proto::ami::event::VarSet) follows a variable, none a function. A
    /// function that does not exist or refuses the value makes an error.
    #[action("Setvar")]
    pub struct Setvar {
        #[required("Variable")]
        /// The name, or a function: `CHANNEL(language)`.
        variable: String,
        #[required("Value")]
        /// The value, which is taken as it is but for blanks at its beginning.
        value: String,
        #[optional("Channel")]
        /// The name or unique id of the channel that gets it; without one, it is global.
        channel: String,
    },
    Response,
    response
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_between_slashes() {
        let hangup = HangupMatching::new("^Local/.*;1$").cause(HangupCause::UserBusy);
        assert_eq!(
            super::super::encode(&hangup, &"7".into()).unwrap(),
            "Action: Hangup\r\nActionID: 7\r\nChannel: /^Local/.*;1$/\r\nCause: 17\r\n\r\n"
        );
    }
}
