//! The client: requests over a transport, events over a WebSocket.

use std::fmt;
use std::sync::Arc;

use asterisk_proto::ari::FromJson;
use asterisk_proto::{BridgeId, ChannelId, PlaybackId, Text};
use http::Method;
use tokio::sync::watch;
use tracing::Instrument;

use crate::builder::Builder;
use crate::download::Download;
use crate::error::{ConnectError, RestError};
use crate::events::{self, CloseReason, Router, Subscribe};
use crate::handle::{
    Application, Bridge, Channel, DeviceState, Endpoint, LiveRecording, Mailbox, Playback,
    StoredRecording,
};
use crate::id::IdSource;
use crate::request::{Operation, Request, Response};
use crate::rest::applications::Applications;
use crate::rest::asterisk::Asterisk;
use crate::rest::bridges::Bridges;
use crate::rest::channels::Channels;
use crate::rest::custom::Custom;
use crate::rest::device_states::DeviceStates;
use crate::rest::endpoints::Endpoints;
use crate::rest::mailboxes::Mailboxes;
use crate::rest::recordings::Recordings;
use crate::rest::sounds::Sounds;
use crate::transport::{HttpTransport, Transport};

/// A client of one Asterisk server: cheap to clone, all clones share its connections.
///
/// The event connection stays open as long as a client, a handle or a subscription is alive.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

/// What all clones, handles and subscriptions share.
pub(crate) struct Shared {
    transport: Arc<dyn Transport>,
    pub(crate) router: Arc<Router>,
    ended: watch::Receiver<Option<CloseReason>>,
    /// Tells the socket's task to close; dropping it does as well.
    stop: watch::Sender<bool>,
    ids: IdSource,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("transport", &self.shared.transport)
            .field("ended", &*self.shared.ended.borrow())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Begins to set up a client of the server at `url`: `http://pbx:8088`, with a path if
    /// `http.conf` has a `prefix`.
    pub fn builder(url: impl Into<String>) -> Builder {
        Builder::new(url.into())
    }

    pub(crate) async fn connect(
        settings: Builder,
        transport: HttpTransport,
        peer: &str,
    ) -> Result<Self, ConnectError> {
        let span = tracing::debug_span!("ari", peer, apps = %settings.apps.join(","));
        let transport = Arc::new(transport);
        let (stop, stopped) = watch::channel(false);
        let (ending, ended) = watch::channel(None);
        let client = Self {
            shared: Arc::new(Shared {
                transport: Arc::<HttpTransport>::clone(&transport),
                router: Arc::default(),
                ended,
                stop,
                ids: IdSource::new(),
            }),
        };

        let info = client.asterisk().info().into_future().instrument(span.clone()).await?;
        let Some(version) = info.version().filter(|version| !version.is_empty()) else {
            return Err(ConnectError::NotAri("the server does not say its version".to_owned()));
        };
        tracing::debug!(parent: &span, version, "connected");

        if settings.apps.is_empty() {
            ending.send_replace(Some(CloseReason::NoApplication));
            client.shared.router.close();
            return Ok(client);
        }
        let request = events::handshake(&settings.apps, settings.subscribe_all);
        let upgrade = transport.upgrade(&request.request, request.headers);
        let (link, early) = upgrade.instrument(span.clone()).await?;
        let router = Arc::clone(&client.shared.router);
        events::start(link, early, router, settings.socket, stopped, ending, span);
        Ok(client)
    }

    /// A client without a server, whose requests go to `transport`.
    #[cfg(test)]
    pub(crate) fn over(transport: Arc<dyn Transport>) -> Self {
        let (stop, _) = watch::channel(false);
        let (_, ended) = watch::channel(Some(CloseReason::NoApplication));
        let (router, ids) = (Arc::default(), IdSource::new());
        Self { shared: Arc::new(Shared { transport, router, ended, stop, ids }) }
    }

