//! One channel.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;

use super::queue::{Ringing, Talk};

/// How many digits wait for somebody who reads them. More are dropped, as by a full channel queue.
const MAX_DIGITS: usize = 1000;

/// The states that this server uses, with Asterisk's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Down = 0,
    Ring = 4,
    Ringing = 5,
    Up = 6,
    Busy = 7,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Down => "Down",
            Self::Ring => "Ring",
            Self::Ringing => "Ringing",
            Self::Up => "Up",
            Self::Busy => "Busy",
        }
    }

    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

/// A name and a number, both empty when they are not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Party {
    pub(crate) name: String,
    pub(crate) number: String,
}

impl Party {
    /// Reads `"Ada" <100>`, `Ada <100>` or a number alone.
    pub(crate) fn parse(text: &str) -> Self {
        let text = text.trim();
        match text.rsplit_once('<') {
            Some((name, number)) => Self {
                name: name.trim().trim_matches('"').to_owned(),
                number: number.trim_end_matches('>').trim().to_owned(),
            },
            None => Self { name: String::new(), number: text.trim_matches('"').to_owned() },
        }
    }
}

/// What events and lists show of a channel.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) state: State,
    pub(crate) caller: Party,
    pub(crate) connected: Party,
    pub(crate) language: String,
    pub(crate) account: String,
    pub(crate) context: String,
    pub(crate) exten: String,
    pub(crate) priority: u32,
    pub(crate) linked_id: String,
    pub(crate) application: String,
    pub(crate) data: String,
    pub(crate) created: SystemTime,
    pub(crate) protocol_id: String,
}

impl Snapshot {
    /// `PJSIP` of `PJSIP/alice-00000000`.
    pub(crate) fn technology(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// `PJSIP/alice` of `PJSIP/alice-00000000`.
    pub(crate) fn endpoint(&self) -> &str {
        self.name.rsplit_once('-').map_or(&*self.name, |(endpoint, _)| endpoint)
    }
}

/// Why and how a channel is to end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) cause: u32,
    pub(crate) tech_cause: Option<u32>,
}

/// The SIP status with which a PJSIP channel tells a cause, if it is no normal end.
pub(crate) fn tech_cause(cause: u32) -> Option<u32> {
    match cause {
        1 | 3 => Some(404),
        17 => Some(486),
        18 => Some(408),
        19 => Some(480),
        21 => Some(603),
        34 => Some(503),
        _ => None,
    }
}

/// What `cause` is called in `Cause-txt` and `cause_txt`.
pub(crate) fn cause_text(cause: u32) -> &'static str {
    match cause {
        1 => "Unallocated (unassigned) number",
        3 => "No route to destination",
        16 => "Normal Clearing",
        17 => "User busy",
        18 => "No user responding",
        19 => "User alerting, no answer",
        20 => "Subscriber absent",
        21 => "Call Rejected",
        27 => "Destination out of order",
        34 => "Circuit/channel congestion",
        38 => "Network out of order",
        _ => "Unknown",
    }
}

/// A place in the dialplan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) context: String,
    pub(crate) exten: String,
    pub(crate) priority: u32,
}

/// What a Stasis application holds a channel with.
#[derive(Debug, Clone)]
pub(crate) struct Staged {
    pub(crate) app: String,
    /// Where it is to go on, once it was let go.
    pub(crate) leave: bool,
}

#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) view: Snapshot,
    pub(crate) variables: BTreeMap<String, String>,
    /// Names of variables that a channel which this one dials gets too; true: and further on.
    pub(crate) inherited: BTreeMap<String, bool>,
    pub(crate) digits: VecDeque<char>,
    pub(crate) ending: Option<Ending>,
    /// Where an order from outside sends it.
    pub(crate) redirect: Option<Location>,
    /// The place at which it is known to be before it runs anything there.
    pub(crate) told: Option<Location>,
    pub(crate) bridge: Option<String>,
    pub(crate) staged: Option<Staged>,
    /// Playbacks and recordings, the one that runs in front.
    pub(crate) media: VecDeque<String>,
    pub(crate) dnid: String,
    /// What it is to dial once it is told to.
    pub(crate) dialled: Option<String>,
    /// The call in a queue that it rings for.
    pub(crate) queued_for: Option<Ringing>,
    /// The call of a queue that is done when it ends.
    pub(crate) queue_talk: Option<Talk>,
    /// The application that has made it, and hears of it to its end.
    pub(crate) owner: Option<String>,
    /// Why a call that it made failed; its own cause, unless it gets another.
    pub(crate) dial_cause: Option<u32>,
    pub(crate) answered: Option<Duration>,
    /// Whoever waits for something to change about it.
    pub(crate) changed: Arc<Notify>,
}

impl Channel {
    pub(crate) fn new(view: Snapshot) -> Self {
        Self {
            view,
            variables: BTreeMap::new(),
            inherited: BTreeMap::new(),
            digits: VecDeque::new(),
            ending: None,
            redirect: None,
            told: None,
            bridge: None,
            staged: None,
            media: VecDeque::new(),
            dnid: String::new(),
            dialled: None,
            queued_for: None,
            queue_talk: None,
            owner: None,
            dial_cause: None,
            answered: None,
            changed: Arc::default(),
        }
    }

    pub(crate) fn location(&self) -> Location {
        let Snapshot { context, exten, priority, .. } = &self.view;
        Location { context: context.clone(), exten: exten.clone(), priority: *priority }
    }

    /// Whether an order sends it elsewhere.
    pub(crate) fn redirected(&self) -> bool {
        self.ending.is_none() && self.redirect.is_some()
    }

    /// Whether what runs on it has to stop.
    pub(crate) fn interrupted(&self) -> bool {
        self.ending.is_some() || self.redirect.is_some()
    }

    pub(crate) fn keep_digit(&mut self, digit: char) {
        if self.digits.len() < MAX_DIGITS {
            self.digits.push_back(digit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Party;

    #[test]
    fn caller_ids_are_read_as_dialplans_write_them() {
        for (text, name, number) in [
            ("\"Ada\" <100>", "Ada", "100"),
            ("Ada L. <100>", "Ada L.", "100"),
            ("<100>", "", "100"),
            ("100", "", "100"),
            ("", "", ""),
        ] {
            let party = Party { name: name.into(), number: number.into() };
            assert_eq!(Party::parse(text), party, "{text}");
        }
    }
}
