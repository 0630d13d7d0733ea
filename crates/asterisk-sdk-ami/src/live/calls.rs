//! How calls are put together from channels.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use asterisk_proto::{ChannelState, HangupCause, LinkedId};

use super::call::{Call, CompletedCall, Direction, Leg, Step, What};
use super::channel::Channel;
use super::picture::Tables;
use super::table::compact;

/// What is known of the calls under way beyond what is shown of them.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// Boxed, because a table has room for more than it holds.
    records: HashMap<LinkedId, Box<Record>>,
    /// Linked ids whose calls were joined with another.
    aliases: HashMap<LinkedId, LinkedId>,
    /// Calls whose known channels have all gone, while the list may still name others of them.
    held: Option<HashMap<LinkedId, CompletedCall>>,
}

#[derive(Debug, Default)]
struct Record {
    legs: Vec<Leg>,
    more_legs: u32,
    timeline: Vec<Step>,
    more_steps: u32,
    /// Why the first channel was hung up.
    cause: Option<HangupCause>,
}

impl Record {
    fn step(&mut self, step: Step) {
        if self.timeline.len() < CompletedCall::MAX_STEPS {
            if self.timeline.is_empty() {
                // Of one that is found not more is known than that its two channels came.
                self.timeline.reserve_exact(2);
            }
            self.timeline.push(step);
        } else {
            self.more_steps = self.more_steps.saturating_add(1);
        }
    }

    fn add_leg(&mut self, leg: Leg) {
        // The first one is what the call is named after, and those under way are needed.
        if self.legs.len() >= CompletedCall::MAX_LEGS {
            let oldest = self.legs.iter().skip(1).position(|leg| leg.ended.is_some());
            match oldest {
                Some(oldest) => drop(self.legs.remove(oldest + 1)),
                None => return self.more_legs = self.more_legs.saturating_add(1),
            }
            self.more_legs = self.more_legs.saturating_add(1);
        }
        // Most calls have few, and there are many calls.
        if self.legs.len() == self.legs.capacity() {
            self.legs.reserve_exact(2);
        }
        self.legs.push(leg);
    }

    fn leg(&mut self, channel: &str) -> Option<&mut Leg> {
        self.legs.iter_mut().rev().find(|leg| leg.channel == *channel)
    }
}

/// Who began a channel, by the state in which it comes into the world.
fn direction(channel: &Channel) -> Direction {
    match channel.state {
        Some(ChannelState::Down | ChannelState::Reserved | ChannelState::Ringing) => {
            Direction::Outgoing
        }
        _ => Direction::Incoming,
    }
}

impl Calls {
    /// The call that a linked id stands for.
    fn resolve<'a>(&'a self, linked_id: &'a LinkedId) -> &'a LinkedId {
        self.aliases.get(linked_id).unwrap_or(linked_id)
    }

    /// The call that a channel belongs to.
    fn of(&self, channel: &Channel) -> Option<LinkedId> {
        Some(self.resolve(channel.linked_id.as_ref()?).clone())
    }

    /// A channel has come. `seen` says that it was seen to come, not found.
    pub(super) fn added(&mut self, tables: &mut Tables, channel: &Channel, seen: bool) {
        let Some(id) = self.of(channel) else { return };
        let up = channel.state == Some(ChannelState::Up);
        self.resume(tables, &id);
        if tables.calls.get(id.as_str()).is_none() {
            tables.calls.put(Call {
                // All of it is in the channel's own buffer, which its leg keeps anyway.
                id: channel
                    .linked_id
                    .clone()
                    .filter(|own| *own == id)
                    .unwrap_or_else(|| id.clone()),
                joined: Vec::new(),
                direction: direction(channel),
                caller: channel.caller_id.clone(),
                exten: channel.exten.clone(),
                started: channel.created,
                answered: None,
                channels: vec![channel.id.clone()],
                holds: 0,
                transfers: 0,
                gaps: !seen,
            });
        } else {
            tables.calls.update(id.as_str(), |call| {
                call.channels.reserve_exact(1);
                call.channels.push(channel.id.clone());
                call.started = call.started.min(channel.created);
                call.gaps |= !seen;
            });
        }
        let record = self.records.entry(id).or_default();
        record.add_leg(Leg {
            channel: channel.id.clone(),
            name: channel.name.clone(),
            caller_id: channel.caller_id.clone(),
            direction: direction(channel),
            created: channel.created,
            answered: channel.answered,
            ended: None,
            cause: None,
        });
        let step = |what| Step { at: channel.created, channel: Some(channel.id.clone()), what };
        record.step(step(What::Created));
        if up && let Some(at) = channel.answered {
            self.answered(tables, channel, at);
        }
    }

