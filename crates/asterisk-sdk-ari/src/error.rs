//! What can go wrong with a request, with connecting, and with a playback.

use std::error::Error;
use std::time::Duration;

use asterisk_proto::Text;
use asterisk_proto::ari::model::{LiveRecording, Playback};
use asterisk_proto::error::{Delivery, ParseError};
use bytes::Bytes;
use http::StatusCode;

use crate::events::CloseReason;
use crate::request::Response;

type Source = Box<dyn Error + Send + Sync>;

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestError {
    /// The server refused it, or could not do it.
    #[error("the server answered {}: {message}", status.as_u16())]
    #[non_exhaustive]
    Status {
        /// The status of the reply.
        status: StatusCode,
        /// The server's reason in its own words, out of JSON or HTML; the status's usual phrase
        /// when it gave none.
        message: String,
        /// The whole body.
        body: Text,
    },
    /// No reply came within the request timeout, no connection within the connect timeout, or no more
    /// of a body within the body timeout.
    #[error("no reply within {limit:?}; {delivery}")]
    #[non_exhaustive]
    Timeout {
        /// Which timeout it was.
        limit: Duration,
        /// Whether the server may have acted on it.
        delivery: Delivery,
    },
    /// The connection could not be made, or broke.
    #[error("the connection failed; {delivery}")]
    #[non_exhaustive]
    Transport {
        /// Whether the server may have acted on it.
        delivery: Delivery,
        /// What the system or the HTTP layer says.
        source: Source,
    },
    /// The reply's body was over the limit. The server has acted on the request.
    #[error("the reply is larger than {limit} bytes")]
    #[non_exhaustive]
    BodyTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The reply is not what the operation returns. The server has acted on the request.
    #[error("the reply cannot be read")]
    #[non_exhaustive]
    Decode {
        /// The whole body.
        body: Text,
        /// What was expected and found.
        source: ParseError,
    },
    /// The request cannot be expressed in HTTP. It was not sent.
    #[error("the request is not valid HTTP")]
    InvalidRequest(#[source] Source),
}

impl RestError {
    /// The error that a reply outside 200–299 is.
    pub(crate) fn from_response(response: &Response) -> Self {
        let status = response.status();
        let body = Text::from_bytes(response.body().clone());
        let message = message(&body)
            .or_else(|| status.canonical_reason().map(str::to_owned))
            .unwrap_or_else(|| "no reason given".to_owned());
        Self::Status { status, message, body }
    }

    pub(crate) fn decode(body: &Bytes, source: ParseError) -> Self {
        Self::Decode { body: Text::from_bytes(body.clone()), source }
    }

    /// The status of the reply, when the server refused the request.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether what the request is about does not exist (404).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(StatusCode::NOT_FOUND)
    }

    /// Whether what the request is about is in the wrong state, or the id is taken (409).
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.status() == Some(StatusCode::CONFLICT)
    }

    /// Whether user or password are wrong (401).
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.status() == Some(StatusCode::UNAUTHORIZED)
    }

    /// Whether the user may not do this (403), such as a read-only user that wants to write.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.status() == Some(StatusCode::FORBIDDEN)
    }

    /// Whether the request itself is at fault (400): a parameter is missing or makes no sense.
    #[must_use]
    pub fn is_bad_request(&self) -> bool {
        self.status() == Some(StatusCode::BAD_REQUEST)
    }

    /// Whether the request cannot be carried out as it is (422), such as media of an unknown format
    /// or a technology that is not there.
    #[must_use]
    pub fn is_unprocessable(&self) -> bool {
        self.status() == Some(StatusCode::UNPROCESSABLE_ENTITY)
    }

    /// Whether the server is not ready (503), as before it has fully booted.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        self.status() == Some(StatusCode::SERVICE_UNAVAILABLE)
    }

    /// Whether no reply came in time.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout { .. })
    }

    /// What is known about a request that got no reply; `None` when one came.
    #[must_use]
    pub fn delivery(&self) -> Option<Delivery> {
        match self {
            Self::Timeout { delivery, .. } | Self::Transport { delivery, .. } => Some(*delivery),
            Self::InvalidRequest(_) => Some(Delivery::NotSent),
            _ => None,
        }
    }
}

/// The server's reason: a member `message` or `error` of a JSON object, the text of an HTML page, or
/// the body itself.
fn message(body: &str) -> Option<String> {
    if let Ok(serde_json::Value::Object(members)) = serde_json::from_str(body) {
        let text = members.get("message").or_else(|| members.get("error"))?.as_str()?;
        return Some(text.to_owned());
    }
    let text = if body.trim_start().starts_with('<') {
        ["p", "h1", "title"].iter().find_map(|tag| element(body, tag))?
    } else {
        body
    };
    let text = text.trim();
    let short: String = text.chars().take(ParseError::FOUND_LIMIT).collect();
    (!short.is_empty()).then_some(short)
}

/// The text of a page's first element of this name, unless it is empty.
fn element<'a>(page: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("<{tag}>"))?;
    let (text, _) = rest.split_once(&format!("</{tag}>"))?;
    (!text.trim().is_empty()).then_some(text)
}

