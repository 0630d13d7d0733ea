//! How audio comes here.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use asterisk_sdk_ari::Client;
use asterisk_sdk_ari::handle::Channel;
use asterisk_sdk_ari::rest::channels::{
    ConnectionType, Encapsulation, ExternalMedia, MediaTransport,
};
use asterisk_sdk_media::{ConnectError, Format, MediaStream, Options, audiosocket, rtp, websocket};

use super::OpenError;

/// How the audio of calls comes to this program. One serves any number of calls; clones are the same one.
///
/// | | who connects | needs |
/// |---|---|---|
/// | [`websocket_client`](Self::websocket_client) | this program | Asterisk 22.5, module `chan_websocket` |
/// | [`websocket_server`](Self::websocket_server) | Asterisk | the same, and an entry in `websocket_client.conf` |
/// | [`audiosocket`](Self::audiosocket) | Asterisk | Asterisk 22, module `chan_audiosocket` |
/// | [`rtp`](Self::rtp) | nobody | a way for UDP in both directions; Asterisk 16 has this one alone |
#[derive(Debug, Clone)]
pub struct Transport(Kind);

#[derive(Debug, Clone)]
enum Kind {
    WebSocketClient(WebSocketClient),
    WebSocketServer { server: Arc<websocket::Server>, client: String },
    AudioSocket { server: Arc<audiosocket::Server>, host: String },
    Rtp { local: IpAddr, options: Options },
}

/// How to open WebSockets.
#[derive(Debug, Clone)]
pub(super) struct WebSocketClient {
    base: String,
    options: Options,
    #[cfg(feature = "tls")]
    tls: Option<asterisk_sdk_media::Tls>,
}

impl WebSocketClient {
    fn new(base: String, options: Options) -> Self {
        Self {
            base,
            options,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    async fn open(self, id: &str) -> Result<MediaStream, ConnectError> {
        let dial = websocket::connect(self.base, id).options(self.options);
        #[cfg(feature = "tls")]
        if let Some(tls) = self.tls {
            return dial.tls(tls).open().await;
        }
        dial.open().await
    }
}

impl Transport {
    /// WebSockets that this program opens: `base` is Asterisk's HTTP server (`http://pbx:8088`, with the prefix
    /// of its `http.conf` if it has one), usually that of ARI. At `https://…`, which needs the feature `tls`, the system's
    /// authorities are trusted.
    pub fn websocket_client(base: impl Into<String>) -> Self {
        Self::websocket_client_with(base, Options::default())
    }

    /// The same with limits of one's own.
    pub fn websocket_client_with(base: impl Into<String>, options: Options) -> Self {
        Self(Kind::WebSocketClient(WebSocketClient::new(base.into(), options)))
    }

    /// The same at `https://…`, with settings for TLS of one's own. Needs the feature `tls`.
    #[cfg(feature = "tls")]
    pub fn websocket_client_tls(
        base: impl Into<String>,
        options: Options,
        tls: asterisk_sdk_media::Tls,
    ) -> Self {
        let base = base.into();
        Self(Kind::WebSocketClient(WebSocketClient { base, options, tls: Some(tls) }))
    }

    /// WebSockets that Asterisk opens: `client` is the entry of its `websocket_client.conf` that leads to
    /// the server; see [`websocket::Server`] for one.
    pub fn websocket_server(
        server: impl Into<Arc<websocket::Server>>,
        client: impl Into<String>,
    ) -> Self {
        Self(Kind::WebSocketServer { server: server.into(), client: client.into() })
    }

    /// AudioSocket: `host` is where Asterisk reaches the server, `192.0.2.10:9092`.
    pub fn audiosocket(
        server: impl Into<Arc<audiosocket::Server>>,
        host: impl Into<String>,
    ) -> Self {
        Self(Kind::AudioSocket { server: server.into(), host: host.into() })
    }

    /// RTP: each call has a port of its own at this address, to which Asterisk sends. Formats that it does not
    /// take over RTP are heard and cannot be spoken; see [`rtp`].
    #[must_use]
    pub fn rtp(local: impl Into<IpAddr>) -> Self {
        Self::rtp_with(local, Options::default())
    }

    /// The same with limits of one's own.
    #[must_use]
    pub fn rtp_with(local: impl Into<IpAddr>, options: Options) -> Self {
        Self(Kind::Rtp { local: local.into(), options })
    }

    /// The format of those who name none.
    pub(super) fn format(&self) -> Format {
        match &self.0 {
            // Asterisk 16 sends it in any case.
            Kind::Rtp { .. } => Format::Ulaw,
            _ => Format::Linear(8_000),
        }
    }

    /// Gets ready for a stream, before its channel is made.
    pub(super) async fn expect(&self, id: &str, format: &Format) -> Result<Expected, ConnectError> {
        Ok(match self.0.clone() {
            Kind::WebSocketClient(client) => Expected::WebSocketClient(client),
            Kind::WebSocketServer { server, client } => {
                Expected::WebSocketServer { call: server.expect(id)?, client }
            }
            Kind::AudioSocket { server, host } => {
                Expected::AudioSocket { call: server.expect(id, format.clone())?, host }
            }
            Kind::Rtp { local, options } => {
                let socket = rtp::Socket::bind_with((local, 0), options).await?;
                Expected::Rtp { host: socket.local_addr()?, socket }
            }
        })
    }
}

/// A stream that is waited for.
pub(super) enum Expected {
    WebSocketClient(WebSocketClient),
    WebSocketServer { call: websocket::Expected, client: String },
    AudioSocket { call: audiosocket::Expected, host: String },
    Rtp { socket: rtp::Socket, host: SocketAddr },
}

impl Expected {
    /// The request for the channel.
    pub(super) fn request(
        &self,
        client: &Client,
        app: &str,
        format: &Format,
        id: &str,
    ) -> ExternalMedia {
        let request = client.channels().external_media(app, format.to_string()).id(id);
        match self {
            Self::WebSocketClient(_) => request
                .transport(MediaTransport::WebSocket)
                .encapsulation(Encapsulation::None)
                .connection_type(ConnectionType::Server),
            Self::WebSocketServer { client, .. } => request
                .transport(MediaTransport::WebSocket)
                .encapsulation(Encapsulation::None)
                .host(client),
            Self::AudioSocket { host, .. } => request
                .transport(MediaTransport::Tcp)
                .encapsulation(Encapsulation::AudioSocket)
                .host(host)
                .data(id),
            Self::Rtp { host, .. } => request.host(host.to_string()),
        }
    }

    /// Waits for the stream of the channel.
    pub(super) async fn stream(
        self,
        channel: &Channel,
        format: Format,
        limit: Duration,
    ) -> Result<MediaStream, OpenError> {
        Ok(match self {
            Self::WebSocketClient(client) => {
                let id = channel.variable("MEDIA_WEBSOCKET_CONNECTION_ID").await?;
                client.open(&id.value).await?
            }
            Self::WebSocketServer { call, .. } => call.stream(limit).await?,
            Self::AudioSocket { call, .. } => call.stream(limit).await?,
            Self::Rtp { socket, .. } => {
                let address = channel.variable("UNICASTRTP_LOCAL_ADDRESS").await?.value;
                let port = channel.variable("UNICASTRTP_LOCAL_PORT").await?.value;
                let asterisk = address.parse::<IpAddr>().ok().zip(port.parse::<u16>().ok());
                let Some(asterisk) = asterisk else {
                    let said = format!("Asterisk sends from {address:?}, port {port:?}");
                    return Err(ConnectError::Address(said).into());
                };
                socket.stream(format, SocketAddr::from(asterisk)).await?
            }
        })
    }
}
