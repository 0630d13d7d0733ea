//! Parked calls.

use std::time::{Duration, SystemTime};

use asterisk_proto::ami::event::ParkedCall as Parked;
use asterisk_proto::ami::{AmiEvent, ChannelSnapshot, Event, Field, Party};
use asterisk_proto::{ChannelId, Text};

use super::list::List;
use super::picture::Tables;
use super::table::Object;

/// A call that waits in a parking lot.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParkedCall {
    /// The channel that is parked.
    pub channel: ChannelId,
    /// Its name.
    pub name: Text,
    /// Who waits. Of a Local channel that is handed on, no event tells it: it is asked for then.
    pub caller_id: Party,
    /// The parking lot's name.
    pub lot: Text,
    /// The space: what one dials to fetch the call.
    pub space: u32,
    /// Who parked it, as what is dialled when nobody fetches the call.
    pub parker_dial_string: Option<Text>,
    /// When it was parked; by the server's whole seconds if that was not seen.
    pub since: SystemTime,
    /// When it will be sent on if nobody fetches it; nothing if there is no limit.
    pub until: Option<SystemTime>,
}

impl Object for ParkedCall {
    type Key = ChannelId;

    fn key(&self) -> &ChannelId {
        &self.channel
    }
}

/// The events from which this is made.
pub(super) const EVENTS: &[&str] = &[
    "Hangup",
    "NewCallerid",
    "NewConnectedLine",
    "ParkedCall",
    "ParkedCallGiveUp",
    "ParkedCallSwap",
    "ParkedCallTimeOut",
    "Rename",
    "UnParkedCall",
];

/// How far the server's whole seconds, and what is on its way, may be from what was seen.
const NEAR: Duration = Duration::from_secs(3);

/// Gives a call the times of that one of those seen in its space which was parked when it was.
fn with_times<'a>(mut call: ParkedCall, seen: impl Iterator<Item = &'a ParkedCall>) -> ParkedCall {
    let apart = |seen: &&ParkedCall| {
        let apart = seen.since.duration_since(call.since);
        apart.unwrap_or_else(|error| error.duration())
    };
    let here = seen.filter(|seen| seen.space == call.space && seen.lot == call.lot);
    // Not those of one who had the space before, and whose leaving is not told yet or was missed.
    if let Some(seen) = here.filter(|seen| apart(seen) < NEAR).min_by_key(apart) {
        (call.since, call.until) = (seen.since, seen.until);
    }
    call
}

/// A call by what its event says.
fn just_parked(event: &Event, now: SystemTime) -> Option<ParkedCall> {
    let item = Parked::from_event(event);
    let timeout = item.parking_timeout.filter(|timeout| !timeout.is_zero());
    Some(ParkedCall {
        channel: item.parkee.unique_id?,
        name: item.parkee.channel.unwrap_or_default(),
        caller_id: item.parkee.caller_id,
        lot: item.parking_lot?,
        space: item.parking_space?,
        parker_dial_string: item.parker_dial_string,
        since: now.checked_sub(item.parking_duration.unwrap_or_default()).unwrap_or(now),
        until: timeout.and_then(|timeout| now.checked_add(timeout)),
    })
}

/// The name of a channel, without what says which half of a Local channel it is.
fn whole(name: &str) -> &str {
    name.split_once(';').map_or(name, |(whole, _)| whole)
}

/// Takes an event; what to ask for then.
pub(super) fn event(
    tables: &mut Tables,
    name: &str,
    event: &Event,
    now: SystemTime,
) -> Option<List> {
    match name {
        "ParkedCall" => {
            // The one that had the space before may be told to have left it only later.
            if let Some(call) = just_parked(event, now) {
                tables.parked_calls.put(call);
            }
        }
        "ParkedCallSwap" => {
            if let Some(call) = just_parked(event, now) {
                let call = with_times(call, tables.parked_calls.values());
                tables.parked_calls.retain(|old| old.space != call.space || old.lot != call.lot);
                tables.parked_calls.put(call);
            }
        }
        // An event of parking that came before it may be told only later: that another has taken its
        // place, and since when. There is no order between the two.
        "Hangup" => {
            let is_parked = tables.parked_calls.get(&event.get("Uniqueid")?).is_some();
            return is_parked.then_some(List::ParkedCalls);
        }
        // Who is connected to one half of a Local channel is the other's caller.
        "NewCallerid" | "NewConnectedLine" | "Rename" => {
            let name = event.get("Channel")?;
            let mut parked = tables.parked_calls.values();
            return parked
                .any(|call| whole(&call.name) == whole(&name))
                .then_some(List::ParkedCalls);
        }
        _ => {
            let parkee = ChannelSnapshot::read(event.message(), "Parkee");
            if let Some(id) = parkee.unique_id {
                tables.parked_calls.remove(id.as_str());
            }
        }
    }
    None
}

/// Takes the list of all parked calls.
pub(super) fn list(tables: &mut Tables, items: &[Event], now: SystemTime) {
    let call = |item| {
        let call = just_parked(item, now)?;
        let seen = tables.parked_calls.get(call.channel.as_str());
        Some(with_times(call, seen.into_iter()))
    };
    let calls = items.iter().filter_map(call).collect();
    tables.parked_calls.replace(calls);
}
