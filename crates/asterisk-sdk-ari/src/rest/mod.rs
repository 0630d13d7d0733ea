//! The operations, in folders and files as the URLs are.
//!
//! Each operation is a builder that is sent when it is awaited:
//!
//! ```
//! # use asterisk_sdk_testkit::FakeAsterisk;
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let asterisk = FakeAsterisk::start().await?;
//! # let ari = asterisk_sdk_ari::Client::builder(asterisk.ari_url()).app("demo");
//! # let ari = ari.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
//! # asterisk.endpoint("PJSIP/100");
//! let call = ari.channels().originate("PJSIP/100").app("demo").timeout(20).await?;
//! call.hangup().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Where they begin: collections at the [`Client`](crate::Client) (`ari.channels()`), one object at its
//! [handle](crate::handle) (`ari.channel(id)`). Operations that make something choose its id
//! themselves unless `id(…)` sets one, and give a handle of it.
//!
//! # Parameters
//!
//! A parameter that is not set is not sent, and the server's default holds. Texts, numbers and
//! lists go in the query as long as they fit there, variables and what does not fit in a JSON body;
//! so commas in items of a list, and values of some thousand bytes, arrive as they are.
//!
//! # Errors
//!
//! All of them fail with a [`RestError`](crate::RestError). What is said of refusals is what
//! Asterisk 16.28 and 22.10 answer.
//!
//! # Cancel safety
//!
//! Dropping the future of an operation closes its connection and does not undo the operation: once
//! it was sent, Asterisk acts on it.

pub mod applications;
pub mod asterisk;
pub mod bridges;
pub mod channels;
pub mod custom;
pub mod device_states;
pub mod endpoints;
pub mod events;
mod macros;
pub mod mailboxes;
pub mod playbacks;
pub mod recordings;
pub mod sounds;
mod table;
#[cfg(test)]
mod tests;
mod variable;

pub use applications::EventSource;
use macros::operations;
pub(crate) use table::Listed;
pub use table::OperationType;
pub use variable::VariableValue;

use crate::request::Operation;

operations!(
    applications => ListApplications,
    applications => GetApplication,
    applications => FilterEvents,
    applications => UnsubscribeApplication,
    applications => SubscribeApplication,
    asterisk => DeleteConfigObject,
    asterisk => GetConfigObject,
    asterisk => UpdateConfigObject,
    asterisk => Info,
    asterisk => ListLogChannels,
    asterisk => DeleteLogChannel,
    asterisk => AddLogChannel,
    asterisk => RotateLogChannel,
    asterisk => ListModules,
    asterisk => UnloadModule,
    asterisk => GetModule,
    asterisk => LoadModule,
    asterisk => ReloadModule,
    asterisk => Ping,
    asterisk => GetGlobalVariable,
    asterisk => SetGlobalVariable,
    bridges => ListBridges,
    bridges => CreateBridge,
    bridges => DestroyBridge,
    bridges => GetBridge,
    bridges => AddChannel,
    bridges => StopMoh,
    bridges => StartMoh,
    bridges => Play,
    bridges => Record,
    bridges => RemoveChannel,
    bridges => GetVariable,
    bridges => SetVariable,
    bridges => GetVariables,
    bridges => SetVariables,
    bridges => ClearVideoSource,
    bridges => SetVideoSource,
    channels => ListChannels,
    channels => Originate,
    channels => CreateChannel,
    channels => ExternalMedia,
    channels => Hangup,
    channels => GetChannel,
    channels => Answer,
    channels => Continue,
    channels => Dial,
    channels => SendDtmf,
    channels => Unhold,
    channels => Hold,
    channels => StopMoh,
    channels => StartMoh,
    channels => MoveTo,
    channels => Unmute,
    channels => Mute,
    channels => Play,
    channels => Progress,
    channels => Record,
    channels => Redirect,
    channels => StopRing,
    channels => Ring,
    channels => GetRtpStatistics,
    channels => StopSilence,
    channels => StartSilence,
    channels => Snoop,
    channels => TransferProgress,
    channels => GetVariable,
    channels => SetVariable,
    channels => GetVariables,
    channels => SetVariables,
    device_states => ListDeviceStates,
    device_states => DeleteDeviceState,
    device_states => GetDeviceState,
    device_states => SetDeviceState,
    endpoints => ListEndpoints,
    endpoints => Refer,
    endpoints => SendMessage,
    endpoints => ListEndpointsByTechnology,
    endpoints => GetEndpoint,
    endpoints => ReferEndpoint,
    endpoints => SendMessageToEndpoint,
    events => ClaimChannel,
    events => UserEvent,
    mailboxes => ListMailboxes,
    mailboxes => DeleteMailbox,
    mailboxes => GetMailbox,
    mailboxes => UpdateMailbox,
    playbacks => Stop,
    playbacks => GetPlayback,
    playbacks => Control,
    recordings => CancelRecording,
    recordings => GetLiveRecording,
    recordings => UnmuteRecording,
    recordings => MuteRecording,
    recordings => UnpauseRecording,
    recordings => PauseRecording,
    recordings => StopRecording,
    recordings => ListStoredRecordings,
    recordings => DeleteStoredRecording,
    recordings => GetStoredRecording,
    recordings => CopyStoredRecording,
    recordings => DownloadStoredRecording,
    sounds => ListSounds,
    sounds => GetSound,
);
