//! Models: the objects that replies and events carry.

mod application;
mod asterisk;
mod bridge;
mod caller;
mod channel;
mod device;
mod endpoint;
pub(super) mod macros;
mod module;
mod playback;
mod recording;
mod rest;
mod rtp;
mod transfer;
mod variable;

use bytes::Bytes;
use serde::de::DeserializeSeed;
use serde_json::Value;

use super::Schema;
use super::field::{Field, FieldSeed, Source};
use crate::Text;
use crate::error::ParseError;
pub use application::{Application, EventFilter};
pub use asterisk::{
    AsteriskInfo, AsteriskPing, BuildInfo, ConfigInfo, SetId, StatusInfo, SystemInfo,
};
pub use bridge::{Bridge, BridgeTechnology, BridgeType, VideoMode};
pub use caller::CallerId;
pub use channel::{Channel, Dialed, DialplanCep};
pub use device::{Device, Mailbox};
pub use endpoint::{ContactInfo, Endpoint, EndpointState, Peer, Technology, TextMessage};
pub use module::{LogChannel, LogStatus, LogType, Module, ModuleState, SupportLevel};
pub use playback::{Playback, PlaybackState};
pub use recording::{
    FileFormat, FormatLangPair, LiveRecording, RecordingState, Sound, StoredRecording,
};
pub use rest::{RestHeader, RestQueryStringParameter, RestRequest};
pub use rtp::RtpStat;
pub use transfer::{AdditionalParam, ReferTo, ReferredBy, RequiredDestination};
pub use variable::{ConfigTuple, Variable, Variables};

pub use crate::ami::event::{ContactState, PeerState};
use macros::models;

models!(
    AdditionalParam,
    Application,
    AsteriskInfo,
    AsteriskPing,
    Bridge,
    BuildInfo,
    CallerId,
    Channel,
    ConfigInfo,
    ConfigTuple,
    ContactInfo,
    Device,
    Dialed,
    DialplanCep,
    Endpoint,
    EventFilter,
    FormatLangPair,
    LiveRecording,
    LogChannel,
    Mailbox,
    Module,
    Peer,
    Playback,
    ReferTo,
    ReferredBy,
    RequiredDestination,
    RestHeader,
    RestQueryStringParameter,
    RestRequest,
    RtpStat,
    SetId,
    Sound,
    StatusInfo,
    StoredRecording,
    SystemInfo,
    TextMessage,
    Variable,
    Variables,
);

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
    /// Its name and properties, for checks against an inventory.
    const SCHEMA: Schema;

    /// What has no field: all that is in `extra`, here and in the models within, each with the path to
    /// it, such as `caller.language`.
    fn extras(&self) -> Vec<(String, &Value)>;
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
fn read<T: Field>(body: &Text, expected: &'static str) -> Result<T, ParseError> {
    let mut json = serde_json::Deserializer::from_str(body);
    let mut value = T::missing();
    let seed = FieldSeed { into: &mut value, source: Source(body) };
    let read = seed.deserialize(&mut json);
    match read.and_then(|odd| json.end().map(|()| odd)) {
        // `null` reads as what is missing, which is right for a field only.
        Ok(None) if !body.trim_ascii_start().starts_with("null") => Ok(value),
        _ => Err(ParseError::new(expected, body.as_bytes())),
    }
}
