//! What the events say about the channels, and the end of what belongs together.

use std::future::{IntoFuture, pending};
use std::time::Duration;

use asterisk_proto::ChannelId;
use asterisk_proto::ari::{Event, Resource};
use asterisk_sdk_ari::call::Call;
use asterisk_sdk_ari::event::{ChannelDestroyed, StasisEnd, StasisStart};
use asterisk_sdk_ari::handle::{Bridge, Channel};
use asterisk_sdk_ari::{CloseReason, EventStream, Missed, RestError};
use asterisk_sdk_media::MediaStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::OpenError;

/// How long a channel that was hung up may take to go.
const GOING: Duration = Duration::from_secs(5);

/// The events of a channel that carries audio.
pub(super) struct Carrier {
    channel: Channel,
    events: EventStream<Event>,
    entered: bool,
    over: bool,
}

impl Carrier {
    pub(super) fn new(channel: &Channel) -> Self {
        let events = channel.events();
        Self { channel: channel.clone(), events, entered: false, over: false }
    }

    /// Waits until it is in the application.
    pub(super) async fn entered(&mut self) -> Result<(), OpenError> {
        while !self.entered {
            self.step().await?;
        }
        Ok(())
    }

    /// Waits until it has ended, or nobody could tell any more.
    pub(super) async fn ended(&mut self) -> OpenError {
        loop {
            if let Err(end) = self.step().await {
                self.over = true;
                return end;
            }
        }
    }

    async fn step(&mut self) -> Result<(), OpenError> {
        match self.events.next().await {
            Some(Ok(event)) if event.is::<StasisStart>() => self.entered = true,
            Some(Ok(event)) => {
                if let Some(end) = event.decode::<ChannelDestroyed>() {
                    return Err(OpenError::Ended(Some(end.cause)));
                }
            }
            Some(Err(Missed::Gap(gap)))
                if gap.is_gone(Resource::Channel, self.channel.id().as_str()) =>
            {
                return Err(OpenError::Ended(None));
            }
            // What was missed may be that it entered; if it did not, the next request is refused.
            Some(Err(_)) => self.entered = true,
            None => {
                let reason = self.channel.client().close_reason();
                return Err(OpenError::Disconnected(reason.unwrap_or(CloseReason::Local)));
            }
        }
        Ok(())
    }
}

/// The events of the caller.
pub(super) struct Caller {
    id: ChannelId,
    events: EventStream<Event>,
}

impl Caller {
    pub(super) fn new(call: &Call) -> Self {
        let id = call.channel().id().clone();
        Self { events: call.client().events().channel(&id).all(), id }
    }

    /// Waits until he has left the application. Never, when nobody could tell any more.
    async fn gone(&mut self) {
        while let Some(item) = self.events.next().await {
            let gone = match item {
                Ok(event) => event.is::<StasisEnd>() || event.is::<ChannelDestroyed>(),
                Err(Missed::Gap(gap)) => gap.is_gone(Resource::Channel, self.id.as_str()),
                Err(_) => false,
            };
            if gone {
                return;
            }
        }
        pending::<()>().await;
    }
}

/// What was made for the audio of a call.
#[derive(Debug, Default)]
pub(super) struct Made {
    pub(super) channel: Option<Channel>,
    pub(super) bridge: Option<Bridge>,
}

impl Made {
    /// Removes it; what is gone already is no failure. Gives the first one that there was.
    pub(super) async fn remove(self) -> Result<(), RestError> {
        // The channel first: it would be in the application alone for a moment.
        let hung_up = match self.channel {
            Some(channel) => gone(channel.hangup()).await,
            None => Ok(()),
        };
        let destroyed = match self.bridge {
            Some(bridge) => gone(bridge.destroy()).await,
            None => Ok(()),
        };
        hung_up.and(destroyed)
    }
}

async fn gone(removing: impl IntoFuture<Output = Result<(), RestError>>) -> Result<(), RestError> {
    match removing.into_future().await {
        Err(error) if !error.is_not_found() && !error.is_conflict() => {
            tracing::warn!(%error, "what carries audio cannot be removed");
            Err(error)
        }
        _ => Ok(()),
    }
}

/// Waits for the first end of all that belongs together, and ends the rest.
pub(super) async fn run(
    stream: MediaStream,
    made: Made,
    mut carrier: Carrier,
    mut caller: Caller,
    closing: oneshot::Receiver<()>,
) -> Result<(), RestError> {
    let carrier_gone = async {
        if let OpenError::Disconnected(_) = carrier.ended().await {
            // The stream will tell.
            pending::<()>().await;
        }
    };
    tokio::select! {
        _ = stream.ended() => {}
        () = carrier_gone => {}
        () = caller.gone() => {}
        _ = closing => {}
    }
    stream.close();
    let removed = made.remove().await;
    if removed.is_ok() && !carrier.over {
        // The reply came before it is gone.
        let _ = timeout(GOING, carrier.ended()).await;
    }
    removed
}
