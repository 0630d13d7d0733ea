//! Channels: `/channels`.

mod control;
mod create;
mod media;

use asterisk_proto::ari::model;
pub use control::{Answer, GetChannel, Hangup, HangupReason};
pub use create::Originate;
pub use media::Play;

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
}

operation!(
    /// Lists the channels that there are.
    #[request(GET, "/channels", Vec<model::Channel>)]
    pub struct ListChannels {}
);

awaits_output!(ListChannels);
