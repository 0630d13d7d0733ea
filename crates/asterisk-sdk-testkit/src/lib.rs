#![doc = include_str!("../README.md")]

mod ami;
mod ari;
mod call;
mod database;
mod endpoint;
mod engine;
mod link;
mod model;
mod protocol;
mod server;

pub use call::Call;
pub use database::Database;
pub use endpoint::Endpoint;
pub use model::dialplan::DialplanError;
pub use protocol::Protocol;
pub use server::{Builder, FakeAsterisk, PlaceCallError, StartError};
