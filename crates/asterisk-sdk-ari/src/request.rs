//! Requests and replies without a connection: what an operation is in terms of HTTP.

use std::fmt::Write;

use asterisk_proto::ari::FromJson;
use asterisk_proto::error::ParseError;
use asterisk_proto::{BridgeId, ChannelId, DeviceState, HangupCause, PlaybackId, Text};
use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Map, Value};

use crate::encode;
use crate::rest::Listed;

/// The longest path and query that are sent; above that the parameters go into the body.
///
/// Asterisk refuses request lines over 4095 bytes. The rest is for the method, a path prefix and
/// the HTTP version.
const TARGET_LIMIT: usize = 3900;

/// An operation of ARI: what is sent, and what the reply is read as.
///
/// Building the request needs no connection and always gives the same.
///
/// Implemented by the builders in [`rest`](crate::rest) only, which lists them in
/// [`OPERATIONS`](crate::rest::OPERATIONS).
pub trait Operation: Listed {
    /// What the reply is read as.
    type Output: FromJson;

    /// The method and path, as ARI's inventory has them: `POST /channels/{channelId}/answer`.
    const NAME: &'static str;

    /// The names of all parameters, as they are sent.
    const PARAMETERS: &'static [&'static str];

    /// What is sent.
    fn request(&self) -> Request;
}

/// One request, below `/ari`: ready to be sent over any transport.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path below `/ari`, percent-encoded: `/channels/100`.
    pub path: String,
    /// The query without its `?`, percent-encoded; empty when there is none.
    pub query: String,
    /// The JSON body.
    pub body: Option<Bytes>,
}

impl Request {
    /// Path and query: `/channels?endpoint=PJSIP/100`.
    #[must_use]
    pub fn target(&self) -> String {
        if self.query.is_empty() {
            self.path.clone()
        } else {
            format!("{}?{}", self.path, self.query)
        }
    }
}

/// A reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    status: StatusCode,
    body: Bytes,
}

impl Response {
    pub(crate) fn new(status: StatusCode, body: Bytes) -> Self {
        Self { status, body }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The body; empty when there is none.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> Text {
        Text::from_bytes(self.body.clone())
    }

    /// The body as JSON.
    ///
    /// # Errors
    ///
    /// When it is not JSON.
    pub fn json(&self) -> Result<Value, ParseError> {
        serde_json::from_slice(&self.body).map_err(|_| ParseError::new("JSON", &self.body))
    }
}

/// The value of a parameter. In a query all are text; in a body Asterisk wants each in its own type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Parameter {
    Text(String),
    Integer(i64),
    Boolean(bool),
    List(Vec<String>),
}

impl Parameter {
    /// Whether a query can express it: there a list is split at every comma.
    fn fits_query(&self) -> bool {
        !matches!(self, Self::List(items) if items.iter().any(|item| item.contains(',')))
    }

    fn write_query(&self, to: &mut String) {
        // Writing to a string does not fail.
        let _ = match self {
            Self::Text(text) => write!(to, "{}", encode::query(text)),
            Self::Integer(number) => write!(to, "{number}"),
            Self::Boolean(value) => write!(to, "{value}"),
            Self::List(items) => write!(to, "{}", encode::query(&items.join(","))),
        };
    }

    fn into_json(self) -> Value {
        match self {
            Self::Text(text) => text.into(),
            Self::Integer(number) => number.into(),
            Self::Boolean(value) => value.into(),
            Self::List(items) => items.into(),
        }
    }
}

/// What can be the value of a parameter.
pub(crate) trait ToParameter {
    fn to_parameter(&self) -> Parameter;
}

impl ToParameter for String {
    fn to_parameter(&self) -> Parameter {
        Parameter::Text(self.clone())
    }
}

impl ToParameter for bool {
    fn to_parameter(&self) -> Parameter {
        Parameter::Boolean(*self)
    }
}

impl ToParameter for i64 {
    fn to_parameter(&self) -> Parameter {
        Parameter::Integer(*self)
    }
}

impl ToParameter for u32 {
    fn to_parameter(&self) -> Parameter {
        Parameter::Integer((*self).into())
    }
}

impl ToParameter for DeviceState {
    fn to_parameter(&self) -> Parameter {
        Parameter::Text(self.as_str().to_owned())
    }
}

