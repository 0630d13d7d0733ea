//! Requests that travel over the event WebSocket. Asterisk 22.

use super::macros::model;
use crate::Text;

model!(
    /// A request to be carried out as if it had come over HTTP; the answer is a
    /// [`RestResponse`](crate::ari::event::RestResponse).
    #[model("RESTRequest")]
    pub struct RestRequest {
        /// Always `RESTRequest`.
        #[json("type")]
        pub message_type: Text,
        /// What the answer repeats, for the asker's own use.
        #[json("transaction_id")]
        pub transaction_id: Text,
        /// What tells this request from others; the answer repeats it.
        #[json("request_id")]
        pub request_id: Text,
        /// The method, in capitals.
        #[json("method")]
        pub method: Text,
        /// The path below `/ari`, without a slash in front: `channels/1.2/answer`.
        #[json("uri")]
        pub uri: Text,
        /// What the body is: `application/json` or `application/x-www-form-urlencoded`.
        #[json("content_type")]
        pub content_type: Option<Text>,
        /// The query's parameters.
        #[json("query_strings")]
        pub query_strings: Vec<RestQueryStringParameter>,
        /// The body, as text.
        #[json("message_body")]
        pub message_body: Option<Text>,
    }
);

model!(
    /// One parameter of a query.
    #[model("RESTQueryStringParameter")]
    pub struct RestQueryStringParameter {
        /// Its name.
        #[json("name")]
        pub name: Text,
        /// Its value.
        #[json("value")]
        pub value: Text,
    }
);

model!(
    /// One header of a request or an answer.
    ///
    /// Asterisk 22 documents it and no message carries it.
    #[model("RESTHeader")]
    pub struct RestHeader {
        /// Its name.
        #[json("name")]
        pub name: Text,
        /// Its value.
        #[json("value")]
        pub value: Text,
    }
);
