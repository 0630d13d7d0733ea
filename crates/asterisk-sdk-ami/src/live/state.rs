//! States of devices, extensions and people, of endpoints and mailboxes.

use asterisk_proto::ami::event::{
    ContactStatus, DeviceStateChange, EndpointList, ExtensionStatus, MessageWaiting,
    PresenceStateChange, PresenceStatus, VoicemailUserEntry,
};
use asterisk_proto::ami::{AmiEvent, Event};
use asterisk_proto::{DeviceState, ExtensionState, PresenceState, Text};

use super::picture::Tables;
use super::table::Object;

macro_rules! object {
    ($type:ty, $key:ident) => {
        impl Object for $type {
            type Key = Text;

            fn key(&self) -> &Text {
                &self.$key
            }
        }
    };
}

/// A device and its state.
///
/// The server keeps no state of what is made for one call, such as Local channels, though it tells
/// when that changes: it is left out here. Asterisk 16 does keep a `Surrogate/…` of each channel that was
/// taken out of its dialplan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Device {
    /// What names it: `PJSIP/100`, `Custom:door`, `Queue:support_avail` and so on.
    pub name: Text,
    /// Its state.
    pub state: DeviceState,
}

object!(Device, name);

/// An extension that has a hint, and what its hint says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extension {
    key: Text,
    /// The extension.
    pub exten: Text,
    /// The context that it is in.
    pub context: Text,
    /// The devices, and behind a comma the presence provider, that it stands for.
    pub hint: Text,
    /// Its state.
    pub state: ExtensionState,
    /// The presence behind it, once that has changed: no list tells it.
    pub presence: Option<PresenceState>,
}

object!(Extension, key);

impl Extension {
    /// What names an extension: `exten@context`.
    #[must_use]
    pub fn key_of(exten: &str, context: &str) -> String {
        format!("{exten}@{context}")
    }
}

/// Somebody's presence.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Presence {
    /// Who: the presence provider, such as `CustomPresence:ada`.
    pub presentity: Text,
    /// The presence.
    pub state: PresenceState,
    /// What kind of that presence, in words of one's own; often empty.
    pub subtype: Text,
    /// A note for others; often empty.
    pub message: Text,
}

object!(Presence, presentity);

/// An endpoint of `res_pjsip`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// Its name in pjsip.conf.
    pub name: Text,
    /// Whether it is free.
    pub state: DeviceState,
    /// Where it can be reached, each as `aor/uri`, in the order of the alphabet.
    pub contacts: Vec<Text>,
}

object!(Endpoint, name);

/// A mailbox and how many messages it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mailbox {
    /// What names it: `number@context`.
    pub name: Text,
    /// How many messages are new.
    pub new_messages: u32,
    /// How many messages are old.
    pub old_messages: u32,
}

object!(Mailbox, name);

pub(super) const DEVICE_EVENTS: &[&str] = &["DeviceStateChange"];
pub(super) const EXTENSION_EVENTS: &[&str] = &["ExtensionStatus", "PresenceStatus"];
pub(super) const PRESENCE_EVENTS: &[&str] = &["PresenceStateChange"];
pub(super) const ENDPOINT_EVENTS: &[&str] = &["ContactStatus", "DeviceStateChange"];
pub(super) const MAILBOX_EVENTS: &[&str] = &["MessageWaiting"];

/// What begins the names of devices that the server keeps no state of.
const PASSING: &[&str] = &[
    "Announcer/",
    "AsyncGoto/",
    "AudioSocket/",
    "Bridge/",
    "CBAnn/",
    "CBRec/",
    "Local/",
    "Message/",
    "MulticastRTP/",
    "Recorder/",
    "Snoop/",
    "UnicastRTP/",
    "WebSocket/",
];

fn device(event: &Event) -> Option<Device> {
    let event = DeviceStateChange::from_event(event);
    Some(Device { name: event.device?, state: event.state? })
}

pub(super) fn device_event(tables: &mut Tables, event: &Event) {
    let device = device(event)
        .filter(|device| !PASSING.iter().any(|passing| device.name.starts_with(passing)));
    if let Some(device) = device {
        tables.devices.put(device);
    }
}

pub(super) fn devices(tables: &mut Tables, items: &[Event]) {
    tables.devices.replace(items.iter().filter_map(device).collect());
}

fn extension(tables: &Tables, event: &Event) -> Option<Extension> {
    let event = ExtensionStatus::from_event(event);
    let (exten, context) = (event.exten?, event.context?);
    let key = Text::from(Extension::key_of(&exten, &context));
    let presence = tables.extensions.get(&key).and_then(|old| old.presence.clone());
    let hint = event.hint.unwrap_or_default();
    Some(Extension { key, exten, context, hint, state: event.state?, presence })
}

