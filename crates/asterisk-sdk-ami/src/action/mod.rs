//! Actions: what can be asked of Asterisk.
//!
//! An action takes what it requires in `new` and the rest by setters, and has an output of its own: a value, a
//! list, a configuration, lines, or just the server's word. Each family has a module below, named as that of its
//! [events](crate::event), and all types are here as well. What has no type is sent as [`Custom`], and a header
//! that a type does not know by [`Send::header`](crate::Send::header).
//!
//! ```
//! # use asterisk_sdk_testkit::FakeAsterisk;
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let asterisk = FakeAsterisk::builder().dialplan("[default]\nexten = 600,1,Queue(support)\nexten = 601,1,Wait(60)").start().await?;
//! # let manager = asterisk_sdk_ami::Manager::builder(asterisk.ami_address().to_string());
//! # let manager = manager.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
//! # asterisk.add_queue("support", ["PJSIP/100"]);
//! # asterisk.endpoint("PJSIP/100").place_call("601")?.set_variable("AGENT", "Ada");
//! # assert!(asterisk.place_call("600")?.reaches("Queue").await);
//! use asterisk_sdk_ami::action::{Getvar, QueuePause, QueueStatus, QueueStatusItem};
//!
//! let agent: String = manager.send(Getvar::new("AGENT").channel("PJSIP/100-00000000")).await?;
//! manager.send(QueuePause::new("PJSIP/100", true).queue("support").reason("lunch")).await?;
//! for item in manager.send(QueueStatus::new().queue("support")).await? {
//!     if let QueueStatusItem::Caller(caller) = item {
//!         println!("{agent} sees {:?} at {:?}", caller.channel, caller.position);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

pub mod agent;
pub mod agi;
pub mod aoc;
pub mod bridge;
pub mod cdr;
pub mod channel;
pub mod channel_list;
pub mod confbridge;
pub mod config;
pub mod core;
mod custom;
pub mod dahdi;
pub mod database;
pub mod dialplan;
pub mod dtmf;
pub mod events;
pub mod fax;
mod header;
pub mod iax;
pub mod local;
mod macros;
pub mod meetme;
pub mod message;
pub mod originate;
mod output;
pub mod parking;
pub mod pjsip;
pub mod queue;
pub mod queue_member;
pub mod recording;
pub mod sip;
pub mod skinny;
pub mod sorcery;
pub mod state;
pub mod transfer;
pub mod user;
mod value;
pub mod voicemail;

use std::time::Duration;

use asterisk_proto::ami::{AmiEvent, Event, Response};

pub use self::agent::*;
pub use self::agi::*;
pub use self::aoc::*;
pub use self::bridge::*;
pub use self::cdr::*;
pub use self::channel::*;
pub use self::channel_list::*;
pub use self::confbridge::*;
pub use self::config::*;
pub use self::core::*;
pub use self::custom::Custom;
pub use self::dahdi::*;
pub use self::database::*;
pub use self::dialplan::*;
pub use self::dtmf::*;
pub use self::events::*;
pub use self::fax::*;
pub(crate) use self::header::encode;
pub use self::header::{HeaderValue, Headers};
pub use self::iax::*;
pub use self::local::*;
pub use self::meetme::*;
pub use self::message::*;
pub(crate) use self::originate::AwaitedOriginate;
pub use self::originate::*;
pub use self::parking::*;
pub use self::pjsip::*;
pub use self::queue::*;
pub use self::queue_member::*;
pub use self::recording::*;
pub use self::sip::*;
pub use self::skinny::*;
pub use self::sorcery::*;
pub use self::state::*;
pub use self::transfer::*;
pub use self::user::*;
pub use self::voicemail::*;
use crate::error::ActionError;
use macros::ami_actions;

/// The longest line that Asterisk takes, in bytes without its end.
pub const MAX_LINE: usize = 1022;

/// The most lines that Asterisk takes in one action.
pub const MAX_LINES: usize = 128;

/// Something that can be asked of Asterisk, and what comes back.
pub trait Action {
    /// What the action yields when the server accepts it.
    type Output;

