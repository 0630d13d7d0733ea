//! ARI: requests over HTTP, and events over a WebSocket.

mod json;
mod request;
mod rest;
mod socket;

use std::convert::Infallible;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::engine::Core;
use crate::model::World;
use crate::model::happening::Happening;
use crate::server::Settings;

/// The largest body of a request.
const MAX_BODY: usize = 40_960;

/// Tells the applications what happened.
pub(crate) fn tell(world: &mut World, happening: &Happening) {
    if happening.apps.is_empty() {
        return;
    }
    let Some(event) = json::event(happening) else { return };
    for app in &happening.apps {
        send(world, app, event.clone());
    }
}

/// Sends an event to an application, if it wants it and somebody is there.
fn send(world: &mut World, name: &str, mut event: Value) {
    let Some(app) = world.apps.get_mut(name) else { return };
    let listed = |list: &[Value]| list.iter().any(|filter| filter["type"] == event["type"]);
    let wanted = (app.allowed.is_empty() || listed(&app.allowed)) && !listed(&app.disallowed);
    let Some((_, socket)) = app.socket.as_ref().filter(|_| wanted) else { return };
    event["application"] = json!(name);
    if socket.try_send(event.to_string()).is_err() {
        tracing::warn!(app = name, "an event socket does not read, and is cut off");
        app.socket = None;
    }
}

/// Talks to a client until one of both ends it.
pub(crate) async fn serve(
    core: Arc<Core>,
    settings: Arc<Settings>,
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
) {
    let service = service_fn(|request| {
        let (core, settings) = (Arc::clone(&core), Arc::clone(&settings));
        async move { Ok::<_, Infallible>(answer(&core, &settings, request).await) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.with_upgrades().await {
        tracing::debug!(%error, "an HTTP connection broke");
    }
}

type HttpReply = Response<Full<Bytes>>;

async fn answer(
    core: &Arc<Core>,
    settings: &Settings,
    mut request: Request<Incoming>,
) -> HttpReply {
    let Some(path) = request.uri().path().strip_prefix("/ari/").map(str::to_owned) else {
        return page(StatusCode::NOT_FOUND, "The requested URL was not found on this server.");
    };
    let query = request.uri().query().unwrap_or_default().to_owned();
    if !may(settings, request.headers(), &query) {
        let mut reply = render(Reply::error(401, "Authentication required"));
        let realm = HeaderValue::from_static("Basic realm=\"Asterisk REST Interface\"");
        reply.headers_mut().insert(WWW_AUTHENTICATE, realm);
        return reply;
    }
    if path == "events" && request.method() == Method::GET {
        return socket::upgrade(core, &mut request, &query);
    }
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_BODY).collect().await else {
        return render(Reply::error(413, "Request body too large"));
    };
    let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let body = (content_type.unwrap_or_default(), &*body.to_bytes());
    render(rest::run(core, head.method.as_str(), &path, &query, body).await)
}

/// A page for people, as the server's HTTP part writes them.
fn page(status: StatusCode, text: &str) -> HttpReply {
    let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
    let html = format!(
        "<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>"
    );
    let mut reply = Response::new(Full::from(html));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
    reply
}

/// Whether a request has a user and the password.
fn may(settings: &Settings, headers: &HeaderMap, query: &str) -> bool {
    let basic = headers.get(AUTHORIZATION).and_then(|value| {
        let (scheme, given) = value.to_str().ok()?.split_once(' ')?;
        let given = STANDARD.decode(given.trim()).ok()?;
        scheme.eq_ignore_ascii_case("Basic").then(|| String::from_utf8(given).ok())?
    });
    let key = || request::pairs(query).into_iter().find(|(name, _)| name == "api_key");
    let given = basic.or_else(|| key().map(|(_, value)| value));
    given
        .as_deref()
        .and_then(|given| given.split_once(':'))
        .is_some_and(|(user, password)| settings.login(user) == Some(password))
}

/// What is answered.
#[derive(Debug, Clone)]
struct Reply {
    status: u16,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    None,
    Json(Value),
    /// The bytes of a file, and what kind it is of.
    File(Bytes, &'static str),
}

impl Reply {
    fn ok(body: Value) -> Self {
        Self { status: 200, body: Body::Json(body) }
    }

    fn created(body: Value) -> Self {
        Self { status: 201, body: Body::Json(body) }
    }

    fn done() -> Self {
        Self { status: 204, body: Body::None }
    }

    fn error(status: u16, message: &str) -> Self {
        Self { status, body: Body::Json(json!({"message": message})) }
    }

    fn not_found(what: &str) -> Self {
        Self::error(404, &format!("{what} not found"))
    }
}

fn render(reply: Reply) -> HttpReply {
    let (body, kind) = match reply.body {
        Body::None => (Bytes::new(), None),
        Body::Json(value) => (value.to_string().into(), Some("application/json")),
        Body::File(bytes, kind) => (bytes, Some(kind)),
    };
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or_default();
    if let Some(kind) = kind {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    if reply.status == 405 {
        let methods = HeaderValue::from_static("DELETE,GET,OPTIONS,POST,PUT");
        response.headers_mut().insert(ALLOW, methods);
    }
    response
}
