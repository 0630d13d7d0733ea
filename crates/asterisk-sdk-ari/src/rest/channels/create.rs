//! New channels.

use std::future::IntoFuture;

use asterisk_proto::ChannelId;
use asterisk_proto::ari::model;

use crate::error::RestError;
use crate::handle::Channel;
use crate::rest::macros::operation;
use crate::transport::BoxFuture;

operation!(
    /// Calls an endpoint; when it answers, the channel goes to the application (`app`) or to a place
    /// in the dialplan (`extension`, `context`, `priority` or `label`).
    ///
    /// Gives a handle of the channel. Its id is chosen here unless [`Originate::id`] is set, and its
    /// events are subscribed to before the request is sent: [`Channel::events`] has them all. The
    /// reply comes before the endpoint answers, and the channel may be gone by then.
    #[request(POST, "/channels", model::Channel)]
    pub struct Originate {
        #[required(query, "endpoint")]
        endpoint: String,
        /// The extension that the channel goes to when it is answered.
        #[optional(text, "extension")]
        extension: String,
        /// The context of the extension; `default` without it.
        #[optional(text, "context")]
        context: String,
        /// The priority in the extension; 1 without it. Not together with a label.
        #[optional(value, "priority")]
        priority: i64,
        /// The label of a priority in the extension.
        #[optional(text, "label")]
        label: String,
        /// The application that the channel enters when it is answered. Whether it exists is not
        /// checked.
        #[optional(text, "app")]
        app: String,
        /// The application's arguments, separated by commas.
        #[optional(text, "appArgs")]
        app_args: String,
        /// The caller's id that the endpoint sees: `Ana <100>`.
        #[optional(text, "callerId")]
        caller_id: String,
        /// How many seconds the endpoint may ring; -1 for no limit, 30 without it.
        #[optional(value, "timeout")]
        timeout: i64,
        /// A channel variable. Names with `__` are inherited, such as by the other half of a Local
        /// channel.
        #[optional(map, "variables")]
        variable: String,
        /// The id of the new channel. One that is in use is refused with a conflict.
        #[optional(text, "channelId")]
        id: ChannelId,
        /// The id of the second half of a Local channel; the first half's with `;2` without it.
        #[optional(text, "otherChannelId")]
        other_id: ChannelId,
        /// The channel that wants this call: it is told of in call records, and its formats are
        /// taken. Not together with formats.
        #[optional(text, "originator")]
        originator: ChannelId,
        /// The formats that may be used, separated by commas: `ulaw,slin16`.
        #[optional(text, "formats")]
        formats: String,
    }
);

impl IntoFuture for Originate {
    type Output = Result<Channel, RestError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let client = self.client.clone();
            let id = self.id.get_or_insert_with(|| client.new_id().into()).clone();
            let events = client.events().channel(&id).all();
            client.send(&self).await?;
            Ok(Channel::staged(client, id, events))
        })
    }
}