/// Why a client could not connect.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address, user or a header cannot be used; the text says why, without the address.
    #[error("invalid settings: {0}")]
    InvalidSettings(&'static str),
    /// Nobody listens there, or the name does not resolve.
    #[error("the server cannot be reached")]
    Unreachable(#[source] Source),
    /// The server did not answer in time.
    #[error("no answer within {0:?}")]
    Timeout(Duration),
    /// User or password are wrong (401).
    #[error("user or password are wrong")]
    Unauthorized,
    /// Something answers there, but it is not ARI.
    #[error("this is not ARI: {0}")]
    NotAri(String),
    /// The server refuses: it is not fully booted (503), refuses the events (400), or allows no more
    /// sessions.
    #[error("the server answered {}: {message}", status.as_u16())]
    #[non_exhaustive]
    Refused {
        /// The status of the reply.
        status: StatusCode,
        /// The server's reason.
        message: String,
    },
    /// The exchange broke off or made no sense.
    #[error("the exchange failed")]
    Protocol(#[source] Source),
    /// The server does not read requests from the event connection; Asterisk 16 does not
    /// ([`Builder::rest_over_websocket`](crate::Builder::rest_over_websocket)).
    #[error("the server does not take requests over a WebSocket")]
    NoRestOverWebSocket,
    /// There is no TLS connection.
    #[cfg(feature = "tls")]
    #[error("no TLS connection")]
    Tls(#[from] asterisk_sdk_tls::TlsError),
}

impl ConnectError {
    /// Whether user or password are wrong.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Unauthorized)
    }

    /// Whether the server did not answer in time.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout(_))
    }
}

impl From<RestError> for ConnectError {
    fn from(error: RestError) -> Self {
        match error {
            RestError::Status { status: StatusCode::UNAUTHORIZED, .. } => Self::Unauthorized,
            // ARI has no redirects, and always has this resource.
            RestError::Status { status, message, .. }
                if status == StatusCode::NOT_FOUND || status.is_redirection() =>
            {
                Self::NotAri(message)
            }
            RestError::Status { status, message, .. } => Self::Refused { status, message },
            RestError::Timeout { limit, .. } => Self::Timeout(limit),
            RestError::Transport { delivery: Delivery::NotSent, source } => unreachable(source),
            RestError::Transport { source, .. } => Self::Protocol(source),
            RestError::Decode { source, .. } => Self::NotAri(source.to_string()),
            other => Self::Protocol(other.into()),
        }
    }
}

/// Why there was no connection to send on.
fn unreachable(source: Source) -> ConnectError {
    #[cfg(feature = "tls")]
    let source = match source.downcast::<asterisk_sdk_tls::TlsError>() {
        Ok(refused) => return ConnectError::Tls(*refused),
        Err(other) => other,
    };
    // Somebody listens, but has spoken out of turn.
    if source.is::<hyper::Error>() {
        return ConnectError::Protocol(source);
    }
    ConnectError::Unreachable(source)
}

/// Why the end of a playback was not reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlaybackError {
    /// It failed: the channel was hung up, or the media could not be played.
    #[error("the playback failed")]
    Failed(Box<Playback>),
    /// It had ended before anybody listened, or while the event connection was lost, so nobody knows how.
    #[error("the playback is gone")]
    Gone,
    /// It did not end in time. It may go on; media that does not exist never ends.
    #[error("the playback did not end within {0:?}")]
    Timeout(Duration),
    /// The events that would tell have ended.
    #[error("the event connection has ended: {0}")]
    Disconnected(CloseReason),
    /// The server could not be asked about it.
    #[error("the playback cannot be looked up")]
    Rest(#[from] RestError),
}

/// Why a recording did not come about, or its end was not reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// It failed; its `cause` says why.
    #[error("the recording failed")]
    Failed(Box<LiveRecording>),
    /// It had ended before anybody listened, or while the event connection was lost, so nobody knows how.
    #[error("the recording is gone")]
    Gone,
    /// It did not end in time, and goes on.
    #[error("the recording did not end within {0:?}")]
    Timeout(Duration),
    /// The events that would tell have ended.
    #[error("the event connection has ended: {0}")]
    Disconnected(CloseReason),
    /// The server could not be asked about it.
    #[error("the recording cannot be looked up")]
    Rest(#[from] RestError),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, body: &'static [u8]) -> String {
        let status = StatusCode::from_u16(status).unwrap();
        let response = Response::new(status, Bytes::from_static(body));
        match RestError::from_response(&response) {
            RestError::Status { message, body: text, .. } => {
                assert_eq!(text, Text::from_bytes(Bytes::from_static(body)));
                message
            }
            other => panic!("{other}"),
        }
    }

    #[test]
    fn errors_are_json_html_text_or_nothing() {
        assert_eq!(status(404, br#"{"message":"Channel not found"}"#), "Channel not found");
        assert_eq!(status(500, br#"{"error":"Allocation failed"}"#), "Allocation failed");
        let page =
            b"<!DOCTYPE HTML>\r\n<html><head>\r\n<title>404 Not Found</title>\r\n</head><body>\r\n\
            <h1>Not Found</h1>\r\n<p>The requested URL was not found.</p>\r\n</body></html>\r\n";
        assert_eq!(status(404, page), "The requested URL was not found.");
        assert_eq!(status(426, b"<h1>Upgrade Required</h1>\r\n<p></p>"), "Upgrade Required");
        assert_eq!(status(502, b"bad gateway\n"), "bad gateway");
        assert_eq!(status(503, b""), "Service Unavailable");
        assert_eq!(status(503, br#"{"other":1}"#), "Service Unavailable");
        assert_eq!(status(500, b"\xff\xfe"), "\u{fffd}\u{fffd}");
        assert_eq!(status(599, b"<"), "no reason given");
    }
}
