//! What can go wrong, and how a stream ends.

use std::io;
use std::time::Duration;

/// Why something could not be done with a stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// The stream has ended.
    #[error("the stream has ended: {0}")]
    Closed(End),
    /// The transport, the format or the mode of this stream has no such thing. Nothing was sent.
    #[error("{0} is not possible here")]
    Unsupported(&'static str),
    /// A control message is longer than Asterisk takes: it would drop it without a word. It was not sent.
    #[error("a control message of {length} bytes is over the limit of {limit}")]
    #[non_exhaustive]
    TooLong {
        /// Its length in bytes.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// As many marks, or other questions to Asterisk, wait for their answers as may. It was not sent.
    #[error("too much is waiting already")]
    Busy,
    /// No answer came in time. Asterisk may have acted on it.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
}

/// How a stream came to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum End {
    /// It was ended on this side.
    #[error("closed on this side")]
    Local,
    /// Asterisk has ended it, usually because the channel was hung up. Over WebSocket it says a code:
    /// 1000 for a hangup.
    #[error("Asterisk has ended it")]
    #[non_exhaustive]
    Remote {
        /// The code of the WebSocket's close.
        code: Option<u16>,
    },
    /// The connection broke, or what came made no sense.
    #[error("the connection failed: {0}")]
    Failed(String),
    /// Asterisk has taken nothing for the write timeout.
    #[error("Asterisk takes no data")]
    Stalled,
}

impl End {
    pub(crate) fn failed(error: &io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Why there is no stream.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The connection could not be made, or broke before it was of use.
    #[error("cannot connect")]
    Io(#[from] io::Error),
    /// Asterisk answered something else than a change to WebSocket: 404 means that no channel waits
    /// under this id, 409 that it has a connection already.
    #[error("the server answered {0}")]
    Status(u16),
    /// What came is not what Asterisk says at the beginning of a stream.
    #[error("what came is no beginning of a stream: {0}")]
    Protocol(String),
    /// It did not come in time.
    #[error("nothing came within {0:?}")]
    Timeout(Duration),
    /// The address or the id cannot be expressed in a request.
    #[error("the address makes no sense: {0}")]
    Address(String),
    /// Somebody waits for this call already, or it is running.
    #[error("this call is waited for already, or running")]
    Taken,
    /// The server was dropped.
    #[error("the server is gone")]
    Gone,
    /// There is no TLS connection.
    #[cfg(feature = "tls")]
    #[error("no TLS connection")]
    Tls(#[from] asterisk_sdk_tls::TlsError),
}

#[cfg(feature = "tls")]
impl From<asterisk_sdk_tls::HandshakeError> for ConnectError {
    fn from(error: asterisk_sdk_tls::HandshakeError) -> Self {
        use asterisk_sdk_tls::HandshakeError;
        match error {
            HandshakeError::Refused(error) => Self::Tls(error),
            HandshakeError::Closed(error) => Self::Io(error),
            error => Self::Io(io::Error::other(error)),
        }
    }
}
