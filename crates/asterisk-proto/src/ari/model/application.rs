//! Applications: who gets events, and which.

use super::macros::model;
use crate::Text;

model!(
    /// A Stasis application and what it is subscribed to.
    ///
    /// A connection that asked for everything shows as one made-up entry in each list, such as
    /// `__AST_CHANNEL_ALL_TOPIC`.
    #[model("Application")]
    pub struct Application {
        /// The application's name.
        #[json("name")]
        pub name: Text,
        /// The ids of the channels that it hears of.
        #[json("channel_ids")]
        pub channel_ids: Vec<Text>,
        /// The ids of the bridges that it hears of.
        #[json("bridge_ids")]
        pub bridge_ids: Vec<Text>,
        /// The endpoints that it hears of: `PJSIP/100`, or `PJSIP` for all of a technology.
        #[json("endpoint_ids")]
        pub endpoint_ids: Vec<Text>,
        /// The devices whose state it hears of.
        #[json("device_names")]
        pub device_names: Vec<Text>,
        /// The only types of events that it gets; when empty, all but the disallowed ones.
        #[json("events_allowed")]
        pub events_allowed: Vec<EventFilter>,
        /// The types of events that it does not get.
        #[json("events_disallowed")]
        pub events_disallowed: Vec<EventFilter>,
    }
);

model!(
    /// One type of events in an application's filter.
    #[model("EventFilter")]
    pub struct EventFilter {
        /// The events' `type`, such as `StasisStart`.
        #[json("type")]
        pub event_type: Text,
    }
);
