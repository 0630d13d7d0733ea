//! A server that Asterisk calls: `AGI(agi://host/path?name=value,argument)`.
//!
//! # What the dialplan sees
//!
//! The channel variable `AGISTATUS` behind `AGI()`:
//!
//! | | |
//! |---|---|
//! | `SUCCESS` | the handler returned; or was aborted by the drain deadline or by dropping the server, for a connection that closes is how every script ends |
//! | `FAILURE` | the handler returned an error that is not the hangup, or panicked; no route matched; the server could not be reached within 2 s, or a name not resolved; or a command other than `EXEC` and `GET DATA` gave -1 without a hangup, as one for a missing sound file does, whatever came afterwards |
//! | `HANGUP` | the call was over before the script ended |
//!
//! # Addresses
//!
//! `agi://host:port/path`; without a port it is 4573. `hagi://host/path` asks the name service for
//! `_agi._tcp.host` and tries the servers of that record in turn; without such a record it is a
//! `FAILURE`, and with a port it is the same as `agi://`, after a warning in Asterisk's log. To the server
//! both look alike, but for [`Environment::request`](crate::Environment::request). `EAGI` has no audio to
//! give over a network: `EAGI(agi://…)` is a `FAILURE` before anything is connected.

mod server;
#[cfg(feature = "tls")]
mod tls;

#[cfg(feature = "tls")]
pub use asterisk_sdk_tls::{ServerTls, TlsError};
pub use server::{BindError, Server};
