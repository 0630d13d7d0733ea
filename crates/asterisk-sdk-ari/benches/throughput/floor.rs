//! What is compared with: hyper on one connection, fastwebsockets on another, and serde into structs
//! that borrow all text. It keeps nothing, knows no timeouts and no limits, and hands on nothing.

use std::borrow::Cow;
use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fastwebsockets::{Frame, OpCode, Role, WebSocket};
use http::header::{ACCEPT, AUTHORIZATION, HOST, HeaderValue, USER_AGENT};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{IN_FLIGHT, Result, stream};

#[derive(Debug, Deserialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    name: &'a str,
    application: &'a str,
    timestamp: &'a str,
    #[serde(borrow)]
    channel: Subject<'a>,
}

#[derive(Debug, Deserialize)]
struct Subject<'a> {
    id: &'a str,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "decoding it is what is measured")]
struct Channel<'a> {
    id: &'a str,
    name: &'a str,
    state: &'a str,
    protocol_id: &'a str,
    #[serde(borrow)]
    caller: Caller<'a>,
    #[serde(borrow)]
    connected: Caller<'a>,
    accountcode: &'a str,
    #[serde(borrow)]
    dialplan: Dialplan<'a>,
    creationtime: &'a str,
    language: &'a str,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "decoding it is what is measured")]
struct Caller<'a> {
    name: &'a str,
    number: &'a str,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "decoding it is what is measured")]
struct Dialplan<'a> {
    context: &'a str,
    exten: &'a str,
    priority: i64,
    app_name: &'a str,
    app_data: &'a str,
}

#[derive(Debug, Deserialize)]
struct Reply<'a> {
    request_id: &'a str,
    status_code: u16,
    #[serde(borrow)]
    message_body: Option<Cow<'a, str>>,
}

/// One connection.
struct Http {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
}

impl Http {
    async fn connect(server: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(server).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host: HeaderValue::try_from(server.to_string())? })
    }

    /// Sends what the client sends, with the same headers.
    async fn send(&mut self, method: Method, path: &'static str) -> Result<(StatusCode, Bytes)> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, self.host.clone())
            .header(AUTHORIZATION, HeaderValue::from_static("Basic YXBwOnMzY3JldA=="))
            .header(USER_AGENT, HeaderValue::from_static("asterisk-sdk-ari/0.1.0"))
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .body(Full::new(Bytes::new()))?;
        self.sender.ready().await?;
        let (head, body) = self.sender.send_request(request).await?.into_parts();
        Ok((head.status, body.collect().await?.to_bytes()))
    }

    async fn post(&mut self) -> Result {
        let (status, _) = self.send(Method::POST, "/ari/channels/1795247806.12/answer").await?;
        assert_eq!(status, StatusCode::NO_CONTENT);
        Ok(())
    }
}

/// What the client's rows are compared with.
pub(crate) async fn posts(server: SocketAddr, count: usize) -> Result<Duration> {
    let mut http = Http::connect(server).await?;
    http.post().await?;
    let start = Instant::now();
    for _ in 0..count {
        http.post().await?;
    }
    Ok(start.elapsed())
}

pub(crate) async fn concurrent_posts(server: SocketAddr, count: usize) -> Result<Duration> {
    let mut connections = Vec::new();
    for _ in 0..IN_FLIGHT {
        connections.push(Http::connect(server).await?);
    }
    let start = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|mut http| {
            tokio::spawn(async move {
                for _ in 0..count / IN_FLIGHT {
                    http.post().await.map_err(|error| error.to_string())?;
                }
                Ok::<_, String>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(start.elapsed())
}

pub(crate) async fn lists(server: SocketAddr, count: usize) -> Result<Duration> {
    let mut http = Http::connect(server).await?;
    let start = Instant::now();
    for _ in 0..count {
        let (_, body) = http.send(Method::GET, "/ari/channels").await?;
        let channels: Vec<Channel<'_>> = serde_json::from_slice(&body)?;
        black_box(&channels);
    }
    Ok(start.elapsed())
}

async fn socket(server: SocketAddr, request: &[u8]) -> Result<WebSocket<TcpStream>> {
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    stream.write_all(request).await?;
    let mut answer = [0; stream::SWITCHING.len()];
    stream.read_exact(&mut answer).await?;
    Ok(WebSocket::after_handshake(stream, Role::Client))
}

/// Round trips over one WebSocket with the client's requests, so many of them at once.
pub(crate) async fn exchanges(
    server: SocketAddr,
    count: usize,
    in_flight: usize,
) -> Result<Duration> {
    let mut socket = socket(server, b"GET /ari/events?app=rest HTTP/1.1\r\n\r\n").await?;
    let start = Instant::now();
    let mut sent = 0;
    for answered in 0..count {
        while sent < count.min(answered + in_flight) {
            sent += 1;
            let request = format!(
                r#"{{"type":"RESTRequest","request_id":"{sent}","method":"POST","uri":"channels/1795247806.12/ring"}}"#
            );
            socket.write_frame(Frame::text(request.into_bytes().into())).await?;
        }
        let frame = socket.read_frame().await?;
        let reply: Reply<'_> = serde_json::from_slice(&frame.payload)?;
        assert_eq!((reply.request_id.parse(), reply.status_code), (Ok(answered + 1), 204));
        black_box(reply.message_body);
    }
    Ok(start.elapsed())
}

pub(crate) async fn events(
    server: SocketAddr,
    count: usize,
    replay: &'static str,
) -> Result<Duration> {
    let mut http = Http::connect(server).await?;
    let mut socket = socket(server, b"GET /ari/events HTTP/1.1\r\n\r\n").await?;
    let start = Instant::now();
    http.send(Method::POST, replay).await?;
    let mut seen = 0;
    while seen < count {
        let frame = socket.read_frame().await?;
        if frame.opcode == OpCode::Text {
            let event: Event<'_> = serde_json::from_slice(&frame.payload)?;
            black_box((event.name, event.application, event.timestamp, event.channel.id));
            seen += 1;
        }
    }
    Ok(start.elapsed())
}
