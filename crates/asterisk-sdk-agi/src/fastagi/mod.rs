//! A server that Asterisk calls: `AGI(agi://host/path?name=value,argument)`.

mod server;

pub use server::{BindError, Server};
