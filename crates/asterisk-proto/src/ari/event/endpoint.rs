//! What happens to endpoints and devices.

use super::macros::ari_event;
use crate::ari::model::{ContactInfo, Device, Endpoint, Peer, TextMessage};

ari_event!(
    /// An endpoint can be reached, or cannot any more, or its channels are others.
    ///
    /// It goes to applications that are subscribed to the endpoint or its technology by name, not to those
    /// that are subscribed to all.
    #[event("EndpointStateChange")]
    pub struct EndpointStateChange {
        /// The endpoint in its new state.
        #[json("endpoint")]
        pub endpoint: Endpoint,
    }
);

ari_event!(
    /// An endpoint registered, went, or was noticed to answer or not.
    #[event("PeerStatusChange")]
    pub struct PeerStatusChange {
        /// The endpoint.
        #[json("endpoint")]
        pub endpoint: Endpoint,
        /// What became of its registration.
        #[json("peer")]
        pub peer: Peer,
    }
);

ari_event!(
    /// One of an endpoint's addresses came, went, answers, or does not.
    #[event("ContactStatusChange")]
    pub struct ContactStatusChange {
        /// The endpoint.
        #[json("endpoint")]
        pub endpoint: Endpoint,
        /// The address.
        #[json("contact_info")]
        pub contact_info: ContactInfo,
    }
);

ari_event!(
    /// A device's state has changed.
    #[event("DeviceStateChanged")]
    pub struct DeviceStateChanged {
        /// The device in its new state.
        #[json("device_state")]
        pub device_state: Device,
    }
);

ari_event!(
    /// An endpoint has sent a text message outside of a call.
    ///
    /// It comes to those who are subscribed to the endpoint, and only what the dialplan does not
    /// take first.
    #[event("TextMessageReceived")]
    pub struct TextMessageReceived {
        /// The message.
        #[json("message")]
        pub message: TextMessage,
        /// Who sent it, if it is an endpoint.
        #[json("endpoint")]
        pub endpoint: Option<Endpoint>,
    }
);
