//! The HTTP part of a connection that Asterisk opens: who it is, and the change to WebSocket.

use std::convert::Infallible;
use std::future::{poll_fn, ready};
use std::sync::{Mutex, PoisonError};

use asterisk_proto::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use fastwebsockets::upgrade::upgrade;
use http::header::{
    ALLOW, AUTHORIZATION, CONNECTION, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE, WWW_AUTHENTICATE,
};
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::transport::Link;

/// The largest head of a request. Asterisk's has some 300 bytes.
const HEAD_LIMIT: usize = 16 << 10;

/// How much of what a refused peer still sends is read, so that it sees the reply and not a reset.
const REST: u64 = 64 << 10;

/// Who may connect.
pub(super) struct Logins(pub(super) Vec<(String, Secret)>);

/// A connection that speaks WebSocket from now on.
pub(super) struct Shaken {
    pub(super) link: Link,
    /// What was read of its frames already.
    pub(super) early: Bytes,
    pub(super) path: String,
    pub(super) query: Option<String>,
}

/// Reads a request and answers it; `None` if it was refused, or made no sense.
pub(super) async fn shake(link: Link, logins: &Logins) -> Option<Shaken> {
    let accepted = Mutex::new(None);
    let service = service_fn(|mut request: Request<Incoming>| {
        let reply = answer(&mut request, logins).unwrap_or_else(|refused| {
            tracing::warn!(status = refused.status().as_u16(), "an outbound connection is refused");
            *refused
        });
        if reply.status() == StatusCode::SWITCHING_PROTOCOLS {
            let uri = request.uri();
            let target = (uri.path().to_owned(), uri.query().map(str::to_owned));
            *accepted.lock().unwrap_or_else(PoisonError::into_inner) = Some(target);
        }
        ready(Ok::<_, Infallible>(reply))
    });
    let mut server = http1::Builder::new();
    server.max_buf_size(HEAD_LIMIT);
    let mut connection = server.serve_connection(TokioIo::new(link), service);
    let result = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let parts = connection.into_parts();
    let mut link = parts.io.into_inner();
    let accepted = accepted.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (result, accepted) {
        (Ok(()), Some((path, query))) => Some(Shaken { link, early: parts.read_buf, path, query }),
        (result, _) => {
            if let Err(error) = result {
                tracing::debug!(%error, "an outbound connection made no sense");
            }
            // It may be gone already.
            let _ = link.shutdown().await;
            let _ = tokio::io::copy(&mut link.take(REST), &mut tokio::io::sink()).await;
            None
        }
    }
}

type Reply = Response<Full<Bytes>>;

fn refuse(status: StatusCode, why: &'static str) -> Reply {
    let mut reply = Response::new(Full::from(why));
    *reply.status_mut() = status;
    // Not said by the server for all replies: Asterisk wants to see no more than the upgrade in this header.
    with(reply, CONNECTION, "close")
}

fn with(mut reply: Reply, name: HeaderName, value: &'static str) -> Reply {
    reply.headers_mut().insert(name, HeaderValue::from_static(value));
    reply
}

/// The reply to a request; an error is one that refuses it.
fn answer(request: &mut Request<Incoming>, logins: &Logins) -> Result<Reply, Box<Reply>> {
    check(request, logins)?;
    if !request.body().is_end_stream() {
        return Err(refuse(StatusCode::BAD_REQUEST, "a body is not expected").into());
    }
    // It computes the answer to the key; the connection is taken over another way.
    let (head, _) = match upgrade(request) {
        Ok((reply, _)) => reply.into_parts(),
        Err(_) => {
            return Err(refuse(StatusCode::BAD_REQUEST, "this is no WebSocket handshake").into());
        }
    };
    let reply = Response::from_parts(head, Full::default());
    Ok(with(reply, SEC_WEBSOCKET_PROTOCOL, "ari"))
}

