//! Events, untyped and typed, one file a family.

mod channel;
mod core;
mod dial;
mod macros;

use std::borrow::Cow;

pub use self::channel::{Hangup, Newchannel, Newexten};
pub use self::core::{CoreShowChannel, CoreShowChannelsComplete, FullyBooted};
pub use self::dial::{OriginateReason, OriginateResponse};
use super::{Field, Kind, Message};
use macros::ami_events;

/// What happened in Asterisk: a name and headers.
///
/// Cloning costs a reference count. Typed forms are built on demand: [`Event::decode`] for one type,
/// [`Event::typed`] for any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event(Message);

impl Event {
    /// Takes a message whose first line is `Event:`; any other is given back.
    ///
    /// # Errors
    ///
    /// The message itself, when it is no event.
    pub fn new(message: Message) -> Result<Self, Message> {
        if message.kind() == Kind::Event { Ok(Self(message)) } else { Err(message) }
    }

    /// The event's name, such as `Hangup`.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        self.0.subject()
    }

    /// The first value of a header, as text.
    #[must_use]
    pub fn get(&self, header: &str) -> Option<Cow<'_, str>> {
        self.0.get(header)
    }

    /// All headers.
    #[must_use]
    pub fn message(&self) -> &Message {
        &self.0
    }

    /// Whether this is an event of type `E`, by its name.
    #[must_use]
    pub fn is<E: AmiEvent>(&self) -> bool {
        self.name().eq_ignore_ascii_case(E::NAME)
    }

    /// The event as an `E`, or `None` when it is another event.
    ///
    /// Fields that the server left out or wrote in an unexpected form are `None` in the result.
    #[must_use]
    pub fn decode<E: AmiEvent>(&self) -> Option<E> {
        self.is::<E>().then(|| E::from_event(self))
    }

    /// The event as one of all typed events.
    #[must_use]
    pub fn typed(&self) -> TypedEvent {
        TypedEvent::new(self)
    }
}

/// A typed event.
pub trait AmiEvent: Sized {
    /// The event's name as the server writes it.
    const NAME: &'static str;

    /// Each field's header and Rust type, for checks against an inventory.
    const FIELDS: &'static [(&'static str, &'static str)];

    /// Reads the fields, whatever the event's name is.
    fn from_event(event: &Event) -> Self;

    /// The event that it was read from.
    fn event(&self) -> &Event;
}

ami_events!(
    CoreShowChannel,
    CoreShowChannelsComplete,
    FullyBooted,
    Hangup,
    Newchannel,
    Newexten,
    OriginateResponse,
);
