//! The pure part: events and lists go in, changes come out. No socket, and no clock but the
//! argument.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::SystemTime;

use asterisk_proto::ami::event::BridgeListItem;
use asterisk_proto::ami::{BridgeSnapshot, ChannelSnapshot, Event, Field};
use asterisk_proto::{ChannelId, ChannelState, HangupCause, Text};

use super::bridge::Bridge;
use super::call::What;
use super::calls::Calls;
use super::channel::Channel;
use super::list::{List, names};
use super::picture::Tables;
use super::table::{Gone, compact};
use super::{Kind, Kinds, agent, conference, parking, queue, state};

/// All that is known.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) tables: Tables,
    names: HashMap<&'static str, Kinds>,
    /// What is to be asked for, because events don't tell it.
    pub(super) stale: BTreeSet<List>,
    calls: Calls,
    gone_channels: Gone,
    gone_bridges: Gone,
}

impl Model {
    pub(super) fn new(kinds: Kinds) -> Self {
        Self {
            tables: Tables::default(),
            names: names(kinds),
            stale: BTreeSet::new(),
            calls: Calls::default(),
            gone_channels: Gone::new(),
            gone_bridges: Gone::new(),
        }
    }

    /// Takes an event. `now` is when it was received.
    pub(super) fn event(&mut self, event: &Event, now: SystemTime) {
        let name = event.message().subject();
        let Some(kinds) = self.names.get(&*name).copied() else { return };
        if kinds.contains(Kind::Calls) {
            self.call_event(&name, event, now);
        }
        if kinds.is_only(Kind::Calls) {
            return;
        }
        let at = at(event, now);
        let tables = &mut self.tables;
        if kinds.contains(Kind::Queues) {
            self.stale.extend(queue::event(tables, &name, event, at));
        }
        if kinds.contains(Kind::Agents)
            && (name != "DeviceStateChange" || starts(event, "Device", "Agent:"))
        {
            self.stale.insert(List::Agents);
        }
        if kinds.contains(Kind::Parking) {
            self.stale.extend(parking::event(tables, &name, event, at));
        }
        if kinds.contains(Kind::Conferences) {
            self.stale.extend(conference::event(tables, &name, event));
        }
        if kinds.contains(Kind::Devices) {
            state::device_event(tables, event);
        }
        if kinds.contains(Kind::Extensions) {
            state::extension_event(tables, &name, event);
        }
        if kinds.contains(Kind::Presences) {
            state::presence_event(tables, event);
        }
        if kinds.contains(Kind::Endpoints) {
            state::endpoint_event(tables, &name, event);
        }
        if kinds.contains(Kind::Mailboxes) {
            state::mailbox_event(tables, event);
        }
    }

    /// Takes a list that is no list of channels; what to ask for then.
    pub(super) fn list(&mut self, list: &List, items: &[Event], now: SystemTime) -> Vec<List> {
        let tables = &mut self.tables;
        match list {
            // It comes as channels, which keep less.
            List::Channels => {}
            List::Bridges => {
                let items: Vec<BridgeListItem> = items.iter().filter_map(Event::decode).collect();
                self.bridges(&items);
            }
            List::Queues => queue::list(tables, None, items, now),
            List::QueueFigures(name, _) => queue::list(tables, Some(name), items, now),
            List::Agents => agent::list(tables, items),
            List::ParkedCalls => parking::list(tables, items, now),
            List::Conferences => return conference::list(tables, items),
            List::ConferenceUsers(name) => conference::users(tables, name, items),
            List::Devices => state::devices(tables, items),
            List::Extensions => state::extensions(tables, items),
            List::Presences => state::presences(tables, items),
            List::Endpoints => state::endpoints(tables, items),
            List::Mailboxes => state::mailboxes(tables, items),
        }
        Vec::new()
    }

