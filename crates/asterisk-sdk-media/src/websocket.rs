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
        #[cfg(feature = "tls")]
        tls: None,
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
    #[cfg(feature = "tls")]
    tls: Option<asterisk_sdk_tls::Tls>,
}

/// What a base address says.
struct Base<'a> {
    secure: bool,
    /// With the port, as it is written.
    authority: &'a str,
    host: &'a str,
    port: u16,
}

impl<'a> Base<'a> {
    fn new(base: &'a str) -> Result<Self, ConnectError> {
        let address = |why: &str| ConnectError::Address(format!("{why}: {base}"));
        let (secure, rest) = match base.split_once("://") {
            Some(("http" | "ws", rest)) => (false, rest),
            Some(("https" | "wss", rest)) => (true, rest),
            _ => return Err(address("it begins neither with http:// nor with https://")),
        };
        let authority = rest.split('/').next().unwrap_or_default();
        // The colons of an IPv6 address stand in brackets.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| address("it has no valid port"))?)
            }
            _ => (authority, if secure { 443 } else { 80 }),
        };
        let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        Ok(Self { secure, authority, host: address.unwrap_or(host), port })
    }
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

    /// How to speak TLS with a server at `https://…`. Without it the system's authorities are trusted, and the
    /// certificate has to be for the host of the address.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: asterisk_sdk_tls::Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Connects, over TLS if the base begins with `https://` or `wss://`, which needs the feature `tls`.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Address`] for a base that is no such address, [`ConnectError::Status`] when Asterisk
    /// refuses, and others when the connection fails or takes longer than
    /// [`Options::handshake_timeout`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection, with which the channel ends.
    pub async fn open(self) -> Result<MediaStream, ConnectError> {
        let limit = self.options.handshake_timeout;
        let opened =
            timeout(limit, self.dial()).await.map_err(|_| ConnectError::Timeout(limit))??;
        Ok(opened.stream(self.passthrough, &self.options, ()))
    }

    async fn dial(&self) -> Result<Opened, ConnectError> {
        let base = Base::new(&self.base)?;
        #[cfg(feature = "tls")]
        let connector = match (base.secure, self.tls.clone()) {
            (true, tls) => {
                let tls = tls.unwrap_or_default();
                Some(asterisk_sdk_tls::Connector::new(&tls, base.host).await?)
            }
            (false, None) => None,
            (false, Some(_)) => {
                let why = "there are settings for TLS, but it is not https://";
                return Err(ConnectError::Address(format!("{why}: {}", self.base)));
            }
        };
        #[cfg(not(feature = "tls"))]
        if base.secure {
            let why = "https:// needs the feature `tls`";
            return Err(ConnectError::Address(format!("{why}: {}", self.base)));
        }
        let stream = TcpStream::connect((base.host, base.port)).await?;
        stream.set_nodelay(true)?;
        #[cfg(feature = "tls")]
        if let Some(connector) = connector {
            let stream = connector.connect(stream).await?;
            let (stream, early) = handshake::request(stream, base.authority, &self.path()).await?;
            return wire::open(Link::other(stream, early), Role::Client).await;
        }
        let (stream, early) = handshake::request(stream, base.authority, &self.path()).await?;
        wire::open(Link::tcp(stream, early), Role::Client).await
    }

    /// Uses a connection that is there already, such as one through a proxy. The base tells the host and the
    /// prefix alone.
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

    /// Listens for connections over TLS (`uri = wss://…` and `tls_enabled = yes` in `websocket_client.conf`).
    /// Needs the feature `tls`.
    ///
    /// Asterisk wants a certificate for the host in `uri`, which has to be a name: it does not look for
    /// addresses in certificates. Authorities other than the system's are named in `ca_list_file`. The
    /// handshake is a part of the time of [`Options::handshake_timeout`].
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind); and [`InvalidInput`](io::ErrorKind::InvalidInput), with a
    /// [`TlsError`](crate::TlsError) in it, when the certificate or the key cannot be used.
    #[cfg(feature = "tls")]
    pub async fn bind_tls(
        address: impl ToSocketAddrs,
        options: Options,
        tls: &asterisk_sdk_tls::ServerTls,
    ) -> io::Result<Self> {
        let acceptor = asterisk_sdk_tls::acceptor(tls)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let greet = move |stream: TcpStream| {
            let handshake = acceptor.accept(stream);
            async move {
                let (stream, early) = handshake::accept(handshake.await?).await?;
                let opened = wire::open(Link::other(stream, early), Role::Server).await?;
                Ok((opened.start.channel_id.clone(), opened))
            }
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

#[cfg(test)]
mod tests {
    use super::Base;

    #[test]
    fn a_base_tells_host_and_port() {
        let read = |text: &'static str| {
            let base = Base::new(text).unwrap();
            (base.secure, base.authority, base.host, base.port)
        };
        assert_eq!(read("http://pbx:8088/prefix"), (false, "pbx:8088", "pbx", 8_088));
        assert_eq!(read("ws://10.0.0.7"), (false, "10.0.0.7", "10.0.0.7", 80));
        assert_eq!(read("https://[::1]/x:1"), (true, "[::1]", "::1", 443));
        assert_eq!(read("wss://[fe80::1]:8089"), (true, "[fe80::1]:8089", "fe80::1", 8_089));
        for text in ["pbx:8088", "ftp://pbx", "http://pbx:http", "https://pbx:65536"] {
            assert!(Base::new(text).is_err(), "{text}");
        }
    }
}
