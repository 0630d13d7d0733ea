//! Conferences by `ConfBridge`.

use asterisk_proto::ami::event::{ConfbridgeList, ConfbridgeListRooms};
use asterisk_proto::ami::{ChannelSnapshot, Event, Field, Party};
use asterisk_proto::{ChannelId, Text};

use super::list::List;
use super::picture::Tables;
use super::table::Object;

/// A conference.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conference {
    /// Its name, the first argument of `ConfBridge()`.
    pub name: Text,
    /// How many users are in it.
    pub parties: u32,
    /// How many of them are marked. No event tells it: it is asked for when somebody came or went.
    pub marked: u32,
    /// Whether only admins can come in. No event tells it: it is found by the next list.
    pub locked: bool,
    /// Whether all but admins are muted, those who come later too. Found by the next list.
    pub muted: bool,
    /// Whether it is recorded. Lists don't tell, so it is `false` for one found recording.
    pub recording: bool,
}

impl Object for Conference {
    type Key = Text;

    fn key(&self) -> &Text {
        &self.name
    }
}

/// A user of a conference.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConferenceUser {
    /// The user's channel.
    pub channel: ChannelId,
    /// Its name, which the actions on users take.
    pub name: Text,
    /// The conference's name.
    pub conference: Text,
    /// Who it is.
    pub caller_id: Party,
    /// Whether the user is an admin.
    pub admin: bool,
    /// Whether the user is marked. No event tells it: it is asked for when somebody came or went.
    pub marked: Option<bool>,
    /// Whether the user waits for a marked user, and hears nobody. Asked for likewise.
    pub waiting: Option<bool>,
    /// Whether the user is muted.
    pub muted: bool,
    /// Whether the user talks, where talking is detected.
    pub talking: bool,
}

impl Object for ConferenceUser {
    type Key = ChannelId;

    fn key(&self) -> &ChannelId {
        &self.channel
    }
}

/// The events from which this is made.
pub(super) const EVENTS: &[&str] = &[
    "ConfbridgeEnd",
    "ConfbridgeJoin",
    "ConfbridgeLeave",
    "ConfbridgeMute",
    "ConfbridgeRecord",
    "ConfbridgeStart",
    "ConfbridgeStopRecord",
    "ConfbridgeTalking",
    "ConfbridgeUnmute",
];

/// Takes an event; what to ask for then.
pub(super) fn event(tables: &mut Tables, name: &str, event: &Event) -> Option<List> {
    let message = event.message();
    let conference = Option::<Text>::read(message, "Conference")?;
    let snapshot = ChannelSnapshot::read(message, "");
    let flag = |header| Option::<bool>::read(message, header).unwrap_or_default();
    if let (true, Some(id)) = (name == "ConfbridgeJoin", &snapshot.unique_id) {
        tables.conference_users.put(ConferenceUser {
            channel: id.clone(),
            name: snapshot.channel.unwrap_or_default(),
            conference: conference.clone(),
            caller_id: snapshot.caller_id,
            admin: flag("Admin"),
            marked: None,
            waiting: None,
            muted: flag("Muted"),
            talking: false,
        });
        count(tables, &conference, true);
        return Some(List::Conferences);
    }
    let mut user = |change: &dyn Fn(&mut ConferenceUser)| {
        if let Some(id) = &snapshot.unique_id {
            tables.conference_users.update(id.as_str(), change);
        }
    };
    match name {
        "ConfbridgeMute" => user(&|user| user.muted = true),
        "ConfbridgeUnmute" => user(&|user| user.muted = false),
        "ConfbridgeTalking" => {
            let talking = flag("TalkingStatus");
            user(&|user| user.talking = talking);
        }
        "ConfbridgeLeave" => {
            tables.conference_users.remove(snapshot.unique_id?.as_str());
            count(tables, &conference, false);
            return Some(List::Conferences);
        }
        "ConfbridgeEnd" => {
            tables.conferences.remove(&conference);
            tables.conference_users.retain(|user| user.conference != conference);
        }
        "ConfbridgeStart" => count(tables, &conference, true),
        "ConfbridgeRecord" => tables.conferences.update(&conference, |c| c.recording = true),
        "ConfbridgeStopRecord" => tables.conferences.update(&conference, |c| c.recording = false),
        _ => {}
    }
    None
}

/// Counts the users of a conference, which may be new.
fn count(tables: &mut Tables, name: &Text, is_there: bool) {
    let users = tables.conference_users.values().filter(|user| user.conference == *name).count();
    let parties = u32::try_from(users).unwrap_or(u32::MAX);
    if tables.conferences.get(name).is_some() {
        tables.conferences.update(name, |conference| conference.parties = parties);
    } else if is_there {
        tables.conferences.put(Conference {
            name: name.clone(),
            parties,
            marked: 0,
            locked: false,
            muted: false,
            recording: false,
        });
    }
}

/// Takes the list of all conferences; whose users to ask for then.
pub(super) fn list(tables: &mut Tables, items: &[Event]) -> Vec<List> {
    let conference = |item: ConfbridgeListRooms| {
        let name = item.conference?;
        let recording = tables.conferences.get(&name).is_some_and(|old| old.recording);
        Some(Conference {
            name,
            parties: item.parties.unwrap_or_default(),
            marked: item.marked.unwrap_or_default(),
            locked: item.locked.unwrap_or_default(),
            muted: item.muted.unwrap_or_default(),
            recording,
        })
    };
    let list: Vec<_> = items.iter().filter_map(|item| conference(item.decode()?)).collect();
    let users = list.iter().map(|item| List::ConferenceUsers(item.name.clone())).collect();
    tables.conference_users.retain(|user| list.iter().any(|item| item.name == user.conference));
    tables.conferences.replace(list);
    users
}

/// Takes the list of a conference's users.
pub(super) fn users(tables: &mut Tables, conference: &str, items: &[Event]) {
    let user = |item: ConfbridgeList| {
        Some(ConferenceUser {
            channel: item.channel.unique_id?,
            name: item.channel.channel.unwrap_or_default(),
            conference: item.conference?,
            caller_id: item.channel.caller_id,
            admin: item.admin.unwrap_or_default(),
            marked: item.marked_user,
            waiting: item.waiting,
            muted: item.muted.unwrap_or_default(),
            talking: item.talking.unwrap_or_default(),
        })
    };
    let list: Vec<_> = items.iter().filter_map(|item| user(item.decode()?)).collect();
    let here = |user: &ConferenceUser| list.iter().any(|item| item.channel == user.channel);
    tables.conference_users.retain(|user| *user.conference != *conference || here(user));
    tables.conference_users.extend(list);
}