    /// The server itself.
    #[must_use]
    pub fn asterisk(&self) -> Asterisk<'_> {
        Asterisk(self)
    }

    /// All channels.
    #[must_use]
    pub fn channels(&self) -> Channels<'_> {
        Channels(self)
    }

    /// One channel, by its id or a model or handle of it. Whether it exists shows when something is done with it.
    pub fn channel(&self, id: impl Into<ChannelId>) -> Channel {
        Channel::new(self.clone(), id.into())
    }

    /// All bridges.
    #[must_use]
    pub fn bridges(&self) -> Bridges<'_> {
        Bridges(self)
    }

    /// One bridge, by its id or a model or handle of it. Whether it exists shows when something is done with it.
    pub fn bridge(&self, id: impl Into<BridgeId>) -> Bridge {
        Bridge::new(self.clone(), id.into())
    }

    /// One playback, by its id or a model of it. Whether it exists shows when something is done with it.
    pub fn playback(&self, id: impl Into<PlaybackId>) -> Playback {
        Playback::new(self.clone(), id.into())
    }

    /// All recordings.
    #[must_use]
    pub fn recordings(&self) -> Recordings<'_> {
        Recordings(self)
    }

    /// One recording that is being made, by its name. Whether it exists shows when something is done
    /// with it.
    pub fn live_recording(&self, name: impl Into<Text>) -> LiveRecording {
        LiveRecording::new(self.clone(), name.into())
    }

    /// One recording that is finished, by its name. Whether it exists shows when something is done
    /// with it.
    pub fn stored_recording(&self, name: impl Into<Text>) -> StoredRecording {
        StoredRecording::new(self.clone(), name.into())
    }

    /// All endpoints.
    #[must_use]
    pub fn endpoints(&self) -> Endpoints<'_> {
        Endpoints(self)
    }

    /// One endpoint, by its technology and its name in it: `PJSIP`, `100`. Whether it exists shows
    /// when something is done with it.
    pub fn endpoint(&self, technology: impl Into<Text>, resource: impl Into<Text>) -> Endpoint {
        Endpoint::new(self.clone(), technology.into(), resource.into())
    }

    /// The states of all devices.
    #[must_use]
    pub fn device_states(&self) -> DeviceStates<'_> {
        DeviceStates(self)
    }

    /// The state of one device, by its name: `PJSIP/100`, `Stasis:lamp`.
    pub fn device_state(&self, device: impl Into<Text>) -> DeviceState {
        DeviceState::new(self.clone(), device.into())
    }

    /// All mailboxes that other programs keep.
    #[must_use]
    pub fn mailboxes(&self) -> Mailboxes<'_> {
        Mailboxes(self)
    }

    /// One mailbox that another program keeps, by its name: `100@default`. Whether it exists shows
    /// when something is done with it.
    pub fn mailbox(&self, name: impl Into<Text>) -> Mailbox {
        Mailbox::new(self.clone(), name.into())
    }

    /// All applications.
    #[must_use]
    pub fn applications(&self) -> Applications<'_> {
        Applications(self)
    }

    /// One application, by its name, whether or not it is one of this client's.
    pub fn application(&self, name: impl Into<Text>) -> Application {
        Application::new(self.clone(), name.into())
    }

    /// The sounds that the server has.
    #[must_use]
    pub fn sounds(&self) -> Sounds<'_> {
        Sounds(self)
    }

    /// Any request, for what has no method here: `/asterisk/ping`, below `/ari`.
    ///
    /// ```no_run
    /// # async fn example(ari: asterisk_sdk_ari::Client) -> Result<(), asterisk_sdk_ari::RestError> {
    /// let reply = ari.request(http::Method::GET, "/mailboxes").segment("100@default").await?;
    /// println!("{}", reply.text());
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> Custom {
        Custom::new(self.clone(), method, path.into())
    }

    /// Subscribes to events.
    ///
    /// ```no_run
    /// # async fn example(ari: asterisk_sdk_ari::Client) -> Result<(), asterisk_sdk_ari::Missed> {
    /// use asterisk_sdk_ari::event::StasisStart;
    ///
    /// let mut calls = ari.events().of::<StasisStart>();
    /// while let Some(start) = calls.next().await {
    ///     println!("{}", start?.channel.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self) -> Subscribe<'_> {
        Subscribe::new(self)
    }

    /// Why the event connection has ended, or `None` while it is open.
    #[must_use]
    pub fn close_reason(&self) -> Option<CloseReason> {
        if let Some(reason) = &*self.shared.ended.borrow() {
            return Some(reason.clone());
        }
        // The task is gone without a word: the runtime has stopped it.
        self.shared.ended.has_changed().err().map(|_| CloseReason::Local)
    }

    /// Waits until the event connection has ended, and says why. Requests may still work.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn closed(&self) -> CloseReason {
        let mut ended = self.shared.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or(CloseReason::Local),
            Err(_) => CloseReason::Local,
        }
    }

    /// Closes the event connection, for all clones; streams of events end after what is queued.
    /// Requests still work.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not stop the closing.
    pub async fn close(&self) {
        self.shared.stop.send_replace(true);
        self.closed().await;
    }

    /// Sends an operation and reads its reply.
    pub(crate) async fn send<O: Operation>(&self, operation: &O) -> Result<O::Output, RestError> {
        let response = self.exchange(operation.request()).await?;
        O::Output::from_json(response.body())
            .map_err(|source| RestError::decode(response.body(), source))
    }

    /// Sends an operation whose reply is a file.
    pub(crate) async fn download(&self, operation: &impl Operation) -> Result<Download, RestError> {
        let request = operation.request();
        let span = span(&request);
        self.shared.transport.download(request).instrument(span).await
    }

    /// Sends a request; a status outside 200–299 is an error.
    pub(crate) async fn exchange(&self, request: Request) -> Result<Response, RestError> {
        let span = span(&request);
        let exchange = async {
            let result = self.shared.transport.send(request).await;
            match &result {
                Ok(response) => tracing::trace!(status = response.status().as_u16(), "reply"),
                Err(error) => tracing::debug!(%error, "no reply"),
            }
            result
        };
        let response = exchange.instrument(span).await?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(RestError::from_response(&response))
        }
    }

    pub(crate) fn router(&self) -> &Arc<Router> {
        &self.shared.router
    }

    /// An id that is not in use.
    pub(crate) fn new_id(&self) -> String {
        self.shared.ids.next()
    }
}

/// What is logged while a request is under way. The query is left out: it may hold values that are
/// nobody's business.
fn span(request: &Request) -> tracing::Span {
    tracing::debug_span!("ari_request", method = %request.method, path = request.path)
}
