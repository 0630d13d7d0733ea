//! What goes wrong on a connection, on purpose.
//!
//! A [`Fault`] says what happens and when; [`Faults`] holds all that can happen to the connections of a
//! test, and tells afterwards what did. They work on any stream that plays Asterisk ([`wrap`]), and
//! between any client and any server, real or played ([`Proxy`]):
//!
//! ```
//! use asterisk_sdk_testkit::Protocol;
//! use asterisk_sdk_testkit::fault::{Fault, Faults, Proxy};
//!
//! # async fn example() -> std::io::Result<()> {
//! // The first connection breaks in the middle of the first hangup that is told on it.
//! let faults = Faults::new([
//!     Fault::cut().from_asterisk().connection(0).on(|message| message.contains("Event: Hangup")),
//! ]);
//! let proxy = Proxy::to(Protocol::Ami, "127.0.0.1:5038", &faults).await?;
//! // Connect to `proxy.address()` instead of the server.
//! # Ok(())
//! # }
//! ```
//!
//! By a seed, faults are as good as random and still the same each time:
//!
//! ```
//! use std::time::Duration;
//! use asterisk_sdk_testkit::fault::{Fault, Faults};
//!
//! let faults = Faults::seeded(7, [
//!     Fault::drop().from_asterisk().chance(0.01),
//!     Fault::delay(Duration::from_millis(20)).chance(0.1),
//! ]);
//! assert_eq!(faults.seed(), 7);
//! ```

mod faults;
mod lane;
mod proxy;
mod refusal;
mod relay;
mod rule;

pub use faults::{Faults, Happened};
pub use proxy::Proxy;
pub use relay::{Wrapped, wrap};
pub use rule::{Fault, FaultKind};

#[cfg(test)]
mod tests;
