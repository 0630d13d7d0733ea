#![doc = include_str!("../README.md")]
//!
//! # Where things are
//!
//! - [`ami`]: manager messages, responses and events.
//! - [`agi`]: the environment of a call script and the replies to its commands.
//! - [`ari`]: REST models and the events of the event WebSocket.
//! - [`error`]: the words that the errors of all three share.

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
