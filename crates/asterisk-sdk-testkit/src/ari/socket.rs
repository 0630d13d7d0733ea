//! The event WebSocket, which carries requests too.

use std::sync::Arc;

use bytes::Bytes;
use fastwebsockets::upgrade::{UpgradeFut, upgrade as handshake};
use fastwebsockets::{Frame, OpCode, Payload, WebSocketError, WebSocketWrite};
use http::header::{HeaderValue, SEC_WEBSOCKET_PROTOCOL};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::io::AsyncWrite;
use tokio::sync::mpsc;

use super::json::ASTERISK_ID;
use super::request::pairs;
use super::{Body, HttpReply, page, rest, send};
use crate::engine::Core;
use crate::model::World;
use crate::model::time::timestamp;

/// How many events a socket may be behind before it is cut off, as Asterisk does with one that does not read.
const BACKLOG: usize = 10_000;
/// The largest message that a client may send.
const MAX_MESSAGE: usize = 65_535;
/// How many frames of a client's wait for their answer.
const ANSWERS: usize = 100;

/// Opens a socket for the applications that the request names.
pub(super) fn upgrade(core: &Arc<Core>, request: &mut Request<Incoming>, query: &str) -> HttpReply {
    let query = pairs(query);
    let find =
        |name: &str| query.iter().find(|(known, _)| known == name).map(|(_, value)| &**value);
    let apps = find("app").unwrap_or_default().split(',').filter(|app| !app.is_empty());
    let apps: Vec<String> = apps.map(str::to_owned).collect();
    if apps.is_empty() {
        return page(StatusCode::BAD_REQUEST, "HTTP request is missing param: [app]");
    }
    let everything = find("subscribeAll").is_some_and(|it| ["true", "yes", "1"].contains(&it));
    let protocol = request.headers().get(SEC_WEBSOCKET_PROTOCOL);
    let protocol = protocol.and_then(|value| value.to_str().ok()).map(str::to_owned);
    if protocol.as_ref().is_some_and(|list| !list.split(',').any(|item| item.trim() == "ari")) {
        return page(StatusCode::BAD_REQUEST, "");
    }
    let Ok((reply, socket)) = handshake(request) else {
        return page(StatusCode::UPGRADE_REQUIRED, "");
    };
    // Before the reply: whoever has it may place a call at once.
    let (events, receiver) = mpsc::channel(BACKLOG);
    let number = core.with_state(|state| {
        let number = state.session();
        for app in &apps {
            register(&mut state.world, app, number, &events, everything);
        }
        number
    });
    let shared = Arc::clone(core);
    core.spawn(async move { serve(shared, socket, apps, number, receiver).await });
    let (head, _) = reply.into_parts();
    let mut reply = Response::from_parts(head, Full::<Bytes>::default());
    if protocol.is_some() {
        reply.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("ari"));
    }
    reply
}

async fn serve(
    core: Arc<Core>,
    socket: UpgradeFut,
    apps: Vec<String>,
    number: u64,
    receiver: mpsc::Receiver<String>,
) {
    if let Err(error) = talk(&core, socket, &apps, receiver).await {
        tracing::debug!(%error, "an event socket broke");
    }
    core.with(|world| {
        for app in world.apps.values_mut() {
            app.socket.take_if(|(owner, _)| *owner == number);
        }
        world.forget_unused_apps();
    });
}

fn register(
    world: &mut World,
    name: &str,
    number: u64,
    events: &mpsc::Sender<String>,
    everything: bool,
) {
    let replaced = json!({
        "type": "ApplicationReplaced",
        "timestamp": timestamp(world.clock.now()),
        "asterisk_id": ASTERISK_ID,
    });
    send(world, name, replaced);
    let app = world.apps.entry(name.to_owned()).or_default();
    app.everything = everything;
    app.socket = Some((number, events.clone()));
}

/// Frames that a client sent, as far as they need an answer.
enum Answer {
    Request(Vec<u8>),
    Frame(OpCode, Vec<u8>),
}

