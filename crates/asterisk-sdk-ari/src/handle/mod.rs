//! Handles: one object each, and what can be done with it.
//!
//! A handle is an id and a client: cheap to clone, and no promise that the object still exists.
//! The client gives one for whatever says which object is meant: an id, a model out of a reply or an
//! event, another handle.
//!
//! ```
//! # use asterisk_sdk_testkit::FakeAsterisk;
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let asterisk = FakeAsterisk::builder().dialplan("[default]\nexten = 600,1,Stasis(demo)").start().await?;
//! # let ari = asterisk_sdk_ari::Client::builder(asterisk.ari_url()).app("demo");
//! # let ari = ari.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
//! use asterisk_sdk_ari::event::StasisStart;
//!
//! let mut calls = ari.events().of::<StasisStart>();
//! # asterisk.place_call("600")?;
//! while let Some(call) = calls.next().await {
//!     let call = ari.channel(&call?.channel);
//!     let bridge = ari.bridges().create().await?;
//!     bridge.add_channel(&call).await?;
//!     bridge.start_moh().await?;
//!     # break;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Handles of objects that were made through this crate have heard their events since before the
//! request was sent; until somebody takes them, a handle holds as many as a subscription does.

mod application;
mod bridge;
mod channel;
mod device_state;
mod endpoint;
mod live_recording;
mod mailbox;
mod playback;
mod staged;
mod stored_recording;

pub use application::Application;
pub use bridge::Bridge;
pub use channel::Channel;
pub use device_state::DeviceState;
pub use endpoint::Endpoint;
pub use live_recording::{FinishedRecording, LiveRecording};
pub use mailbox::Mailbox;
pub use playback::{Finished, Playback};
use staged::{Staged, Wait};
pub use stored_recording::StoredRecording;
