//! Scripts that Asterisk starts as a process: `AGI(script)`, and with the caller's audio `EAGI(script)`.
//!
//! ```no_run
//! use asterisk_sdk_agi::{self as agi, Call, stdio};
//!
//! async fn greet(mut call: Call) -> agi::Result {
//!     call.answer().await?;
//!     call.stream_file("hello-world").await?;
//!     Ok(())
//! }
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> agi::Result {
//!     stdio::run(greet).await
//! }
//! ```
//!
//! # How Asterisk runs it
//!
//! A name without a path is a program in Asterisk's `astagidir`; `AGI(/opt/scripts/greet,one,two)` names
//! any other. It has to be executable by the user whom Asterisk runs as. Asterisk starts a process for
//! each call and speaks AGI over its standard input and output; the handler is one that FastAGI would
//! run as well ([`Handler`]):
//!
//! - [`Call::path`] is the script's name as the dialplan has it; there are no captures and no keyword
//!   arguments, and [`Call::peer`] is `None`.
//! - The dialplan's arguments are the call's ([`Call::args`]), and the process's own
//!   (`std::env::args`).
//! - The environment has the server's folders (`AST_AGI_DIR`, `AST_CONFIG_DIR`, `AST_SPOOL_DIR`…) and
//!   its version (`AST_VERSION`), beside what Asterisk itself was started with.
//! - Standard error is Asterisk's own, which is its console or nothing: the place for logs.
//!
//! # Standard output belongs to Asterisk
//!
//! Whatever is written to it is a command: a `println!` is answered with an error that the session does
//! not expect, and from then on replies belong to the wrong commands. Nor may anything else read standard
//! input. Both are set not to block, and the processes that a script starts share that unless they
//! are given others (`Stdio::null()`).
//!
//! # Hangup
//!
//! Asterisk sends the process `SIGHUP` where FastAGI gets the line `HANGUP`, and the call shows the same
//! ([`HangupKind::Signal`](crate::HangupKind::Signal)). The signal ends a process that does not handle
//! it; from the first poll of [`run`] or [`call`] to the end of the process it is handled. With
//! `AGISIGHUP` set to `no` on the channel there is none.
//!
//! # How it ends
//!
//! The dialplan goes on when the process has ended, not when the handler has. `AGISTATUS` is then
//!
//! | | |
//! |---|---|
//! | `SUCCESS` | the process exited with 0 |
//! | `FAILURE` | the handler failed or panicked, which [`run`] tells Asterisk before the process ends; the process exited with another status, or a signal ended it; it could not be run; or a command gave -1, as one for a missing sound file does |
//! | `HANGUP` | the call was over before, however the process exited |
//! | `NOTFOUND` | there is no such file; Asterisk looks in `astagidir` only, unless the name is an absolute path |
//!
//! Asterisk 16 loses the exit status of many processes, and takes such for success. A program that took
//! its [`call`] itself tells a failure reliably by the line `failure`
//! ([`Custom`](crate::command::Custom)), which ends the session.
//!
//! # Requirements
//!
//! Unix, `res_agi`, and a Tokio runtime with its drivers for I/O and time.

mod audio;
mod hangup;
mod stream;

use std::io;
use std::panic::resume_unwind;
use std::time::Duration;

use asterisk_proto::agi::Environment;
use tracing::{Instrument, debug, debug_span};

pub use audio::{Audio, audio};

use crate::call::Call;
use crate::connection::PreludeError;
use crate::ending::Ending;
use crate::handler::Handler;
use crate::link::Link;
use crate::script::Script;
use crate::service::{Limits, fail, supervise};
use crate::session::Session;
use stream::Stdio;

/// Runs a handler for the call for which Asterisk has started this process. To be called once.
///
/// A [layer](crate::layer) is put around the handler by
/// [`Layer::around`](crate::layer::Layer::around).
///
/// # Errors
///
/// The handler's own error, unless that is the hangup, or the [`StartError`]. Returned from `main`, it
/// is written to standard error, and the process exits with 1.
///
/// # Panics
///
/// If the handler panics, or outside of a Tokio runtime.
///
/// # Cancel safety
///
/// Dropping the future drops the handler at an await point. The script has not ended before the process
/// has.
pub async fn run<Args>(handler: impl Handler<Args>) -> crate::Result {
    let ending = Ending::default();
    let call = begin(&ending).await?;
    let span = debug_span!("agi_call", channel = call.environment().channel(), path = call.path());
    // A handler that panics before its first await point does so in here.
    let handling = async { handler.handle(call, &()).await };
    let (ended, left) = supervise(handling, &ending).instrument(span.clone()).await;
    match &ended {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) if error.is_hangup() => {
            debug!(parent: &span, %error, "the handler ended at the hangup");
            return Ok(());
        }
        Ok(Err(_)) | Err(_) => {}
    }
    // The exit status alone does not do for every server.
    if let Some(stream) = left {
        fail(stream).await;
    }
    ended.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Takes the call for which Asterisk has started this process. To be called once.
///
/// [`run`] does it for a handler; this is for programs that decide themselves how they end.
///
/// # Errors
///
/// Standard input does not begin with the variables of a call: what started this process is no Asterisk.
///
/// # Panics
///
/// Outside of a Tokio runtime.
///
/// # Cancel safety
///
/// If the future is dropped, variables that have been read are lost.
pub async fn call() -> Result<Call, StartError> {
    begin(&Ending::default()).await
}

async fn begin(ending: &Ending) -> Result<Call, StartError> {
    let stream = Stdio::open().map_err(|source| StartError::Io { source })?;
    let limits = Limits::default();
    let mut call = Call::new(Session::new(Link::new(stream), &limits), None, ending.clone());
    match call.open(&limits).await {
        Some(Ok(())) => {}
        Some(Err(PreludeError::Io(source))) => return Err(StartError::Io { source }),
        Some(Err(error)) => return Err(StartError::NotAsterisk { source: error.into() }),
        None => return Err(StartError::TimedOut { after: limits.prelude_timeout }),
    }
    call.set_script(script(call.environment()));
    Ok(call)
}

/// What a call asks for: a script by its name, or a path if it came over a socket that another program
/// has accepted (as inetd does).
fn script(environment: &Environment) -> Script {
    if environment.get("agi_network").is_some() {
        Script::parse(environment.network_script().unwrap_or_default())
    } else {
        Script { path: environment.request().to_owned(), kwargs: Vec::new() }
    }
}

/// Why there is no call.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Standard input ended before there were variables of a call, or began with something else: the
    /// program was not started by `AGI()`.
    #[error("standard input has no call: the program is to be started by Asterisk's AGI()")]
    NotAsterisk {
        /// What there was.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The variables did not come in time. A program that is started from a terminal waits for them.
    #[error("the variables of the call did not come within {after:?}")]
    TimedOut {
        /// How long was waited.
        after: Duration,
    },
    /// Standard input or output cannot be used, or `SIGHUP` cannot be handled.
    #[error("standard input and output cannot be used")]
    Io {
        /// The failure.
        source: io::Error,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script_of(block: &'static str) -> Script {
        script(&Environment::parse(block).unwrap())
    }

    #[test]
    fn a_local_script_is_its_name() {
        // Nothing of it is decoded: it is a file.
        let local = script_of("agi_request: dir/50%20?a=b\nagi_channel: x\n\n");
        assert_eq!(local, Script { path: "dir/50%20?a=b".to_owned(), kwargs: Vec::new() });
        let network =
            "agi_network: yes\nagi_network_script: p%20q?a=b\nagi_request: agi://h/p%20q?a=b\n\n";
        assert_eq!(script_of(network), Script::parse("p%20q?a=b"));
        assert_eq!(script_of("agi_network: yes\nagi_request: agi://h\n\n"), Script::default());
    }
}
