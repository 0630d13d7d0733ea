//! The transport over pooled HTTP connections.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use asterisk_proto::Secret;
use asterisk_proto::error::Delivery;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_core::Stream;
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, USER_AGENT,
};
use http::{Method, StatusCode};
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep, timeout, timeout_at};

use super::address::Base;
use super::connection::{Connection, HttpRequest};
use super::link::Link;
use super::pool::{Dialer, HttpLimits, Pool};
use super::{BoxFuture, Transport};
use crate::download::Download;
use crate::error::{ConnectError, RestError};
use crate::request::{Request, Response};

/// HTTP/1.1 to one server.
pub(crate) struct HttpTransport {
    pool: Arc<Pool>,
    /// What all requests say.
    headers: HeaderMap,
    limits: HttpLimits,
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("base", &self.pool.dialer.base)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// A request under way, as far as errors have to know.
#[derive(Default)]
struct Progress {
    sent: AtomicBool,
}

impl Progress {
    fn set(&self, sent: bool) {
        self.sent.store(sent, Ordering::Relaxed);
    }

    fn delivery(&self) -> Delivery {
        if self.sent.load(Ordering::Relaxed) { Delivery::Unknown } else { Delivery::NotSent }
    }
}

/// A failure after the request was sent.
fn broken(source: Box<dyn std::error::Error + Send + Sync>) -> RestError {
    RestError::Transport { delivery: Delivery::Unknown, source }
}

impl HttpTransport {
    pub(crate) fn new(
        base: Base,
        user: &str,
        password: &Secret,
        user_agent: &str,
        #[cfg(feature = "tls")] tls: Option<asterisk_sdk_tls::Connector>,
        limits: HttpLimits,
    ) -> Result<Self, ConnectError> {
        let invalid = ConnectError::InvalidSettings;
        if user.contains(':') {
            return Err(invalid("the user's name has a colon"));
        }
        let credentials = STANDARD.encode(format!("{user}:{}", password.expose()));
        let mut authorization = HeaderValue::try_from(format!("Basic {credentials}"))
            .map_err(|_| invalid("the user cannot be written in a header"))?;
        authorization.set_sensitive(true);
        let host = HeaderValue::from_str(base.authority())
            .map_err(|_| invalid("the address has no valid host and port"))?;
        let user_agent = HeaderValue::from_str(user_agent)
            .map_err(|_| invalid("the user agent cannot be written in a header"))?;
        let headers = HeaderMap::from_iter([
            (HOST, host),
            (AUTHORIZATION, authorization),
            (USER_AGENT, user_agent),
            (ACCEPT, HeaderValue::from_static("application/json")),
        ]);
        let dialer = Dialer {
            base,
            timeout: limits.connect_timeout,
            #[cfg(feature = "tls")]
            tls,
        };
        Ok(Self { pool: Arc::new(Pool::new(dialer, &limits)), headers, limits })
    }

    /// Builds the HTTP form of a request.
    fn http(&self, request: &Request) -> Result<HttpRequest, RestError> {
        let uri = self.pool.dialer.base.uri(&request.path, &request.query)?;
        let mut headers = self.headers.clone();
        if request.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let mut http = http::Request::new(Full::new(request.body.clone().unwrap_or_default()));
        *http.method_mut() = request.method.clone();
        *http.uri_mut() = uri;
        *http.headers_mut() = headers;
        Ok(http)
    }

    /// Sends a request and reads the head of the reply, whose body comes on the connection.
    async fn begin(
        &self,
        mut request: HttpRequest,
        progress: &Progress,
    ) -> Result<(Connection, http::Response<Incoming>), RestError> {
        loop {
            let (mut connection, used) = match self.pool.take().await {
                Some(connection) => (connection, true),
                None => (self.pool.dialer.dial().await?, false),
            };
            progress.set(true);
            match connection.send(request).await {
                Ok(reply) => return Ok((connection, reply)),
                Err(failed) => match (failed.unsent, used) {
                    // The connection was closed just now, and nothing of the request was written:
                    // on another one it is not sent a second time.
                    (Some(unsent), true) => {
                        progress.set(false);
                        request = unsent;
                    }
                    (unsent, _) => {
                        progress.set(unsent.is_none());
                        let delivery = progress.delivery();
                        return Err(RestError::Transport { delivery, source: failed.source });
                    }
                },
            }
        }
    }

    async fn exchange(
        &self,
        request: &Request,
        progress: &Progress,
    ) -> Result<Response, RestError> {
        let request = self.http(request)?;
        // The semaphore is never closed.
        let _slot = self.pool.slots.acquire().await;
        let (connection, reply) = self.begin(request, progress).await?;
        self.read(connection, reply).await
    }

