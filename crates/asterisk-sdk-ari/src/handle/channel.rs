//! One channel.

use asterisk_proto::ChannelId;
use asterisk_proto::ari::Event;

use super::Staged;
use crate::client::Client;
use crate::events::EventStream;
use crate::rest::channels::{Answer, GetChannel, Hangup, Play};

/// One channel.
#[derive(Debug, Clone)]
pub struct Channel {
    client: Client,
    id: ChannelId,
    staged: Staged,
}

impl Channel {
    pub(crate) fn new(client: Client, id: ChannelId) -> Self {
        Self { client, id, staged: Staged::default() }
    }

    pub(crate) fn staged(client: Client, id: ChannelId, events: EventStream<Event>) -> Self {
        Self { client, id, staged: Staged::new(events) }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &ChannelId {
        &self.id
    }

    /// The client that it belongs to.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Subscribes to the channel's events.
    ///
    /// For a channel that was originated through this handle, the first call gives all events since
    /// the request; otherwise they begin now.
    pub fn events(&self) -> EventStream<Event> {
        self.staged.take().unwrap_or_else(|| self.client.events().channel(&self.id).all())
    }

    /// Reads the channel's state.
    pub fn get(&self) -> GetChannel {
        GetChannel::new(self.client.clone(), self.id.clone())
    }

    /// Answers it. While something is played to it, the reply waits for that to end.
    pub fn answer(&self) -> Answer {
        Answer::new(self.client.clone(), self.id.clone())
    }

    /// Plays media to it: `sound:hello-world`, `recording:name`, `number:42`, `digits:42`,
    /// `characters:abc`, `tone:ring`.
    pub fn play(&self, media: impl Into<String>) -> Play {
        Play::new(self.client.clone(), self.id.clone()).media([media])
    }

    /// Hangs it up.
    pub fn hangup(&self) -> Hangup {
        Hangup::new(self.client.clone(), self.id.clone())
    }
}
