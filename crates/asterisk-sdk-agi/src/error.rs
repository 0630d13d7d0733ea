//! What can go wrong, divided by what a caller would do next.

use std::fmt;
use std::io;
use std::time::Duration;

use asterisk_proto::Text;
use asterisk_proto::error::{Delivery, ParseError};

/// How it became known that the call is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HangupKind {
    /// The reply to a command said so.
    Result,
    /// Asterisk announced it: the line `HANGUP`, or the signal `SIGHUP` to a process.
    Signal,
    /// The connection to Asterisk ended. No further command can be sent.
    Pipe,
}

impl fmt::Display for HangupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Result => "the reply says so",
            Self::Signal => "Asterisk announced it",
            Self::Pipe => "the connection ended",
        })
    }
}

/// Why a command has no result.
///
/// None of these spoils the session: the next command gets its own reply. Only after
/// [`HangupKind::Pipe`] and [`Io`](Self::Io) no further command can be sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The command was refused before anything was sent.
    #[error("the command cannot be sent")]
    Invalid(#[from] LineError),
    /// Asterisk does not know the command (510).
    #[error("Asterisk does not know the command")]
    InvalidCommand,
    /// The channel is hung up, and the command is not one of those that still work then (511).
    #[error("the command is not permitted on a channel that is hung up")]
    DeadChannel,
    /// Asterisk rejects the arguments (520).
    #[error("Asterisk rejects the command's arguments")]
    Usage {
        /// The command's usage, as the server explains it.
        text: Text,
    },
    /// Asterisk ran the command, and it failed.
    ///
    /// For `EXEC` this names the application; `-2` is the result of one that does not exist.
    #[error("{operation} failed with result {result}{}", Reason(reason))]
    AppFailure {
        /// The command, and what it was about.
        operation: String,
        /// The result as Asterisk gave it.
        result: Text,
        /// What the reply says besides the number, as `writefile` of a recording.
        reason: Option<Text>,
    },
    /// The server's database did not take it: its file cannot be written, or the family or key is
    /// longer than the release allows (255 bytes together on 16). That there is no such key is no
    /// error.
    #[error("{operation} failed in the server's database")]
    Database {
        /// The command, with family and key.
        operation: String,
    },
    /// The reply is none that this command has.
    #[error("the reply cannot be understood")]
    UnknownReply(#[source] ParseError),
    /// The call is over.
    #[error("the call is over: {kind}")]
    Hangup {
        /// How it became known.
        kind: HangupKind,
        /// What is known about the command, unless a reply to it was read.
        delivery: Option<Delivery>,
    },
    /// No reply came in time. If the command was sent, its reply is still owed: the next command
    /// waits for it first.
    #[error("no reply within {after:?}: {delivery}")]
    Timeout {
        /// How long was waited.
        after: Duration,
        /// Whether the command was sent.
        delivery: Delivery,
    },
    /// The connection failed in an uncommon way; a connection that merely ended is a
    /// [`Hangup`](Self::Hangup).
    #[error("the connection to Asterisk failed: {delivery}")]
    Io {
        /// The failure.
        source: io::Error,
        /// Whether the command was sent.
        delivery: Delivery,
    },
}

/// The reason of a failure in parentheses, if there is one.
struct Reason<'a>(&'a Option<Text>);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().map_or(Ok(()), |reason| write!(f, " ({reason})"))
    }
}

impl CommandError {
    /// Whether the failure is that the call is over: [`Hangup`](Self::Hangup) or
    /// [`DeadChannel`](Self::DeadChannel).
    #[must_use]
    pub fn is_hangup(&self) -> bool {
        matches!(self, Self::Hangup { .. } | Self::DeadChannel)
    }

    /// Whether no reply came in time.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout { .. })
    }

    /// What is known about a command that got no reply; `None` if it got one.
    #[must_use]
    pub fn delivery(&self) -> Option<Delivery> {
        match self {
            Self::Invalid(_) => Some(Delivery::NotSent),
            Self::Hangup { delivery, .. } => *delivery,
            Self::Timeout { delivery, .. } | Self::Io { delivery, .. } => Some(*delivery),
            _ => None,
        }
    }
}

/// Why a command line cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// It holds a line feed, a carriage return or a NUL, which AGI cannot carry.
    #[error("it holds the character {0:?}")]
    Character(char),
    /// It is longer than what the server reads as one line; it would run the rest as a command of
    /// its own.
    #[error("with {length} bytes it is longer than the server's limit of {limit}")]
    TooLong {
        /// The line's length in bytes.
        length: usize,
        /// The longest line that this server takes.
        limit: usize,
    },
    /// It has more arguments than the server takes.
    #[error("with {0} words it has more than the server takes")]
    TooManyWords(usize),
}

/// Any error that ends a handler: what `?` makes of it inside a function that returns
/// [`Result`](crate::Result).
///
/// It holds every type that is a [`std::error::Error`] (and text), and is none itself, as that would
/// rule the conversion out. It derefs to the error that it holds.
pub struct Error(Box<dyn std::error::Error + Send + Sync>);

impl Error {
    /// Whether the handler ended because the call is over, which is no failure of the handler.
    #[must_use]
    pub fn is_hangup(&self) -> bool {
        self.0.downcast_ref::<CommandError>().is_some_and(CommandError::is_hangup)
    }

    /// The error inside.
    #[must_use]
    pub fn into_inner(self) -> Box<dyn std::error::Error + Send + Sync> {
        self.0
    }
}

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Error {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl std::ops::Deref for Error {
    type Target = dyn std::error::Error + Send + Sync;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The error and, each after a colon, what caused it.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, ": {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_s_error_shows_its_causes_once() {
        let error = Error::from(CommandError::from(LineError::Character('\n')));
        assert_eq!(error.to_string(), "the command cannot be sent: it holds the character '\\n'");
        assert_eq!(Error::from("no such menu").to_string(), "no such menu");
    }

    #[test]
    fn a_hangup_is_told_from_a_failure() {
        assert!(Error::from(CommandError::DeadChannel).is_hangup());
        assert!(!Error::from(CommandError::InvalidCommand).is_hangup());
        assert!(!Error::from(io::Error::other("x")).is_hangup());
    }
}
