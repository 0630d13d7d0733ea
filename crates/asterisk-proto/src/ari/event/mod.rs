//! Typed events, one file a family.

mod application;
mod bridge;
mod call;
mod channel;
mod endpoint;
mod macros;
mod media;
mod playback;
mod recording;
mod rest;
mod stasis;
mod transfer;
mod user;

pub use application::{
    ApplicationMoveFailed, ApplicationRegistered, ApplicationReplaced, ApplicationUnregistered,
    MissingParams,
};
pub use bridge::{
    BridgeCreated, BridgeDestroyed, BridgeMerged, BridgeVideoSourceChanged, ChannelEnteredBridge,
    ChannelLeftBridge,
};
pub use call::{CallBroadcast, CallClaimed, Dial};
pub use channel::{
    ChannelCallerId, ChannelConnectedLine, ChannelCreated, ChannelDestroyed, ChannelDialplan,
    ChannelHangupRequest, ChannelStateChange, ChannelVarset,
};
pub use endpoint::{
    ContactStatusChange, DeviceStateChanged, EndpointStateChange, PeerStatusChange,
    TextMessageReceived,
};
pub use media::{
    ChannelDtmfReceived, ChannelHold, ChannelTalkingFinished, ChannelTalkingStarted,
    ChannelToneDetected, ChannelUnhold,
};
pub use playback::{PlaybackContinuing, PlaybackFinished, PlaybackStarted};
pub use recording::{RecordingFailed, RecordingFinished, RecordingStarted};
pub use rest::RestResponse;
pub use stasis::{StasisEnd, StasisStart};
pub use transfer::{BridgeAttendedTransfer, BridgeBlindTransfer, ChannelTransfer, TransferState};
pub use user::ChannelUserevent;

pub use crate::ami::event::{AttendedTransferType, DialStatus, TransferResult};

use serde_json::Value;

use super::{Event, Schema};
use macros::ari_events;

/// A typed event.
pub trait AriEvent: Sized {
    /// Its type and properties, for checks against an inventory; properties that all events have are
    /// left out.
    const SCHEMA: Schema;

    /// The event's `type` as the server writes it.
    const NAME: &'static str = Self::SCHEMA.name;

    /// Reads the properties, whatever the event's type is.
    fn from_event(event: &Event) -> Self;

    /// The event that it was read from.
    fn event(&self) -> &Event;

    /// What has no field: all that is in `extra`, here and in the models within, each with the path to
    /// it, such as `channel.caller.language`.
    fn extras(&self) -> Vec<(String, &Value)>;
}

ari_events!(
    ApplicationMoveFailed,
    ApplicationRegistered,
    ApplicationReplaced,
    ApplicationUnregistered,
    BridgeAttendedTransfer,
    BridgeBlindTransfer,
    BridgeCreated,
    BridgeDestroyed,
    BridgeMerged,
    BridgeVideoSourceChanged,
    CallBroadcast,
    CallClaimed,
    ChannelCallerId,
    ChannelConnectedLine,
    ChannelCreated,
    ChannelDestroyed,
    ChannelDialplan,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelHangupRequest,
    ChannelHold,
    ChannelLeftBridge,
    ChannelStateChange,
    ChannelTalkingFinished,
    ChannelTalkingStarted,
    ChannelToneDetected,
    ChannelTransfer,
    ChannelUnhold,
    ChannelUserevent,
    ChannelVarset,
    ContactStatusChange,
    DeviceStateChanged,
    Dial,
    EndpointStateChange,
    MissingParams,
    PeerStatusChange,
    PlaybackContinuing,
    PlaybackFinished,
    PlaybackStarted,
    RecordingFailed,
    RecordingFinished,
    RecordingStarted,
    RestResponse,
    StasisEnd,
    StasisStart,
    TextMessageReceived,
);
