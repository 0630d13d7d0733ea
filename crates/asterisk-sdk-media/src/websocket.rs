//! Audio over WebSocket: Asterisk's channel driver `chan_websocket` (22.5 and later; module
//! `chan_websocket`).
//!
//! Either side may connect. [`connect`] goes to a channel that waits for it; a [`Server`] is where Asterisk
//! connects, by an entry of its `websocket_client.conf`.
//!
//! Asterisk keeps up to 1,000 frames and plays them by its own clock. The stream sends audio up to a second
//! ahead ([`Options::lead`]), and stops while Asterisk wants no more.
//!
//! # Traps
//!
//! - Nobody checks who connects to `/media/<id>`: the id is the secret.
//! - A channel has one connection. When it ends, for whatever reason, the channel is hung up.
//! - Compressed formats, and any with the option `p`, go through as they are (passthrough): Asterisk keeps no
//!   queue for them, so they are paced here. Asterisk does not tell of `p` with a format that it could cut: say
//!   so by [`Expected::passthrough`] or [`Dial::passthrough`].

mod control;
mod handshake;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use fastwebsockets::Role;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, ToSocketAddrs};
use tokio::time::timeout;

use crate::board::{Arrived, Waiting};
use crate::error::ConnectError;
use crate::listen::Listening;
use crate::options::Options;
use crate::stream::MediaStream;
use wire::{Link, Opened};

/// Connects to a channel that waits for it (`connection_type=server`): `base` is Asterisk's HTTP server
/// (`http://pbx:8088`, with the prefix of its `http.conf` if it has one), `connection_id` the channel's variable
/// `MEDIA_WEBSOCKET_CONNECTION_ID`.
///
/// ```no_run
/// # async fn example(id: &str) -> Result<(), asterisk_sdk_media::ConnectError> {
/// use asterisk_sdk_media::websocket;
///
/// let stream = websocket::connect("http://pbx.example:8088", id).open().await?;
/// # Ok(())
/// # }
/// ```
pub fn connect(base: impl Into<String>, connection_id: impl Into<String>) -> Dial {
    Dial {
        base: base.into(),
        connection_id: connection_id.into(),
        passthrough: false,
        options: Options::default(),
    }
}

/// A connection to be made: see [`connect`].
#[derive(Debug, Clone)]
#[must_use = "it connects when it is opened"]
pub struct Dial {
    base: String,
    connection_id: String,
    passthrough: bool,
    options: Options,
}

impl Dial {
    /// The limits of the stream.
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// The channel was created with the option `p`.
    pub fn passthrough(mut self) -> Self {
        self.passthrough = true;
        self
    }

    /// Connects without TLS.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Address`] for a base that is no `http://` address, [`ConnectError::Status`] when Asterisk
    /// refuses, and others when the connection fails or takes longer than
    /// [`Options::handshake_timeout`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection, with which the channel ends.
    pub async fn open(self) -> Result<MediaStream, ConnectError> {
        let limit = self.options.handshake_timeout;
        let work = async {
            let address = |why: &str| ConnectError::Address(format!("{why}: {}", self.base));
            let rest =
                self.base.strip_prefix("http://").or_else(|| self.base.strip_prefix("ws://"));
            let rest = rest.ok_or_else(|| address("it does not begin with http://"))?;
            let host = rest.split('/').next().unwrap_or_default().to_owned();
            let port = if host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
            {
                host.clone()
            } else {
                format!("{host}:80")
            };
            let stream = TcpStream::connect(port).await?;
            stream.set_nodelay(true)?;
            let (stream, early) = handshake::request(stream, &host, &self.path()).await?;
            wire::open(Link::tcp(stream, early), Role::Client).await
        };
        let opened = timeout(limit, work).await.map_err(|_| ConnectError::Timeout(limit))??;
        Ok(opened.stream(self.passthrough, &self.options, ()))
    }

    /// Uses a connection that is there already, such as one over TLS. The base tells the host and the prefix
    /// alone.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    ///
    /// # Cancel safety
    ///
    /// As with [`open`](Self::open).
    pub async fn over(
        self,
        link: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    ) -> Result<MediaStream, ConnectError> {
        let limit = self.options.handshake_timeout;
        let work = async {
            let rest = self.base.split_once("://").map_or(self.base.as_str(), |(_, rest)| rest);
            let host = rest.split('/').next().unwrap_or_default();
            let (link, early) = handshake::request(link, host, &self.path()).await?;
            wire::open(Link::other(link, early), Role::Client).await
        };
        let opened = timeout(limit, work).await.map_err(|_| ConnectError::Timeout(limit))??;
        Ok(opened.stream(self.passthrough, &self.options, ()))
    }

