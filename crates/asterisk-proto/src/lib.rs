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
mod device_state;
pub mod error;
mod extension_state;
mod id;
mod open_enum;
mod presence_state;
mod reconnect;
mod secret;
mod text;
mod timestamp;

pub use cause::HangupCause;
pub use channel_state::ChannelState;
pub use device_state::DeviceState;
pub use extension_state::ExtensionState;
pub use id::{ActionId, BridgeId, ChannelId, LinkedId, PlaybackId};
pub use presence_state::PresenceState;
pub use reconnect::Reconnect;
pub use secret::Secret;
pub use text::Text;
pub use timestamp::Timestamp;
