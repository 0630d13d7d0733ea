//! How the value of a header becomes a typed field.

use super::Message;
use crate::{ActionId, BridgeId, ChannelId, ChannelState, HangupCause, LinkedId, Text};

/// A field of a typed event, read by the header's name.
///
/// Reading never fails: what is absent, empty or of an unexpected form is `None`, and the message
/// keeps the text.
pub trait Field: Sized {
    /// Reads the field from the header called `name` (for a snapshot: from the headers that begin
    /// with it).
    fn read(message: &Message, name: &str) -> Self;
}

impl Field for Option<Text> {
    fn read(message: &Message, name: &str) -> Self {
        message.known(name)
    }
}

impl Field for Vec<Text> {
    fn read(message: &Message, name: &str) -> Self {
        message.texts(name).collect()
    }
}

/// Fields that are numbers in decimal.
macro_rules! number_fields {
    ($($number:ty),+) => {
        $(impl Field for Option<$number> {
            fn read(message: &Message, name: &str) -> Self {
                message.get(name)?.trim().parse().ok()
            }
        })+
    };
}

number_fields!(u32, u64, i32, i64);

impl Field for Option<bool> {
    fn read(message: &Message, name: &str) -> Self {
        let value = message.value(name)?;
        let is = |words: &[&str]| words.iter().any(|w| value.eq_ignore_ascii_case(w.as_bytes()));
        if is(&["1", "yes", "true", "on"]) {
            Some(true)
        } else if is(&["0", "no", "false", "off"]) {
            Some(false)
        } else {
            None
        }
    }
}

/// An id is not empty.
pub(super) fn id<T: From<Text>>(text: Option<Text>) -> Option<T> {
    text.filter(|text| !text.is_empty()).map(T::from)
}

/// Fields that are a non-empty, known id.
macro_rules! id_fields {
    ($($id:ty),+) => {
        $(impl Field for Option<$id> {
            fn read(message: &Message, name: &str) -> Self {
                id(message.known(name))
            }
        })+
    };
}

id_fields!(ActionId, BridgeId, ChannelId, LinkedId);

impl Field for Option<HangupCause> {
    fn read(message: &Message, name: &str) -> Self {
        Option::<u32>::read(message, name).map(HangupCause::from)
    }
}

impl Field for Option<ChannelState> {
    /// States come as numbers (`ChannelState`) and as words (`ChannelStateDesc`).
    fn read(message: &Message, name: &str) -> Self {
        state(&message.get(name)?)
    }
}

pub(super) fn state(text: &str) -> Option<ChannelState> {
    if text == "<unknown>" {
        return None;
    }
    match text.parse() {
        Ok(code) => ChannelState::from_code(code),
        Err(_) => Some(ChannelState::from(text)),
    }
}
