//! Media to a channel.

use std::future::IntoFuture;

use asterisk_proto::ari::model;
use asterisk_proto::{ChannelId, PlaybackId};

use crate::error::RestError;
use crate::handle::Playback;
use crate::rest::macros::operation;
use crate::transport::BoxFuture;

operation!(
    /// Plays media to a channel, after what is being played already.
    ///
    /// Gives a handle of the playback. Its id is chosen here unless [`Play::id`] is set, and its
    /// events are subscribed to before the request is sent, so that
    /// [`finished`](Playback::finished) misses nothing. Events come only for channels in an
    /// application of this client.
    #[request(POST, "/channels/{channelId}/play", model::Playback)]
    pub struct Play {
        #[required(path, "channelId")]
        channel: ChannelId,
        /// More media to play, in this order.
        #[optional(list, "media")]
        media: String,
        /// The language of sounds; the channel's without it.
        #[optional(text, "lang")]
        lang: String,
        /// How many milliseconds to skip at the beginning of the first media.
        #[optional(value, "offsetms")]
        offset_ms: u32,
        /// How many milliseconds `forward` and `reverse` move; 3000 without it.
        #[optional(value, "skipms")]
        skip_ms: u32,
        /// The id of the playback.
        #[optional(text, "playbackId")]
        id: PlaybackId,
    }
);

impl IntoFuture for Play {
    type Output = Result<Playback, RestError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let client = self.client.clone();
            let id = self.id.get_or_insert_with(|| client.new_id().into()).clone();
            // First: the events of a short playback overtake the reply.
            let events = client.events().playback(&id).all();
            client.send(&self).await?;
            Ok(Playback::staged(client, id, events))
        })
    }
}
