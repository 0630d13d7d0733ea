//! How requests get to the server: a transport, and the one over pooled HTTP connections.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use asterisk_proto::Secret;
use asterisk_proto::error::Delivery;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Method, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::error::{ConnectError, RestError};
use crate::request::{Request, Response};

/// A future in a box, as transports and builders return it.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Carries requests to a server. What builds requests and reads replies knows nothing else of it.
pub(crate) trait Transport: fmt::Debug + Send + Sync {
    /// Sends a request and returns the reply, whatever its status.
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, RestError>>;
}

/// Limits of the HTTP transport.
#[derive(Debug, Clone)]
pub(crate) struct HttpLimits {
    pub(crate) connect_timeout: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) max_body: usize,
    pub(crate) max_connections: usize,
}

/// Asterisk closes a connection that was idle for 15 seconds; before that it is not used any more.
const POOL_IDLE: Duration = Duration::from_secs(10);

/// A pool of HTTP/1.1 connections to one server.
pub(crate) struct HttpTransport {
    client: Client<HttpConnector, Full<Bytes>>,
    base: Base,
    headers: HeaderMap,
    limits: HttpLimits,
    slots: Semaphore,
}

/// Where ARI is: the address up to and including `/ari`.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    authority: Authority,
    path: String,
}

impl Base {
    /// Reads `http://host:port[/prefix][/ari]`. Errors do not quote it: it may hold a password.
    pub(crate) fn parse(url: &str) -> Result<Self, ConnectError> {
        let invalid = ConnectError::InvalidSettings;
        let url = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some(_) => return Err(invalid("the address must begin with http://")),
            None => url,
        };
        if url.contains(['?', '#']) {
            return Err(invalid("the address has a query; apps and users are set by methods"));
        }
        let (authority, path) = url.split_at(url.find('/').unwrap_or(url.len()));
        if authority.contains('@') {
            return Err(invalid("the address has a user; set it by login()"));
        }
        let authority: Authority =
            authority.parse().map_err(|_| invalid("the address has no valid host and port"))?;
        let path = path.trim_end_matches('/');
        let path = format!("{}/ari", path.strip_suffix("/ari").unwrap_or(path));
        path.parse::<PathAndQuery>().map_err(|_| invalid("the address has an invalid path"))?;
        Ok(Self { authority, path })
    }

    pub(crate) fn authority(&self) -> &str {
        self.authority.as_str()
    }

    fn uri(&self, target: &str) -> Result<Uri, RestError> {
        let target = format!("{}{target}", self.path);
        let target: PathAndQuery =
            target.parse().map_err(|error| RestError::InvalidRequest(Box::new(error)))?;
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(target);
        Uri::from_parts(parts).map_err(|error| RestError::InvalidRequest(Box::new(error)))
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("base", &self.base)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl HttpTransport {
    pub(crate) fn new(
        base: Base,
        user: &str,
        password: &Secret,
        limits: HttpLimits,
    ) -> Result<Self, ConnectError> {
        if user.contains(':') {
            return Err(ConnectError::InvalidSettings("the user's name has a colon"));
        }
        let credentials = STANDARD.encode(format!("{user}:{}", password.expose()));
        let mut authorization = HeaderValue::try_from(format!("Basic {credentials}"))
            .map_err(|_| ConnectError::InvalidSettings("the user cannot be written in a header"))?;
        authorization.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization);
        let agent = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));

        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(limits.connect_timeout));
        connector.set_nodelay(true);
        // A stale connection that took not one byte of a request is replaced by a fresh one
        // (hyper-util's `retry_canceled_requests`); nothing else is ever sent twice.
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(limits.max_connections)
            .build(connector);
        let slots = Semaphore::new(limits.max_connections);
        Ok(Self { client, base, headers, limits, slots })
    }

    /// Builds the HTTP form of a request.
    fn http(&self, request: Request) -> Result<http::Request<Full<Bytes>>, RestError> {
        let uri = self.base.uri(&request.target())?;
        let mut headers = self.headers.clone();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if request.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let mut http = http::Request::new(Full::new(request.body.unwrap_or_default()));
        *http.method_mut() = request.method;
        *http.uri_mut() = uri;
        *http.headers_mut() = headers;
        Ok(http)
    }

    async fn exchange(&self, request: http::Request<Full<Bytes>>) -> Result<Response, RestError> {
        let response = self.client.request(request).await.map_err(|error| self.failure(error))?;
        self.read(response).await
    }

    async fn read(&self, response: http::Response<Incoming>) -> Result<Response, RestError> {
        let (head, body) = response.into_parts();
        let limit = self.limits.max_body;
        // A length that is told is believed before anything is read.
        if body.size_hint().lower() > limit as u64 {
            return Err(RestError::BodyTooLarge { limit });
        }
        match Limited::new(body, limit).collect().await {
            Ok(body) => Ok(Response::new(head.status, body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => Err(RestError::BodyTooLarge { limit }),
            Err(source) => Err(RestError::Transport { delivery: Delivery::Unknown, source }),
        }
    }

    fn failure(&self, error: hyper_util::client::legacy::Error) -> RestError {
        if !error.is_connect() {
            let delivery = Delivery::Unknown;
            return RestError::Transport { delivery, source: error.into() };
        }
        let delivery = Delivery::NotSent;
        if is_timeout(&error) {
            return RestError::Timeout { limit: self.limits.connect_timeout, delivery };
        }
        RestError::Transport { delivery, source: error.into() }
    }

    /// Asks for a WebSocket. A reply other than "101 Switching Protocols" is an error.
    pub(crate) async fn upgrade(
        &self,
        target: &str,
        headers: HeaderMap,
    ) -> Result<hyper::upgrade::Upgraded, RestError> {
        let mut request = http::Request::new(Full::new(Bytes::new()));
        *request.method_mut() = Method::GET;
        *request.uri_mut() = self.base.uri(target)?;
        *request.headers_mut() = self.headers.clone();
        request.headers_mut().extend(headers);

        let limit = self.limits.request_timeout;
        let upgrade = async {
            let response =
                self.client.request(request).await.map_err(|error| self.failure(error))?;
            if response.status() != http::StatusCode::SWITCHING_PROTOCOLS {
                return Err(RestError::from_response(&self.read(response).await?));
            }
            hyper::upgrade::on(response).await.map_err(|error| {
                let delivery = Delivery::Unknown;
                RestError::Transport { delivery, source: error.into() }
            })
        };
        tokio::time::timeout(limit, upgrade)
            .await
            .unwrap_or(Err(RestError::Timeout { limit, delivery: Delivery::Unknown }))
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, RestError>> {
        Box::pin(async move {
            let request = self.http(request)?;
            let limit = self.limits.request_timeout;
            let deadline = Instant::now() + limit;
            let timeout = |delivery| RestError::Timeout { limit, delivery };
            // The semaphore is never closed.
            let Ok(_slot) = timeout_at(deadline, self.slots.acquire()).await else {
                return Err(timeout(Delivery::NotSent));
            };
            timeout_at(deadline, self.exchange(request))
                .await
                .unwrap_or_else(|_| Err(timeout(Delivery::Unknown)))
        })
    }
}

/// Whether an I/O timeout is among the causes of an error.
fn is_timeout(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>()
            && io.kind() == std::io::ErrorKind::TimedOut
        {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Draft;

    fn limits() -> HttpLimits {
        HttpLimits {
            connect_timeout: Duration::from_secs(1),
            request_timeout: Duration::from_secs(1),
            max_body: 1,
            max_connections: 1,
        }
    }

    fn uri(url: &str) -> String {
        Base::parse(url).unwrap().uri("/channels?a=b").unwrap().to_string()
    }

    #[test]
    fn addresses() {
        assert_eq!(uri("http://pbx:8088"), "http://pbx:8088/ari/channels?a=b");
        assert_eq!(uri("HTTP://pbx:8088/"), "http://pbx:8088/ari/channels?a=b");
        assert_eq!(uri("pbx:8088"), "http://pbx:8088/ari/channels?a=b");
        assert_eq!(
            uri("http://[::1]:8088/asterisk"),
            "http://[::1]:8088/asterisk/ari/channels?a=b"
        );
        assert_eq!(uri("http://pbx:8088/x/ari/"), "http://pbx:8088/x/ari/channels?a=b");
    }

    #[test]
    fn addresses_that_cannot_be_used_are_not_quoted() {
        for url in [
            "",
            "http://",
            "https://pbx",
            "ws://pbx",
            "http://a:s3cret@pbx",
            "http://p?api_key=a:s3cret",
            "http://p b/",
            "http://p/a b",
        ] {
            let error = Base::parse(url).unwrap_err();
            assert!(matches!(error, ConnectError::InvalidSettings(_)), "{url}");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{url}");
        }
    }

    #[test]
    fn the_password_is_in_a_sensitive_header_and_nowhere_else() {
        let base = Base::parse("http://pbx:8088").unwrap();
        let transport = HttpTransport::new(base, "app", &"s3cret".into(), limits()).unwrap();
        let request =
            Request { method: Method::GET, path: "/x".into(), query: String::new(), body: None };
        let http = transport.http(request).unwrap();
        assert_eq!(http.headers()[AUTHORIZATION], "Basic YXBwOnMzY3JldA==");
        assert!(http.headers()[AUTHORIZATION].is_sensitive());
        let debug = format!("{transport:?} {http:?}");
        assert!(!debug.contains("s3cret") && !debug.contains("YXBwOnMzY3JldA"), "{debug}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_waits_too_long_for_its_turn_was_not_sent() {
        let base = Base::parse("http://127.0.0.1:1").unwrap();
        let transport = HttpTransport::new(base, "app", &"s3cret".into(), limits()).unwrap();
        let _busy = transport.slots.acquire().await.unwrap();
        let request = Draft::new(Method::GET, "/channels").finish();
        let error = transport.send(request).await.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        assert_eq!(error.delivery(), Some(Delivery::NotSent));
    }
}
