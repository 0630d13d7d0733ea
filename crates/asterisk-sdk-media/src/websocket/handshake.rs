//! The HTTP part of a WebSocket, on either side.

use std::convert::Infallible;
use std::future::{poll_fn, ready};
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use fastwebsockets::handshake::generate_key;
use fastwebsockets::upgrade::upgrade;
use http::header::{
    CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{Request, Response, StatusCode};
use http_body_util::{Empty, Full};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::error::ConnectError;

/// The largest head. Asterisk's has some 300 bytes.
const HEAD_LIMIT: usize = 16 << 10;

/// Reads a request for a WebSocket and agrees to it. Gives the connection back, with what was read of its
/// frames already.
pub(super) async fn accept<L>(link: L) -> Result<(L, Bytes), ConnectError>
where
    L: AsyncRead + AsyncWrite + Unpin,
{
    let agreed = AtomicBool::new(false);
    let service = service_fn(|mut request: Request<Incoming>| {
        let reply = answer(&mut request);
        if reply.status() == StatusCode::SWITCHING_PROTOCOLS {
            agreed.store(true, Ordering::Relaxed);
        }
        ready(Ok::<_, Infallible>(reply))
    });
    let mut server = hyper::server::conn::http1::Builder::new();
    server.max_buf_size(HEAD_LIMIT);
    let mut connection = server.serve_connection(TokioIo::new(link), service);
    let result = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let parts = connection.into_parts();
    result.map_err(|error| ConnectError::Protocol(error.to_string()))?;
    if !agreed.load(Ordering::Relaxed) {
        return Err(ConnectError::Protocol("no WebSocket was asked for".to_owned()));
    }
    Ok((parts.io.into_inner(), parts.read_buf))
}

fn answer(request: &mut Request<Incoming>) -> Response<Full<Bytes>> {
    let media = lists(request.headers(), &SEC_WEBSOCKET_PROTOCOL, "media");
    let empty = request.body().is_end_stream();
    match upgrade(request) {
        Ok((reply, _)) if media && empty => {
            let (head, _) = reply.into_parts();
            let mut reply = Response::from_parts(head, Full::default());
            let name = HeaderValue::from_static("media");
            reply.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, name);
            reply
        }
        _ => {
            let mut reply =
                Response::new(Full::from("a WebSocket of the protocol \"media\" is expected"));
            *reply.status_mut() = StatusCode::BAD_REQUEST;
            reply.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            reply
        }
    }
}

/// Whether a header that is a list has this word.
fn lists(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|item| item.trim().eq_ignore_ascii_case(word))
}

/// Asks for a WebSocket at a path.
pub(super) async fn request<L>(link: L, host: &str, path: &str) -> Result<(L, Bytes), ConnectError>
where
    L: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let request = Request::get(path)
        .header(HOST, host)
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_VERSION, "13")
        .header(SEC_WEBSOCKET_PROTOCOL, "media")
        .header(SEC_WEBSOCKET_KEY, generate_key())
        .body(Empty::<Bytes>::new())
        .map_err(|error| ConnectError::Address(error.to_string()))?;
    let protocol = |error: hyper::Error| ConnectError::Protocol(error.to_string());
    let mut client = hyper::client::conn::http1::Builder::new();
    client.max_buf_size(HEAD_LIMIT);
    let (mut sender, mut connection) =
        client.handshake(TokioIo::new(link)).await.map_err(protocol)?;
    let mut done = false;
    let response = {
        let sending = sender.send_request(request);
        tokio::pin!(sending);
        loop {
            tokio::select! {
                biased;
                response = &mut sending => break response.map_err(protocol)?,
                ended = poll_fn(|context| connection.poll_without_shutdown(context)), if !done => {
                    ended.map_err(protocol)?;
                    done = true;
                }
            }
        }
    };
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(ConnectError::Status(response.status().as_u16()));
    }
    drop(response);
    if !done {
        poll_fn(|context| connection.poll_without_shutdown(context)).await.map_err(protocol)?;
    }
    let parts = connection.into_parts();
    Ok((parts.io.into_inner(), parts.read_buf))
}
