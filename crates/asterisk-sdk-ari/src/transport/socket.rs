//! The transport over the event WebSocket: "REST over WebSocket".
//!
//! The task of the socket writes the requests and reads the replies; here they are brought together.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use asterisk_proto::error::Delivery;
use bytes::Bytes;
use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;

use super::{BoxFuture, HttpTransport, Transport};
use crate::download::Download;
use crate::error::RestError;
use crate::request::{Request, Response};

/// The largest frame that Asterisk takes; at a larger one it closes the connection (1009).
const FRAME_LIMIT: usize = 65_535;

/// How many requests may be under way on one socket. The server works them off one by one.
const IN_FLIGHT: usize = 1024;

const ENDED: &str = "the connection ended without a reply";
const NOT_CONNECTED: &str = "there is no event connection to send it on";

/// Requests over whatever event socket there is just now.
pub(crate) struct SocketTransport {
    /// For what cannot or should not go over the socket.
    http: Option<Arc<HttpTransport>>,
    lane: Mutex<Option<Arc<Lane>>>,
    slots: Semaphore,
    next: AtomicU64,
    request_timeout: Duration,
    max_body: usize,
}

impl fmt::Debug for SocketTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SocketTransport")
            .field("http", &self.http)
            .field("connected", &lock(&self.lane).is_some())
            .finish_non_exhaustive()
    }
}

/// The requests of one socket.
struct Lane {
    queue: mpsc::Sender<Outgoing>,
    waiting: Mutex<Waiting>,
    /// A reply has come: the server does answer.
    proven: AtomicBool,
    /// The server has passed over a request.
    ignored: AtomicBool,
    request_timeout: Duration,
    max_body: usize,
}

#[derive(Default)]
struct Waiting {
    replies: HashMap<u64, oneshot::Sender<Result<Response, RestError>>>,
    /// The socket has ended.
    closed: bool,
}

/// A request on its way to the socket.
pub(crate) struct Outgoing {
    text: Vec<u8>,
    progress: Arc<Progress>,
}

/// Where a request is: it belongs to whoever moves it on from the queue.
#[derive(Default)]
struct Progress(AtomicU8);

const QUEUED: u8 = 0;
const SENT: u8 = 1;
const GIVEN_UP: u8 = 2;

