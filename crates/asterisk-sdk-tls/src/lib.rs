#![doc = include_str!("../README.md")]
//!
//! # Where things are
//!
//! - [`Tls`]: what a client trusts and shows; [`Connector`] shakes hands by it.
//! - [`ServerTls`]: what a server shows and asks for; [`acceptor`] makes of it what accepts connections.
//! - [`TlsError`]: what can go wrong with either.

mod client;
mod error;
mod pem;
mod server;

pub use client::{Connector, HandshakeError, Tls};
pub use error::TlsError;
pub use server::{ServerTls, acceptor};
