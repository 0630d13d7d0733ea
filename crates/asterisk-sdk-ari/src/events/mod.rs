//! The event WebSocket and those who listen to it.
//!
//! One task owns the socket ([`run`]). It reads frames into events and gives each to the queues of
//! those who asked ([`Router`]), by name or by the objects that the event is about; it never waits
//! for them.

mod queue;
mod router;
mod socket;
mod stream;

use fastwebsockets::handshake::generate_key;
use http::Method;
use http::header::{
    CONNECTION, HeaderMap, HeaderValue, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};

pub use queue::Missed;
pub(crate) use router::Router;
pub use socket::CloseReason;
pub(crate) use socket::{SocketLimits, run};
pub use stream::{EventStream, Subscribe};

use crate::request::{Draft, Parameter};

/// The request for an event WebSocket.
pub(crate) struct Handshake {
    target: String,
    pub(crate) headers: HeaderMap,
}

impl Handshake {
    pub(crate) fn target(&self) -> String {
        self.target.clone()
    }
}

/// Asks for the events of some applications.
pub(crate) fn handshake(apps: &[String], subscribe_all: bool) -> Handshake {
    // Of a repeated parameter 22 takes the first, 16 the last: one parameter with commas it is.
    let mut draft =
        Draft::new(Method::GET, "/events").parameter("app", Parameter::Text(apps.join(",")));
    if subscribe_all {
        draft = draft.parameter("subscribeAll", Parameter::Boolean(true));
    }
    let mut headers = HeaderMap::new();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("ari"));
    if let Ok(key) = HeaderValue::try_from(generate_key()) {
        headers.insert(SEC_WEBSOCKET_KEY, key);
    }
    Handshake { target: draft.finish().target(), headers }
}
