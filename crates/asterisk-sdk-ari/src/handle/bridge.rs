//! One bridge.

use asterisk_proto::ari::Event;
use asterisk_proto::{BridgeId, ChannelId};

use super::Staged;
use crate::client::Client;
use crate::events::EventStream;
use crate::rest::bridges::{AddChannel, DestroyBridge, GetBridge, RemoveChannel};

/// One bridge.
#[derive(Debug, Clone)]
pub struct Bridge {
    client: Client,
    id: BridgeId,
    staged: Staged,
}

impl Bridge {
    pub(crate) fn new(client: Client, id: BridgeId) -> Self {
        Self { client, id, staged: Staged::default() }
    }

    pub(crate) fn staged(client: Client, id: BridgeId, events: EventStream<Event>) -> Self {
        Self { client, id, staged: Staged::new(events) }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &BridgeId {
        &self.id
    }

    /// The client that it belongs to.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Subscribes to the bridge's events.
    ///
    /// For a bridge that was made through this handle, the first call gives all events since the
    /// request; otherwise they begin now.
    pub fn events(&self) -> EventStream<Event> {
        self.staged.take().unwrap_or_else(|| self.client.events().bridge(&self.id).all())
    }

    /// Reads the bridge's state.
    pub fn get(&self) -> GetBridge {
        GetBridge::new(self.client.clone(), self.id.clone())
    }

    /// Adds a channel; more can be added by [`AddChannel::channels`]. While something is played to
    /// a channel, the reply waits for that to end.
    pub fn add_channel(&self, channel: impl Into<ChannelId>) -> AddChannel {
        AddChannel::new(self.client.clone(), self.id.clone()).channels([channel.into()])
    }

    /// Takes a channel out; it stays in the application.
    pub fn remove_channel(&self, channel: impl Into<ChannelId>) -> RemoveChannel {
        RemoveChannel::new(self.client.clone(), self.id.clone()).channels([channel.into()])
    }

    /// Destroys it. Its channels stay in the application.
    pub fn destroy(&self) -> DestroyBridge {
        DestroyBridge::new(self.client.clone(), self.id.clone())
    }
}
