//! What Asterisk says over ARI: models in replies, events on the event WebSocket.
//!
//! An [`Event`] is the JSON text that arrived, with its type and the objects it is about looked up
//! once. Typed events and models are built on demand; their text shares the buffer they came in.
//!
//! Nothing here fails because a field is missing, new or of another type than documented: it gets
//! its natural default (empty text, zero, `None`), and what has no place in a struct is kept in the
//! model's `extra` or stays readable as JSON. Only what is not JSON at all is a
//! [`ParseError`](crate::error::ParseError).

pub mod event;
mod field;
pub mod model;
mod peek;
mod raw;
mod scan;

pub use event::{AriEvent, TypedEvent};
pub use model::{FromJson, Model};
pub use raw::{Event, Resource, Subject};

pub use crate::Timestamp;

/// What a model or an event can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Schema {
    /// The name that Asterisk has for it.
    pub name: &'static str,
    /// Each property's name on the wire and its Rust type.
    pub properties: &'static [(&'static str, &'static str)],
}