fn check<B>(request: &Request<B>, logins: &Logins) -> Result<(), Box<Reply>> {
    let headers = request.headers();
    if !logins.allow(headers) {
        let reply = refuse(StatusCode::UNAUTHORIZED, "user or password are wrong");
        return Err(with(reply, WWW_AUTHENTICATE, "Basic realm=\"ari\"").into());
    }
    if request.method() != Method::GET {
        let reply = refuse(StatusCode::METHOD_NOT_ALLOWED, "only GET is allowed");
        return Err(with(reply, ALLOW, "GET").into());
    }
    if request.version() != Version::HTTP_11 {
        let status = StatusCode::HTTP_VERSION_NOT_SUPPORTED;
        return Err(refuse(status, "HTTP/1.1 is expected").into());
    }
    let upgrades = lists(headers, &CONNECTION, "upgrade") && lists(headers, &UPGRADE, "websocket");
    let version = headers.get(SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    if !upgrades || !version {
        let why = "a WebSocket of version 13 is expected";
        let reply = with(refuse(StatusCode::UPGRADE_REQUIRED, why), UPGRADE, "websocket");
        return Err(with(reply, SEC_WEBSOCKET_VERSION, "13").into());
    }
    let key = headers.get(SEC_WEBSOCKET_KEY).and_then(|key| STANDARD.decode(key).ok());
    if key.is_none_or(|key| key.len() != 16) {
        return Err(refuse(StatusCode::BAD_REQUEST, "the WebSocket key is no key").into());
    }
    if !lists(headers, &SEC_WEBSOCKET_PROTOCOL, "ari") {
        let why = "the WebSocket protocol \"ari\" is expected";
        return Err(refuse(StatusCode::BAD_REQUEST, why).into());
    }
    Ok(())
}

/// Whether a header that is a list has this word.
fn lists(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(word))
}

impl Logins {
    fn allow(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).and_then(|value| {
            let (scheme, given) = value.to_str().ok()?.split_once(' ')?;
            let given = STANDARD.decode(given.trim()).ok()?;
            scheme.eq_ignore_ascii_case("Basic").then_some(given)
        });
        let Some(given) = given else { return false };
        // All are looked at, each to its end: how long it takes tells nothing about how much was right.
        self.0.iter().fold(false, |allowed, (user, password)| {
            allowed | same(&given, format!("{user}:{}", password.expose()).as_bytes())
        })
    }
}

/// Compares in a time that depends on the first length alone.
fn same(given: &[u8], expected: &[u8]) -> bool {
    let mut differs = u8::from(given.len() != expected.len());
    for (at, byte) in given.iter().enumerate() {
        differs |= byte ^ expected.get(at).copied().unwrap_or(0);
    }
    std::hint::black_box(differs) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(change: &[(&str, &str)]) -> Request<()> {
        // As Asterisk 22 sends it.
        let mut headers = vec![
            ("Sec-WebSocket-Version", "13"),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Host", "127.0.0.1:35837"),
            ("Authorization", "Basic dTpwIHc6Ing="),
            ("Sec-WebSocket-Protocol", "ari"),
            ("Sec-WebSocket-Key", "fIQnDwAAAAAeC9sgAAAAAA=="),
        ];
        headers.retain(|(name, _)| change.iter().all(|(other, _)| name != other));
        headers.extend(change.iter().filter(|(_, value)| !value.is_empty()));
        let mut request = Request::builder().uri("/some/path?x=1");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request.body(()).unwrap()
    }

    fn status(request: &Request<()>) -> u16 {
        let logins = Logins(vec![("x".into(), "y".into()), ("u".into(), "p w:\"x".into())]);
        check(request, &logins).map_or_else(|reply| reply.status().as_u16(), |()| 101)
    }

    #[test]
    fn what_is_no_handshake_of_asterisk_is_refused() {
        assert_eq!(status(&request(&[])), 101);
        assert_eq!(status(&request(&[("Authorization", "basic dTpwIHc6Ing=")])), 101);
        assert_eq!(status(&request(&[("Authorization", "Basic eDp5")])), 101);
        assert_eq!(status(&request(&[("Sec-WebSocket-Protocol", "foo, ari")])), 101);
        for wrong in [
            "",
            "Basic",
            "Basic dTpwIHc6Ing",
            "Basic dTpw",
            "Basic dTpwIHc6Inh4",
            "Bearer dTpwIHc6Ing=",
        ] {
            assert_eq!(status(&request(&[("Authorization", wrong)])), 401, "{wrong}");
        }
        for (name, value, expected) in [
            ("Sec-WebSocket-Version", "8", 426),
            ("Sec-WebSocket-Version", "", 426),
            ("Upgrade", "h2c", 426),
            ("Connection", "keep-alive", 426),
            ("Sec-WebSocket-Key", "", 400),
            ("Sec-WebSocket-Key", "fIQnDw==", 400),
            ("Sec-WebSocket-Key", "!", 400),
            ("Sec-WebSocket-Protocol", "", 400),
            ("Sec-WebSocket-Protocol", "media", 400),
        ] {
            assert_eq!(status(&request(&[(name, value)])), expected, "{name}: {value}");
        }
        let mut other = request(&[]);
        *other.method_mut() = Method::POST;
        assert_eq!(status(&other), 405);
        let mut other = request(&[]);
        *other.version_mut() = Version::HTTP_10;
        assert_eq!(status(&other), 505);
        let nobody = check(&request(&[]), &Logins(Vec::new())).unwrap_err();
        assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    }
}
