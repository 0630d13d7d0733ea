//! The operations, in folders and files as the URLs are.
//!
//! Each operation is a builder that is sent when it is awaited:
//!
//! ```no_run
//! # async fn example(ari: asterisk_sdk_ari::Client) -> Result<(), asterisk_sdk_ari::RestError> {
//! let call = ari.channels().originate("PJSIP/100").app("demo").timeout(20).await?;
//! call.hangup().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Errors
//!
//! All of them fail with a [`RestError`](crate::RestError).
//!
//! # Cancel safety
//!
//! Dropping the future of an operation closes its connection and does not undo the operation: once
//! it was sent, Asterisk acts on it.

pub mod asterisk;
pub mod bridges;
pub mod channels;
pub mod custom;
mod macros;
pub mod playbacks;

#[cfg(test)]
mod tests;
