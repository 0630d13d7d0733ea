//! Actions of the session and the server itself.

use std::borrow::Cow;
use std::time::Duration;

use asterisk_proto::Secret;
use asterisk_proto::ami::Response;
use asterisk_proto::ami::event::CoreShowChannel;

use super::macros::ami_action;
use super::{Action, Aggregate, EventMask, Headers, ListItem, Reply};
use crate::error::ActionError;

/// The output of actions that yield nothing but the server's word.
#[expect(clippy::unnecessary_wraps, reason = "the type that the table calls")]
pub(super) fn response(reply: Reply) -> Result<Response, ActionError> {
    Ok(reply.response)
}

#[expect(clippy::unnecessary_wraps, reason = "the type that the table calls")]
fn aggregate<T: ListItem>(reply: Reply) -> Result<Aggregate<T>, ActionError> {
    Ok(Aggregate::new(reply))
}

ami_action!(
    /// Logs in; [`Manager::builder`](crate::Manager::builder) does it for you.
    #[action("Login")]
    pub struct Login {
        #[required("Username")]
        /// The user of manager.conf; case does not matter.
        username: String,
        #[optional("AuthType")]
        /// `MD5` when `key` is given.
        auth_type: String,
        #[optional("Secret")]
        /// The password, for a plain login.
        secret: Secret,
        #[optional("Key")]
        /// The MD5 sum of challenge and password in lower-case hex.
        key: Secret,
        #[optional("Events")]
        /// Which events the session gets.
        events: EventMask,
    },
    Response,
    response
);

ami_action!(
    /// Asks for the challenge of an MD5 login.
    #[action("Challenge")]
    pub struct Challenge {
        #[required("AuthType")]
        /// `MD5`, the only kind.
        auth_type: String,
    },
    String,
    |reply| {
        let challenge = reply.response.message().get("Challenge").map(Cow::into_owned);
        challenge.ok_or_else(|| ActionError::Incomplete {
            lacks: "a challenge",
            response: Box::new(reply.response),
        })
    }
);

ami_action!(
    /// Ends the session; [`Manager::close`](crate::Manager::close) does it for you.
    #[action("Logoff")]
    pub struct Logoff {},
    Response,
    response
);

ami_action!(
    /// Asks the server for a sign of life.
    #[action("Ping")]
    pub struct Ping {},
    Pong,
    |reply| {
        let timestamp = reply.response.message().get("Timestamp");
        let timestamp = timestamp.and_then(|seconds| seconds.trim().parse().ok());
        Ok(Pong { timestamp, round_trip: reply.round_trip })
    }
);

/// The answer to a [`Ping`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Pong {
    /// The server's clock, in seconds since 1970.
    pub timestamp: Option<f64>,
    /// How long the answer took.
    pub round_trip: Duration,
}

ami_action!(
    /// Runs a command of the server's command line (privilege `command`).
    ///
    /// A command that the command line refuses or that does not exist is
    /// [`ActionError::Refused`], whose response holds what was printed.
    #[action("Command")]
    pub struct Command {
        #[required("Command")]
        /// The command, such as `core show version`.
        command: String,
    },
    CommandOutput,
    |reply| Ok(CommandOutput(reply.response))
);

/// What a command of the server's command line printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandOutput(Response);

impl CommandOutput {
    /// The lines in order, empty ones included.
    pub fn lines(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.output()
    }

    /// The response that carried them.
    #[must_use]
    pub fn response(&self) -> &Response {
        &self.0
    }
}

ami_action!(
    /// Lists all channels (privilege `reporting` or `system`).
    #[action("CoreShowChannels")]
    pub struct CoreShowChannels {},
    Aggregate<CoreShowChannel>,
    aggregate
);
