//! What can go wrong, an enum for each operation.

use std::io;
use std::time::Duration;

use asterisk_proto::ami::Response;
use asterisk_proto::error::Delivery;

/// An action that cannot be put on the wire; it was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidAction {
    /// CR, LF or NUL in a name or a value would start a header or an action of its own.
    #[error("header {header:?} holds a line end or NUL")]
    LineBreak {
        /// The header's name.
        header: String,
    },
    /// Asterisk refuses lines over 1022 bytes.
    #[error("header {header:?} makes a line of {length} bytes, the server takes {MAX_LINE}", MAX_LINE = crate::action::MAX_LINE)]
    LineTooLong {
        /// The header's name.
        header: String,
        /// The line's length in bytes, without its end.
        length: usize,
    },
    /// Asterisk refuses actions of more than 128 lines.
    #[error("the action has {lines} lines, the server takes {MAX_LINES}", MAX_LINES = crate::action::MAX_LINES)]
    TooManyLines {
        /// The number of lines.
        lines: usize,
    },
    /// An action with the same caller-supplied ActionID is still in flight on this connection.
    #[error("an action with the id {id:?} is in flight")]
    IdInUse {
        /// The id.
        id: String,
    },
}

/// Why an action has no output.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ActionError {
    /// The action cannot be put on the wire; it was not sent.
    #[error("invalid action")]
    Invalid(#[from] InvalidAction),
    /// The server answered `Response: Error`.
    #[error("the server refused the action: {}", refusal(response))]
    Refused {
        /// The answer, with the server's words and, for a CLI command, its output.
        response: Box<Response>,
    },
    /// The answer did not come in time.
    #[error("no answer within {after:?}: {delivery}")]
    TimedOut {
        /// Whether the server may have acted on it.
        delivery: Delivery,
        /// How long the answer was waited for.
        after: Duration,
    },
    /// The connection ended before the answer came.
    #[error("the connection ended: {delivery}")]
    Disconnected {
        /// Whether the server may have acted on it.
        delivery: Delivery,
    },
    /// The answer was over a limit of this client; the server has acted on the action.
    #[error("the answer is over the limit of {limit} {unit}")]
    TooLarge {
        /// The limit.
        limit: usize,
        /// What it counts.
        unit: &'static str,
    },
    /// The items of a list were not taken in time, so what was left of it was thrown away.
    #[error("the items of the list were not taken in time")]
    TooSlow,
    /// The server accepted the action, and the answer lacks what the output needs.
    #[error("the answer lacks {lacks}")]
    Incomplete {
        /// What is missing.
        lacks: &'static str,
        /// The answer.
        response: Box<Response>,
    },
    /// [`blocking::Manager`](crate::blocking::Manager) was used in an asynchronous runtime, whose
    /// other tasks it would stop. The action was not sent.
    #[cfg(feature = "blocking")]
    #[error("a blocking manager cannot be used inside an asynchronous runtime")]
    InsideRuntime,
}

/// The server's words, or the last line that the CLI printed.
fn refusal(response: &Response) -> String {
    match response.output().last() {
        Some(line) => line.into_owned(),
        None => response.text().unwrap_or_default().into_owned(),
    }
}

impl ActionError {
    /// The server's answer, if there was one.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        match self {
            Self::Refused { response } | Self::Incomplete { response, .. } => Some(response),
            _ => None,
        }
    }

    /// Whether the server may have acted on the action, where no answer tells.
    #[must_use]
    pub fn delivery(&self) -> Option<Delivery> {
        match self {
            Self::Invalid(_) => Some(Delivery::NotSent),
            #[cfg(feature = "blocking")]
            Self::InsideRuntime => Some(Delivery::NotSent),
            Self::TimedOut { delivery, .. } | Self::Disconnected { delivery } => Some(*delivery),
            _ => None,
        }
    }

    /// Whether the answer did not come in time.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::TimedOut { .. })
    }

    /// Whether the connection ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Disconnected { .. })
    }
}

/// How far a connection had come when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Opening the TCP connection.
    Connect,
    /// Agreeing on TLS.
    #[cfg(feature = "tls")]
    Tls,
    /// Waiting for the server's first line.
    Banner,
    /// Logging in.
    Login,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connect => "opening the connection",
            #[cfg(feature = "tls")]
            Self::Tls => "agreeing on TLS",
            Self::Banner => "waiting for the server's first line",
            Self::Login => "logging in",
        })
    }
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address has no such host, or nothing listens there.
    #[error("cannot reach {address}")]
    Unreachable {
        /// The address as given.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The peer was too slow.
    #[error("timed out after {after:?} while {stage}")]
    TimedOut {
        /// What it was too slow for.
        stage: Stage,
        /// How long it had.
        after: Duration,
    },
    /// What listens there does not speak AMI.
    #[error("not a manager interface: it says {received:?}")]
    NotAsterisk {
        /// The beginning of what it said.
        received: String,
    },
    /// The user, the secret or the address is not accepted.
    #[error("login refused: {message}")]
    Authentication {
        /// The server's words.
        message: String,
    },
    /// The peer ended the connection.
    #[error("the connection ended while {stage}")]
    Closed {
        /// How far it had come.
        stage: Stage,
        /// What the system said; nothing when the peer closed in order.
        source: Option<io::Error>,
    },
    /// The login cannot be put on the wire.
    #[error("invalid login")]
    Invalid(#[from] InvalidAction),
    /// There is no TLS connection.
    #[cfg(feature = "tls")]
    #[error("no TLS connection")]
    Tls(#[from] asterisk_sdk_tls::TlsError),
    /// [`blocking::Manager`](crate::blocking::Manager) was used in an asynchronous runtime, whose
    /// other tasks it would stop.
    #[cfg(feature = "blocking")]
    #[error("a blocking manager cannot be used inside an asynchronous runtime")]
    InsideRuntime,
    /// The system has no thread for a blocking manager.
    #[cfg(feature = "blocking")]
    #[error("cannot start the connection's thread")]
    NoThread {
        /// What the system said.
        source: io::Error,
    },
}
