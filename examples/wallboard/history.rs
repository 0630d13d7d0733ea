//! How many calls ended in each minute of the last hour.

use std::collections::VecDeque;
use std::time::{SystemTime, UNIX_EPOCH};

use asterisk_sdk::ami::live::CompletedCall;
use serde::Serialize;

/// So many minutes are kept.
const MINUTES: u64 = 60;

/// The calls that ended in a minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Minute {
    pub(crate) answered: u32,
    pub(crate) missed: u32,
}

/// The minutes in which calls have ended, by their number since 1970.
#[derive(Debug, Default)]
pub(crate) struct History(VecDeque<(u64, Minute)>);

impl History {
    pub(crate) fn add(&mut self, call: &CompletedCall) {
        let number = minute_of(call.ended);
        while self.0.front().is_some_and(|(first, _)| first + MINUTES <= number) {
            self.0.pop_front();
        }
        if self.0.back().is_none_or(|(last, _)| *last < number) {
            self.0.push_back((number, Minute::default()));
        }
        // A clock that was set back does not make new minutes.
        if let Some((_, minute)) = self.0.back_mut() {
            let count =
                if call.answered.is_some() { &mut minute.answered } else { &mut minute.missed };
            *count += 1;
        }
    }

    /// The last hour, the current minute last.
    pub(crate) fn hour(&self, now: SystemTime) -> Vec<Minute> {
        let now = minute_of(now);
        let mut hour = vec![Minute::default(); usize::try_from(MINUTES).unwrap_or_default()];
        for (number, minute) in &self.0 {
            let place = (number + MINUTES)
                .checked_sub(now + 1)
                .and_then(|place| usize::try_from(place).ok());
            if let Some(place) = place.and_then(|place| hour.get_mut(place)) {
                *place = *minute;
            }
        }
        hour
    }
}

fn minute_of(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / 60)
}
