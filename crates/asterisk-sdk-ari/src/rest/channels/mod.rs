//! Channels: `/channels`.
//!
//! # Refusals
//!
//! Where nothing else is said, an operation on a channel is refused with 404 when there is no such
//! channel (any more), and with 409 when it is in no application: before its `StasisStart`, after
//! [`Continue`], or always if the dialplan or another program runs it. What Asterisk 16 does not
//! have is refused with 404 as well, with the message `Resource not found`.
//!
//! # What waits
//!
//! A channel does one thing after another. [`Answer`], and on Asterisk 22 [`SetVariable`] and
//! [`SetVariables`], are replied to when the channel has done it: while something is played to it or
//! recorded from it, that is at the end. All others are replied to at once (204) and done when it is
//! their turn; only events tell whether and when.

mod control;
mod create;
mod dialplan;
mod external;
mod media;
mod signal;
mod snoop;
mod variables;

use asterisk_proto::ari::model;
pub use control::{
    Answer, Dial, GetChannel, GetRtpStatistics, Hangup, HangupReason, Progress, Ring, StopRing,
};
pub use create::{CreateChannel, Originate};
pub use dialplan::{Continue, MoveTo, Redirect, TransferProgress, TransferState};
pub use external::{ConnectionType, Encapsulation, ExternalMedia, MediaDirection, MediaTransport};
pub use media::{Play, Record, StartMoh, StartSilence, StopMoh, StopSilence};
pub use signal::{Hold, Mute, MuteDirection, SendDtmf, Unhold, Unmute};
pub use snoop::{Snoop, SnoopDirection};
pub use variables::{GetVariable, GetVariables, SetVariable, SetVariables};

use super::macros::{awaits_output, operation};
use crate::client::Client;

/// Operations on all channels.
#[derive(Debug, Clone, Copy)]
pub struct Channels<'a>(pub(crate) &'a Client);

impl Channels<'_> {
    /// Lists the channels that there are.
    pub fn list(&self) -> ListChannels {
        ListChannels::new(self.0.clone())
    }

    /// Calls an endpoint: `PJSIP/100`, `Local/600@default`.
    pub fn originate(&self, endpoint: impl Into<String>) -> Originate {
        Originate::new(self.0.clone(), endpoint.into())
    }

    /// Makes a channel to an endpoint that is not called yet; [`Channel::dial`] does it.
    ///
    /// [`Channel::dial`]: crate::handle::Channel::dial
    pub fn create(&self, endpoint: impl Into<String>, app: impl Into<String>) -> CreateChannel {
        CreateChannel::new(self.0.clone(), endpoint.into(), app.into())
    }

    /// Makes a channel whose audio goes to and comes from another program, in this format: `ulaw`,
    /// `slin16`.
    pub fn external_media(
        &self,
        app: impl Into<String>,
        format: impl Into<String>,
    ) -> ExternalMedia {
        ExternalMedia::new(self.0.clone(), app.into(), format.into())
    }
}

operation!(
    /// Lists the channels that there are, in any application or in none.
    #[request(GET, "/channels", Vec<model::Channel>)]
    pub struct ListChannels {}
);

awaits_output!(ListChannels);
