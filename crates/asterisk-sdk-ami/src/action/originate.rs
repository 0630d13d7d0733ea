//! New calls.

use std::time::Duration;

use asterisk_proto::ChannelId;
use asterisk_proto::ami::Response;
use asterisk_proto::ami::event::OriginateResponse;

use super::output::response;
use super::{Action, Expect, Headers, NamedAction, Reply};
use crate::error::ActionError;

/// Calls a channel and, when it answers, sends it to an extension or an application (privilege
/// `originate`; some applications need `system` too).
///
/// It always runs in the background of the server: without that, Asterisk stalls the whole session
/// until the call is answered. Sent as it is, its output is the server's word that the call is
/// queued; [`Manager::originate`](crate::Manager::originate) waits for how it came out.
///
/// ```
/// use std::time::Duration;
/// use asterisk_sdk_ami::action::Originate;
///
/// let call = Originate::to("PJSIP/100")
///     .exten("default", "600", 1)
///     .caller_id("Reception <100>")
///     .timeout(Duration::from_secs(20))
///     .variable("CAMPAIGN", "spring");
/// ```
#[derive(Debug, Clone)]
#[must_use = "an action does nothing until it is sent"]
pub struct Originate {
    channel: String,
    target: Option<Target>,
    timeout: Option<Duration>,
    caller_id: Option<String>,
    variables: Vec<String>,
    account: Option<String>,
    early_media: Option<bool>,
    codecs: Option<String>,
    channel_id: Option<ChannelId>,
    other_channel_id: Option<ChannelId>,
    pre_dial_gosub: Option<String>,
}

#[derive(Debug, Clone)]
enum Target {
    Exten { context: String, exten: String, priority: u32 },
    Application { application: String, data: Option<String> },
}

impl Originate {
    /// How long Asterisk tries when no timeout is given.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

    /// A call to `channel`, a technology and what it dials: `PJSIP/100`, `Local/600@default`.
    pub fn to(channel: impl Into<String>) -> Self {
        Self {
            channel: channel.into(),
            target: None,
            timeout: None,
            caller_id: None,
            variables: Vec::new(),
            account: None,
            early_media: None,
            codecs: None,
            channel_id: None,
            other_channel_id: None,
            pre_dial_gosub: None,
        }
    }

    /// Sends the answered channel to an extension. Takes the place of an application.
    pub fn exten(
        mut self,
        context: impl Into<String>,
        exten: impl Into<String>,
        priority: u32,
    ) -> Self {
        let (context, exten) = (context.into(), exten.into());
        self.target = Some(Target::Exten { context, exten, priority });
        self
    }

    /// Gives the answered channel to an application. Takes the place of an extension.
    pub fn application(mut self, application: impl Into<String>) -> Self {
        self.target = Some(Target::Application { application: application.into(), data: None });
        self
    }

    /// Gives the answered channel to an application with arguments. Takes the place of an
    /// extension.
    pub fn application_with(
        mut self,
        application: impl Into<String>,
        data: impl Into<String>,
    ) -> Self {
        let (application, data) = (application.into(), Some(data.into()));
        self.target = Some(Target::Application { application, data });
        self
    }

    /// How long the call may ring; Asterisk takes whole milliseconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Who calls, as `Name <number>`.
    pub fn caller_id(mut self, caller_id: impl Into<String>) -> Self {
        self.caller_id = Some(caller_id.into());
        self
    }

    /// Sets a variable of the new channel; one that begins with `__` is inherited by the channels
    /// that it creates, such as the other end of a Local channel.
    ///
    /// Commas, quotes and backslashes in the value are kept, blanks around it are not. If a name is
    /// set twice, the last one counts.
    pub fn variable(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        // The server splits at commas, takes quotes and backslashes off, and sets the last first.
        let mut header = format!("{}=", name.as_ref());
        for character in value.as_ref().chars() {
            if matches!(character, ',' | '"' | '\\') {
                header.push('\\');
            }
            header.push(character);
        }
        self.variables.push(header);
        self
    }

