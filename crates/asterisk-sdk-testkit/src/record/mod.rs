//! Conversations that were had with a real server, kept so that they can be had again.
//!
//! A [`Recorder`] stands between programs and servers and writes down what passes as a [`Trace`], which
//! [`Replay`](crate::replay::Replay) plays later without the server:
//!
//! ```no_run
//! use asterisk_sdk_testkit::Protocol;
//! use asterisk_sdk_testkit::record::Recorder;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mut recorder = Recorder::new();
//! let ami = recorder.listen(Protocol::Ami, "pbx.example.org:5038").await?;
//! let ari = recorder.listen(Protocol::Ari, "pbx.example.org:8088").await?;
//! // Run the program against `ami` and `ari` instead of the server.
//! recorder.trace().save("tests/traces/call.txt")?;
//! # Ok(())
//! # }
//! ```

mod escape;
mod recorder;
mod text;
mod trace;

pub use recorder::Recorder;
pub(crate) use recorder::Recording;
pub(crate) use trace::{Entry, What};
pub use trace::{Trace, TraceError};
