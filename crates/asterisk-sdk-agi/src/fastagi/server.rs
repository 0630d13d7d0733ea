//! The server: accepts connections, and hands them to its service.

use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream, ToSocketAddrs, lookup_host};
use tokio::time::sleep;
use tracing::warn;

use crate::routes::{RouteError, Routes};
use crate::service::{Calls, Drained, Service, ServiceBuilder};

#[cfg(feature = "tls")]
use super::tls::TlsLink;
#[cfg(feature = "tls")]
use asterisk_sdk_tls::{ServerTls, TlsError};

/// As many connections may wait to be accepted: a burst of calls is not refused.
const BACKLOG: u32 = 4096;

/// How long to pause when a connection cannot be accepted for want of resources.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A FastAGI server.
///
/// Every connection runs in a task of its own: an error or a panic in a handler, and a peer that
/// sends garbage or nothing, end that connection only. What the dialplan sees of it is told
/// [here](crate::fastagi#what-the-dialplan-sees).
///
/// # Examples
///
/// ```
/// use asterisk_sdk_agi::{self as agi, Call, fastagi};
///
/// async fn demo(mut call: Call) -> agi::Result {
///     let extension = call.capture("exten").unwrap_or_default().to_owned();
///     call.set_variable("DEMO", format!("demo for {extension}")).await?;
///     Ok(())
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), fastagi::BindError> {
/// let server = fastagi::Server::builder()
///     .route(r"^demo/(?<exten>\d+)$", demo)
///     .fallback(|call: Call| async move { println!("what is {}?", call.path()) })
///     .bind("127.0.0.1:0")
///     .await?;
/// # let url = format!("agi://{}/demo/600", server.local_addr());
/// # let dialplan = format!("[default]\nexten = 600,1,AGI({url})\n same = n,Set(DB(demo/result)=${{DEMO}})");
/// # let asterisk = asterisk_sdk_testkit::FakeAsterisk::builder().dialplan(dialplan).start().await.unwrap();
/// # let call = asterisk.place_call("600").unwrap();
/// # tokio::select! { _ = call.ended() => {}, () = async {
/// server.serve().await;
/// # } => {} }
/// # assert_eq!(asterisk.database().get("demo", "result").as_deref(), Some("demo for 600"));
/// # Ok(())
/// # }
/// ```
pub struct Server {
    listener: TcpListener,
    local_addr: SocketAddr,
    service: Service,
    #[cfg(feature = "tls")]
    tls: Option<tokio_rustls::TlsAcceptor>,
}

impl Server {
    /// A service without routes yet, to be [bound](ServiceBuilder::bind) to an address.
    pub fn builder() -> ServiceBuilder {
        ServiceBuilder::default()
    }

    /// Listens for calls of a service at an address; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// The address cannot be resolved or listened at.
    pub async fn bind(service: Service, address: impl ToSocketAddrs) -> Result<Self, BindError> {
        let listener = listen(address).await?;
        let local_addr = listener.local_addr()?;
        Ok(Self {
            listener,
            local_addr,
            service,
            #[cfg(feature = "tls")]
            tls: None,
        })
    }

    /// Speaks TLS with everybody who connects. Asterisk itself speaks plain FastAGI only: this is for a
    /// tunnel that stands between, such as `stunnel` as a client on Asterisk's machine, where the dialplan
    /// calls `agi://127.0.0.1/…`. With [`ServerTls::client_ca`], nobody else gets as far as pretending to be
    /// a call.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use asterisk_sdk_agi::{Call, fastagi::{Server, ServerTls}};
    /// use std::fs::read;
    ///
    /// let tls = ServerTls::new(read("/etc/agi/chain.pem")?, read("/etc/agi/key.pem")?)
    ///     .client_ca(read("/etc/agi/pbx-ca.pem")?);
    /// let server = Server::builder().fallback(|call: Call| async move { drop(call) });
    /// let server = server.bind("0.0.0.0:4574").await?.tls(&tls)?;
    /// server.serve().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The handshake is a part of the time that the variables may take
    /// ([`prelude_timeout`](ServiceBuilder::prelude_timeout)), and one that fails or does not come is
    /// logged and ends its own connection only.
    ///
    /// Needs the feature `tls`.
    ///
    /// # Errors
    ///
    /// A certificate or the key cannot be used.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: &ServerTls) -> Result<Self, TlsError> {
        self.tls = Some(asterisk_sdk_tls::acceptor(tls)?);
        Ok(self)
    }

    /// The address at which the server listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// The routes, which may be changed while the server runs: keep a clone.
    #[must_use]
    pub fn routes(&self) -> &Routes {
        self.service.routes()
    }

    /// Serves calls, for ever.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the listening socket and aborts the running calls at once.
    pub async fn serve(self) {
        self.serve_with_shutdown(pending()).await;
    }

    /// Serves calls until `shutdown` completes. Then it takes no more connections, lets running calls
    /// go on until the drain timeout, and aborts those that are left: their handlers are dropped at
    /// an await point, and their dialplans go on.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the listening socket and aborts the running calls at once.
    pub async fn serve_with_shutdown(self, shutdown: impl Future<Output = ()>) -> Drained {
        let Self { listener, service, .. } = self;
        let mut calls = Calls::new(service);
        let mut shutdown = pin!(shutdown);
        loop {
            let slot = tokio::select! {
                biased;
                () = &mut shutdown => break,
                slot = calls.slot() => slot,
            };
            let (stream, peer) = tokio::select! {
                biased;
                () = &mut shutdown => break,
                accepted = accept(&listener) => accepted,
            };
            #[cfg(feature = "tls")]
            if let Some(tls) = &self.tls {
                calls.start(slot, TlsLink::new(tls, stream, peer), Some(peer));
                continue;
            }
            calls.start(slot, stream, Some(peer));
        }
        drop(listener);
        calls.drain().await
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("local_addr", &self.local_addr)
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        // Without a future of its own: nobody else waits here.
        match poll_fn(|cx| listener.poll_accept(cx)).await {
            Ok(accepted) => return accepted,
            // The peer gave up while it waited.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                warn!(%error, "cannot accept a connection, trying again");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn listen(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
    let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the name has no address");
    for address in lookup_host(address).await? {
        let listening = || {
            let socket = match address {
                SocketAddr::V4(_) => TcpSocket::new_v4()?,
                SocketAddr::V6(_) => TcpSocket::new_v6()?,
            };
            // A restart must not wait for the old connections to be forgotten.
            socket.set_reuseaddr(true)?;
            // Accepted sockets inherit both. Commands are small and waited for.
            socket.set_nodelay(true)?;
            // A peer that vanished ends its session some day.
            socket.set_keepalive(true)?;
            socket.bind(address)?;
            socket.listen(BACKLOG)
        };
        match listening() {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Why a server could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// A route is not a valid regular expression.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// The address cannot be resolved or listened at.
    #[error("cannot listen")]
    Listen(#[from] io::Error),
}
