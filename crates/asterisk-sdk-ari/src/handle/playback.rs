//! One playback.

use std::future::IntoFuture;
use std::time::Duration;

use asterisk_proto::PlaybackId;
use asterisk_proto::ari::Event;
use asterisk_proto::ari::event::PlaybackFinished;
use asterisk_proto::ari::model::{self, PlaybackState};
use tokio::time::timeout;

use super::Staged;
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

    async fn wait(
        &self,
        events: &mut EventStream<Event>,
    ) -> Result<model::Playback, PlaybackError> {
        while let Some(item) = events.next().await {
            // The end is the last event of a playback, so it is never dropped for a newer one.
            let Ok(event) = item else { continue };
            if let Some(finished) = event.decode::<PlaybackFinished>() {
                let playback = finished.playback;
                if playback.state == PlaybackState::Failed {
                    return Err(PlaybackError::Failed(Box::new(playback)));
                }
                return Ok(playback);
            }
        }
        let reason = self.client.close_reason().unwrap_or(CloseReason::Local);
        Err(PlaybackError::Disconnected(reason))
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
        let mut events = if let Some(events) = playback.staged.take() {
            events
        } else {
            let events = playback.client.events().playback(&playback.id).all();
            // It may have ended before the subscription: then it does not exist any more.
            match playback.get().await {
                Ok(_) => events,
                Err(error) if error.is_not_found() => return Err(PlaybackError::Gone),
                Err(error) => return Err(error.into()),
            }
        };
        if let Ok(result) = timeout(limit, playback.wait(&mut events)).await {
            return result;
        }
        playback.staged.put(events);
        Err(PlaybackError::Timeout(limit))
    }
}

impl IntoFuture for Finished {
    type Output = Result<model::Playback, PlaybackError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