impl Progress {
    /// Takes it out of the queue; `false` if the other side has been faster.
    fn leave(&self, to: u8) -> bool {
        self.0.compare_exchange(QUEUED, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    fn is_sent(&self) -> bool {
        self.0.load(Ordering::Acquire) == SENT
    }

    fn delivery(&self) -> Delivery {
        if self.is_sent() { Delivery::Unknown } else { Delivery::NotSent }
    }
}

impl Outgoing {
    /// The text to be written, which counts as sent from now on; nothing if nobody waits any more.
    pub(crate) fn take(self) -> Option<Vec<u8>> {
        self.progress.leave(SENT).then_some(self.text)
    }
}

/// What the socket's task needs to carry requests. When it goes, so does all that waits on the socket.
pub(crate) struct Requests {
    lane: Arc<Lane>,
    queue: mpsc::Receiver<Outgoing>,
}

/// What the side that reads the socket needs to know of the requests.
#[derive(Clone)]
pub(crate) struct Replies(Arc<Lane>);

impl Requests {
    /// What a ping behind a request says that shows whether the server reads requests.
    pub(crate) const PROBE: &[u8] = b"rest";

    pub(crate) fn replies(&self) -> Replies {
        Replies(Arc::clone(&self.lane))
    }

    /// The next request; dropping the future loses none.
    pub(crate) async fn next(&mut self) -> Option<Outgoing> {
        self.queue.recv().await
    }

    /// The texts of those that wait just now; each counts as sent when it is taken.
    pub(crate) fn waiting(&mut self) -> impl Iterator<Item = Vec<u8>> {
        let waiting = std::iter::from_fn(|| self.queue.try_recv().ok());
        waiting.filter_map(Outgoing::take)
    }

    /// Whether the server has not answered a request yet.
    pub(crate) fn is_unproven(&self) -> bool {
        !self.lane.proven.load(Ordering::Relaxed)
    }

    /// How long pongs may have to wait behind the requests that are under way.
    pub(crate) fn patience(&self) -> Duration {
        let busy = !lock(&self.lane.waiting).replies.is_empty();
        if busy { self.lane.request_timeout } else { Duration::ZERO }
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        self.lane.close();
    }
}

impl Replies {
    /// The largest message that may be a reply. In it the body is a string, with its quotes escaped.
    pub(crate) fn max_message(&self) -> usize {
        self.0.max_body.saturating_mul(2).saturating_add(4096)
    }

    /// Takes a `RESTResponse`. One that nobody waits for is dropped.
    pub(crate) fn reply(&self, json: &str) {
        self.0.proven.store(true, Ordering::Relaxed);
        let Some((id, reply)) = read(json, self.0.max_body) else {
            tracing::debug!("a reply cannot be read");
            return;
        };
        let waiting = lock(&self.0.waiting).replies.remove(&id);
        if let Some(waiting) = waiting {
            // It may have given up just now.
            drop(waiting.send(reply));
        } else {
            tracing::trace!(id, "nobody waits for a reply");
        }
    }

    /// The server has answered a ping. Pings go behind the first request, and replies come in order: a
    /// server that answers the ping alone does not read what clients write.
    pub(crate) fn pong(&self, payload: &[u8]) {
        if payload == Requests::PROBE
            && !self.0.proven.load(Ordering::Relaxed)
            && !lock(&self.0.waiting).replies.is_empty()
        {
            self.0.ignored.store(true, Ordering::Relaxed);
            self.0.close();
        }
    }
}

impl Lane {
    fn close(&self) {
        let mut waiting = lock(&self.waiting);
        waiting.closed = true;
        // Those who wait find out by the end of their channels.
        let replies = std::mem::take(&mut waiting.replies);
        drop(waiting);
        drop(replies);
    }
}

/// Forgets a request whose future ends.
struct Ticket {
    lane: Arc<Lane>,
    id: u64,
    progress: Arc<Progress>,
    answered: bool,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        // One that was sent and answered does not wait any more.
        if !self.answered {
            self.progress.leave(GIVEN_UP);
            lock(&self.lane.waiting).replies.remove(&self.id);
        }
    }
}

impl SocketTransport {
    pub(crate) fn new(
        http: Option<Arc<HttpTransport>>,
        request_timeout: Duration,
        max_body: usize,
    ) -> Self {
        Self {
            http,
            lane: Mutex::default(),
            slots: Semaphore::new(IN_FLIGHT),
            next: AtomicU64::new(1),
            request_timeout,
            max_body,
        }
    }

    /// A new socket is there: requests go to it from now on.
    pub(crate) fn attach(&self) -> Requests {
        let (sender, queue) = mpsc::channel(IN_FLIGHT);
        let lane = Arc::new(Lane {
            queue: sender,
            waiting: Mutex::default(),
            proven: AtomicBool::new(false),
            ignored: AtomicBool::new(false),
            request_timeout: self.request_timeout,
            max_body: self.max_body,
        });
        *lock(&self.lane) = Some(Arc::clone(&lane));
        Requests { lane, queue }
    }

    /// Whether the server of the last socket passes over requests.
    pub(crate) fn is_ignored(&self) -> bool {
        lock(&self.lane).as_ref().is_some_and(|lane| lane.ignored.load(Ordering::Relaxed))
    }

