//! Audio in and out of Asterisk calls.
//!
//! A [`MediaStream`] is the audio of one call, whichever transport carries it:
//!
//! | transport | module | Asterisk | sound quality |
//! |---|---|---|---|
//! | chan_websocket | [`websocket`] | 22.5 and later | every format; Asterisk plays from a queue of its own |
//! | AudioSocket | [`audiosocket`] | 18 and later, `chan_audiosocket` or `app_audiosocket` | linear at every rate, G.711 |
//! | RTP | [`rtp`] | all, `chan_rtp` | G.711, G.722, linear at 8 kHz to Asterisk; every format from it |
//!
//! ```no_run
//! use asterisk_sdk_media::{MediaError, MediaEvent, MediaStream};
//!
//! /// Lets the caller hear himself.
//! async fn echo(stream: MediaStream) -> Result<(), MediaError> {
//!     while let Some(event) = stream.next().await {
//!         match event {
//!             MediaEvent::Audio(frame) => stream.write(frame.data).await?,
//!             MediaEvent::Dtmf('#') => break,
//!             _ => {}
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! # How the data flows
//!
//! ```text
//! write → queue (1 MiB) → clock: a frame every 20 ms → socket → Asterisk
//!
//! Asterisk → socket → frame → queue (250 frames) → next
//! ```
//!
//! One task for each stream owns the socket. Writing waits while the queue is full. Reading never holds up
//! Asterisk: when nobody takes the frames, the oldest are dropped, and counted.
//!
//! # Barge-in
//!
//! [`MediaStream::flush`] drops what was written and not played yet, here and in Asterisk;
//! [`MediaStream::mark`] tells what was played.

pub mod audiosocket;
mod board;
mod direct;
mod driver;
mod error;
mod event;
mod format;
mod frame;
pub mod g711;
mod incoming;
mod keying;
mod listen;
mod options;
mod outgoing;
mod pace;
pub mod rtp;
mod shared;
mod stream;
pub mod websocket;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(feature = "tls")]
pub use asterisk_sdk_tls::{ServerTls, Tls, TlsError};
pub use error::{ConnectError, End, MediaError};
pub use event::{Direction, MediaEvent, Missed, Reached, Statistics, Status};
pub use format::Format;
pub use frame::{Frame, Packet, Samples};
pub use options::Options;
pub use stream::{Mark, MediaStream};