pub(super) fn extension_event(tables: &mut Tables, name: &str, event: &Event) {
    if name == "PresenceStatus" {
        let event = PresenceStatus::from_event(event);
        if let (Some(exten), Some(context)) = (event.exten, event.context) {
            let key = Extension::key_of(&exten, &context);
            tables.extensions.update(&key, |extension| extension.presence = event.state);
        }
    } else if let Some(extension) = extension(tables, event) {
        match extension.state {
            ExtensionState::Removed | ExtensionState::Unknown => {
                tables.extensions.remove(&extension.key);
            }
            _ => tables.extensions.put(extension),
        }
    }
}

pub(super) fn extensions(tables: &mut Tables, items: &[Event]) {
    let list = items.iter().filter_map(|item| extension(tables, item)).collect();
    tables.extensions.replace(list);
}

fn presence(event: &Event) -> Option<Presence> {
    let event = PresenceStateChange::from_event(event);
    Some(Presence {
        presentity: event.presentity?,
        state: event.state?,
        subtype: event.subtype.unwrap_or_default(),
        message: event.message.unwrap_or_default(),
    })
}

pub(super) fn presence_event(tables: &mut Tables, event: &Event) {
    if let Some(presence) = presence(event) {
        tables.presences.put(presence);
    }
}

pub(super) fn presences(tables: &mut Tables, items: &[Event]) {
    tables.presences.replace(items.iter().filter_map(presence).collect());
}

/// The state behind the words for people that the list of endpoints has.
fn in_words(words: &str) -> DeviceState {
    match words {
        "Not in use" => DeviceState::NotInUse,
        "In use" => DeviceState::InUse,
        "Busy" => DeviceState::Busy,
        "Invalid" => DeviceState::Invalid,
        "Unavailable" => DeviceState::Unavailable,
        "Ringing" => DeviceState::Ringing,
        "Ring+Inuse" => DeviceState::RingInUse,
        "On Hold" => DeviceState::OnHold,
        "Unknown" => DeviceState::Unknown,
        other => DeviceState::from(other),
    }
}

pub(super) fn endpoint_event(tables: &mut Tables, name: &str, event: &Event) {
    if name == "ContactStatus" {
        let event = ContactStatus::from_event(event);
        let (Some(endpoint), Some(aor), Some(uri)) = (event.endpoint_name, event.aor, event.uri)
        else {
            return;
        };
        let contact = Text::from(format!("{aor}/{uri}"));
        let is_there = event.state.is_none_or(|state| state.as_str() != "Removed");
        tables.endpoints.update(&endpoint, |endpoint| {
            endpoint.contacts.retain(|other| *other != contact);
            endpoint.contacts.extend(is_there.then_some(contact));
            endpoint.contacts.sort();
        });
    } else if let Some(device) = device(event)
        && let Some(endpoint) = device.name.strip_prefix("PJSIP/")
    {
        tables.endpoints.update(endpoint, |endpoint| endpoint.state = device.state);
    }
}

pub(super) fn endpoints(tables: &mut Tables, items: &[Event]) {
    let endpoint = |item: EndpointList| {
        let mut contacts = item.contacts;
        contacts.sort();
        let state = item.device_state.map_or("Unknown".into(), |state| state.as_str().to_owned());
        Some(Endpoint { name: item.object_name?, state: in_words(&state), contacts })
    };
    tables.endpoints.replace(items.iter().filter_map(|item| endpoint(item.decode()?)).collect());
}

pub(super) fn mailbox_event(tables: &mut Tables, event: &Event) {
    let event = MessageWaiting::from_event(event);
    let Some(name) = event.mailbox else { return };
    let old = tables.mailboxes.get(&name).map(|old| old.old_messages);
    tables.mailboxes.put(Mailbox {
        name,
        // Some sources say only whether there are any.
        new_messages: event
            .new_messages
            .unwrap_or_else(|| event.waiting.unwrap_or_default().into()),
        old_messages: event.old_messages.or(old).unwrap_or_default(),
    });
}

pub(super) fn mailboxes(tables: &mut Tables, items: &[Event]) {
    let mailbox = |item: VoicemailUserEntry| {
        Some(Mailbox {
            name: format!("{}@{}", item.mailbox?, item.context?).into(),
            new_messages: item.new_message_count.unwrap_or_default(),
            old_messages: item.old_message_count.unwrap_or_default(),
        })
    };
    let listed: Vec<Mailbox> = items.iter().filter_map(|item| mailbox(item.decode()?)).collect();
    // Those of other sources than `app_voicemail` are in no list.
    tables.mailboxes.extend(listed);
}