    async fn exchange(
        &self,
        request: &Request,
        progress: Arc<Progress>,
    ) -> Result<Response, RestError> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let text = write(id, request)?;
        // The semaphore is never closed.
        let _slot = self.slots.acquire().await;
        let lane = lock(&self.lane).clone().ok_or_else(not_connected)?;
        let (sender, reply) = oneshot::channel();
        {
            let mut waiting = lock(&lane.waiting);
            if waiting.closed {
                return Err(not_connected());
            }
            waiting.replies.insert(id, sender);
        }
        let progress_here = Arc::clone(&progress);
        let mut ticket = Ticket { lane, id, progress: progress_here, answered: false };
        let outgoing = Outgoing { text, progress };
        if ticket.lane.queue.send(outgoing).await.is_err() {
            return Err(not_connected());
        }
        let reply = reply.await;
        ticket.answered = reply.is_ok();
        reply.unwrap_or_else(|_| {
            // What still stands in the queue is not written any more.
            ticket.progress.leave(GIVEN_UP);
            let delivery = ticket.progress.delivery();
            Err(RestError::Transport { delivery, source: ENDED.into() })
        })
    }

    async fn attempt(&self, request: Request) -> Result<Response, RestError> {
        if let Some(http) = &self.http
            && (blocks(&request) || request_length(&request) > FRAME_LIMIT)
        {
            return http.send(request).await;
        }
        let limit = self.request_timeout;
        let progress = Arc::new(Progress::default());
        match timeout(limit, self.exchange(&request, Arc::clone(&progress))).await {
            Ok(result) => result,
            Err(_) => Err(RestError::Timeout { limit, delivery: progress.delivery() }),
        }
    }
}

impl Transport for SocketTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, RestError>> {
        Box::pin(self.attempt(request))
    }

    fn download(&self, request: Request) -> BoxFuture<'_, Result<Download, RestError>> {
        if let Some(http) = &self.http {
            return http.download(request);
        }
        let why = "files cannot be downloaded over a WebSocket";
        Box::pin(async move { Err(RestError::InvalidRequest(why.into())) })
    }
}

fn not_connected() -> RestError {
    RestError::Transport { delivery: Delivery::NotSent, source: NOT_CONNECTED.into() }
}

/// Whether the server answers only when the channel has done what it is doing, such as playing. Over a
/// socket, all later requests and pongs would wait behind it.
fn blocks(request: &Request) -> bool {
    let mut path = request.path.split('/').skip(1);
    let (kind, _, what, none) = (path.next(), path.next(), path.next(), path.next());
    request.method == Method::POST
        && none.is_none()
        && matches!(
            (kind, what),
            (Some("channels"), Some("answer" | "variable" | "variables"))
                | (Some("bridges"), Some("addChannel"))
        )
}

/// How long the frame of a request will be at least.
fn request_length(request: &Request) -> usize {
    // Escaping adds to it; whoever is near the limit is counted as over it.
    let body = request.body.as_ref().map_or(0, |body| {
        body.len() + body.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count()
    });
    request.path.len() + request.query.len() + body + 256
}

/// A request, as Asterisk reads it.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    request_id: &'a str,
    method: &'a str,
    uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_body: Option<&'a str>,
}

/// What counts of a reply. Its body is text, or is not there.
#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    status_code: u16,
    #[serde(default)]
    message_body: Value,
}

/// The text of a request.
fn write(id: u64, request: &Request) -> Result<Vec<u8>, RestError> {
    let target = if request.query.is_empty() {
        Cow::Borrowed(request.path.as_str())
    } else {
        Cow::Owned(request.target())
    };
    // With a leading slash the server finds nothing.
    let uri = target.strip_prefix('/').unwrap_or(&target);
    let body = request.body.as_deref().map(std::str::from_utf8).transpose();
    let body = body.map_err(|error| RestError::InvalidRequest(error.into()))?;
    let message = Written {
        kind: "RESTRequest",
        request_id: &id.to_string(),
        method: request.method.as_str(),
        uri,
        content_type: body.map(|_| "application/json"),
        message_body: body,
    };
    let text =
        serde_json::to_vec(&message).map_err(|error| RestError::InvalidRequest(error.into()))?;
    if text.len() > FRAME_LIMIT {
        let why = "the request is too long for a WebSocket frame that Asterisk takes";
        return Err(RestError::InvalidRequest(why.into()));
    }
    Ok(text)
}

