//! Channels, as events tell of them.

use std::time::SystemTime;

use asterisk_proto::ami::event::CoreShowChannel;
use asterisk_proto::ami::{ChannelSnapshot, Party};
use asterisk_proto::{BridgeId, ChannelId, ChannelState, LinkedId, Text};

use super::table::{Object, compact_known, compact_pairs, known};

/// A channel, as far as the server tells.
///
/// Some things change without an event, so that they may be old until the next one, or the next
/// reconciliation:
///
/// - the application of a channel whose `Originate` named one (it shows `AppDial2`),
/// - what an application was called with, when the channel is sent on to the same one (a parked call
///   that nobody fetched, from one `Dial` to the next),
/// - the caller id of a Local channel's half, when who is connected to the other half is handed on;
///   the server's own list of channels is old then, too,
/// - the language, and `channelvars`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Channel {
    /// What names the channel for its whole life.
    pub id: ChannelId,
    /// Its name, such as `PJSIP/100-00000001`. It may change.
    pub name: Text,
    /// The call that it belongs to, in the server's words: [`Call::id`](super::Call::id) may be an
    /// older one that it was joined with.
    pub linked_id: Option<LinkedId>,
    /// Whether it rings, is up and so on.
    pub state: Option<ChannelState>,
    /// Who calls. Half of a Local channel may be told another caller without an event; then this is the one
    /// before.
    pub caller_id: Party,
    /// Who is at the other end.
    pub connected_line: Party,
    /// Its language, such as `en`.
    pub language: Option<Text>,
    /// What the call is billed to.
    pub account_code: Option<Text>,
    /// Where in the dialplan it is.
    pub context: Option<Text>,
    /// The extension in that context.
    pub exten: Option<Text>,
    /// The priority of that extension.
    pub priority: Option<i32>,
    /// The tenant, where one is set (Asterisk 22).
    pub tenant_id: Option<Text>,
    /// The variables that `channelvars` in manager.conf names, with their values.
    pub variables: Vec<(Text, Text)>,
    /// The bridge that it is in.
    pub bridge: Option<BridgeId>,
    /// The application that it ran last, or runs.
    pub application: Option<Text>,
    /// What the application was called with.
    pub application_data: Option<Text>,
    /// When it came to be. Of one that was there before it was seen, by the server's whole seconds.
    pub created: SystemTime,
    /// When it was answered; of one that was found answered it is not known.
    pub answered: Option<SystemTime>,
    /// Whether its phone has put the call on hold. Lists don't tell, so it is `false` for one that was
    /// found on hold.
    pub on_hold: bool,
}

impl Object for Channel {
    type Key = ChannelId;

    fn key(&self) -> &ChannelId {
        &self.id
    }
}

impl Channel {
    /// What stands before the slash in its name, such as `PJSIP`.
    #[must_use]
    pub fn technology(&self) -> &str {
        self.name.split_once('/').map_or("", |(technology, _)| technology)
    }

    /// Whether it is one half of a Local channel, which is no phone.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.technology() == "Local"
    }

    /// A channel that was not known before; nothing if the snapshot doesn't say which.
    pub(super) fn new(snapshot: &ChannelSnapshot, created: SystemTime) -> Option<Self> {
        let mut channel = Self::blank(snapshot.unique_id.clone()?, created);
        channel.take(snapshot);
        Some(channel)
    }

    fn blank(id: ChannelId, created: SystemTime) -> Self {
        Self {
            id,
            name: Text::default(),
            linked_id: None,
            state: None,
            caller_id: Party::default(),
            connected_line: Party::default(),
            language: None,
            account_code: None,
            context: None,
            exten: None,
            priority: None,
            tenant_id: None,
            variables: Vec::new(),
            bridge: None,
            application: None,
            application_data: None,
            created,
            answered: None,
            on_hold: false,
        }
    }

    /// A channel in a list.
    pub(super) fn listed(item: &CoreShowChannel, now: SystemTime) -> Option<Self> {
        let created = now.checked_sub(item.duration.unwrap_or_default()).unwrap_or(now);
        let mut channel = Self::blank(item.channel.unique_id.clone()?, created);
        channel.bridge.clone_from(&item.bridge_id);
        channel.runs(item.application.as_ref(), item.application_data.as_ref());
        channel.take(&item.channel);
        Some(channel)
    }

    /// Notes the application that it runs.
    pub(super) fn runs(&mut self, application: Option<&Text>, data: Option<&Text>) {
        // Lists say nothing by an empty word.
        let (application, data) = match application {
            Some(name) if !name.is_empty() => (application, data),
            _ => (None, None),
        };
        if self.application.as_ref() != application || self.application_data.as_ref() != data {
            let [application, data] =
                compact_known([application.map(Text::as_str), data.map(Text::as_str)]);
            (self.application, self.application_data) = (application, data);
        }
    }

    /// Whether a snapshot says nothing new.
    pub(super) fn is(&self, snapshot: &ChannelSnapshot) -> bool {
        self.state == snapshot.state
            && snapshot.channel.as_ref() == Some(&self.name)
            && self.exten == snapshot.exten
            && self.priority == snapshot.priority
            && self.context == snapshot.context
            && self.linked_id == snapshot.linked_id
            && self.caller_id == snapshot.caller_id
            && self.connected_line == snapshot.connected_line
            && self.language == snapshot.language
            && self.account_code == snapshot.account_code
            && self.tenant_id == snapshot.tenant_id
            && (snapshot.variables.is_empty() && self.variables.is_empty()
                || self.has_variables(snapshot))
    }

    fn has_variables(&self, snapshot: &ChannelSnapshot) -> bool {
        let mut ours = self.variables.iter();
        let all_are = snapshot.variables.iter().all(|(name, value)| {
            ours.next().is_some_and(|(our_name, our)| **our_name == *name && **our == *value)
        });
        all_are && ours.next().is_none()
    }

    /// Takes over what a snapshot says.
    pub(super) fn take(&mut self, snapshot: &ChannelSnapshot) {
        let parts = [
            Some(self.id.as_str()),
            snapshot.channel.as_deref(),
            snapshot.linked_id.as_ref().map(LinkedId::as_str),
            snapshot.caller_id.number.as_deref(),
            snapshot.caller_id.name.as_deref(),
            snapshot.connected_line.number.as_deref(),
            snapshot.connected_line.name.as_deref(),
            snapshot.language.as_deref(),
            snapshot.account_code.as_deref(),
            snapshot.context.as_deref(),
            snapshot.exten.as_deref(),
            snapshot.tenant_id.as_deref(),
            self.bridge.as_ref().map(BridgeId::as_str),
            self.application.as_deref(),
            self.application_data.as_deref(),
        ];
        let variables = snapshot.variables.iter();
        let (texts, variables) = compact_pairs(parts.map(Option::unwrap_or_default), variables);
        let mut texts = known(parts, texts).into_iter();
        let mut next = || texts.next().flatten();
        if let Some(id) = next() {
            self.id = id.into();
        }
        self.name = next().unwrap_or_default();
        self.linked_id = next().map(LinkedId::from);
        for party in [&mut self.caller_id, &mut self.connected_line] {
            (party.number, party.name) = (next(), next());
        }
        self.language = next();
        self.account_code = next();
        self.context = next();
        self.exten = next();
        self.tenant_id = next();
        self.bridge = next().map(BridgeId::from);
        (self.application, self.application_data) = (next(), next());
        self.state.clone_from(&snapshot.state);
        self.priority = snapshot.priority;
        self.variables = variables;
    }
}