    /// The action's name, the value of `Action:`.
    fn name(&self) -> &str;

    /// Writes the headers behind `Action` and `ActionID`, if there are any.
    fn headers(&self, _headers: &mut Headers) {}

    /// What ends the action.
    fn expect(&self) -> Expect {
        Expect::Response
    }

    /// Reads the output from a reply whose response is no error.
    ///
    /// # Errors
    ///
    /// [`ActionError::Incomplete`] when the reply lacks what the output needs.
    fn output(reply: Reply) -> Result<Self::Output, ActionError>;

    /// What makes the output of a list while its items arrive, in place of [`Action::output`], which
    /// sees them when the list is whole. It saves time with long lists and need not be there.
    #[must_use]
    fn collector() -> Option<Box<dyn Collect<Self::Output>>> {
        None
    }
}

/// Makes the output of a list while its items arrive.
pub trait Collect<O>: Send {
    /// Takes the next item.
    fn item(&mut self, event: Event);

    /// Makes the output, after all items; the reply has none of them.
    ///
    /// # Errors
    ///
    /// [`ActionError::Incomplete`] when the reply lacks what the output needs.
    fn output(self: Box<Self>, reply: Reply) -> Result<O, ActionError>;
}

/// An action that the crate has a type for.
pub trait NamedAction: Action {
    /// The action's name, the value of `Action:`.
    const NAME: &'static str;

    /// The headers that it may write, beside `Action` and `ActionID`. Where their number is not fixed,
    /// as in `Line-000000`, the name without the number.
    const PARAMETERS: &'static [&'static str];
}

/// An entry of the table of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActionType {
    /// The action's name.
    pub name: &'static str,
    /// The headers that it may write; see [`NamedAction::PARAMETERS`].
    pub parameters: &'static [&'static str],
}

