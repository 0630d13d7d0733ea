//! What happens, before any protocol has put it into words.

use std::time::SystemTime;

use super::bridge::BridgeView;
use super::channel::{Ending, Party, Snapshot};
use super::media::{PlaybackView, RecordingView};

/// Something that happened, with what it was about as it was then.
#[derive(Debug, Clone)]
pub(crate) struct Happening {
    pub(crate) when: SystemTime,
    pub(crate) what: What,
    /// The Stasis applications that are told.
    pub(crate) apps: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    NewChannel(Snapshot),
    State(Snapshot),
    NewExten(Snapshot),
    CallerId(Snapshot),
    ConnectedLine(Snapshot),
    /// Without a channel it is a global one.
    Variable {
        channel: Option<Snapshot>,
        name: String,
        value: String,
    },
    Dial {
        stage: DialStage,
        caller: Option<Box<Snapshot>>,
        peer: Snapshot,
        string: String,
    },
    BridgeCreate(BridgeView),
    BridgeDestroy(BridgeView),
    BridgeEnter(BridgeView, Snapshot),
    BridgeLeave(BridgeView, Snapshot),
    DtmfBegin {
        channel: Snapshot,
        digit: char,
        received: bool,
    },
    DtmfEnd {
        channel: Snapshot,
        digit: char,
        millis: u32,
        received: bool,
    },
    HangupRequest {
        channel: Snapshot,
        ending: Ending,
    },
    SoftHangupRequest {
        channel: Snapshot,
        kind: u32,
        tech_cause: Option<u32>,
    },
    Hangup {
        channel: Snapshot,
        ending: Ending,
    },
    StasisStart {
        channel: Snapshot,
        args: Vec<String>,
    },
    StasisEnd {
        channel: Snapshot,
    },
    /// The application that it was to go to is not there.
    MoveFailed {
        channel: Snapshot,
        destination: String,
        args: Vec<String>,
    },
    Playback {
        stage: &'static str,
        playback: PlaybackView,
    },
    Recording {
        stage: &'static str,
        recording: RecordingView,
    },
    UserEvent {
        channel: Option<Snapshot>,
        name: String,
        fields: Vec<(String, String)>,
    },
    AgiStart {
        channel: Snapshot,
        id: u32,
        command: String,
    },
    AgiEnd {
        channel: Snapshot,
        id: u32,
        command: String,
        code: i32,
        result: &'static str,
    },
    OriginateResponse(OriginateResponse),
    DeviceState {
        device: String,
        state: &'static str,
    },
    /// The music's class; none when it stops.
    Music {
        channel: Snapshot,
        class: Option<String>,
    },
    Queue {
        event: &'static str,
        channel: Option<Snapshot>,
        peer: Option<Box<Snapshot>>,
        fields: Vec<(&'static str, String)>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DialStage {
    Begin,
    State(&'static str),
    End(&'static str),
}

#[derive(Debug, Clone)]
pub(crate) struct OriginateResponse {
    pub(crate) action_id: Option<String>,
    pub(crate) success: bool,
    pub(crate) channel: String,
    /// Context and Exten, or Application and Data.
    pub(crate) target: Vec<(&'static str, String)>,
    pub(crate) reason: u32,
    pub(crate) unique_id: String,
    pub(crate) caller: Party,
}
