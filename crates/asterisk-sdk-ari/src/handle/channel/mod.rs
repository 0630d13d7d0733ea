//! One channel.

mod control;
mod media;

use asterisk_proto::ChannelId;
use asterisk_proto::ari::Event;

use super::Staged;
use crate::client::Client;
use crate::events::EventStream;
use crate::rest::channels::{
    GetChannel, GetRtpStatistics, GetVariable, GetVariables, SetVariable, SetVariables,
};

/// One channel.
///
/// Nearly all that can be done with it needs it to be in an application of this client, from its
/// `StasisStart` to its `StasisEnd`; otherwise it is refused with a conflict
/// ([`RestError::is_conflict`](crate::RestError::is_conflict)). Reading its state and variables,
/// hanging it up and snooping on it do not.
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
    /// For a channel that was made through this handle, the first call gives all events since the
    /// request; otherwise they begin now.
    pub fn events(&self) -> EventStream<Event> {
        self.staged.take().unwrap_or_else(|| self.client.events().channel(&self.id).all())
    }

    /// Reads the channel's state.
    pub fn get(&self) -> GetChannel {
        GetChannel::new(self.client.clone(), self.id.clone())
    }

    /// Reads the figures of its RTP stream.
    pub fn rtp_statistics(&self) -> GetRtpStatistics {
        GetRtpStatistics::new(self.client.clone(), self.id.clone())
    }

    /// Reads a variable or a function, `CHANNEL(language)`.
    pub fn variable(&self, name: impl Into<String>) -> GetVariable {
        GetVariable::new(self.client.clone(), self.id.clone(), name.into())
    }

    /// Sets a variable or a function. While something is played to the channel, Asterisk 22 replies
    /// at the end of that.
    pub fn set_variable(&self, name: impl Into<String>, value: impl Into<String>) -> SetVariable {
        SetVariable::new(self.client.clone(), self.id.clone(), name.into(), value.into())
    }

    /// Reads several variables and functions. Asterisk 22.
    pub fn variables(&self, names: impl IntoIterator<Item = impl Into<String>>) -> GetVariables {
        GetVariables::new(self.client.clone(), self.id.clone()).variables(names)
    }

    /// Sets several variables and functions: those that [`SetVariables::variable`] adds.
    /// Asterisk 22.
    pub fn set_variables(&self) -> SetVariables {
        SetVariables::new(self.client.clone(), self.id.clone())
    }
}

/// For what takes the id of a channel.
impl From<&Channel> for ChannelId {
    fn from(channel: &Channel) -> Self {
        channel.id.clone()
    }
}
