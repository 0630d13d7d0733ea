//! Opening the audio of a call.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use asterisk_sdk_ari::Client;
use asterisk_sdk_ari::call::Call;
use asterisk_sdk_ari::handle::{Bridge, Channel};
use asterisk_sdk_media::{ConnectError, Format, MediaStream, audiosocket};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::life::{self, Caller, Carrier, Made};
use super::{Media, OpenError, Transport};

/// Opens audio to this program for a call; made by [`CallMedia::media`](super::CallMedia::media).
///
/// Gives it when the channel that carries it is in the application, its stream is here, and, with
/// [`bridged`](Self::bridged), caller and channel are in a bridge. Events of the call that come meanwhile are
/// there for [`Call::next_event`] afterwards.
///
/// # Errors
///
/// [`OpenError`] tells what failed; whatever was made until then is removed before it is given. If the call
/// is hung up first, that is [`OpenError::HungUp`].
///
/// # Cancel safety
///
/// Dropping the future stops the waiting; what was made goes with the session.
#[derive(Debug)]
#[must_use = "nothing is opened until it is awaited"]
pub struct OpenMedia<'a> {
    call: &'a mut Call,
    transport: &'a Transport,
    format: Option<Format>,
    limit: Duration,
    bridged: bool,
}

impl<'a> OpenMedia<'a> {
    /// How long opening may take when nothing else is said.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

    pub(super) fn new(call: &'a mut Call, transport: &'a Transport) -> Self {
        Self { call, transport, format: None, limit: Self::DEFAULT_TIMEOUT, bridged: false }
    }

    /// What the audio is here; Asterisk converts it for the caller. Linear at 8 kHz without it, and with RTP
    /// `ulaw`. Speech recognition is usually happier with `slin16`.
    pub fn format(mut self, format: impl Into<Format>) -> Self {
        self.format = Some(format.into());
        self
    }

    /// How long all of it may take, until the audio is there; see [`DEFAULT_TIMEOUT`](Self::DEFAULT_TIMEOUT). Over
    /// it, that is [`ConnectError::Timeout`].
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Puts the caller and the channel into a bridge of their own, so that they hear each other. While
    /// something is played to the caller, this waits for its end.
    ///
    /// Without it, the channel is in no bridge: put it into one by hand.
    pub fn bridged(mut self) -> Self {
        self.bridged = true;
        self
    }

    async fn run(self) -> Result<Media, OpenError> {
        let Self { call, transport, format, limit, bridged } = self;
        // Behind this, his end is not missed; what came before, the session knows.
        let caller = Caller::new(call);
        let mut made = Made::default();
        let opening = Opening {
            client: call.client().clone(),
            app: call.application().to_owned(),
            caller: call.channel().id().as_str().to_owned(),
            transport,
            format: format.unwrap_or_else(|| transport.format()),
            limit,
            bridged,
        };
        let opened = tokio::select! {
            biased;
            left = call.hung_up() => Err(match left {
                Ok(()) => OpenError::HungUp,
                Err(reason) => OpenError::Disconnected(reason),
            }),
            opened = timeout(limit, opening.run(&mut made)) => {
                opened.unwrap_or_else(|_| Err(ConnectError::Timeout(limit).into()))
            }
        };
        let Opened { stream, channel, bridge, carrier } = match opened {
            Ok(opened) => opened,
            Err(error) => {
                // The session tries again what fails here.
                let _ = made.remove().await;
                return Err(error);
            }
        };
        let (closing, closed) = oneshot::channel();
        let life = tokio::spawn(life::run(stream.clone(), made, carrier, caller, closed));
        Ok(Media { stream, channel, bridge, closing, life })
    }
}

struct Opened {
    stream: MediaStream,
    channel: Channel,
    bridge: Option<Bridge>,
    carrier: Carrier,
}

struct Opening<'a> {
    client: Client,
    app: String,
    caller: String,
    transport: &'a Transport,
    format: Format,
    limit: Duration,
    bridged: bool,
}

impl Opening<'_> {
    async fn run(self, made: &mut Made) -> Result<Opened, OpenError> {
        // A UUID, as AudioSocket wants it; so there is one name for stream and channel.
        let id = audiosocket::new_uuid();
        let expected = self.transport.expect(&id, &self.format).await?;
        // Told before the request: one that is given up may have made it all the same.
        let channel = made.channel.insert(self.client.channel(id.as_str()));
        let request = expected.request(&self.client, &self.app, &self.format, &id);
        *channel = request.await?;
        let mut carrier = Carrier::new(channel);
        let stream = tokio::select! {
            stream = expected.stream(channel, self.format, self.limit) => stream?,
            end = carrier.ended() => return Err(end),
        };
        // It is answered, and enters, when the stream is there.
        carrier.entered().await?;
        let mut bridge = None;
        if self.bridged {
            let made = made.bridge.insert(self.client.bridge(id.as_str()));
            // Keys are told to the session as well.
            let create = self.client.bridges().create().bridge_type("mixing,dtmf_events").id(id);
            *made = create.await?;
            made.add_channel(channel.id()).await?;
            // By a request of its own: it may wait for long, and Asterisk lets go of no channel that it names
            // before it is over.
            made.add_channel(self.caller).await?;
            bridge = Some(made.clone());
        }
        Ok(Opened { stream, channel: channel.clone(), bridge, carrier })
    }
}

impl<'a> IntoFuture for OpenMedia<'a> {
    type Output = Result<Media, OpenError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
