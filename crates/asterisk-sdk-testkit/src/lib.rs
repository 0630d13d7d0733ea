#![doc = include_str!("../README.md")]

mod ami;
mod ari;
mod call;
mod database;
mod endpoint;
mod engine;
pub mod fault;
mod link;
mod model;
mod protocol;
pub mod record;
pub mod replay;
mod server;
mod wire;

pub use call::Call;
pub use database::Database;
pub use endpoint::Endpoint;
pub use model::dialplan::DialplanError;
pub use protocol::Protocol;
pub use server::{Builder, FakeAsterisk, PlaceCallError, StartError};
pub use wire::{Message, Side};