    fn call_event(&mut self, name: &str, event: &Event, now: SystemTime) {
        let message = event.message();
        match name {
            "Newchannel" => self.channel_came(event, now),
            "Hangup" => self.channel_went(event, now),
            "Newexten" => {
                let Some(id) = self.snapshot(event, "", now) else { return };
                let application = Option::<Text>::read(message, "Application");
                let data = Option::<Text>::read(message, "AppData");
                self.tables.channels.update(id.as_str(), |channel| {
                    channel.runs(application.as_ref(), data.as_ref());
                });
            }
            "Rename" => {
                let Some(id) = Option::<ChannelId>::read(message, "Uniqueid") else { return };
                let Some(name) = Option::<Text>::read(message, "Newname") else { return };
                let [name] = compact([&*name]);
                self.tables.channels.update(id.as_str(), |channel| channel.name = name);
            }
            "Hold" => self.hold(event, true, now),
            "Unhold" => self.hold(event, false, now),
            "Newstate" | "NewCallerid" | "NewConnectedLine" | "NewAccountCode"
            | "MusicOnHoldStart" | "MusicOnHoldStop" | "HangupRequest" | "SoftHangupRequest" => {
                self.snapshot(event, "", now);
            }
            "DialBegin" | "DialState" | "DialEnd" => {
                self.snapshot(event, "", now);
                self.snapshot(event, "Dest", now);
            }
            "BridgeCreate" => self.bridge_came(event, now),
            "BridgeDestroy" => self.bridge_went(event),
            "BridgeEnter" => self.bridge_entered(event, now),
            "BridgeLeave" => self.bridge_left(event, now),
            "BridgeMerge" => {
                self.bridge(event, "To");
                self.bridge(event, "From");
            }
            "BridgeVideoSourceUpdate" => {
                self.bridge(event, "");
            }
            "BlindTransfer" if is(event, "Result", "Success") => {
                let exten = event.get("Extension").unwrap_or_default();
                let context = event.get("Context").unwrap_or_default();
                let to = format!("{exten}@{context}").into();
                self.transferred(event, "Transferer", now, What::BlindTransfer { to });
            }
            "AttendedTransfer" if is(event, "Result", "Success") => {
                self.transferred(event, "OrigTransferer", now, What::AttendedTransfer);
            }
            "Pickup" => self.step(event, "", now, What::PickedUp),
            "ParkedCall" => {
                let space = Option::<u32>::read(message, "ParkingSpace").unwrap_or_default();
                self.step(event, "Parkee", now, What::Parked { space });
            }
            "UnParkedCall" => self.step(event, "Parkee", now, What::Unparked),
            "ParkedCallTimeOut" => self.step(event, "Parkee", now, What::ParkTimeout),
            "QueueCallerJoin" => {
                let [queue] = compact([&*event.get("Queue").unwrap_or_default()]);
                self.step(event, "", now, What::Queued { queue });
            }
            "AgentConnect" => {
                let [member] = compact([&*event.get("Interface").unwrap_or_default()]);
                self.step(event, "", now, What::Connected { member });
            }
            "QueueCallerAbandon" => self.step(event, "", now, What::Abandoned),
            _ => {}
        }
    }

    /// Takes what an event says of a channel; which channel that is, if it is known.
    fn snapshot(&mut self, event: &Event, prefix: &str, now: SystemTime) -> Option<ChannelId> {
        let snapshot = ChannelSnapshot::read(event.message(), prefix);
        let id = snapshot.unique_id.clone()?;
        match self.tables.channels.get(id.as_str()) {
            Some(channel) if channel.is(&snapshot) => {}
            Some(channel) => {
                let before = channel.clone();
                self.channel_changed(&before, &snapshot, at(event, now));
            }
            // Its creation was missed, unless this is a late word of one that is gone.
            None if self.gone_channels.contains(id.as_str()) => return None,
            None => self.put_channel(Channel::new(&snapshot, at(event, now))?, false),
        }
        Some(id)
    }

    fn put_channel(&mut self, mut channel: Channel, seen: bool) {
        if seen && channel.state == Some(ChannelState::Up) {
            channel.answered = Some(channel.created);
        }
        self.calls.added(&mut self.tables, &channel, seen);
        self.tables.channels.put(channel);
    }

