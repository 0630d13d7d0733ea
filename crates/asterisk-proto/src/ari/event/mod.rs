//! Typed events, one file a family.

mod application;
mod channel;
mod macros;
mod playback;
mod stasis;

pub use application::ApplicationReplaced;
pub use channel::{ChannelDestroyed, ChannelDtmfReceived};
pub use playback::{PlaybackFinished, PlaybackStarted};
pub use stasis::{StasisEnd, StasisStart};

use super::Event;
use macros::ari_events;

/// A typed event.
pub trait AriEvent: Sized {
    /// The event's `type` as the server writes it.
    const NAME: &'static str;

    /// Each property's name on the wire and its Rust type, for checks against an inventory; those
    /// that all events have are left out.
    const FIELDS: &'static [(&'static str, &'static str)];

    /// Reads the properties, whatever the event's type is.
    fn from_event(event: &Event) -> Self;

    /// The event that it was read from.
    fn event(&self) -> &Event;
}

ari_events!(
    ApplicationReplaced,
    ChannelDestroyed,
    ChannelDtmfReceived,
    PlaybackFinished,
    PlaybackStarted,
    StasisEnd,
    StasisStart,
);
