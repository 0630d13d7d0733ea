//! Models: the objects that replies and events carry.

mod asterisk;
mod bridge;
mod caller;
mod channel;
mod macros;
mod playback;

use bytes::Bytes;
use serde::de::DeserializeSeed;

use super::field::{Field, FieldSeed, Read, Source};
use crate::Text;
use crate::error::ParseError;
pub use asterisk::{AsteriskInfo, BuildInfo, ConfigInfo, SetId, StatusInfo, SystemInfo};
pub use bridge::{Bridge, BridgeTechnology, BridgeType, VideoMode};
pub use caller::CallerId;
pub use channel::{Channel, DialplanCep};
pub use playback::{Playback, PlaybackState};

/// What a reply's body can be read as.
pub trait FromJson: Sized {
    /// Reads a reply's body. Text in the result shares the buffer.
    ///
    /// # Errors
    ///
    /// When the body is not JSON or not an object (for lists: an array).
    fn from_json(body: &Bytes) -> Result<Self, ParseError>;
}

/// A model of ARI.
///
/// Models are [`Default`]: what a server leaves out is empty text, zero or `None`.
pub trait Model: FromJson + Field + Default {
    /// Each property's name on the wire and its Rust type, for checks against an inventory.
    const FIELDS: &'static [(&'static str, &'static str)];
}

/// Operations without a result: whatever the body holds is ignored.
impl FromJson for () {
    fn from_json(_: &Bytes) -> Result<Self, ParseError> {
        Ok(())
    }
}

impl<M: Model> FromJson for Vec<M> {
    fn from_json(body: &Bytes) -> Result<Self, ParseError> {
        read_body(body, "a JSON array")
    }
}

/// Reads the body of a reply, which has to be UTF-8.
pub(super) fn read_body<T: Field>(body: &Bytes, expected: &'static str) -> Result<T, ParseError> {
    let text = Text::from_bytes(body.clone());
    if text.as_bytes() == body {
        read(&text, expected)
    } else {
        Err(ParseError::new(expected, body))
    }
}

/// Reads one whole document.
pub(super) fn read<T: Field>(body: &Text, expected: &'static str) -> Result<T, ParseError> {
    let mut json = serde_json::Deserializer::from_str(body);
    let read = FieldSeed::<T>::new(Source(body)).deserialize(&mut json);
    match read.and_then(|value| json.end().map(|()| value)) {
        // `null` reads as what is missing, which is right for a field only.
        Ok(Read::Good(value)) if !body.trim_ascii_start().starts_with("null") => Ok(value),
        _ => Err(ParseError::new(expected, body.as_bytes())),
    }
}
