//! What is sent as an event, and calls that are offered to all: `/events`.
//!
//! The event connection itself (`GET /events`) is [`Builder::connect`](crate::Builder::connect).

use asterisk_proto::ChannelId;
use serde_json::Value;

use super::EventSource;
use super::macros::{awaits_output, operation};

operation!(
    /// Sends an event to an application: a `ChannelUserevent` with this name and these variables,
    /// and what the sources are.
    ///
    /// Refused with 404 when there is no such application, 400 for what is no source of events, and
    /// 422 when there is no such object.
    #[request(POST, "/events/user/{eventName}", ())]
    pub struct UserEvent {
        #[required(path, "eventName")]
        name: String,
        #[required(query, "application")]
        application: String,
        /// What the event is about: a channel, a bridge, an endpoint. Of several of a kind only the
        /// last is told.
        #[optional(list, "source")]
        sources: EventSource,
        /// A variable of the event; any JSON.
        #[optional(map, "variables")]
        variable: Value,
    }
);

operation!(
    /// Takes a call that is offered to all applications (`CallBroadcast`). Asterisk 22.
    ///
    /// The first to ask gets it. Refused with 404 when the call is not offered, and with 409 when
    /// another application was faster. Asterisk 16 does not have it (404).
    #[request(POST, "/events/claim", ())]
    pub struct ClaimChannel {
        #[required(query, "channelId")]
        channel: ChannelId,
        #[required(query, "application")]
        application: String,
    }
);

awaits_output!(UserEvent, ClaimChannel);
