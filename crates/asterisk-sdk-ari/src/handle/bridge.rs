//! One bridge.

use asterisk_proto::ari::Event;
use asterisk_proto::{BridgeId, ChannelId};

use super::Staged;
use crate::client::Client;
use crate::events::EventStream;
use crate::rest::bridges::{
    AddChannel, ClearVideoSource, DestroyBridge, GetBridge, GetVariable, GetVariables, Play,
    Record, RemoveChannel, SetVariable, SetVariables, SetVideoSource, StartMoh, StopMoh,
};

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

    /// Destroys it. Its channels stay in the application.
    pub fn destroy(&self) -> DestroyBridge {
        DestroyBridge::new(self.client.clone(), self.id.clone())
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

    /// Plays media to all its channels; what it can be is said at
    /// [`Channel::play`](super::Channel::play).
    pub fn play(&self, media: impl Into<String>) -> Play {
        Play::new(self.client.clone(), self.id.clone()).media([media])
    }

    /// Records all its channels under this name, in this format: `wav`, `gsm`.
    pub fn record(&self, name: impl Into<String>, format: impl Into<String>) -> Record {
        Record::new(self.client.clone(), self.id.clone(), name.into(), format.into())
    }

    /// Plays music on hold to all its channels.
    pub fn start_moh(&self) -> StartMoh {
        StartMoh::new(self.client.clone(), self.id.clone())
    }

    /// Ends music on hold.
    pub fn stop_moh(&self) -> StopMoh {
        StopMoh::new(self.client.clone(), self.id.clone())
    }

    /// Shows one channel's video to all others.
    pub fn set_video_source(&self, channel: impl Into<ChannelId>) -> SetVideoSource {
        SetVideoSource::new(self.client.clone(), self.id.clone(), channel.into())
    }

    /// Shows the video of whoever talks.
    pub fn clear_video_source(&self) -> ClearVideoSource {
        ClearVideoSource::new(self.client.clone(), self.id.clone())
    }

    /// Reads a variable. Asterisk 22.
    pub fn variable(&self, name: impl Into<String>) -> GetVariable {
        GetVariable::new(self.client.clone(), self.id.clone(), name.into())
    }

    /// Sets a variable. Asterisk 22.
    pub fn set_variable(&self, name: impl Into<String>, value: impl Into<String>) -> SetVariable {
        SetVariable::new(self.client.clone(), self.id.clone(), name.into(), value.into())
    }

    /// Reads several variables. Asterisk 22.
    pub fn variables(&self, names: impl IntoIterator<Item = impl Into<String>>) -> GetVariables {
        GetVariables::new(self.client.clone(), self.id.clone()).variables(names)
    }

    /// Sets several variables: those that [`SetVariables::variable`] adds. Asterisk 22.
    pub fn set_variables(&self) -> SetVariables {
        SetVariables::new(self.client.clone(), self.id.clone())
    }
}

/// For what takes the id of a bridge.
impl From<&Bridge> for BridgeId {
    fn from(bridge: &Bridge) -> Self {
        bridge.id.clone()
    }
}
