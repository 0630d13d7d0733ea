//! A server that Asterisk calls: `AGI(agi://host/path?name=value,argument)`.

mod builder;
mod handler;
mod router;
mod server;

pub use builder::{BindError, ServerBuilder};
pub use handler::{Handler, IntoResult};
pub use server::{Drained, Server};
