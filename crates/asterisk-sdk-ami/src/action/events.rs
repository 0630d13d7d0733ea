//! Which events the server sends to this session: mask and filters.

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use asterisk_proto::ami::Response;

use super::macros::ami_action;
use super::output::response;
use super::{Action, HeaderValue, Headers, NamedAction, Reply};
use crate::error::ActionError;

/// Declares the classes of events with their names in manager.conf.
macro_rules! classes {
    ($($(#[doc = $doc:expr])+ $name:ident = $wire:literal,)+) => {
        /// A class of events, as in `read =` of manager.conf.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum EventClass {
            $($(#[doc = $doc])+ $name,)+
        }

        impl EventClass {
            /// The name in manager.conf.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $wire,)+
                }
            }
        }

        impl FromStr for EventClass {
            type Err = UnknownClass;

            fn from_str(name: &str) -> Result<Self, UnknownClass> {
                $(
                    if name.trim().eq_ignore_ascii_case($wire) {
                        return Ok(Self::$name);
                    }
                )+
                Err(UnknownClass { name: name.trim().to_owned() })
            }
        }
    };
}

classes! {
    /// Agents logging in and out, and their calls.
    Agent = "agent",
    /// AGI scripts.
    Agi = "agi",
    /// Advice of charge.
    Aoc = "aoc",
    /// Channels and calls.
    Call = "call",
    /// Call completion.
    CallCompletion = "cc",
    /// Call detail records, where `cdr_manager` is loaded.
    Cdr = "cdr",
    /// The server's command line.
    Command = "command",
    /// Configuration files.
    Config = "config",
    /// Steps of the dialplan and variables.
    Dialplan = "dialplan",
    /// DTMF digits.
    Dtmf = "dtmf",
    /// Log messages.
    Log = "log",
    /// Messages in and out of calls.
    Message = "message",
    /// Originated calls.
    Originate = "originate",
    /// Information about the system, RTCP reports among it.
    Reporting = "reporting",
    /// Logins, refused ones too.
    Security = "security",
    /// Start, reload and shutdown.
    System = "system",
    /// Events of servers built for tests.
    Test = "test",
    /// User events and what users do.
    User = "user",
    /// Verbose messages.
    Verbose = "verbose",
}

/// A name that is no class of events.
///
/// Asterisk itself takes such a name for no class at all and says `Success`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no class of events")]
#[non_exhaustive]
pub struct UnknownClass {
    /// The name.
    pub name: String,
}

/// Which classes of events a session gets, within the rights of its user.
///
/// ```
/// use asterisk_sdk_ami::action::{EventClass, EventMask};
///
/// let some = EventMask::from([EventClass::Call, EventClass::User]);
/// assert_eq!("call, user".parse(), Ok(some));
/// assert!("cal".parse::<EventMask>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventMask(Cow<'static, str>);

impl EventMask {
    /// All events.
    pub const ON: Self = Self(Cow::Borrowed("on"));
    /// No events.
    pub const OFF: Self = Self(Cow::Borrowed("off"));

    /// A mask that the server has accepted, whatever it is.
    pub(crate) fn raw(mask: String) -> Self {
        Self(mask.into())
    }

    /// Whether the session hears that the server is ready.
    pub(crate) fn has_system(&self) -> bool {
        let classes = ["on", "all", "yes", "true", "system"];
        let mut names = self.0.split(',').map(str::trim);
        names.any(|name| classes.iter().any(|class| name.eq_ignore_ascii_case(class)))
    }
}

impl From<EventClass> for EventMask {
    fn from(class: EventClass) -> Self {
        Self(class.as_str().into())
    }
}

impl<const N: usize> From<[EventClass; N]> for EventMask {
    fn from(classes: [EventClass; N]) -> Self {
        classes.into_iter().collect()
    }
}

impl FromIterator<EventClass> for EventMask {
    /// No class at all is no events.
    fn from_iter<I: IntoIterator<Item = EventClass>>(classes: I) -> Self {
        let names: Vec<_> = classes.into_iter().map(EventClass::as_str).collect();
        if names.is_empty() { Self::OFF } else { Self(names.join(",").into()) }
    }
}

impl FromStr for EventMask {
    type Err = UnknownClass;

    /// `on`, `off`, or names of classes with commas between.
    fn from_str(mask: &str) -> Result<Self, UnknownClass> {
        match mask.trim() {
            on if on.eq_ignore_ascii_case("on") => Ok(Self::ON),
            off if off.eq_ignore_ascii_case("off") => Ok(Self::OFF),
            classes => classes.split(',').map(EventClass::from_str).collect(),
        }
    }
}

impl HeaderValue for EventMask {
    fn header_value(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

ami_action!(
    /// Chooses which events this session gets. It holds over reconnects.
    ///
    /// The server applies it when it comes to send: an event that was raised shortly before may be
    /// sent by the new mask.
    #[action("Events")]
    pub struct Events {
        #[required("EventMask")]
        /// The classes.
        event_mask: EventMask,
    },
    Response,
    response
);

/// Adds a filter to this session: which events the server sends, within the event mask. It holds
/// over reconnects, and cannot be taken back but by a new connection.
///
/// A filter of excluding kind drops what it matches. As soon as there is one of including kind, only
/// events that one of those matches are sent. Responses and items of lists always are.
///
/// ```
/// use asterisk_sdk_ami::action::Filter;
///
/// let only_hangups = Filter::include("Event: Hangup");
/// let no_variables = Filter::exclude("Event: VarSet");
/// let orders = Filter::advanced().event("UserEvent").header("Body").contains("order");
/// ```
#[derive(Debug, Clone)]
#[must_use = "an action does nothing until it is sent"]
pub struct Filter {
    criteria: Option<Criteria>,
    text: String,
}

#[derive(Debug, Clone, Default)]
struct Criteria {
    exclude: bool,
    event: Option<String>,
    header: Option<String>,
    method: &'static str,
}

impl Filter {
    /// Sends events whose text matches a POSIX extended regular expression.
    pub fn include(regex: impl Into<String>) -> Self {
        Self { criteria: None, text: regex.into() }
    }

    /// Does not send events whose text matches a POSIX extended regular expression.
    pub fn exclude(regex: &str) -> Self {
        Self { criteria: None, text: format!("!{regex}") }
    }

    /// Begins a filter on one event or header (Asterisk 22, and late releases of 20 and 21).
    ///
    /// An older server takes no notice of what is chosen here and reads the text as a regular
    /// expression over the whole event, with `Success`.
    pub fn advanced() -> AdvancedFilter {
        AdvancedFilter(Criteria::default())
    }
}

/// A filter on one event or header; made by [`Filter::advanced`], finished by how it compares.
#[derive(Debug, Clone)]
#[must_use = "it is a filter once it is said how to compare"]
pub struct AdvancedFilter(Criteria);

impl AdvancedFilter {
    /// Drops what matches, instead of sending only that.
    pub fn exclude(mut self) -> Self {
        self.0.exclude = true;
        self
    }

    /// Only events of this name match; it is quick for the server.
    pub fn event(mut self, name: impl Into<String>) -> Self {
        self.0.event = Some(name.into());
        self
    }

    /// Compares the value of this header, instead of the whole event.
    pub fn header(mut self, name: impl Into<String>) -> Self {
        self.0.header = Some(name.into());
        self
    }

    /// Any text matches: the event's name decides.
    pub fn any(self) -> Filter {
        self.finish("none", String::new())
    }

    /// A POSIX extended regular expression matches.
    pub fn regex(self, regex: impl Into<String>) -> Filter {
        self.finish("regex", regex.into())
    }

    /// The value is this text.
    pub fn exact(self, text: impl Into<String>) -> Filter {
        self.finish("exact", text.into())
    }

    /// The value begins with this text.
    pub fn starts_with(self, text: impl Into<String>) -> Filter {
        self.finish("starts_with", text.into())
    }

    /// The value ends with this text.
    pub fn ends_with(self, text: impl Into<String>) -> Filter {
        self.finish("ends_with", text.into())
    }

    /// The value holds this text.
    pub fn contains(self, text: impl Into<String>) -> Filter {
        self.finish("contains", text.into())
    }

    fn finish(mut self, method: &'static str, text: String) -> Filter {
        self.0.method = method;
        Filter { criteria: Some(self.0), text }
    }
}

impl NamedAction for Filter {
    const NAME: &'static str = "Filter";
    const PARAMETERS: &'static [&'static str] = &["Operation", "Filter", "MatchCriteria"];
}

impl Action for Filter {
    type Output = Response;

    fn name(&self) -> &'static str {
        "Filter"
    }

    fn headers(&self, headers: &mut Headers) {
        headers.add("Operation", "Add");
        if let Some(criteria) = &self.criteria {
            let action = if criteria.exclude { "exclude" } else { "include" };
            let parts = [
                ("action", Some(action)),
                ("name", criteria.event.as_deref()),
                ("header", criteria.header.as_deref()),
                ("method", Some(criteria.method)),
            ];
            let parts =
                parts.iter().filter_map(|(word, value)| Some(format!("{word}({})", (*value)?)));
            let text = parts.collect::<Vec<_>>().join(",");
            headers.add("MatchCriteria", &text);
        }
        headers.add("Filter", &self.text);
    }

    fn output(reply: Reply) -> Result<Response, ActionError> {
        response(reply)
    }
}

ami_action!(
    /// Asks for the session's filters. The manual of Asterisk 16 names it, and no server has it: it is
    /// refused as unknown.
    #[action("FilterList")]
    pub struct FilterList {},
    Response,
    response
);

ami_action!(
    /// Stops the session until an event comes. Of no use here: it is made for AMI over HTTP.
    ///
    /// On a TCP connection events come by themselves, and while this waits nothing comes at all: it
    /// holds back the events and the answers to all other actions. When an event comes or the time is
    /// over, the response, the events and a
    /// [`WaitEventComplete`](asterisk_proto::ami::event::WaitEventComplete) follow.
    #[action("WaitEvent")]
    pub struct WaitEvent {
        #[required("Timeout", seconds)]
        /// How long to wait, in whole seconds; give the action more time than that to be answered.
        timeout: Duration,
    },
    Response,
    response
);

#[cfg(test)]
mod tests {
    use super::*;

    fn text(filter: &Filter) -> String {
        let text = super::super::encode(filter, &"7".into()).unwrap();
        text.strip_prefix("Action: Filter\r\nActionID: 7\r\nOperation: Add\r\n").unwrap().to_owned()
    }

    #[test]
    fn filters() {
        assert_eq!(text(&Filter::include("Event: Hangup")), "Filter: Event: Hangup\r\n\r\n");
        assert_eq!(text(&Filter::exclude("VarSet")), "Filter: !VarSet\r\n\r\n");
        let advanced = Filter::advanced().exclude().event("VarSet").header("Variable");
        assert_eq!(
            text(&advanced.starts_with("SDK")),
            "MatchCriteria: action(exclude),name(VarSet),header(Variable),method(starts_with)\r\n\
             Filter: SDK\r\n\r\n"
        );
        assert_eq!(
            text(&Filter::advanced().event("Hangup").any()),
            "MatchCriteria: action(include),name(Hangup),method(none)\r\nFilter: \r\n\r\n"
        );
    }

    #[test]
    fn masks() {
        assert_eq!("ON".parse(), Ok(EventMask::ON));
        assert_eq!("off".parse(), Ok(EventMask::OFF));
        let classes = EventMask::from([EventClass::Call, EventClass::CallCompletion]);
        assert_eq!(classes.header_value(), "call,cc");
        let error = "call,sytem".parse::<EventMask>().unwrap_err();
        assert_eq!(error.to_string(), "\"sytem\" is no class of events");
        assert!("".parse::<EventMask>().is_err());
        assert_eq!([].into_iter().collect::<EventMask>(), EventMask::OFF);
    }
}