async fn talk(
    core: &Arc<Core>,
    socket: UpgradeFut,
    apps: &[String],
    mut events: mpsc::Receiver<String>,
) -> Result<(), WebSocketError> {
    let (mut reader, mut writer) = socket.await?.split(tokio::io::split);
    reader.set_max_message_size(MAX_MESSAGE);
    reader.set_auto_close(false);
    reader.set_auto_pong(false);
    let (answer, mut answers) = mpsc::channel(ANSWERS);
    let reading = async move {
        loop {
            let mut unsent = |_: Frame<'_>| std::future::ready(Ok::<(), WebSocketError>(()));
            let frame = reader.read_frame(&mut unsent).await?;
            let payload = frame.payload.to_vec();
            let (last, done) = match frame.opcode {
                OpCode::Text => (Answer::Request(payload), false),
                OpCode::Ping => (Answer::Frame(OpCode::Pong, payload), false),
                OpCode::Close => (Answer::Frame(OpCode::Close, payload), true),
                _ => continue,
            };
            if answer.send(last).await.is_err() || done {
                return Ok(());
            }
        }
    };
    let writing = async {
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => text(&mut writer, event).await?,
                    // A client whose applications are others' now stays connected, and hears nothing.
                    None => break,
                },
                answer = answers.recv() => match answer {
                    Some(answer) => if !reply(core, &mut writer, apps, answer).await? { return Ok(()) },
                    None => return Ok(()),
                },
            }
        }
        while let Some(answer) = answers.recv().await {
            if !reply(core, &mut writer, apps, answer).await? {
                break;
            }
        }
        Ok::<(), WebSocketError>(())
    };
    let result: Result<((), ()), WebSocketError> = tokio::try_join!(reading, writing);
    result.map(|_| ())
}

async fn text(
    writer: &mut WebSocketWrite<impl AsyncWrite + Unpin>,
    text: String,
) -> Result<(), WebSocketError> {
    writer.write_frame(Frame::text(Payload::Owned(text.into_bytes()))).await
}

/// Answers a frame; false if it was the last.
async fn reply(
    core: &Arc<Core>,
    writer: &mut WebSocketWrite<impl AsyncWrite + Unpin>,
    apps: &[String],
    answer: Answer,
) -> Result<bool, WebSocketError> {
    match answer {
        Answer::Request(bytes) => {
            let answer = request(core, apps, &bytes).await;
            text(writer, answer.to_string()).await?;
            Ok(true)
        }
        Answer::Frame(OpCode::Close, _) => {
            writer.write_frame(Frame::close(1000, b"")).await?;
            Ok(false)
        }
        Answer::Frame(kind, payload) => {
            writer.write_frame(Frame::new(true, kind, None, Payload::Owned(payload))).await?;
            Ok(true)
        }
    }
}

/// A request over the socket, and its answer.
async fn request(core: &Arc<Core>, apps: &[String], text: &[u8]) -> Value {
    let message: Value = serde_json::from_slice(text).unwrap_or_default();
    let word = |name: &str| message[name].as_str().unwrap_or_default();
    let (path, mut query) = word("uri")
        .split_once('?')
        .map_or((word("uri"), String::new()), |(path, query)| (path, query.to_owned()));
    for pair in message["query_strings"].as_array().into_iter().flatten() {
        let encode = |name: &str| {
            let value = pair[name].as_str().unwrap_or_default();
            percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        for (sign, part) in [("&", "name"), ("=", "value")] {
            query.push_str(sign);
            query.push_str(&encode(part));
        }
    }
    let body = (word("content_type"), word("message_body").as_bytes());
    let answer = if message["type"] == "RESTRequest" {
        rest::run(core, word("method"), path, &query, body).await
    } else {
        super::Reply { status: 400, body: Body::None }
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or_default();
    let mut response = json!({
        "type": "RESTResponse",
        "transaction_id": word("transaction_id"),
        "request_id": word("request_id"),
        "status_code": answer.status,
        "reason_phrase": status.canonical_reason().unwrap_or_default(),
        "uri": path,
        "application": apps.first(),
        "timestamp": timestamp(core.with(|world| world.clock.now())),
        "asterisk_id": ASTERISK_ID,
    });
    match answer.body {
        Body::None => {}
        Body::Json(body) => {
            response["content_type"] = json!("application/json");
            response["message_body"] = json!(body.to_string());
        }
        Body::File(..) => {
            response["status_code"] = json!(406);
            response["reason_phrase"] = json!("Not Acceptable");
        }
    }
    response
}