ami_actions!(
    channel::AbsoluteTimeout,
    agent::AgentLogoff,
    agent::Agents,
    agi::Agi,
    aoc::AocMessage,
    transfer::Atxfer,
    transfer::BlindTransfer,
    bridge::Bridge,
    bridge::BridgeDestroy,
    bridge::BridgeInfo,
    bridge::BridgeKick,
    bridge::BridgeList,
    bridge::BridgeTechnologyList,
    bridge::BridgeTechnologySuspend,
    bridge::BridgeTechnologyUnsuspend,
    transfer::CancelAtxfer,
    core::Challenge,
    recording::ChangeMonitor,
    core::Command,
    confbridge::ConfbridgeKick,
    confbridge::ConfbridgeList,
    confbridge::ConfbridgeListRooms,
    confbridge::ConfbridgeLock,
    confbridge::ConfbridgeMohOff,
    confbridge::ConfbridgeMohOn,
    confbridge::ConfbridgeMute,
    confbridge::ConfbridgePlayFile,
    confbridge::ConfbridgeSetSingleVideoSrc,
    confbridge::ConfbridgeStartRecord,
    confbridge::ConfbridgeStopRecord,
    confbridge::ConfbridgeUnlock,
    confbridge::ConfbridgeUnmute,
    channel::ControlPlayback,
    core::CoreSettings,
    channel_list::CoreShowChannelMap,
    channel_list::CoreShowChannels,
    core::CoreStatus,
    config::CreateConfig,
    dahdi::DahdiDialOffhook,
    dahdi::DahdiDndOff,
    dahdi::DahdiDndOn,
    dahdi::DahdiHangup,
    dahdi::DahdiRestart,
    dahdi::DahdiShowChannels,
    dahdi::DahdiShowStatus,
    dahdi::DahdiTransfer,
    database::DbDel,
    database::DbDelTree,
    database::DbGet,
    database::DbGetTree,
    database::DbPut,
    state::DeviceStateList,
    dialplan::DialplanExtensionAdd,
    dialplan::DialplanExtensionRemove,
    events::Events,
    state::ExtensionState,
    state::ExtensionStateList,
    fax::FaxSession,
    fax::FaxSessions,
    fax::FaxStats,
    events::Filter,
    events::FilterList,
    config::GetConfig,
    config::GetConfigJson,
    channel::Getvar,
    channel::Hangup,
    iax::IaxNetStats,
    iax::IaxPeerList,
    iax::IaxPeers,
    iax::IaxRegistry,
    message::JabberSend,
    config::ListCategories,
    core::ListCommands,
    local::LocalOptimizeAway,
    core::LoggerRotate,
    core::Login,
    core::Logoff,
    voicemail::MailboxCount,
    voicemail::MailboxStatus,
    meetme::MeetmeList,
    meetme::MeetmeListRooms,
    meetme::MeetmeMute,
    meetme::MeetmeUnmute,
    message::MessageSend,
    recording::MixMonitor,
    recording::MixMonitorMute,
    core::ModuleCheck,
    core::ModuleLoad,
    recording::Monitor,
    channel::MuteAudio,
    voicemail::MwiDelete,
    voicemail::MwiGet,
    voicemail::MwiUpdate,
    originate::Originate,
    parking::Park,
    parking::ParkedCalls,
    parking::Parkinglots,
    recording::PauseMonitor,
    core::Ping,
    pjsip::PjsipHangup,
    pjsip::PjsipNotify,
    pjsip::PjsipQualify,
    pjsip::PjsipRegister,
    pjsip::PjsipSetMaintenance,
    pjsip::PjsipShowAors,
    pjsip::PjsipShowAuths,
    pjsip::PjsipShowContacts,
    pjsip::PjsipShowEndpoint,
    pjsip::PjsipShowEndpoints,
    pjsip::PjsipShowMaintenance,
    pjsip::PjsipShowRegistrationInboundContactStatuses,
    pjsip::PjsipShowRegistrationsInbound,
    pjsip::PjsipShowRegistrationsOutbound,
    pjsip::PjsipShowResourceLists,
    pjsip::PjsipShowSubscriptionsInbound,
    pjsip::PjsipShowSubscriptionsOutbound,
    pjsip::PjsipUnregister,
    dtmf::PlayDtmf,
    dtmf::PlayMf,
    state::PresenceState,
    state::PresenceStateList,
    dahdi::PriDebugFileSet,
    dahdi::PriDebugFileUnset,
    dahdi::PriDebugSet,
    dahdi::PriShowSpans,
    queue_member::QueueAdd,
    queue::QueueChangePriorityCaller,
    queue::QueueLog,
    queue_member::QueueMemberRingInUse,
    queue_member::QueuePause,
    queue_member::QueuePenalty,
    queue::QueueReload,
    queue_member::QueueRemove,
    queue::QueueReset,
    queue::QueueRule,
    queue::QueueStatus,
    queue::QueueSummary,
    queue::QueueWithdrawCaller,
    channel::Redirect,
    core::Reload,
    dtmf::SendFlash,
    message::SendText,
    cdr::SetCdrUserField,
    channel::Setvar,
    dialplan::ShowDialPlan,
    sip::SipNotify,
    sip::SipPeers,
    sip::SipPeerStatus,
    sip::SipQualify,
    sip::SipQualifyPeer,
    sip::SipShowPeer,
    sip::SipShowRegistry,
    skinny::SkinnyDevices,
    skinny::SkinnyLines,
    skinny::SkinnyShowDevice,
    skinny::SkinnyShowLine,
    sorcery::SorceryMemoryCacheExpire,
    sorcery::SorceryMemoryCacheExpireObject,
    sorcery::SorceryMemoryCachePopulate,
    sorcery::SorceryMemoryCacheStale,
    sorcery::SorceryMemoryCacheStaleObject,
    channel_list::Status,
    recording::StopMixMonitor,
    recording::StopMonitor,
    recording::UnpauseMonitor,
    config::UpdateConfig,
    user::UserEvent,
    voicemail::VoicemailBoxSummary,
    voicemail::VoicemailForward,
    voicemail::VoicemailMove,
    voicemail::VoicemailRefresh,
    voicemail::VoicemailRemove,
    voicemail::VoicemailUsersList,
    voicemail::VoicemailUserStatus,
    events::WaitEvent,
);

