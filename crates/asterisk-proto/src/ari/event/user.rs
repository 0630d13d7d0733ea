//! What applications and the dialplan tell each other.

use serde_json::{Map, Value};

use super::macros::ari_event;
use crate::Text;
use crate::ari::model::{Bridge, Channel, Endpoint};

ari_event!(
    /// Somebody has raised an event of their own: the dialplan by `UserEvent`, AMI, or an application.
    #[event("ChannelUserevent")]
    pub struct ChannelUserevent {
        /// The event's own name.
        #[json("eventname")]
        pub event_name: Text,
        /// The channel that it is about.
        #[json("channel")]
        pub channel: Option<Channel>,
        /// The bridge that it is about.
        #[json("bridge")]
        pub bridge: Option<Bridge>,
        /// The endpoint that it is about.
        #[json("endpoint")]
        pub endpoint: Option<Endpoint>,
        /// What was given along, as JSON, with the name as `eventname` among it. The dialplan gives
        /// text only.
        #[json("userevent")]
        pub user_event: Map<String, Value>,
    }
);
