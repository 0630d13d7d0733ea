//! The client: requests over a transport, events over a WebSocket.

use std::fmt;
use std::sync::Arc;

use asterisk_proto::ari::FromJson;
use asterisk_proto::ari::event::ApplicationRegistered;
use asterisk_proto::ari::model::AsteriskInfo;
use asterisk_proto::{BridgeId, ChannelId, PlaybackId, Text};
use bytes::Bytes;
use fastwebsockets::Role;
use http::Method;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tracing::Instrument;

use crate::builder::Builder;
use crate::call::{Call, Made, Scope, Serve};
use crate::download::Download;
use crate::error::{ConnectError, RestError};
use crate::events::{
    CloseReason, Connection, ConnectionState, Dialed, Outcome, Router, Socket, StateWatch,
    Subscribe,
};
use crate::handle::{
    Application, Bridge, Channel, DeviceState, Endpoint, LiveRecording, Mailbox, Playback,
    StoredRecording,
};
use crate::id::IdSource;
use crate::outbound::AcceptLimits;
use crate::request::{Operation, Request, Response};
use crate::rest::applications::Applications;
use crate::rest::asterisk::{Asterisk, Info};
use crate::rest::bridges::Bridges;
use crate::rest::channels::Channels;
use crate::rest::custom::Custom;
use crate::rest::device_states::DeviceStates;
use crate::rest::endpoints::Endpoints;
use crate::rest::mailboxes::Mailboxes;
use crate::rest::recordings::Recordings;
use crate::rest::sounds::Sounds;
use crate::transport::{HttpTransport, Link, SocketTransport, Transport};

/// A client of one Asterisk server: cheap to clone, all clones share its connections.
///
/// The event connection stays open as long as a client, a handle or a subscription is alive.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// Where account is kept of what is made with this clone.
    scope: Option<Arc<Scope>>,
}

/// What all clones, handles and subscriptions share.
pub(crate) struct Shared {
    transport: Arc<dyn Transport>,
    pub(crate) router: Arc<Router>,
    state: watch::Receiver<ConnectionState>,
    /// Tells the socket's task to close; dropping it does as well.
    stop: watch::Sender<bool>,
    ids: IdSource,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("transport", &self.shared.transport)
            .field("state", &*self.shared.state.borrow())
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
        let over_socket = settings.rest_over_websocket.then(|| {
            let http = Some(Arc::clone(&transport));
            Arc::new(SocketTransport::new(http, settings.request_limit(), settings.body_limit()))
        });
        let router = Arc::new(Router::new(settings.apps.clone()));
        let carrier: Arc<dyn Transport> = match &over_socket {
            Some(transport) => Arc::<SocketTransport>::clone(transport),
            None => Arc::<HttpTransport>::clone(&transport),
        };
        let (client, states, stopped) = Self::new(carrier, Arc::clone(&router));

        let info = Info::new(client.clone()).request();
        let info = transport.send(info).instrument(span.clone()).await?;
        let version = version(&info)?;
        tracing::debug!(parent: &span, version, "connected");

