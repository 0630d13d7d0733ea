//! What Asterisk says over its three interfaces, as types: no sockets, no clock, no runtime.
//!
//! - [`ami`]: manager messages, responses and events.
//! - [`agi`]: the environment of a call script and the replies to its commands.
//! - [`ari`]: REST models and the events of the event WebSocket.
//!
//! What an application says to Asterisk (actions, commands, operations) lives in the client crates
//! `asterisk-sdk-ami`, `asterisk-sdk-agi` and `asterisk-sdk-ari`.
//!
//! # Lenient by design
//!
//! A running server differs from its manual, and the next minor release from this one. So every
//! field is optional or has a natural default, enums are open (`Other` keeps the text), unknown
//! events and headers stay readable, and bytes that are not UTF-8 are shown as U+FFFD in text while
//! the bytes themselves stay reachable.

pub mod agi;
pub mod ami;
pub mod ari;
mod cause;
mod channel_state;
pub mod error;
mod id;
mod open_enum;
mod secret;
mod text;

pub use cause::HangupCause;
pub use channel_state::ChannelState;
pub use id::{ActionId, BridgeId, ChannelId, LinkedId, PlaybackId};
pub use secret::Secret;
pub use text::Text;
