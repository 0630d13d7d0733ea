//! Requests that have no method of their own.

use std::fmt::Write;
use std::future::IntoFuture;

use bytes::Bytes;
use http::Method;
use serde_json::Value;

use crate::client::Client;
use crate::encode;
use crate::error::RestError;
use crate::request::{Request, Response};
use crate::transport::BoxFuture;

/// Any request; made by [`Client::request`].
#[derive(Debug, Clone)]
#[must_use = "nothing is sent until it is awaited"]
pub struct Custom {
    client: Client,
    request: Request,
}

impl Custom {
    pub(crate) fn new(client: Client, method: Method, path: String) -> Self {
        Self { client, request: Request { method, path, query: String::new(), body: None } }
    }

    /// Adds a part to the path, percent-encoded: an id may hold slashes and blanks. What is given
    /// with the path itself is sent as it is.
    pub fn segment(mut self, text: &str) -> Self {
        self.request.path.push('/');
        self.request.path.push_str(&encode::segment(text));
        self
    }

    /// Adds a parameter to the query. Of a repeated one Asterisk takes only one: join lists by
    /// commas.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        let query = &mut self.request.query;
        if !query.is_empty() {
            query.push('&');
        }
        // Writing to a string does not fail.
        let _ = write!(query, "{}={}", encode::query(name), encode::query(value));
        self
    }

    /// Sets the JSON body. Asterisk takes parameters from there as well, each in its own type; a
    /// number for a text is ignored. What is there goes before what is in the query.
    pub fn json(mut self, body: &Value) -> Self {
        self.request.body = Some(Bytes::from(body.to_string()));
        self
    }
}

#[cfg(test)]
impl Custom {
    /// What is sent.
    pub(crate) fn request(&self) -> &Request {
        &self.request
    }
}

impl IntoFuture for Custom {
    type Output = Result<Response, RestError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            if !self.request.path.starts_with('/') || self.request.path.contains(['?', '#']) {
                let why = "a path begins with a slash and has no query";
                return Err(RestError::InvalidRequest(why.into()));
            }
            self.client.exchange(self.request).await
        })
    }
}
