#![doc = include_str!("../README.md")]

pub mod fault;
mod protocol;
pub mod record;
pub mod replay;
mod wire;

pub use call::Call;
pub use database::Database;
pub use endpoint::Endpoint;
pub use model::dialplan::DialplanError;
pub use protocol::Protocol;
pub use wire::{Message, Side};