        if settings.apps.is_empty() {
            if settings.rest_over_websocket {
                let why = "REST over WebSocket needs an application, whose events share the socket";
                return Err(ConnectError::InvalidSettings(why));
            }
            states.send_replace(ConnectionState::Closed(CloseReason::NoApplication));
            router.close();
            return Ok(client);
        }
        let connection = Connection {
            transport,
            over_socket: over_socket.clone(),
            router,
            subscribe_all: settings.subscribe_all,
            limits: settings.socket,
            reconnect: settings.reconnect,
            stopped,
            state: states,
        };
        connection.start(span.clone()).await?;
        if let Some(transport) = over_socket {
            let ping = client.asterisk().ping().into_future().instrument(span).await;
            if transport.is_ignored() {
                return Err(ConnectError::NoRestOverWebSocket);
            }
            ping?;
        }
        Ok(client)
    }

    /// A client whose requests go to `transport`, and the other ends of what its event connection is told
    /// and tells by.
    fn new(
        transport: Arc<dyn Transport>,
        router: Arc<Router>,
    ) -> (Self, watch::Sender<ConnectionState>, watch::Receiver<bool>) {
        let (stop, stopped) = watch::channel(false);
        let (states, state) = watch::channel(ConnectionState::Connected);
        let ids = IdSource::new();
        let shared = Arc::new(Shared { transport, router, state, stop, ids });
        (Self { shared, scope: None }, states, stopped)
    }

    /// A client on a socket that Asterisk has opened. Gives it when the server has named all its
    /// applications and has answered a request.
    pub(crate) async fn accepted(
        link: Link,
        early: Bytes,
        limits: &AcceptLimits,
        slot: OwnedSemaphorePermit,
        span: tracing::Span,
    ) -> Result<Self, ConnectError> {
        let transport = SocketTransport::new(None, limits.request_timeout, limits.max_body);
        let requests = Some(transport.attach());
        let router = Arc::new(Router::patient());
        let (client, state, stopped) = Self::new(Arc::new(transport), Arc::clone(&router));
        let mut registered = client.events().of::<ApplicationRegistered>();
        let socket = Socket { link, early, role: Role::Server, requests };
        let limits = limits.socket.clone();
        Dialed { router, limits, stopped, state, slot }.start(socket, span.clone());

        // What is sent before the server has said this may get lost in the end of its handshake.
        if registered.next().await.is_none() {
            let reason = client.close_reason().unwrap_or(CloseReason::Local);
            return Err(ConnectError::Protocol(reason.into()));
        }
        // Its reply comes behind the names of all applications.
        let info = Info::new(client.clone()).request();
        let info = client.shared.transport.send(info).instrument(span.clone()).await?;
        let version = version(&info)?;
        tracing::debug!(parent: &span, version, "connected");
        Ok(client)
    }

    /// A client without a server, whose requests go to `transport`.
    #[cfg(test)]
    pub(crate) fn over(transport: Arc<dyn Transport>) -> Self {
        let (client, states, _) = Self::new(transport, Arc::default());
        states.send_replace(ConnectionState::Closed(CloseReason::NoApplication));
        client
    }

    /// Runs a function for each call that enters the application: see [`call`](crate::call).
    pub fn serve<F, Fut>(&self, session: F) -> Serve<F>
    where
        F: Fn(Call) -> Fut + Send + Sync + 'static,
        Fut: Future<Output: Outcome> + Send + 'static,
    {
        Serve::new(self.clone(), session)
    }

    /// The applications whose events it receives: those that were set, or, on a socket that Asterisk has
    /// opened, those that it has named. An application that another client has taken over is not among
    /// them.
    #[must_use]
    pub fn apps(&self) -> Vec<String> {
        self.shared.router.apps()
    }

    /// A clone that keeps account of what is made with it.
    pub(crate) fn scoped(&self, scope: Arc<Scope>) -> Self {
        Self { shared: Arc::clone(&self.shared), scope: Some(scope) }
    }

    pub(crate) fn scope(&self) -> Option<&Arc<Scope>> {
        self.scope.as_ref()
    }

    /// Makes something: sends the request, and keeps account of what it makes if this clone does.
    /// Account is taken first, as a future that is dropped may have made it all the same.
    pub(crate) async fn make<O: Operation>(
        &self,
        operation: &O,
        made: Made,
    ) -> Result<O::Output, RestError> {
        if let (Some(scope), made) = (&self.scope, made.clone()) {
            if let Made::Channel(id) = &made {
                self.shared.router.claim(id.as_str());
            }
            scope.add(made);
        }
        let result = self.send(operation).await;
        if let (Err(error), Some(scope)) = (&result, &self.scope)
            && error.status().is_some()
        {
            // Refused: an id that is in use is somebody else's.
            scope.remove(&made);
            if let Made::Channel(id) = &made {
                self.shared.router.unclaim(id.as_str());
            }
        }
        result
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
    /// ```
    /// # use asterisk_sdk_testkit::FakeAsterisk;
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let asterisk = FakeAsterisk::builder().dialplan("[default]\nexten = 600,1,Stasis(demo)").start().await?;
    /// # let ari = asterisk_sdk_ari::Client::builder(asterisk.ari_url()).app("demo");
    /// # let ari = ari.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
    /// use asterisk_sdk_ari::event::StasisStart;
    ///
    /// let mut calls = ari.events().of::<StasisStart>();
    /// # asterisk.place_call("600")?;
    /// while let Some(start) = calls.next().await {
    ///     println!("{}", start?.channel.name);
    ///     # break;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self) -> Subscribe<'_> {
        Subscribe::new(self)
    }

    /// Whether there is an event connection just now.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        *self.shared.state.borrow() == ConnectionState::Connected && self.close_reason().is_none()
    }

    /// Tells whether there is an event connection, and its changes.
    #[must_use]
    pub fn watch(&self) -> StateWatch {
        StateWatch(self.shared.state.clone())
    }

    /// Why the event connection has ended for good, or `None` while it is open or being made again.
    #[must_use]
    pub fn close_reason(&self) -> Option<CloseReason> {
        if let Some(reason) = self.shared.state.borrow().close_reason() {
            return Some(reason.clone());
        }
        // The task is gone without a word: the runtime has stopped it.
        self.shared.state.has_changed().err().map(|_| CloseReason::Local)
    }

    /// Waits until the event connection has ended for good, and says why. Requests may still work.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn closed(&self) -> CloseReason {
        let mut state = self.shared.state.clone();
        let closed = state.wait_for(|state| state.close_reason().is_some()).await;
        let reason = closed.ok().and_then(|state| state.close_reason().cloned());
        reason.unwrap_or(CloseReason::Local)
    }

    /// Closes the event connection, for all clones; streams of events end after what is queued.
    /// Requests still work, save those that went over this connection.
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

/// The version that a server says in the reply to the first request.
fn version(reply: &Response) -> Result<String, ConnectError> {
    if !reply.status().is_success() {
        return Err(RestError::from_response(reply).into());
    }
    let info = AsteriskInfo::from_json(reply.body())
        .map_err(|source| RestError::decode(reply.body(), source))?;
    let version = info.version().filter(|version| !version.is_empty());
    let missing = || ConnectError::NotAri("the server does not say its version".to_owned());
    version.map(str::to_owned).ok_or_else(missing)
}

/// What is logged while a request is under way. The query is left out: it may hold values that are
/// nobody's business.
fn span(request: &Request) -> tracing::Span {
    tracing::debug_span!("ari_request", method = %request.method, path = request.path)
}