/// What ends an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expect {
    /// The response, or the end of the list that the response announces.
    Response,
    /// An event of this name with the action's ActionID, after a response that is no error.
    Event(&'static str),
}

/// All that came back for one action.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The response.
    pub response: Response,
    /// The items of its list, in order.
    pub items: Vec<Event>,
    /// The event that ended the list, or that the action waited for.
    pub complete: Option<Event>,
    /// From handing the action to the connection until all of this was there.
    pub round_trip: Duration,
}

impl Reply {
    pub(crate) fn new(response: Response, items: Vec<Event>, complete: Option<Event>) -> Self {
        Self { response, items, complete, round_trip: Duration::ZERO }
    }
}

/// A list: what the server answered, the typed items, and the event that ended it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aggregate<T> {
    /// The response that announced the list, or said that there is none.
    pub response: Response,
    /// The items, in the server's order.
    pub items: Vec<T>,
    /// Items of another kind than `T`.
    pub others: Vec<Event>,
    /// The event that ended the list; nothing when the server answered without one.
    pub complete: Option<Event>,
}

/// An item of a list: a typed event, or an enum over those of a mixed list.
pub trait ListItem: Sized + Send + 'static {
    /// Reads an item.
    ///
    /// # Errors
    ///
    /// The event itself, when it is another kind of item.
    fn from_item(event: Event) -> Result<Self, Event>;
}

impl<E: AmiEvent> ListItem for E {
    fn from_item(event: Event) -> Result<Self, Event> {
        if event.is::<E>() { Ok(E::from_event(&event)) } else { Err(event) }
    }
}

impl<T: ListItem> Aggregate<T> {
    pub(crate) fn new(mut reply: Reply) -> Self {
        let mut list = Collected::with_capacity(reply.items.len());
        for event in reply.items.drain(..) {
            list.take(event);
        }
        list.finish(reply)
    }

    /// Whether the server broke the list off.
    #[must_use]
    pub fn cancelled(&self) -> bool {
        let end = self.complete.as_ref().and_then(|complete| complete.get("EventList"));
        end.is_some_and(|end| end.eq_ignore_ascii_case("Cancelled"))
    }

    /// Whether as many items came as the server says it sent.
    ///
    /// Some servers count wrong (`DBGetTree` of Asterisk 16 says 1 always), so this is a hint. A
    /// list that was broken off or ended without a count is not valid; an answer without a list is.
    #[must_use]
    pub fn valid(&self) -> bool {
        let count = self.items.len() + self.others.len();
        match &self.complete {
            None => count == 0,
            Some(complete) => {
                !self.cancelled()
                    && complete.get("ListItems").and_then(|n| n.trim().parse().ok()) == Some(count)
            }
        }
    }
}

/// The items of a list that have arrived.
pub(crate) struct Collected<T> {
    items: Vec<T>,
    others: Vec<Event>,
}

impl<T: ListItem> Collected<T> {
    pub(crate) fn with_capacity(items: usize) -> Self {
        Self { items: Vec::with_capacity(items), others: Vec::new() }
    }

    fn take(&mut self, event: Event) {
        match T::from_item(event) {
            Ok(item) => self.items.push(item),
            Err(event) => self.others.push(event),
        }
    }

    fn finish(mut self, reply: Reply) -> Aggregate<T> {
        // It had to grow for items whose number was not known.
        self.items.shrink_to_fit();
        let Self { items, others } = self;
        Aggregate { response: reply.response, items, others, complete: reply.complete }
    }
}

impl<T: ListItem> Collect<Aggregate<T>> for Collected<T> {
    fn item(&mut self, event: Event) {
        self.take(event);
    }

    fn output(self: Box<Self>, reply: Reply) -> Result<Aggregate<T>, ActionError> {
        Ok(self.finish(reply))
    }
}

impl<T> IntoIterator for Aggregate<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}
