//! One playback.

use std::future::IntoFuture;
use std::time::Duration;

use asterisk_proto::PlaybackId;
use asterisk_proto::ari::event::PlaybackFinished;
use asterisk_proto::ari::model::{self, PlaybackState};
use asterisk_proto::ari::{Event, Resource};

use super::{Staged, Wait};
use crate::client::Client;
use crate::error::PlaybackError;
use crate::events::{CloseReason, EventStream};
use crate::rest::playbacks::{Control, GetPlayback, PlaybackOperation, Stop};
use crate::transport::BoxFuture;

/// One playback.
#[derive(Debug, Clone)]
pub struct Playback {
    client: Client,
    id: PlaybackId,
    staged: Staged,
}

impl Playback {
    pub(crate) fn new(client: Client, id: PlaybackId) -> Self {
        Self { client, id, staged: Staged::default() }
    }

    pub(crate) fn staged(client: Client, id: PlaybackId, events: EventStream<Event>) -> Self {
        Self { client, id, staged: Staged::new(events) }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &PlaybackId {
        &self.id
    }

    /// The client that it belongs to.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Subscribes to the playback's events.
    ///
    /// For a playback that was begun through this handle, the first to ask, here or by
    /// [`Playback::finished`], gets all events since the request; otherwise they begin now.
    pub fn events(&self) -> EventStream<Event> {
        self.staged.take().unwrap_or_else(|| self.client.events().playback(&self.id).all())
    }

    /// Waits for its end.
    ///
    /// The events were subscribed to before the playback was asked for, so an end that arrives
    /// before the reply is seen as well. Asterisk does not report the end of media that does not
    /// exist: then only [`Finished::within`] ends the waiting.
    pub fn finished(&self) -> Finished {
        Finished { playback: self.clone(), limit: Finished::DEFAULT_LIMIT }
    }

    /// Reads the playback's state.
    pub fn get(&self) -> GetPlayback {
        GetPlayback::new(self.client.clone(), self.id.clone())
    }

    /// Stops it; it then finishes as done.
    pub fn stop(&self) -> Stop {
        Stop::new(self.client.clone(), self.id.clone())
    }

    /// Pauses it, or moves within it.
    pub fn control(&self, operation: PlaybackOperation) -> Control {
        Control::new(self.client.clone(), self.id.clone(), operation)
    }
}

/// Waits for the end of a playback; made by [`Playback::finished`].
///
/// # Errors
///
/// When the playback failed (the channel was hung up), is gone already without anybody having
/// listened, did not end in time, or the event connection was lost.
///
/// # Cancel safety
///
/// Dropping the future does not stop the playback. When it is waited for again and has ended
/// meanwhile, that is [`PlaybackError::Gone`].
#[derive(Debug)]
#[must_use = "nothing is waited for until it is awaited"]
pub struct Finished {
    playback: Playback,
    limit: Duration,
}

impl Finished {
    /// How long is waited when nothing else is said.
    pub const DEFAULT_LIMIT: Duration = Duration::from_secs(3600);

    /// How long to wait at most. The playback goes on after that, and can be waited for again.
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    async fn run(self) -> Result<model::Playback, PlaybackError> {
        let Self { playback, limit } = self;
        let events = if let Some(events) = playback.staged.take() {
            events
        } else {
            let events = playback.client.events().playback(&playback.id).all();
            // It may have ended before the subscription: then it does not exist any more, or exists
            // as ended for the moment between its last event and that.
            match playback.get().await {
                Ok(found) if found.state == PlaybackState::Done => return Ok(found),
                Ok(found) if found.state == PlaybackState::Failed => {
                    return Err(PlaybackError::Failed(Box::new(found)));
                }
                Ok(_) => events,
                Err(error) if error.is_not_found() => return Err(PlaybackError::Gone),
                Err(error) => return Err(error.into()),
            }
        };
        let end = |event: &Event| Some(event.decode::<PlaybackFinished>()?.playback);
        let object = (Resource::Playback, playback.id.as_str());
        match playback.staged.wait(events, object, limit, end).await {
            Wait::Ended(end) if end.state == PlaybackState::Failed => {
                Err(PlaybackError::Failed(Box::new(end)))
            }
            Wait::Ended(end) => Ok(end),
            Wait::Gone => Err(PlaybackError::Gone),
            Wait::TimedOut => Err(PlaybackError::Timeout(limit)),
            Wait::Disconnected => {
                let reason = playback.client.close_reason().unwrap_or(CloseReason::Local);
                Err(PlaybackError::Disconnected(reason))
            }
        }
    }
}

impl IntoFuture for Finished {
    type Output = Result<model::Playback, PlaybackError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