    /// What the call is billed to.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// Whether the call counts as answered when early media flows.
    pub fn early_media(mut self, early_media: bool) -> Self {
        self.early_media = Some(early_media);
        self
    }

    /// The codecs to offer, with commas between.
    pub fn codecs(mut self, codecs: impl Into<String>) -> Self {
        self.codecs = Some(codecs.into());
        self
    }

    /// Chooses the channel's unique id, at most 149 bytes.
    ///
    /// One in use fails the call, and Asterisk also takes an id for used that is the beginning of
    /// another channel's: of `call` and `call-2`, the longer one has to come second.
    pub fn channel_id(mut self, channel_id: impl Into<ChannelId>) -> Self {
        self.channel_id = Some(channel_id.into());
        self
    }

    /// Chooses the unique id of the second half of a Local channel.
    pub fn other_channel_id(mut self, channel_id: impl Into<ChannelId>) -> Self {
        self.other_channel_id = Some(channel_id.into());
        self
    }

    /// Runs a subroutine on the new channel before it is dialled, as `context,exten,priority`.
    pub fn pre_dial_gosub(mut self, gosub: impl Into<String>) -> Self {
        self.pre_dial_gosub = Some(gosub.into());
        self
    }

    /// How long Asterisk tries.
    pub(crate) fn rings_for(&self) -> Duration {
        self.timeout.unwrap_or(Self::DEFAULT_TIMEOUT)
    }
}

impl NamedAction for Originate {
    const NAME: &'static str = "Originate";
    const PARAMETERS: &'static [&'static str] = &[
        "Channel",
        "Context",
        "Exten",
        "Priority",
        "Application",
        "Data",
        "Timeout",
        "CallerID",
        "Account",
        "Codecs",
        "ChannelId",
        "OtherChannelId",
        "PreDialGoSub",
        "EarlyMedia",
        "Async",
        "Variable",
    ];
}

impl Action for Originate {
    type Output = Response;

    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn headers(&self, headers: &mut Headers) {
        headers.add("Channel", &self.channel);
        match &self.target {
            Some(Target::Exten { context, exten, priority }) => {
                headers.add("Context", context);
                headers.add("Exten", exten);
                headers.add("Priority", priority);
            }
            Some(Target::Application { application, data }) => {
                headers.add("Application", application);
                if let Some(data) = data {
                    headers.add("Data", data);
                }
            }
            // The server says what is missing.
            None => {}
        }
        if let Some(timeout) = self.timeout {
            headers.add("Timeout", timeout.as_millis().to_string());
        }
        let optional = [
            ("CallerID", self.caller_id.as_deref()),
            ("Account", self.account.as_deref()),
            ("Codecs", self.codecs.as_deref()),
            ("ChannelId", self.channel_id.as_ref().map(AsRef::as_ref)),
            ("OtherChannelId", self.other_channel_id.as_ref().map(AsRef::as_ref)),
            ("PreDialGoSub", self.pre_dial_gosub.as_deref()),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                headers.add(name, value);
            }
        }
        if let Some(early_media) = self.early_media {
            headers.add("EarlyMedia", early_media);
        }
        headers.add("Async", true);
        // The server sets them in reverse, so what is set last has to come first.
        for variable in self.variables.iter().rev() {
            headers.add("Variable", variable);
        }
    }

    fn output(reply: Reply) -> Result<Response, ActionError> {
        response(reply)
    }
}

/// An originate that ends with its outcome.
pub(crate) struct AwaitedOriginate(pub(crate) Originate);

impl Action for AwaitedOriginate {
    type Output = OriginateResponse;

    fn name(&self) -> &str {
        self.0.name()
    }

    fn headers(&self, headers: &mut Headers) {
        self.0.headers(headers);
    }

    fn expect(&self) -> Expect {
        Expect::Event("OriginateResponse")
    }

    fn output(reply: Reply) -> Result<OriginateResponse, ActionError> {
        match reply.complete.and_then(|event| event.decode()) {
            Some(outcome) => Ok(outcome),
            None => Err(ActionError::Incomplete {
                lacks: "the outcome of the call",
                response: Box::new(reply.response),
            }),
        }
    }
}