    /// From now on, it is not known which channels there are.
    pub(super) fn hold(&mut self) {
        self.held.get_or_insert_default();
    }

    /// It is known again, so what was held has ended.
    pub(super) fn release(&mut self, tables: &mut Tables) {
        let held = self.held.take().unwrap_or_default();
        tables.completed.extend(held.into_values().map(Arc::new));
    }

    /// Goes on with a call that seemed to have ended.
    fn resume(&mut self, tables: &mut Tables, id: &LinkedId) {
        let held = self.held.as_mut().and_then(|held| held.remove(id));
        let Some(call) = held else { return };
        call.joined.iter().for_each(|joined| {
            self.aliases.insert(joined.clone(), id.clone());
        });
        tables.calls.put(Call {
            id: call.id,
            joined: call.joined,
            direction: call.direction,
            caller: call.caller,
            exten: call.exten,
            started: call.started,
            answered: call.answered,
            channels: Vec::new(),
            holds: 0,
            transfers: call.transfers,
            gaps: call.gaps,
        });
        let record = Record {
            legs: call.legs,
            more_legs: call.more_legs,
            timeline: call.timeline,
            more_steps: call.more_steps,
            cause: call.cause,
        };
        self.records.insert(id.clone(), Box::new(record));
    }

    /// A channel was answered.
    pub(super) fn answered(&mut self, tables: &mut Tables, channel: &Channel, at: SystemTime) {
        let Some(id) = self.of(channel) else { return };
        tables.calls.update(id.as_str(), |call| {
            call.answered.get_or_insert(at);
        });
        if let Some(record) = self.records.get_mut(&id) {
            if let Some(leg) = record.leg(channel.id.as_str()) {
                leg.answered = Some(at);
            }
            let channel = Some(channel.id.clone());
            record.step(Step { at, channel, what: What::Answered });
        }
    }

    /// A channel's caller id has changed.
    pub(super) fn caller(&mut self, tables: &mut Tables, channel: &Channel) {
        let Some(id) = self.of(channel) else { return };
        if tables.calls.get(id.as_str()).is_some_and(|call| {
            call.channels.first() == Some(&channel.id) && call.caller != channel.caller_id
        }) {
            tables.calls.update(id.as_str(), |call| call.caller = channel.caller_id.clone());
        }
    }

    /// A channel's linked id has changed: its call is joined with another.
    pub(super) fn joined(
        &mut self,
        tables: &mut Tables,
        channel: &Channel,
        before: Option<&LinkedId>,
        at: SystemTime,
    ) {
        let Some(before) = before.map(|id| self.resolve(id).clone()) else {
            return self.added(tables, channel, true);
        };
        let Some(after) = self.of(channel).filter(|after| *after != before) else { return };
        let (Some(record), Some(call)) =
            (self.records.remove(&before), tables.calls.remove(before.as_str()))
        else {
            return self.added(tables, channel, true);
        };
        let [after] = compact([after.as_str()]);
        let after = LinkedId::from(after);
        self.resume(tables, &after);
        // Whatever was joined with the one is joined with the other now.
        self.aliases.values_mut().filter(|id| **id == before).for_each(|id| id.clone_from(&after));
        self.aliases.insert(before.clone(), after.clone());
        match tables.calls.get(after.as_str()).cloned() {
            None => {
                let mut joined = Call::clone(&call);
                joined.id = after.clone();
                joined.joined.push(before.clone());
                tables.calls.put(joined);
            }
            Some(mut into) => {
                into.joined.push(before.clone());
                into.joined.extend(call.joined.iter().cloned());
                into.channels.extend(call.channels.iter().cloned());
                into.answered = match (into.answered, call.answered) {
                    (Some(one), Some(other)) => Some(one.min(other)),
                    (one, other) => one.or(other),
                };
                into.holds += call.holds;
                into.transfers += call.transfers;
                into.gaps |= call.gaps;
                tables.calls.put(into);
            }
        }
        let into = self.records.entry(after).or_default();
        if into.legs.is_empty() {
            into.cause = record.cause;
        }
        record.legs.into_iter().for_each(|leg| into.add_leg(leg));
        into.more_legs = into.more_legs.saturating_add(record.more_legs);
        into.more_steps = into.more_steps.saturating_add(record.more_steps);
        record.timeline.into_iter().for_each(|step| into.step(step));
        into.timeline.sort_by_key(|step| step.at);
        let channel = Some(channel.id.clone());
        into.step(Step { at, channel, what: What::Joined { with: before } });
    }

