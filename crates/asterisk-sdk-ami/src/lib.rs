#![doc = include_str!("../README.md")]
//!
//! # How the data flows
//!
//! ```text
//! socket → decoder → Message → session (in flight? response or item : event)
//!                                 ↓ output                       ↓ event
//!                              whoever sent it        each subscription's own queue
//! ```
//!
//! One task owns the socket and never waits for a user. Events are shared, not copied, and typed
//! when they are taken. [`action`] holds what can be asked, [`event`] what is told.
//!
//! # Cancel safety
//!
//! Dropping the future of an action leaves the connection clean and does not undo the action: once
//! it was sent, Asterisk acts on it.

pub mod action;
#[cfg(feature = "blocking")]
pub mod blocking;
mod builder;
mod callbacks;
mod codec;
mod driver;
mod error;
mod exchange;
mod hub;
mod id;
mod link;
mod list;
#[cfg(feature = "live")]
pub mod live;
mod login;
mod manager;
mod queue;
mod send;
mod session;
mod state;
mod subscription;
#[cfg(feature = "tls")]
mod tls;

pub use asterisk_proto::Reconnect;
pub use asterisk_proto::ami::event;
pub use asterisk_proto::ami::{
    AmiEvent, Event, EventType, FieldType, Message, Response, TypedEvent,
};
#[cfg(feature = "tls")]
pub use asterisk_sdk_tls::{Tls, TlsError};
pub use builder::Builder;
pub use callbacks::{Callbacks, Registration};
pub use error::{ActionError, ConnectError, InvalidAction, Stage};
pub use list::ListStream;
pub use login::LoginMethod;
pub use manager::Manager;
pub use send::Send;
pub use state::{CloseReason, ConnectionState, StateWatch};
pub use subscription::{EventStream, Gap, Missed, OrphanStream, Overflow, Subscribe};
