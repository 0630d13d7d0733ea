//! One recording that is being made.

use std::future::IntoFuture;
use std::time::Duration;

use asterisk_proto::Text;
use asterisk_proto::ari::event::{RecordingFailed, RecordingFinished};
use asterisk_proto::ari::model::{self, RecordingState};
use asterisk_proto::ari::{Event, Resource};

use super::{Staged, StoredRecording, Wait};
use crate::client::Client;
use crate::error::RecordingError;
use crate::events::{CloseReason, EventStream};
use crate::rest::recordings::{
    CancelRecording, GetLiveRecording, MuteRecording, PauseRecording, StopRecording,
    UnmuteRecording, UnpauseRecording,
};
use crate::transport::BoxFuture;

/// One recording that is being made, by its name.
///
/// ```
/// # use asterisk_sdk_testkit::FakeAsterisk;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let asterisk = FakeAsterisk::builder().started_at(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_763_715_600)).dialplan("[default]\nexten = 600,1,Stasis(demo)").start().await?;
/// # let ari = asterisk_sdk_ari::Client::builder(asterisk.ari_url()).app("demo");
/// # let ari = ari.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
/// # let call = asterisk.place_call("600")?;
/// # assert!(call.reaches("Stasis").await);
/// use asterisk_sdk_ari::rest::recordings::TerminateOn;
///
/// let channel = ari.channel("1763715600.0");
/// let record = channel.record("greetings/ana", "wav");
/// let recording = record.max_duration_seconds(60).terminate_on(TerminateOn::Pound).await?;
/// # call.press("#");
/// let seconds = recording.finished().await?.duration;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct LiveRecording {
    client: Client,
    name: Text,
    staged: Staged,
}

impl LiveRecording {
    pub(crate) fn new(client: Client, name: Text) -> Self {
        Self { client, name, staged: Staged::default() }
    }

    pub(crate) fn staged(client: Client, name: Text, events: EventStream<Event>) -> Self {
        Self { client, name, staged: Staged::new(events) }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The client that it belongs to.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Subscribes to the recording's events.
    ///
    /// For a recording that was begun through this handle, the first to ask, here or by
    /// [`LiveRecording::finished`], gets all events since the request; otherwise they begin now.
    pub fn events(&self) -> EventStream<Event> {
        self.staged.take().unwrap_or_else(|| self.client.events().recording(&self.name).all())
    }

    /// Waits for its end.
    ///
    /// The events were subscribed to before the recording was asked for, so an end that arrives
    /// before the reply is seen as well.
    pub fn finished(&self) -> FinishedRecording {
        FinishedRecording { recording: self.clone(), limit: FinishedRecording::DEFAULT_LIMIT }
    }

    /// Reads the recording's state.
    pub fn get(&self) -> GetLiveRecording {
        GetLiveRecording::new(self.client.clone(), self.name.to_string())
    }

    /// Ends it and keeps it. Only once it has begun, which `RecordingStarted` tells.
    pub fn stop(&self) -> StopRecording {
        StopRecording::new(self.client.clone(), self.name.to_string())
    }

    /// Ends it and throws away what was recorded. Only once it has begun, which `RecordingStarted`
    /// tells.
    pub fn cancel(&self) -> CancelRecording {
        CancelRecording::new(self.client.clone(), self.name.to_string())
    }

    /// Interrupts it.
    pub fn pause(&self) -> PauseRecording {
        PauseRecording::new(self.client.clone(), self.name.to_string())
    }

    /// Goes on after [`LiveRecording::pause`].
    pub fn unpause(&self) -> UnpauseRecording {
        UnpauseRecording::new(self.client.clone(), self.name.to_string())
    }

    /// Records silence instead of what is said.
    pub fn mute(&self) -> MuteRecording {
        MuteRecording::new(self.client.clone(), self.name.to_string())
    }

    /// Records what is said again.
    pub fn unmute(&self) -> UnmuteRecording {
        UnmuteRecording::new(self.client.clone(), self.name.to_string())
    }

    /// The recording that it becomes when it is finished.
    #[must_use]
    pub fn stored(&self) -> StoredRecording {
        StoredRecording::new(self.client.clone(), self.name.clone())
    }
}

/// Waits for the end of a recording; made by [`LiveRecording::finished`].
///
/// One that was [cancelled](LiveRecording::cancel) ends as done, as the server reports it.
///
/// # Errors
///
/// When the recording failed (such as on a channel in a bridge), is gone already without anybody
/// having listened, did not end in time, or the event connection was lost.
///
/// # Cancel safety
///
/// Dropping the future does not stop the recording. When it is waited for again and has ended
/// meanwhile, that is [`RecordingError::Gone`].
#[derive(Debug)]
#[must_use = "nothing is waited for until it is awaited"]
pub struct FinishedRecording {
    recording: LiveRecording,
    limit: Duration,
}

impl FinishedRecording {
    /// How long is waited when nothing else is said.
    pub const DEFAULT_LIMIT: Duration = Duration::from_secs(3600);

    /// How long to wait at most. The recording goes on after that, and can be waited for again.
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    async fn run(self) -> Result<model::LiveRecording, RecordingError> {
        let Self { recording, limit } = self;
        let events = if let Some(events) = recording.staged.take() {
            events
        } else {
            let events = recording.events();
            // It may have ended before the subscription: then it does not exist any more, or exists
            // as ended for the moment between its last event and that.
            match recording.get().await {
                Ok(found) if found.state == RecordingState::Done => return Ok(found),
                Ok(found) if found.state == RecordingState::Failed => {
                    return Err(RecordingError::Failed(Box::new(found)));
                }
                Ok(_) => events,
                Err(error) if error.is_not_found() => return Err(RecordingError::Gone),
                Err(error) => return Err(error.into()),
            }
        };
        let end = |event: &Event| {
            let failed = event.decode::<RecordingFailed>().map(|failed| (false, failed.recording));
            failed.or_else(|| Some((true, event.decode::<RecordingFinished>()?.recording)))
        };
        let object = (Resource::Recording, recording.name.as_str());
        match recording.staged.wait(events, object, limit, end).await {
            Wait::Ended((true, end)) => Ok(end),
            Wait::Ended((false, end)) => Err(RecordingError::Failed(Box::new(end))),
            Wait::Gone => Err(RecordingError::Gone),
            Wait::TimedOut => Err(RecordingError::Timeout(limit)),
            Wait::Disconnected => {
                let reason = recording.client.close_reason().unwrap_or(CloseReason::Local);
                Err(RecordingError::Disconnected(reason))
            }
        }
    }
}

impl IntoFuture for FinishedRecording {
    type Output = Result<model::LiveRecording, RecordingError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