/// Reads a reply, and for which request it is.
fn read(json: &str, max_body: usize) -> Option<(u64, Result<Response, RestError>)> {
    let reply: Reply<'_> = serde_json::from_str(json).ok()?;
    let id = reply.request_id.parse().ok()?;
    let status = StatusCode::from_u16(reply.status_code).ok()?;
    let body = match reply.message_body {
        Value::String(body) => Bytes::from(body),
        _ => Bytes::new(),
    };
    if body.len() > max_body {
        return Some((id, Err(RestError::BodyTooLarge { limit: max_body })));
    }
    Some((id, Ok(Response::new(status, body))))
}

/// Nothing that panics runs under these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::request::{Draft, Parameter};

    fn request(method: Method, path: &str) -> Request {
        Draft::new(method, path).finish()
    }

    #[test]
    fn requests_are_written_as_asterisk_reads_them() {
        let request = Draft::new(Method::POST, "/channels/{id}/play")
            .path("id", "a/b +")
            .parameter("media", Parameter::List(vec!["sound:a,b".to_owned()]))
            .parameter("lang", Parameter::Text("e n".to_owned()))
            .finish();
        let text = String::from_utf8(write(7, &request).unwrap()).unwrap();
        let message: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            message,
            json!({
                "type": "RESTRequest", "request_id": "7", "method": "POST",
                "uri": "channels/a%2Fb%20%2B/play?lang=e%20n",
                "content_type": "application/json",
                "message_body": r#"{"media":["sound:a,b"]}"#,
            })
        );
        let read = write(8, &self::request(Method::GET, "/asterisk/ping")).unwrap();
        let message: Value = serde_json::from_slice(&read).unwrap();
        assert_eq!(message["uri"], "asterisk/ping");
        assert!(message.get("content_type").is_none() && message.get("message_body").is_none());
    }

    #[test]
    fn what_is_too_long_for_a_frame_is_refused() {
        let body = |length: usize| Request {
            body: Some("x".repeat(length).into()),
            ..request(Method::POST, "/channels")
        };
        assert_eq!(write(1, &body(65_000)).unwrap().len(), 65_124);
        assert!(matches!(write(1, &body(65_536)), Err(RestError::InvalidRequest(_))));
        assert!(request_length(&body(65_000)) <= FRAME_LIMIT);
        assert!(request_length(&body(65_536)) > FRAME_LIMIT);
    }

    #[test]
    fn requests_that_wait_for_a_channel_are_known() {
        for path in [
            "/channels/a/answer",
            "/channels/a/variable",
            "/channels/a/variables",
            "/bridges/b/addChannel",
        ] {
            assert!(blocks(&request(Method::POST, path)), "{path}");
            assert!(!blocks(&request(Method::GET, path)), "{path}");
        }
        for path in ["/channels/a/play", "/asterisk/variable", "/bridges/b/variable", "/channels"] {
            assert!(!blocks(&request(Method::POST, path)), "{path}");
        }
    }

    #[test]
    fn replies_are_read() {
        let json =
            r#"{"type":"RESTResponse","transaction_id":"","request_id":"3","status_code":204}"#;
        let (id, reply) = read(json, 10).unwrap();
        assert_eq!(id, 3);
        assert_eq!(reply.unwrap(), Response::new(StatusCode::NO_CONTENT, Bytes::new()));
        let json = r#"{"request_id":"4","status_code":200,"message_body":"{\"a\":\"b\"}"}"#;
        let (_, reply) = read(json, 10).unwrap();
        assert_eq!(reply.unwrap().text(), r#"{"a":"b"}"#);
        assert!(matches!(read(json, 8), Some((4, Err(RestError::BodyTooLarge { limit: 8 })))));
        for json in [
            "",
            "[]",
            "{}",
            r#"{"request_id":4,"status_code":200}"#,
            r#"{"request_id":"","status_code":400}"#,
        ] {
            assert!(read(json, 8).is_none(), "{json}");
        }
    }
}
