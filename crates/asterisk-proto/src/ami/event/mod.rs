//! Events, untyped and typed.
//!
//! An [`Event`] is what arrived; [`Event::decode`] makes one type of it, [`Event::typed`] whichever type it
//! has. Each family has a module below, and all types are here as well. What a type has no field for is
//! at hand all the same:
//!
//! ```
//! use asterisk_proto::ami::event::{Hangup, TypedEvent};
//! use asterisk_proto::ami::{AmiEvent, Event, Message};
//!
//! let text = "Event: Hangup\r\nUniqueid: 1795247806.3\r\nCause: 17\r\nX-Order: 4711\r\n\r\n";
//! let event = Event::new(Message::parse(text.into())?).expect("an event");
//! let hangup: Hangup = event.decode().expect("a hangup");
//! assert_eq!(hangup.cause.map(|cause| cause.code()), Some(17));
//! let other: Vec<_> = hangup.other_headers().map(|header| header.value_lossy()).collect();
//! assert_eq!(other, ["4711"]);
//! assert!(matches!(event.typed(), TypedEvent::Hangup(same) if *same == hangup));
//! # Ok::<(), asterisk_proto::error::ParseError>(())
//! ```

pub mod agent;
pub mod agi;
pub mod aoc;
pub mod bridge;
pub mod call_completion;
pub mod cdr;
pub mod channel;
pub mod channel_list;
pub mod confbridge;
pub mod core;
pub mod dahdi;
pub mod database;
pub mod dial;
pub mod dialplan;
pub mod dtmf;
pub mod fax;
pub mod hold;
pub mod local;
mod macros;
pub mod meetme;
pub mod originate;
pub mod parking;
pub mod peer;
pub mod pjsip;
pub mod queue;
pub mod queue_member;
pub mod recording;
pub mod rtcp;
pub mod security;
pub mod spy;
pub mod state;
pub mod transfer;
mod types;
pub mod user;
pub mod voicemail;

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

