//! Where messages begin and end on the wire of each protocol, and what they say.
//!
//! Nothing here is strict: bytes that make no sense go through as they come.

mod accept;
mod clock;
mod frame;
mod framer;
mod message;

pub(crate) use accept::accept;
pub(crate) use clock::later;
pub(crate) use frame::Frame;
pub(crate) use framer::{Framer, Piece};
pub(crate) use message::header;
pub use message::{Message, Side};