    /// A channel is not as it was.
    fn channel_changed(&mut self, before: &Channel, snapshot: &ChannelSnapshot, at: SystemTime) {
        let mut channel = before.clone();
        channel.take(snapshot);
        let answered = channel.state == Some(ChannelState::Up)
            && before.state != Some(ChannelState::Up)
            && channel.answered.is_none();
        if answered {
            channel.answered = Some(at);
        }
        if channel.linked_id != before.linked_id && channel.linked_id.is_some() {
            self.calls.joined(&mut self.tables, &channel, before.linked_id.as_ref(), at);
        }
        if channel.caller_id != before.caller_id {
            self.calls.caller(&mut self.tables, &channel);
        }
        if answered {
            self.calls.answered(&mut self.tables, &channel, at);
        } else if channel.state == Some(ChannelState::Ringing) && before.state != channel.state {
            self.calls.step(&channel, at, What::Ringing);
        }
        self.tables.channels.put(channel);
    }

    fn channel_came(&mut self, event: &Event, now: SystemTime) {
        let snapshot = ChannelSnapshot::read(event.message(), "");
        let (Some(id), Some(name)) = (&snapshot.unique_id, &snapshot.channel) else { return };
        match self.tables.channels.get(id.as_str()) {
            // Told twice, or an event about it came before.
            Some(channel) if channel.name == *name => return,
            // Another one by the same id, so that this one has gone unseen.
            Some(channel) => {
                let channel = channel.clone();
                self.forget(&channel, None, None, now);
            }
            None if self.gone_channels.is(id.as_str(), name) => return,
            None => {}
        }
        if let Some(channel) = Channel::new(&snapshot, at(event, now)) {
            self.put_channel(channel, true);
        }
    }

    fn channel_went(&mut self, event: &Event, now: SystemTime) {
        let Some(id) = self.snapshot(event, "", now) else { return };
        let Some(channel) = self.tables.channels.get(id.as_str()).cloned() else { return };
        let cause = Option::<HangupCause>::read(event.message(), "Cause");
        self.forget(&channel, Some(at(event, now)), cause, now);
    }

    /// A channel is no more.
    fn forget(
        &mut self,
        channel: &Channel,
        ended: Option<SystemTime>,
        cause: Option<HangupCause>,
        now: SystemTime,
    ) {
        if let Some(bridge) = &channel.bridge {
            self.tables.bridges.update(bridge.as_str(), |bridge| {
                bridge.members.retain(|member| *member != channel.id);
            });
        }
        self.gone_channels.note(channel.id.as_str(), &channel.name);
        self.tables.channels.remove(channel.id.as_str());
        self.calls.ended(&mut self.tables, channel, ended, cause, now);
    }

    fn hold(&mut self, event: &Event, on_hold: bool, now: SystemTime) {
        let Some(id) = self.snapshot(event, "", now) else { return };
        let Some(channel) = self.tables.channels.get(id.as_str()) else { return };
        // Asterisk may raise the one without the other before it.
        if channel.on_hold != on_hold {
            let mut channel = channel.clone();
            channel.on_hold = on_hold;
            self.calls.held(&mut self.tables, &channel, at(event, now));
            self.tables.channels.put(channel);
        }
    }

    fn channel(&self, event: &Event, prefix: &str) -> Option<&Channel> {
        let id = event.get(&format!("{prefix}Uniqueid"))?;
        self.tables.channels.get(&id)
    }

    fn step(&mut self, event: &Event, prefix: &str, now: SystemTime, what: What) {
        if let Some(channel) = self.channel(event, prefix).cloned() {
            self.calls.step(&channel, at(event, now), what);
        }
    }

    fn transferred(&mut self, event: &Event, prefix: &str, now: SystemTime, what: What) {
        if let Some(channel) = self.channel(event, prefix).cloned() {
            self.calls.transferred(&mut self.tables, &channel, at(event, now), what);
        }
    }

    /// Takes what an event says of a bridge; the bridge as it is then, if it is known.
    fn bridge(&mut self, event: &Event, prefix: &str) -> Option<Bridge> {
        let snapshot = BridgeSnapshot::read(event.message(), prefix);
        let bridge = self.bridge_of(&snapshot)?;
        self.tables.bridges.put(bridge.clone());
        Some(bridge)
    }