pub use self::agent::*;
pub use self::agi::*;
pub use self::aoc::*;
pub use self::bridge::*;
pub use self::call_completion::*;
pub use self::cdr::*;
pub use self::channel::*;
pub use self::channel_list::*;
pub use self::confbridge::*;
pub use self::core::*;
pub use self::dahdi::*;
pub use self::database::*;
pub use self::dial::*;
pub use self::dialplan::*;
pub use self::dtmf::*;
pub use self::fax::*;
pub use self::hold::*;
pub use self::local::*;
pub use self::meetme::*;
pub use self::originate::*;
pub use self::parking::*;
pub use self::peer::*;
pub use self::pjsip::*;
pub use self::queue::*;
pub use self::queue_member::*;
pub use self::recording::*;
pub use self::rtcp::*;
pub use self::security::*;
pub use self::spy::*;
pub use self::state::*;
pub use self::transfer::*;
pub use self::types::{EventType, FieldType};
pub use self::user::*;
pub use self::voicemail::*;
use super::field::unix_time;
use super::{Header, Kind, Message};
use crate::Text;
use macros::ami_events;
use types::other_headers;

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

    /// Headers that any event may have.
    pub const COMMON: &'static [&'static str] = &[
        "Event",
        "Privilege",
        "ActionID",
        "Timestamp",
        "SystemName",
        "SequenceNumber",
        "File",
        "Line",
        "Func",
    ];

    /// The classes that a session must be allowed to read, such as `call,all` (`Privilege`).
    #[must_use]
    pub fn privilege(&self) -> Option<Text> {
        self.0.text("Privilege")
    }

    /// When it was raised, by the server's clock; only where `timestampevents` is on (`Timestamp`).
    #[must_use]
    pub fn timestamp(&self) -> Option<SystemTime> {
        unix_time(&self.0, "Timestamp")
    }

    /// The server's `systemname`, where it has one (`SystemName`).
    #[must_use]
    pub fn system_name(&self) -> Option<Text> {
        self.0.text("SystemName")
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
pub trait AmiEvent: Sized + Send + 'static {
    /// The event's name as the server writes it.
    const NAME: &'static str;

    /// The fields and where they are read from.
    const FIELDS: &'static [FieldType];

    /// Reads the fields, whatever the event's name is.
    fn from_event(event: &Event) -> Self;

    /// The event that it was read from.
    fn event(&self) -> &Event;

    /// Calls `visit` with each field's header (of a snapshot the prefix) and its value.
    fn visit(&self, visit: &mut dyn FnMut(&'static str, &dyn fmt::Debug));

    /// The headers that no field was read from, in the server's order: what `UserEvent`s bring of
    /// their own, what a configuration adds, what a newer server has. [`Event::COMMON`] are not among
    /// them.
    fn other_headers(&self) -> impl Iterator<Item = Header<'_>> {
        other_headers(self.event(), Self::FIELDS)
    }
}

ami_events!(
    agent::AgentCalled,
    agent::AgentComplete,
    agent::AgentConnect,
    agent::AgentDump,
    agent::AgentLogin,
    agent::AgentLogoff,
    agent::AgentRingNoAnswer,
    agent::Agents,
    agent::AgentsComplete,
    agi::AgiExec,
    agi::AgiExecEnd,
    agi::AgiExecStart,
    dahdi::Alarm,
    dahdi::AlarmClear,
    aoc::AocD,
    aoc::AocE,
    aoc::AocS,
    pjsip::AorDetail,
    pjsip::AorList,
    pjsip::AorListComplete,
    agi::AsyncAgi,
    agi::AsyncAgiEnd,
    agi::AsyncAgiExec,
    agi::AsyncAgiStart,
    transfer::AttendedTransfer,
    pjsip::AuthDetail,
    pjsip::AuthList,
    pjsip::AuthListComplete,
    security::AuthMethodNotAllowed,
    transfer::BlindTransfer,
    bridge::BridgeCreate,
    bridge::BridgeDestroy,
    bridge::BridgeEnter,
    bridge::BridgeInfoChannel,
    bridge::BridgeInfoComplete,
    bridge::BridgeLeave,
    bridge::BridgeListComplete,
    bridge::BridgeListItem,
    bridge::BridgeMerge,
    bridge::BridgeTechnologyListComplete,
    bridge::BridgeTechnologyListItem,
    bridge::BridgeVideoSourceUpdate,
    call_completion::CcAvailable,
    call_completion::CcCallerRecalling,
    call_completion::CcCallerStartMonitoring,
    call_completion::CcCallerStopMonitoring,
    call_completion::CcFailure,
    call_completion::CcMonitorFailed,
    call_completion::CcOfferTimerStart,
    call_completion::CcRecallComplete,
    call_completion::CcRequestAcknowledged,
    call_completion::CcRequested,
    cdr::Cdr,
    cdr::Cel,
    security::ChallengeResponseFailed,
    security::ChallengeSent,
    channel_list::ChannelHungup,
    channel_list::ChannelsHungupListComplete,
    channel::ChannelTalkingStart,
    channel::ChannelTalkingStop,
    channel::ChannelUpdate,
    spy::ChanSpyStart,
    spy::ChanSpyStop,
    confbridge::ConfbridgeEnd,
    confbridge::ConfbridgeJoin,
    confbridge::ConfbridgeLeave,
    confbridge::ConfbridgeList,
    confbridge::ConfbridgeListComplete,
    confbridge::ConfbridgeListRooms,
    confbridge::ConfbridgeListRoomsComplete,
    confbridge::ConfbridgeMute,
    confbridge::ConfbridgeRecord,
    confbridge::ConfbridgeStart,
    confbridge::ConfbridgeStopRecord,
    confbridge::ConfbridgeTalking,
    confbridge::ConfbridgeUnmute,
    pjsip::ContactList,
    pjsip::ContactListComplete,
    pjsip::ContactStatus,
    pjsip::ContactStatusDetail,
    pjsip::ContactStatusDetailComplete,
    channel_list::CoreShowChannel,
    channel_list::CoreShowChannelMap,
    channel_list::CoreShowChannelMapComplete,
    channel_list::CoreShowChannelsComplete,
    dahdi::DahdiChannel,
    dahdi::DahdiShowChannels,
    dahdi::DahdiShowChannelsComplete,
    dahdi::DahdiShowStatus,
    dahdi::DahdiShowStatusComplete,
    database::DbGetComplete,
    database::DbGetResponse,
    database::DbGetTreeComplete,
    database::DbGetTreeResponse,
    core::DeadlockStart,
    peer::DeviceEntry,
    peer::DeviceListComplete,
    state::DeviceStateChange,
    state::DeviceStateListComplete,
    dial::DialBegin,
    dial::DialEnd,
    dial::DialState,
    dahdi::DndState,
    dtmf::Dtmf,
    dtmf::DtmfBegin,
    dtmf::DtmfEnd,
    pjsip::EndpointDetail,
    pjsip::EndpointDetailComplete,
    pjsip::EndpointList,
    pjsip::EndpointListComplete,
    state::ExtensionStateListComplete,
    state::ExtensionStatus,
    security::FailedAcl,
    fax::FaxSession,
    fax::FaxSessionsComplete,
    fax::FaxSessionsEntry,
    fax::FaxStats,
    fax::FaxStatus,
    dtmf::Flash,
    core::FullyBooted,
    channel::Hangup,
    channel::HangupHandlerPop,
    channel::HangupHandlerPush,
    channel::HangupHandlerRun,
    channel::HangupRequest,
    hold::Hold,
    pjsip::IdentifyDetail,
    pjsip::InboundRegistrationDetail,
    pjsip::InboundRegistrationDetailComplete,
    pjsip::InboundSubscriptionDetail,
    pjsip::InboundSubscriptionDetailComplete,
    security::InvalidAccountID,
    security::InvalidPassword,
    security::InvalidTransport,
    user::JabberStatus,
    peer::LineEntry,
    peer::LineListComplete,
    dialplan::ListDialplan,
    core::Load,
    security::LoadAverageLimit,
    local::LocalBridge,
    local::LocalOptimizationBegin,
    local::LocalOptimizationEnd,
    core::LogChannel,
    dahdi::Mcid,
    meetme::MeetmeEnd,
    meetme::MeetmeJoin,
    meetme::MeetmeLeave,
    meetme::MeetmeList,
    meetme::MeetmeListComplete,
    meetme::MeetmeListRooms,
    meetme::MeetmeListRoomsComplete,
    meetme::MeetmeMute,
    meetme::MeetmeTalking,
    meetme::MeetmeTalkRequest,
    security::MemoryLimit,
    voicemail::MessageWaiting,
    voicemail::MiniVoiceMail,
    recording::MixMonitorMute,
    recording::MixMonitorStart,
    recording::MixMonitorStop,
    user::MobileStatus,
    recording::MonitorStart,
    recording::MonitorStop,
    hold::MusicOnHoldStart,
    hold::MusicOnHoldStop,
    voicemail::MwiGet,
    voicemail::MwiGetComplete,
    channel::NewAccountCode,
    channel::NewCallerid,
    channel::Newchannel,
    channel::NewConnectedLine,
    dialplan::Newexten,
    channel::Newstate,
    originate::OriginateResponse,
    pjsip::OutboundRegistrationDetail,
    pjsip::OutboundRegistrationDetailComplete,
    pjsip::OutboundSubscriptionDetail,
    pjsip::OutboundSubscriptionDetailComplete,
    parking::ParkedCall,
    parking::ParkedCallGiveUp,
    parking::ParkedCallsComplete,
    parking::ParkedCallSwap,
    parking::ParkedCallTimeOut,
    parking::Parkinglot,
    parking::ParkinglotsComplete,
    peer::PeerEntry,
    peer::PeerListComplete,
    peer::PeerStatus,
    transfer::Pickup,
    pjsip::PjsipMaintenanceStatus,
    pjsip::PjsipMaintenanceStatusComplete,
    state::PresenceStateChange,
    state::PresenceStateListComplete,
    state::PresenceStatus,
    dahdi::PriShowSpans,
    dahdi::PriShowSpansComplete,
    queue::QueueCallerAbandon,
    queue::QueueCallerJoin,
    queue::QueueCallerLeave,
    queue::QueueEntry,
    queue_member::QueueMember,
    queue_member::QueueMemberAdded,
    queue_member::QueueMemberPause,
    queue_member::QueueMemberPaused,
    queue_member::QueueMemberPenalty,
    queue_member::QueueMemberRemoved,
    queue_member::QueueMemberRinginuse,
    queue_member::QueueMemberStatus,
    queue::QueueParams,
    queue::QueueStatusComplete,
    queue::QueueSummary,
    queue::QueueSummaryComplete,
    fax::ReceiveFax,
    peer::RegistrationsComplete,
    peer::Registry,
    peer::RegistryEntry,
    core::Reload,
    channel::Rename,
    security::RequestBadFormat,
    security::RequestNotAllowed,
    security::RequestNotSupported,
    pjsip::ResourceListDetail,
    pjsip::ResourceListDetailComplete,
    rtcp::RtcpReceived,
    rtcp::RtcpSent,
    fax::SendFax,
    security::SessionLimit,
    core::SessionTimeout,
    dialplan::ShowDialPlanComplete,
    core::Shutdown,
    peer::SipPeerStatusComplete,
    peer::SipQualifyPeerDone,
    channel::SoftHangupRequest,
    dahdi::SpanAlarm,
    dahdi::SpanAlarmClear,
    channel_list::Status,
    channel_list::StatusComplete,
    security::SuccessfulAuth,
    user::TestEvent,
    pjsip::TransportDetail,
    security::UnexpectedAddress,
    hold::Unhold,
    core::Unload,
    parking::UnParkedCall,
    user::UserEvent,
    channel::VarSet,
    voicemail::VoicemailBoxDetail,
    voicemail::VoicemailBoxDetailComplete,
    voicemail::VoicemailPasswordChange,
    voicemail::VoicemailUserDetail,
    voicemail::VoicemailUserDetailComplete,
    voicemail::VoicemailUserEntry,
    voicemail::VoicemailUserEntryComplete,
    user::WaitEventComplete,
    dtmf::Wink,
);
