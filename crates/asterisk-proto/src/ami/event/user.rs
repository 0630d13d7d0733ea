//! User events, and rare ones from tests, presence clients and mobile phones.

use std::fmt;

use super::super::field::word_fields;
use super::super::{ChannelSnapshot, Field, Message};
use super::macros::ami_event;
use crate::Text;
use crate::open_enum::open_enum;

ami_event!(
    /// Another user of the server's XMPP account came, left or changed presence (class `user`, module
    /// `res_xmpp`).
    #[event("JabberStatus")]
    pub struct JabberStatus {
        /// The server's account: a section of xmpp.conf.
        #[header("Account")]
        pub account: Option<Text>,
        /// The other's address.
        #[header("JID")]
        pub jid: Option<Text>,
        /// Where the other is logged in; absent when that is unknown.
        #[header("Resource")]
        pub resource: Option<Text>,
        /// The other's presence.
        #[header("Status")]
        pub status: Option<JabberPresence>,
        /// Which of several logins is preferred: the highest.
        #[header("Priority")]
        pub priority: Option<i32>,
        /// The other's words about it, often empty.
        #[header("Description")]
        pub description: Option<Text>,
    }
);

ami_event!(
    /// A mobile phone was connected or lost over Bluetooth (class `system`, module `chan_mobile`).
    #[event("MobileStatus")]
    pub struct MobileStatus {
        /// What happened.
        #[header("Status")]
        pub status: Option<MobileConnection>,
        /// The phone: a section of chan_mobile.conf.
        #[header("Device")]
        pub device: Option<Text>,
    }
);

ami_event!(
    /// A point in the server's code was reached (class `reporting`), for Asterisk's own tests.
    ///
    /// Only servers built with `TEST_FRAMEWORK` send it, Debian's among them. What the point tells
    /// is in further headers, which may repeat `State`: see
    /// [`other_headers`](crate::ami::AmiEvent::other_headers).
    #[event("TestEvent")]
    pub struct TestEvent {
        /// What kind of point it is.
        #[header("Type")]
        pub kind: Option<TestEventKind>,
        /// The point's name, such as `MODULE_LOAD`.
        #[header("State")]
        pub state: Option<Text>,
        /// The file of Asterisk's source code.
        #[header("AppFile")]
        pub file: Option<Text>,
        /// The function in it.
        #[header("AppFunction")]
        pub function: Option<Text>,
        /// The line in it.
        #[header("AppLine")]
        pub line: Option<u32>,
        /// The condition that did not hold; only of an assertion.
        #[header("Expression")]
        pub expression: Option<Text>,
    }
);

ami_event!(
    /// Whatever somebody wanted to tell (class `user`): the dialplan by `UserEvent()`, or another
    /// session by the action `UserEvent`.
    ///
    /// The headers behind the name are the sender's own. They may have any name, also `Event`,
    /// `Response` or the `ActionID` of the sender's action, and repeat.
    ///
    /// ```
    /// use asterisk_proto::ami::event::UserEvent;
    /// use asterisk_proto::ami::{AmiEvent, Event, Message};
    ///
    /// let text = "Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: Sold\r\nItem: pen\r\n\
    ///             Item: ink\r\n";
    /// let event = Event::new(Message::parse(text.into())?).expect("an event");
    /// let sold: UserEvent = event.decode().expect("a user event");
    /// assert_eq!(sold.name.as_deref(), Some("Sold"));
    /// let items: Vec<_> = sold.other_headers().map(|header| header.value_lossy()).collect();
    /// assert_eq!(items, ["pen", "ink"]);
    /// # Ok::<(), asterisk_proto::error::ParseError>(())
    /// ```
    #[event("UserEvent")]
    pub struct UserEvent {
        /// The channel whose dialplan raised it; empty when a session did.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// What the sender called it.
        #[header("UserEvent")]
        pub name: Option<Text>,
    }
);

ami_event!(
    /// The end of what the action `WaitEvent` waited for.
    #[event("WaitEventComplete")]
    pub struct WaitEventComplete {}
);

open_enum!(
    /// What kind of point a [`TestEvent`] tells of.
    pub enum TestEventKind {
        /// Something came to a state.
        #[wire("StateChange")]
        StateChange,
        /// A condition that should hold did not.
        #[wire("Assert")]
        Assert,
    }
);

open_enum!(
    /// What became of the connection to a mobile phone.
    pub enum MobileConnection {
        /// It is there.
        #[wire("Connect")]
        Connected,
        /// It is gone.
        #[wire("Disconnect")]
        Disconnected,
        /// The phone is ready for calls.
        #[wire("Initialized")]
        Initialized,
    }
);

word_fields!(TestEventKind, MobileConnection);

/// The presence of an XMPP user (`Status` of [`JabberStatus`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JabberPresence {
    /// 0: not logged in.
    Unavailable,
    /// 1: can be reached.
    Available,
    /// 2: wants to talk.
    Chat,
    /// 3: is away for the moment.
    Away,
    /// 4: is away for longer.
    ExtendedAway,
    /// 5: does not want to be disturbed.
    DoNotDisturb,
    /// A number that this version of the crate has no name for.
    Other(u32),
}

impl From<u32> for JabberPresence {
    fn from(code: u32) -> Self {
        match code {
            0 => Self::Unavailable,
            1 => Self::Available,
            2 => Self::Chat,
            3 => Self::Away,
            4 => Self::ExtendedAway,
            5 => Self::DoNotDisturb,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for JabberPresence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "unavailable",
            Self::Available => "available",
            Self::Chat => "chat",
            Self::Away => "away",
            Self::ExtendedAway => "extended away",
            Self::DoNotDisturb => "do not disturb",
            Self::Other(code) => return write!(f, "presence {code}"),
        })
    }
}

impl Field for Option<JabberPresence> {
    fn read(message: &Message, name: &str) -> Self {
        Option::<u32>::read(message, name).map(JabberPresence::from)
    }
}