    /// Reads a whole body and gives the connection back.
    async fn read(
        &self,
        mut connection: Connection,
        reply: http::Response<Incoming>,
    ) -> Result<Response, RestError> {
        let (head, mut body) = reply.into_parts();
        let limit = self.limits.max_body;
        // A length that is told is believed before anything is read.
        let hint = body.size_hint().lower();
        if hint > limit as u64 {
            return Err(RestError::BodyTooLarge { limit });
        }
        let mut whole = Pieces::default();
        while !body.is_end_stream() {
            let wait = self.limits.body_timeout;
            let piece = poll_fn(|context| connection.poll_piece(&mut body, context));
            match timeout(wait, piece).await {
                Ok(Some(Ok(piece))) if whole.len() + piece.len() > limit => {
                    return Err(RestError::BodyTooLarge { limit });
                }
                Ok(Some(Ok(piece))) => whole.add(piece, usize::try_from(hint).unwrap_or(0)),
                Ok(Some(Err(source))) => return Err(broken(source)),
                Ok(None) => break,
                Err(_) => {
                    let delivery = Delivery::Unknown;
                    return Err(RestError::Timeout { limit: wait, delivery });
                }
            }
        }
        self.pool.put(connection);
        Ok(Response::new(head.status, whole.into_bytes()))
    }

    /// Sends one request, again if that is allowed, within the request timeout.
    async fn attempt(&self, request: &Request) -> Result<Response, RestError> {
        let limit = self.limits.request_timeout;
        let deadline = Instant::now() + limit;
        let mut retries = if request.method == Method::GET { self.limits.retries } else { 0 };
        loop {
            let progress = Progress::default();
            let result = timeout_at(deadline, self.exchange(request, &progress)).await;
            match result {
                Ok(Err(error @ RestError::Transport { .. })) if retries > 0 => {
                    tracing::debug!(%error, retries, "sent again");
                    retries -= 1;
                }
                Ok(result) => return result,
                Err(_) => {
                    return Err(RestError::Timeout { limit, delivery: progress.delivery() });
                }
            }
        }
    }

    /// Reads the head of a reply within the request timeout, and refuses a status outside 200–299.
    async fn open(&self, request: Request) -> Result<Download, RestError> {
        let http = self.http(&request)?;
        let (limit, progress) = (self.limits.request_timeout, Progress::default());
        let opening = async {
            let slot = Arc::clone(&self.pool.slots).acquire_owned().await;
            let (connection, reply) = self.begin(http, &progress).await?;
            if reply.status().is_success() {
                return Ok((slot.ok(), connection, reply));
            }
            Err(RestError::from_response(&self.read(connection, reply).await?))
        };
        let opened = timeout(limit, opening).await;
        let Ok(opened) = opened else {
            return Err(RestError::Timeout { limit, delivery: progress.delivery() });
        };
        let (slot, connection, reply) = opened?;
        let (head, body) = reply.into_parts();
        let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
        let content_type = head.headers.get(CONTENT_TYPE).and_then(text);
        let length = head.headers.get(CONTENT_LENGTH).and_then(text);
        let wait = self.limits.body_timeout;
        let stream = FileStream {
            reading: Some((connection, body)),
            pool: Arc::clone(&self.pool),
            slot,
            wait,
            clock: Box::pin(sleep(wait)),
            waiting: false,
        };
        let length = length.and_then(|length| length.parse().ok());
        Ok(Download::new(content_type, length, Box::pin(stream)))
    }

    /// Asks for a WebSocket, on a connection of its own. A reply other than "101 Switching
    /// Protocols" is an error.
    pub(crate) async fn upgrade(
        &self,
        request: &Request,
        headers: HeaderMap,
    ) -> Result<(Link, Bytes), RestError> {
        let mut http = self.http(request)?;
        http.headers_mut().extend(headers);
        let (limit, progress) = (self.limits.request_timeout, Progress::default());
        let upgrade = async {
            let mut connection = self.pool.dialer.dial().await?;
            progress.set(true);
            let reply = connection.send(http).await.map_err(|failed| broken(failed.source))?;
            if reply.status() != StatusCode::SWITCHING_PROTOCOLS {
                return Err(RestError::from_response(&self.read(connection, reply).await?));
            }
            Ok(connection.into_link().await)
        };
        timeout(limit, upgrade)
            .await
            .unwrap_or_else(|_| Err(RestError::Timeout { limit, delivery: progress.delivery() }))
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, RestError>> {
        Box::pin(async move { self.attempt(&request).await })
    }

    fn download(&self, request: Request) -> BoxFuture<'_, Result<Download, RestError>> {
        Box::pin(self.open(request))
    }
}

/// A body of several pieces; most have one, which is not copied.
#[derive(Default)]
struct Pieces {
    first: Bytes,
    all: Vec<u8>,
}

impl Pieces {
    fn len(&self) -> usize {
        self.first.len().max(self.all.len())
    }

