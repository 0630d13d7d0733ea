//! Each operation as it is sent, without a server: every one with all its parameters.

mod bridges;
mod channels;
mod others;
mod server;

use std::sync::Arc;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::OPERATIONS;
use crate::client::Client;
use crate::error::RestError;
use crate::request::{Operation, Request, Response};
use crate::transport::{BoxFuture, Transport};

/// A server that does everything and says nothing.
#[derive(Debug)]
struct Nobody;

impl Transport for Nobody {
    fn send(&self, _: Request) -> BoxFuture<'_, Result<Response, RestError>> {
        Box::pin(async { Ok(Response::new(StatusCode::NO_CONTENT, "".into())) })
    }
}

fn client() -> Client {
    Client::over(Arc::new(Nobody))
}

/// What an operation sends, in one line.
fn sent<O: Operation>(operation: &O) -> String {
    let Request { method, path, query, body } = operation.request();
    let query = if query.is_empty() { query } else { format!("?{query}") };
    let body = body.map(|body| format!(" {}", str::from_utf8(&body).unwrap()));
    format!("{method} {path}{query}{}", body.unwrap_or_default())
}

/// An operation with all its parameters: its name, what it sends, and what it should send.
type Full = (&'static str, String, &'static str);

/// Holds an operation against its own tables: every parameter is sent, in the place where it belongs.
fn full<O: Operation>(operation: &O, expected: &'static str) -> Full {
    let name = O::NAME;
    let request = operation.request();
    let (method, path) = name.split_once(' ').unwrap();
    assert_eq!(request.method.as_str(), method);
    assert!(!request.path.contains('{'), "{}", request.path);
    // An id that is set can be a part of the path more than the name has.
    let places = request.path.matches('/').count() - path.matches('/').count();
    let body: Value =
        request.body.as_ref().map_or(json!({}), |body| serde_json::from_slice(body).unwrap());
    let in_query = |name: &str| {
        request.query.split('&').any(|pair| pair.split_once('=').is_some_and(|(n, _)| n == name))
    };
    let elsewhere: Vec<_> = O::PARAMETERS
        .iter()
        .filter(|name| {
            !path.contains(&format!("{{{name}}}")) && !in_query(name) && body.get(name).is_none()
        })
        .collect();
    let whole_body = usize::from(elsewhere.contains(&&"filter"));
    assert_eq!(elsewhere.len(), places + whole_body, "{name} does not send {elsewhere:?}");
    let count = request.query.split('&').filter(|pair| !pair.is_empty()).count();
    let members = if whole_body > 0 { 0 } else { body.as_object().unwrap().len() };
    let placeholders = path.matches('{').count();
    assert_eq!(
        count + members + placeholders + elsewhere.len(),
        O::PARAMETERS.len(),
        "{name} sends what it does not list"
    );
    (name, sent(operation), expected)
}

#[test]
fn every_operation_is_sent_with_all_its_parameters() {
    let client = client();
    let mut full = channels::full_requests(&client);
    full.extend(bridges::full_requests(&client));
    full.extend(server::full_requests(&client));
    full.extend(others::full_requests(&client));
    for (name, line, expected) in &full {
        assert_eq!(line, expected, "{name}");
    }
    let mut tested: Vec<_> = full.iter().map(|(name, ..)| *name).collect();
    tested.sort_unstable();
    let mut listed: Vec<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
    listed.sort_unstable();
    assert_eq!(tested, listed);
}

#[test]
fn the_table_is_in_the_order_of_paths() {
    let paths: Vec<_> =
        OPERATIONS.iter().map(|operation| operation.name.split_once(' ').unwrap().1).collect();
    assert!(paths.is_sorted(), "{paths:#?}");
}

#[test]
fn any_request_can_be_made() {
    let request = client()
        .request(Method::PUT, "/endpoints")
        .segment("PJSIP")
        .segment("a/b c;1+%ü")
        .segment("sendMessage")
        .query("from", "sip:x@y")
        .query("a b", "1&2=3+4,5/6")
        .json(&json!({"body": "x"}));
    let request = request.request().clone();
    assert_eq!(request.method, Method::PUT);
    assert_eq!(request.path, "/endpoints/PJSIP/a%2Fb%20c;1%2B%25%C3%BC/sendMessage");
    assert_eq!(request.query, "from=sip:x@y&a%20b=1%262%3D3%2B4,5/6");
    assert_eq!(request.body.as_deref(), Some(&br#"{"body":"x"}"#[..]));
}

#[tokio::test]
async fn a_path_of_ones_own_has_a_slash_and_no_query() {
    for path in ["channels", "/channels?a=b", "/channels#a", ""] {
        let error = client().request(Method::GET, path).await.unwrap_err();
        assert!(matches!(error, RestError::InvalidRequest(_)), "{path}: {error:?}");
    }
    client().request(Method::GET, "/channels").await.unwrap();
}

#[tokio::test]
async fn an_empty_reply_is_enough_where_nothing_is_returned_and_an_error_elsewhere() {
    let client = client();
    client.channel("1").answer().await.unwrap();
    let error = client.channels().list().await.unwrap_err();
    assert!(matches!(error, RestError::Decode { .. }), "{error:?}");
}