    fn path(&self) -> String {
        let rest = self.base.split_once("://").map_or(self.base.as_str(), |(_, rest)| rest);
        let prefix = rest.find('/').map_or("", |at| &rest[at..]).trim_end_matches('/');
        format!("{prefix}/media/{}", self.connection_id)
    }
}

/// Where Asterisk connects to, with a channel whose `external_host` is an entry of its
/// `websocket_client.conf` like this one:
///
/// ```text
/// [agent]
/// type = websocket_client
/// uri = ws://192.0.2.10:8090/media
/// protocols = media
/// connection_type = per_call_config
/// ```
///
/// A call is known by the id of its channel, which is chosen before the channel is created:
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use asterisk_sdk_media::websocket::Server;
///
/// let server = Server::bind("0.0.0.0:8090").await?;
/// let call = server.expect("agent-1")?;
/// // … create the channel by ARI: channelId=agent-1, external_host=agent, transport=websocket,
/// // encapsulation=none, format=slin16.
/// let stream = call.stream(Duration::from_secs(10)).await?;
/// # Ok(())
/// # }
/// ```
///
/// Connections for which nobody waits are held for a while ([`Options::claim_timeout`]), for those who call
/// [`expect`](Self::expect) late and for [`accept`](Self::accept). A second connection for a channel is turned
/// away. Dropping the server ends the listening; streams go on.
#[derive(Debug)]
pub struct Server {
    listening: Listening<Opened>,
}

impl Server {
    /// Listens with the default limits; port 0 takes a free one.
    ///
    /// # Errors
    ///
    /// The address cannot be resolved or listened at.
    pub async fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        Self::bind_with(address, Options::default()).await
    }

    /// Listens with limits of one's own.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind).
    pub async fn bind_with(address: impl ToSocketAddrs, options: Options) -> io::Result<Self> {
        let greet = |stream: TcpStream| async move {
            let (stream, early) = handshake::accept(stream).await?;
            let opened = wire::open(Link::tcp(stream, early), Role::Server).await?;
            Ok((opened.start.channel_id.clone(), opened))
        };
        Ok(Self { listening: Listening::bind(address, options, greet).await? })
    }

    /// The address at which the server listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.listening.local_addr
    }

    /// Waits for a channel from now on, so before it is created.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Taken`] if somebody waits for it already, or it runs.
    pub fn expect(&self, channel_id: impl Into<String>) -> Result<Expected, ConnectError> {
        let waiting = self.listening.board.expect(channel_id.into())?;
        Ok(Expected { waiting, passthrough: false, options: self.listening.options.clone() })
    }

    /// The next call that nobody expects. Its [name](MediaStream::name) is the id of its channel.
    ///
    /// # Errors
    ///
    /// None at present: the server lives as long as it is borrowed.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no call.
    pub async fn accept(&self) -> Result<MediaStream, ConnectError> {
        let arrived = self.listening.board.accept().await?;
        Ok(stream(arrived, false, &self.listening.options))
    }
}

/// A call that is waited for: see [`Server::expect`]. Dropping it ends the waiting.
#[derive(Debug)]
#[must_use = "the stream comes from it"]
pub struct Expected {
    waiting: Waiting<Opened>,
    passthrough: bool,
    options: Options,
}

impl Expected {
    /// The channel is created with the option `p`.
    pub fn passthrough(mut self) -> Self {
        self.passthrough = true;
        self
    }

    /// Waits until Asterisk has connected.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Timeout`], or [`ConnectError::Gone`] when the server was dropped.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the waiting, and closes a connection that has just come.
    pub async fn stream(self, limit: Duration) -> Result<MediaStream, ConnectError> {
        let arrived = self.waiting.arrived(limit).await?;
        Ok(stream(arrived, self.passthrough, &self.options))
    }
}

fn stream(arrived: Arrived<Opened>, passthrough: bool, options: &Options) -> MediaStream {
    arrived.value.stream(passthrough, options, arrived.place)
}