    fn bridge_of(&self, snapshot: &BridgeSnapshot) -> Option<Bridge> {
        let id = snapshot.unique_id.as_ref()?.as_str();
        match self.tables.bridges.get(id) {
            Some(bridge) => {
                let mut bridge = bridge.clone();
                bridge.take(snapshot);
                Some(bridge)
            }
            None if self.gone_bridges.contains(id) => None,
            None => Bridge::new(snapshot),
        }
    }

    fn bridge_came(&mut self, event: &Event, now: SystemTime) {
        let snapshot = BridgeSnapshot::read(event.message(), "");
        // ARI lets applications use an id again.
        snapshot.unique_id.iter().for_each(|id| self.gone_bridges.forget(id.as_str()));
        if let Some(mut bridge) = self.bridge_of(&snapshot) {
            bridge.created.get_or_insert(at(event, now));
            self.tables.bridges.put(bridge);
        }
    }

    fn bridge_went(&mut self, event: &Event) {
        let Some(id) = event.get("BridgeUniqueid") else { return };
        self.forget_bridge(&id);
    }

    fn forget_bridge(&mut self, id: &str) {
        self.gone_bridges.note(id, "");
        let Some(bridge) = self.tables.bridges.remove(id) else { return };
        for member in &bridge.members {
            self.tables.channels.update(member.as_str(), |channel| channel.bridge = None);
        }
    }

    fn bridge_entered(&mut self, event: &Event, now: SystemTime) {
        let before = self.channel(event, "").and_then(|channel| channel.priority);
        let Some(id) = self.snapshot(event, "", now) else { return };
        // One that was taken out of its dialplan stands where it is to go on, and runs nothing.
        let now_at = self.channel(event, "").and_then(|channel| channel.priority);
        if before.is_some() && now_at != before {
            self.tables.channels.update(id.as_str(), |channel| channel.runs(None, None));
        }
        let snapshot = BridgeSnapshot::read(event.message(), "");
        let Some(mut bridge) = self.bridge_of(&snapshot) else { return };
        let Some(channel) = self.tables.channels.get(id.as_str()).cloned() else { return };
        if !bridge.members.contains(&id) {
            bridge.members.reserve_exact(1);
            bridge.members.push(channel.id.clone());
        }
        if bridge.bridge_type.as_deref() == Some("basic") {
            self.link(&bridge, &channel, at(event, now));
        }
        let bridge_id = bridge.id.clone();
        self.tables.bridges.put(bridge);
        if channel.bridge.as_ref() == Some(&bridge_id) {
            return;
        }
        // That it left another one was missed.
        if let Some(other) = &channel.bridge {
            self.tables.bridges.update(other.as_str(), |other| other.members.retain(|m| *m != id));
        }
        self.calls.step(&channel, at(event, now), What::Bridged);
        self.tables.channels.update(id.as_str(), |channel| channel.bridge = Some(bridge_id));
    }

    /// Those who meet in a bridge of two get the older linked id of the two. Of the one who was there
    /// first no event tells it.
    fn link(&mut self, bridge: &Bridge, entered: &Channel, at: SystemTime) {
        for member in bridge.members.iter().filter(|member| **member != entered.id) {
            let Some(before) = self.tables.channels.get(member.as_str()) else { continue };
            if before.linked_id == entered.linked_id {
                continue;
            }
            let mut channel = before.clone();
            let before = std::mem::replace(&mut channel.linked_id, entered.linked_id.clone());
            self.calls.joined(&mut self.tables, &channel, before.as_ref(), at);
            self.tables.channels.put(channel);
        }
    }

    fn bridge_left(&mut self, event: &Event, now: SystemTime) {
        let snapshot = BridgeSnapshot::read(event.message(), "");
        let Some(bridge_id) = &snapshot.unique_id else { return };
        let channel = self.snapshot(event, "", now);
        if let Some(mut bridge) = self.bridge_of(&snapshot) {
            bridge.members.retain(|member| Some(member) != channel.as_ref());
            self.tables.bridges.put(bridge);
        }
        let Some(channel) = channel.and_then(|id| self.tables.channels.get(id.as_str())) else {
            return;
        };
        if channel.bridge.as_ref() == Some(bridge_id) {
            let mut channel = channel.clone();
            channel.bridge = None;
            self.calls.step(&channel, at(event, now), What::Unbridged);
            self.tables.channels.put(channel);
        }
    }

