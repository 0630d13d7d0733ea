//! Keys that the other side presses, once each, out of the packets in which they are repeated. Pure: time is an
//! argument.

use std::time::{Duration, Instant};

/// After as long without a packet of it, a key counts as released: its last packets are lost.
pub(super) const RELEASED: Duration = Duration::from_millis(120);

/// A packet of a telephone event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Press {
    /// When the key was pressed, in the time of the stream: the same in all packets of one press.
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) event: u8,
    pub(super) end: bool,
    /// How long it sounds so far, in the same time.
    pub(super) duration: u16,
}

impl Press {
    /// What a payload says. What stands behind the first four bytes is redundant.
    pub(super) fn read(payload: &[u8], timestamp: u32, marker: bool) -> Option<Self> {
        let &[event, flags, high, low] = payload.first_chunk()?;
        let duration = u16::from_be_bytes([high, low]);
        Some(Self { timestamp, marker, event, end: flags & 0x80 != 0, duration })
    }
}

#[derive(Debug, Default)]
pub(super) struct Presses {
    /// The key that is held, and when a packet of it came.
    held: Option<(Press, Instant)>,
    /// When the last one that was told of was pressed.
    told: Option<u32>,
}

impl Presses {
    /// Takes a packet; gives out the events of the keys that are released by it.
    pub(super) fn push(&mut self, press: Press, now: Instant, give: &mut impl FnMut(u8)) {
        if self.told == Some(press.timestamp) {
            return;
        }
        if let Some((held, _)) = self.held {
            // A key held for long goes on under a new time.
            let goes_on = press.event == held.event
                && !press.marker
                && press.timestamp == held.timestamp.wrapping_add(held.duration.into());
            if held.timestamp != press.timestamp && !goes_on {
                give(held.event);
            }
        }
        if press.end {
            self.held = None;
            self.told = Some(press.timestamp);
            give(press.event);
        } else {
            self.held = Some((press, now));
        }
    }

    /// When the key that is held counts as released.
    pub(super) fn released_at(&self) -> Option<Instant> {
        self.held.map(|(_, at)| at + RELEASED)
    }

    /// Gives out the key that is held, if its time is over.
    pub(super) fn release(&mut self, now: Instant, give: &mut impl FnMut(u8)) {
        if self.released_at().is_some_and(|at| now >= at)
            && let Some((held, _)) = self.held.take()
        {
            self.told = Some(held.timestamp);
            give(held.event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn run(packets: &[(u32, bool, [u8; 4])]) -> (Vec<u8>, Presses, Instant) {
        let mut now = Instant::now();
        let mut presses = Presses::default();
        let mut events = Vec::new();
        for (timestamp, marker, payload) in packets {
            now += ms(20);
            let press = Press::read(payload, *timestamp, *marker).unwrap();
            presses.push(press, now, &mut |event| events.push(event));
        }
        (events, presses, now)
    }

    // As Asterisk 22.10.1 sends `5`, with a shorter middle, and the beginning of `#`.
    const FIVE: [(u32, bool, [u8; 4]); 5] = [
        (0xc0, true, [5, 10, 0, 0xa0]),
        (0xc0, false, [5, 10, 1, 0x40]),
        (0xc0, false, [5, 0x8a, 5, 0]),
        (0xc0, false, [5, 0x8a, 5, 0]),
        (0xc0, false, [5, 0x8a, 5, 0]),
    ];
    const HASH: [(u32, bool, [u8; 4]); 2] =
        [(0xbc0, true, [11, 10, 0, 0xa0]), (0xbc0, false, [11, 10, 1, 0x40])];

    #[test]
    fn each_press_is_told_once() {
        let (events, presses, _) = run(&FIVE);
        assert_eq!((events, presses.released_at()), (vec![5], None));
        // Its end alone.
        assert_eq!(run(&FIVE[4..]).0, [5]);
        assert_eq!(run(&[FIVE[0], FIVE[4], FIVE[1]]).0, [5]);
    }

    #[test]
    fn ends_that_are_lost() {
        // Another key tells.
        assert_eq!(run(&[FIVE[0], FIVE[1], HASH[0]]).0, [5]);
        // Or time does, also when an end comes at last.
        let (mut events, mut presses, now) = run(&[&FIVE[..], &HASH].concat());
        assert_eq!(presses.released_at(), Some(now + RELEASED));
        presses.release(now + ms(119), &mut |event| events.push(event));
        assert_eq!(events, [5]);
        presses.release(now + RELEASED, &mut |event| events.push(event));
        assert_eq!((presses.released_at(), &*events), (None, &[5, 11][..]));
        let end = Press::read(&[11, 0x8a, 5, 0], 0xbc0, false).unwrap();
        presses.push(end, now, &mut |event| events.push(event));
        assert_eq!(events, [5, 11]);
    }

    #[test]
    fn a_key_that_is_held_for_long_is_one() {
        // Nothing that Asterisk sends: written by hand after the RFC.
        let long = [
            (100, true, [1, 10, 0, 160]),
            (100, false, [1, 10, 0xff, 0xff]),
            (100 + 0xffff, false, [1, 10, 0, 160]),
            (100 + 0xffff, false, [1, 0x8a, 1, 64]),
        ];
        assert_eq!(run(&long).0, [1]);
        // The same key again.
        let again = [long[0], (260, true, [1, 0x8a, 0, 160])];
        assert_eq!(run(&again).0, [1, 1]);
    }

    #[test]
    fn what_is_too_short_is_no_event() {
        assert_eq!(Press::read(&[5, 10, 0], 0, false), None);
        assert_eq!(
            Press::read(&[5, 0xff, 1, 2, 9], 7, true),
            Some(Press { timestamp: 7, marker: true, event: 5, end: true, duration: 258 })
        );
    }
}
