//! The event WebSocket and those who listen to it.
//!
//! One task owns the socket ([`Connection`]). It reads frames into events and gives each to the queues of
//! those who asked ([`Router`]), by name or by the objects that the event is about; it never waits
//! for them.

mod callbacks;
mod connection;
mod gap;
mod message;
mod offers;
mod queue;
mod router;
mod socket;
mod state;
mod stream;
mod subscriptions;
#[cfg(test)]
mod tests;

use fastwebsockets::handshake::generate_key;
use http::Method;
use http::header::{
    CONNECTION, HeaderMap, HeaderValue, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};

pub use callbacks::{Asynchronous, Callback, Callbacks, Outcome, Plain, Registration};
pub(crate) use connection::{Connection, Dialed};
pub use gap::{Found, Gap};
pub(crate) use offers::{Offer, Offered, Offers};
pub use queue::Missed;
pub(crate) use router::Router;
pub(crate) use socket::{Socket, SocketLimits};
pub use state::{CloseReason, ConnectionState, StateWatch};
pub use stream::{EventStream, Subscribe};

use crate::request::{Draft, Parameter, Request};

/// The request for an event WebSocket.
struct Handshake {
    request: Request,
    headers: HeaderMap,
}

/// Asks for the events of some applications.
fn handshake(apps: &[String], subscribe_all: bool) -> Handshake {
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
    Handshake { request: draft.finish(), headers }
}