    /// Something happened to a channel.
    pub(super) fn step(&mut self, channel: &Channel, at: SystemTime, what: What) {
        let Some(id) = self.of(channel) else { return };
        if let Some(record) = self.records.get_mut(&id) {
            record.step(Step { at, channel: Some(channel.id.clone()), what });
        }
    }

    /// A channel's phone put the call on hold, or took it back.
    pub(super) fn held(&mut self, tables: &mut Tables, channel: &Channel, at: SystemTime) {
        let what = if channel.on_hold { What::Held } else { What::Unheld };
        self.step(channel, at, what);
        self.shown(tables, channel, |call| {
            if channel.on_hold {
                call.holds += 1;
            } else {
                call.holds = call.holds.saturating_sub(1);
            }
        });
    }

    /// The call of a channel was transferred.
    pub(super) fn transferred(
        &mut self,
        tables: &mut Tables,
        channel: &Channel,
        at: SystemTime,
        what: What,
    ) {
        self.step(channel, at, what);
        self.shown(tables, channel, |call| call.transfers = call.transfers.saturating_add(1));
    }

    fn shown(&self, tables: &mut Tables, channel: &Channel, change: impl FnOnce(&mut Call)) {
        if let Some(id) = self.of(channel) {
            tables.calls.update(id.as_str(), change);
        }
    }

    /// A channel has gone: when and why, if that was seen.
    pub(super) fn ended(
        &mut self,
        tables: &mut Tables,
        channel: &Channel,
        ended: Option<SystemTime>,
        cause: Option<HangupCause>,
        now: SystemTime,
    ) {
        let Some(id) = self.of(channel) else { return };
        let Some(record) = self.records.get_mut(&id) else { return };
        if let Some(leg) = record.leg(channel.id.as_str()) {
            leg.ended = ended;
            leg.cause = cause;
            leg.name = channel.name.clone();
            leg.caller_id = channel.caller_id.clone();
        }
        if record.legs.first().is_some_and(|first| first.channel == channel.id) {
            record.cause = cause;
        }
        if let Some(at) = ended {
            record.step(Step { at, channel: Some(channel.id.clone()), what: What::Ended });
        }
        let last = tables
            .calls
            .get(id.as_str())
            .is_none_or(|call| call.channels.iter().all(|other| *other == channel.id));
        if last {
            return self.complete(tables, &id, ended.unwrap_or(now), ended.is_none());
        }
        tables.calls.update(id.as_str(), |call| {
            call.channels.retain(|other| *other != channel.id);
            call.gaps |= ended.is_none();
            if channel.on_hold {
                call.holds = call.holds.saturating_sub(1);
            }
        });
    }

    fn complete(&mut self, tables: &mut Tables, id: &LinkedId, ended: SystemTime, unseen: bool) {
        let Some(call) = tables.calls.remove(id.as_str()) else { return };
        let record = self.records.remove(id).unwrap_or_default();
        call.joined.iter().for_each(|joined| drop(self.aliases.remove(joined)));
        let completed = CompletedCall {
            id: call.id.clone(),
            joined: call.joined.clone(),
            direction: call.direction,
            caller: call.caller.clone(),
            exten: call.exten.clone(),
            started: call.started,
            answered: call.answered,
            ended,
            cause: record.cause,
            legs: record.legs,
            more_legs: record.more_legs,
            timeline: record.timeline,
            more_steps: record.more_steps,
            transfers: call.transfers,
            gaps: call.gaps || unseen,
        };
        match &mut self.held {
            Some(held) => drop(held.insert(id.clone(), completed)),
            None => tables.completed.push(Arc::new(completed)),
        }
    }

    /// Events are missing.
    pub(super) fn gap(&mut self, tables: &mut Tables, at: SystemTime) {
        let ids: Vec<LinkedId> = tables.calls.values().map(|call| call.id.clone()).collect();
        for id in ids {
            tables.calls.update(id.as_str(), |call| call.gaps = true);
            if let Some(record) = self.records.get_mut(&id) {
                record.step(Step { at, channel: None, what: What::Gap });
            }
        }
    }

    /// How many records and aliases there are.
    #[cfg(test)]
    pub(super) fn held_in_memory(&self) -> (usize, usize) {
        (self.records.len(), self.aliases.len())
    }
}
