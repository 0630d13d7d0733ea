//! New channels.

use asterisk_proto::ChannelId;
use asterisk_proto::ari::model;

use crate::rest::VariableValue;
use crate::rest::macros::{awaits_handle, operation};

operation!(
    /// Calls an endpoint; when it answers, the channel goes to the application (`app`) or to a place
    /// in the dialplan (`extension`, `context`, `priority` or `label`). One of the two has to be
    /// named; with both, the application wins.
    ///
    /// Gives a handle of the channel. Its id is chosen here unless [`Originate::id`] is set, and its
    /// events are subscribed to before the request is sent: [`Channel::events`] has them all. The
    /// reply comes before the endpoint answers, and the channel may be gone by then.
    ///
    /// Refused with 400 for an endpoint that is not `technology/resource`, an unknown format or
    /// originator; 404 for an unknown label; 409 for an id in use; and 500, without a reason, when
    /// the technology makes no channel: it is not loaded, or does not know the endpoint.
    ///
    /// [`Channel::events`]: crate::handle::Channel::events
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
        /// The priority in the extension; 1 without it. One that does not exist ends the call.
        #[optional(value, "priority")]
        priority: i64,
        /// The label of a priority in the extension. It goes before a priority.
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
        variable: VariableValue,
        /// The id of the new channel. One that is in use is refused with a conflict, and so is one that is
        /// the beginning of an id in use (`call-1` while there is `call-10`).
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
        ///
        /// Say them for a `Local` channel, or an originator: otherwise it is the best there is, 192 kHz,
        /// and Asterisk resamples whatever is played (seen on 16 and 22).
        #[optional(text, "formats")]
        formats: String,
    }
);

operation!(
    /// Makes a channel to an endpoint without calling it, and puts it into the application at once.
    ///
    /// Before [`Channel::dial`] calls the endpoint, variables can be set and the channel can be
    /// added to a bridge, for early media. Gives a handle of the channel, as [`Originate`] does.
    ///
    /// Refused with 400 for an endpoint that is not `technology/resource` or an unknown format; 409
    /// for an id in use; and 500, without a reason, when the technology makes no channel, though
    /// servers may answer that with 409 as well. An unknown originator is ignored.
    ///
    /// [`Channel::dial`]: crate::handle::Channel::dial
    #[request(POST, "/channels/create", model::Channel)]
    pub struct CreateChannel {
        #[required(query, "endpoint")]
        endpoint: String,
        #[required(query, "app")]
        app: String,
        /// The application's arguments, separated by commas.
        #[optional(text, "appArgs")]
        app_args: String,
        /// The id of the new channel. One that is in use is refused with a conflict, and so is one that is
        /// the beginning of an id in use (`call-1` while there is `call-10`).
        #[optional(text, "channelId")]
        id: ChannelId,
        /// The id of the second half of a Local channel; the first half's with `;2` without it.
        #[optional(text, "otherChannelId")]
        other_id: ChannelId,
        /// The channel that wants this call. Not together with formats.
        #[optional(text, "originator")]
        originator: ChannelId,
        /// The formats that may be used, separated by commas: `ulaw,slin16`.
        #[optional(text, "formats")]
        formats: String,
        /// A channel variable.
        #[optional(map, "variables")]
        variable: VariableValue,
    }
);

awaits_handle!(Originate => Channel by channel);
awaits_handle!(CreateChannel => Channel by channel);
