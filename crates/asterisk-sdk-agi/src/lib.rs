//! Call scripts for Asterisk: AGI commands with typed results, a FastAGI server, and scripts as processes.
//!
//! Asterisk's dialplan hands a call to a script with `AGI(agi://host/path)`. The script then tells
//! Asterisk what to do, one command after the other, and may give the call back. Here a script is an
//! async function:
//!
//! ```
//! use asterisk_sdk_agi::{self as agi, Call, fastagi::Server};
//!
//! async fn demo(mut call: Call) -> agi::Result {
//!     call.answer().await?;
//!     let input = call.get_data("vm-extension").max_digits(4).await?;
//!     call.set_variable("EXTENSION", input.digits).await?;
//!     Ok(())
//! }
//!
//! #[tokio::main]
//! async fn main() -> agi::Result {
//!     // Any free port; Asterisk takes 4573 where the URL names none.
//!     let server = Server::builder().route(r"^demo$", demo).bind("127.0.0.1:0").await?;
//!     # let url = format!("agi://{}/demo", server.local_addr());
//!     # let dialplan = format!("[default]\nexten = 600,1,AGI({url})\n same = n,Set(DB(demo/keys)=${{EXTENSION}})");
//!     # let asterisk = asterisk_sdk_testkit::FakeAsterisk::builder().dialplan(dialplan).start().await.unwrap();
//!     # let call = asterisk.place_call("600").unwrap();
//!     # call.press("1234");
//!     # tokio::select! { _ = call.ended() => {}, () = async {
//!     server.serve().await;
//!     # } => {} }
//!     # assert_eq!(asterisk.database().get("demo", "keys").as_deref(), Some("1234"));
//!     Ok(())
//! }
//! ```
//!
//! # How a call flows
//!
//! ```text
//! AGI(agi://host/demo/600?lang=en,one)
//!   agi_* lines → Environment → router (path → handler, captures, keyword arguments)
//!                                  → handler(Call)
//!   command value → one quoted line → Asterisk → reply → Output of that command
//! ```
//!
//! - [`fastagi`] has the server; its routes are regular expressions.
//! - [`stdio`] runs the same handlers in a process that Asterisk starts, with the caller's audio if it is
//!   started so.
//! - [`Call`] is what a handler works with. A hangup is a state of it, not the end of the handler.
//! - [`command`] has all 47 commands of Asterisk 16 and 22 as values, and [`command::Custom`] for any
//!   other. [`Call::play_and_collect`] and [`Call::with_music`] take several of them.
//! - [`Environment`] is what Asterisk says about the call.
//!
//! # Limits
//!
//! Everything that a peer can make large or slow has a limit: the variables (64 KiB, 512 lines,
//! 10 s), a reply (1 MiB), the time for a reply (30 s, or 24 h where a person or a call decides), the
//! calls at once (10,000), the drain at shutdown (30 s). [`ServiceBuilder`] sets them.
//!
//! # Cancel safety
//!
//! Dropping the future of a command is safe at any time and does not undo the command; see
//! [`Call`](Call#cancel-safety).

mod alarm;
mod call;
pub mod command;
mod compound;
mod connection;
mod ending;
mod error;
pub mod extract;
pub mod fastagi;
mod handler;
pub mod layer;
mod link;
mod routes;
mod script;
mod service;
mod session;
#[cfg(unix)]
pub mod stdio;

pub use asterisk_proto::agi::{Environment, Response};
pub use call::{Call, Request};
pub use compound::Collect;
pub use error::{CommandError, Error, HangupKind, LineError};
pub use handler::{Boxed, BoxedHandler, Handler, IntoResult};
pub use routes::{RouteError, Routes};
pub use service::{Calls, Drained, Service, ServiceBuilder, Slot};

// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// What a handler returns: any error converts into [`Error`] by `?`.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;