    /// How many records of calls and aliases of linked ids there are.
    #[cfg(test)]
    pub(super) fn held_in_memory(&self) -> (usize, usize) {
        self.calls.held_in_memory()
    }

    /// Events are missing since then.
    pub(super) fn gap(&mut self, at: SystemTime) {
        self.calls.gap(&mut self.tables, at);
    }

    /// Which channels there are will be listed; until then, no call is known to have ended.
    pub(super) fn hold_calls(&mut self) {
        self.calls.hold();
    }

    /// They were listed, or can't be.
    pub(super) fn release_calls(&mut self) {
        self.calls.release(&mut self.tables);
    }

    /// Takes the list of all channels.
    pub(super) fn channels(&mut self, list: Vec<Channel>, now: SystemTime) {
        let listed: HashSet<&ChannelId> = list.iter().map(|channel| &channel.id).collect();
        let channels = self.tables.channels.values();
        let gone: Vec<Channel> = channels.filter(|c| !listed.contains(&c.id)).cloned().collect();
        for channel in &gone {
            self.forget(channel, None, None, now);
        }
        for item in list {
            self.listed(item, now);
        }
    }

    fn listed(&mut self, mut item: Channel, now: SystemTime) {
        let Some(before) = self.tables.channels.get(item.id.as_str()).cloned() else {
            return self.put_channel(item, false);
        };
        // What lists don't tell stays.
        item.created = before.created;
        item.answered = before.answered;
        item.on_hold = before.on_hold;
        if item.linked_id != before.linked_id {
            self.calls.joined(&mut self.tables, &item, before.linked_id.as_ref(), now);
        }
        if item.caller_id != before.caller_id {
            self.calls.caller(&mut self.tables, &item);
        }
        if item.bridge != before.bridge {
            for (bridge, there) in [(&before.bridge, false), (&item.bridge, true)] {
                let Some(bridge) = bridge else { continue };
                self.tables.bridges.update(bridge.as_str(), |bridge| {
                    bridge.members.retain(|member| *member != item.id);
                    bridge.members.extend(there.then(|| item.id.clone()));
                });
            }
        }
        self.tables.channels.put(item);
    }

    /// Takes the list of all bridges, behind that of the channels.
    fn bridges(&mut self, list: &[BridgeListItem]) {
        let listed: HashSet<&str> =
            list.iter().filter_map(|item| Some(item.bridge.unique_id.as_ref()?.as_str())).collect();
        let bridges = self.tables.bridges.values();
        let gone: Vec<_> =
            bridges.filter(|b| !listed.contains(b.id.as_str())).map(|b| b.id.clone()).collect();
        for id in gone {
            self.forget_bridge(id.as_str());
        }
        let mut members = HashMap::<Text, Vec<ChannelId>>::new();
        for channel in self.tables.channels.values() {
            if let Some(bridge) = &channel.bridge {
                members.entry(bridge.as_str().into()).or_default().push(channel.id.clone());
            }
        }
        for item in list {
            item.bridge.unique_id.iter().for_each(|id| self.gone_bridges.forget(id.as_str()));
            let Some(mut bridge) = self.bridge_of(&item.bridge) else { continue };
            let here = members.remove(bridge.id.as_str()).unwrap_or_default();
            bridge.members.retain(|member| here.contains(member));
            bridge.members.reserve_exact(here.len().saturating_sub(bridge.members.len()));
            for member in here {
                if !bridge.members.contains(&member) {
                    bridge.members.push(member);
                }
            }
            self.tables.bridges.put(bridge);
        }
    }
}

/// When an event happened: by its own timestamp, where the server adds one.
fn at(event: &Event, now: SystemTime) -> SystemTime {
    event.timestamp().unwrap_or(now)
}

fn starts(event: &Event, header: &str, with: &str) -> bool {
    event.message().value(header).is_some_and(|found| found.starts_with(with.as_bytes()))
}

fn is(event: &Event, header: &str, value: &str) -> bool {
    event.message().value(header).is_some_and(|found| found == value.as_bytes())
}