    /// `hint` is how long the body says that it is.
    fn add(&mut self, piece: Bytes, hint: usize) {
        if self.len() == 0 {
            self.first = piece;
            return;
        }
        if self.all.is_empty() {
            self.all.reserve(hint.max(self.first.len() + piece.len()));
            self.all.extend_from_slice(&self.first);
        }
        self.all.extend_from_slice(&piece);
    }

    fn into_bytes(self) -> Bytes {
        if self.all.is_empty() { self.first } else { self.all.into() }
    }
}

/// A body that is read as fast as it is taken.
struct FileStream {
    /// Nothing after the end or a failure.
    reading: Option<(Connection, Incoming)>,
    pool: Arc<Pool>,
    slot: Option<OwnedSemaphorePermit>,
    /// How long the next piece may take.
    wait: Duration,
    clock: Pin<Box<Sleep>>,
    /// Whether the clock runs: it does while a piece is waited for.
    waiting: bool,
}

impl Stream for FileStream {
    type Item = Result<Bytes, RestError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some((connection, body)) = &mut this.reading else { return Poll::Ready(None) };
        match connection.poll_piece(body, context) {
            Poll::Ready(Some(Ok(piece))) => {
                this.waiting = false;
                Poll::Ready(Some(Ok(piece)))
            }
            Poll::Ready(Some(Err(source))) => {
                this.reading = None;
                this.slot = None;
                Poll::Ready(Some(Err(broken(source))))
            }
            Poll::Ready(None) => {
                if let Some((connection, _)) = this.reading.take() {
                    this.pool.put(connection);
                }
                this.slot = None;
                Poll::Ready(None)
            }
            Poll::Pending => {
                if !std::mem::replace(&mut this.waiting, true) {
                    this.clock.as_mut().reset(Instant::now() + this.wait);
                }
                if this.clock.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                this.reading = None;
                this.slot = None;
                let delivery = Delivery::Unknown;
                Poll::Ready(Some(Err(RestError::Timeout { limit: this.wait, delivery })))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Draft;

    fn transport() -> HttpTransport {
        let limits = HttpLimits {
            connect_timeout: Duration::from_secs(1),
            request_timeout: Duration::from_secs(1),
            body_timeout: Duration::from_secs(1),
            idle_timeout: Duration::from_secs(1),
            max_body: 1,
            max_connections: 1,
            retries: 0,
        };
        let base = Base::parse("http://127.0.0.1:1").unwrap();
        let secret = "s3cret".into();
        HttpTransport::new(
            base,
            "app",
            &secret,
            "test",
            #[cfg(feature = "tls")]
            None,
            limits,
        )
        .unwrap()
    }

    #[test]
    fn the_password_is_in_a_sensitive_header_and_nowhere_else() {
        let transport = transport();
        let request =
            Request { method: Method::GET, path: "/x".into(), query: String::new(), body: None };
        let http = transport.http(&request).unwrap();
        assert_eq!(http.headers()[AUTHORIZATION], "Basic YXBwOnMzY3JldA==");
        assert!(http.headers()[AUTHORIZATION].is_sensitive());
        let debug = format!("{transport:?} {http:?}");
        assert!(!debug.contains("s3cret") && !debug.contains("YXBwOnMzY3JldA"), "{debug}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_waits_too_long_for_its_turn_was_not_sent() {
        let transport = transport();
        let _busy = transport.pool.slots.acquire().await.unwrap();
        let request = Draft::new(Method::GET, "/channels").finish();
        let error = transport.send(request).await.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        assert_eq!(error.delivery(), Some(Delivery::NotSent));
    }

    #[test]
    fn a_body_of_one_piece_is_not_copied() {
        let piece = Bytes::from_static(b"abc");
        let mut whole = Pieces::default();
        whole.add(piece.clone(), 0);
        assert_eq!(whole.into_bytes().as_ptr(), piece.as_ptr());

        let mut whole = Pieces::default();
        for text in ["", "a", "bc", "", "d"] {
            whole.add(text.into(), 4);
        }
        assert_eq!((whole.len(), whole.into_bytes()), (4, "abcd".into()));
    }
}
