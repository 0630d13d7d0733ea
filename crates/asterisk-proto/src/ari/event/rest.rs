//! Answers to requests over the event WebSocket.

use super::macros::ari_event;
use crate::Text;

ari_event!(
    /// The answer to a [`RestRequest`](crate::ari::model::RestRequest). Asterisk 22.
    ///
    /// A server that cannot read the request leaves the ids empty.
    #[event("RESTResponse")]
    pub struct RestResponse {
        /// That of the request.
        #[json("transaction_id")]
        pub transaction_id: Text,
        /// That of the request.
        #[json("request_id")]
        pub request_id: Text,
        /// The status, as HTTP has it.
        #[json("status_code")]
        pub status_code: u16,
        /// The status in words.
        #[json("reason_phrase")]
        pub reason_phrase: Text,
        /// The request's path, without its query.
        #[json("uri")]
        pub uri: Text,
        /// What the body is; absent without one.
        #[json("content_type")]
        pub content_type: Option<Text>,
        /// The body, as text; absent without one.
        #[json("message_body")]
        pub message_body: Option<Text>,
    }
);