/// The cause's number, as text: the parameter takes other codes as well.
impl ToParameter for HangupCause {
    fn to_parameter(&self) -> Parameter {
        Parameter::Text(self.code().to_string())
    }
}

macro_rules! ids {
    ($($id:ty),+) => {$(
        impl ToParameter for $id {
            fn to_parameter(&self) -> Parameter {
                Parameter::Text(self.as_str().to_owned())
            }
        }
    )+};
}

ids!(BridgeId, ChannelId, PlaybackId);

/// A request in the making.
pub(crate) struct Draft {
    method: Method,
    path: String,
    parameters: Vec<(&'static str, Parameter)>,
    body: Map<String, Value>,
}

impl Draft {
    /// Begins with a path that may have `{placeholders}`.
    pub(crate) fn new(method: Method, path: &str) -> Self {
        Self { method, path: path.to_owned(), parameters: Vec::new(), body: Map::new() }
    }

    /// Fills a placeholder.
    pub(crate) fn path(mut self, name: &str, value: &str) -> Self {
        // Values have no braces: they are encoded.
        let mut places = self.path.match_indices('{').map(|(at, _)| at);
        let place = places.find(|at| {
            let inside = self.path.get(at + 1..).and_then(|rest| rest.strip_prefix(name));
            inside.is_some_and(|rest| rest.starts_with('}'))
        });
        if let Some(at) = place {
            self.path.replace_range(at..at + name.len() + 2, &encode::segment(value));
        }
        self
    }

    /// Adds a part to the path.
    pub(crate) fn place(mut self, value: &str) -> Self {
        self.path.push('/');
        self.path.push_str(&encode::segment(value));
        self
    }

    /// Adds a parameter, in the query if it can be there.
    pub(crate) fn parameter(mut self, name: &'static str, value: Parameter) -> Self {
        self.parameters.push((name, value));
        self
    }

    /// Adds a member of the body.
    pub(crate) fn body(mut self, name: &'static str, value: Value) -> Self {
        self.body.insert(name.to_owned(), value);
        self
    }

    pub(crate) fn finish(self) -> Request {
        let Self { method, path, parameters, mut body } = self;
        let mut query = String::new();
        for (name, value) in parameters.iter().filter(|(_, value)| value.fits_query()) {
            if !query.is_empty() {
                query.push('&');
            }
            query.push_str(name);
            query.push('=');
            value.write_query(&mut query);
        }
        let too_long = path.len() + query.len() > TARGET_LIMIT;
        if too_long {
            query.clear();
        }
        for (name, value) in parameters {
            if too_long || !value.fits_query() {
                body.insert(name.to_owned(), value.into_json());
            }
        }
        let body = (!body.is_empty()).then(|| Value::Object(body).to_string().into());
        Request { method, path, query, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &[&str]) -> Parameter {
        Parameter::List(items.iter().map(|&item| item.to_owned()).collect())
    }

    fn play(media: Parameter) -> Request {
        Draft::new(Method::POST, "/channels/{channelId}/play")
            .path("channelId", "a/b;1 +%")
            .parameter("media", media)
            .parameter("skipms", Parameter::Integer(500))
            .parameter("mute", Parameter::Boolean(true))
            .finish()
    }

    #[test]
    fn list_parameters_are_joined_by_commas() {
        let request = play(list(&["sound:a", "sound:b c"]));
        assert_eq!(request.method, Method::POST);
        assert_eq!(request.path, "/channels/a%2Fb;1%20%2B%25/play");
        assert_eq!(request.query, "media=sound:a,sound:b%20c&skipms=500&mute=true");
        assert_eq!(request.body, None);
        assert_eq!(request.target(), format!("{}?{}", request.path, request.query));
    }

    #[test]
    fn a_list_item_with_a_comma_moves_the_list_into_the_body() {
        let request = play(list(&["sound:a,b", "sound:c"]));
        assert_eq!(request.query, "skipms=500&mute=true");
        assert_eq!(request.body.unwrap(), r#"{"media":["sound:a,b","sound:c"]}"#);
    }

    #[test]
    fn a_long_request_line_moves_the_parameters_into_the_body_each_in_its_type() {
        let long = "x".repeat(5000);
        let request = play(list(&[&long]));
        assert_eq!(request.query, "");
        let body = format!(r#"{{"media":["{long}"],"mute":true,"skipms":500}}"#);
        assert_eq!(request.body.unwrap(), body);
    }
}
