//! Keys that are pressed on this side, as a row of packets for each. Pure.

use std::collections::VecDeque;
use std::time::Duration;

/// How many keys may wait.
const KEYS: usize = 128;

/// How long a key sounds at least, and at most: the time of an event has 16 bits.
const SHORTEST: Duration = Duration::from_millis(40);
const LONGEST: Duration = Duration::from_secs(8);

/// The pause behind each, without which a key that comes twice would be one to some.
pub(crate) const PAUSE: Duration = Duration::from_millis(40);

/// One packet of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tone {
    /// The number of its event.
    pub(crate) event: u8,
    /// How long it has sounded at the end of this packet.
    pub(crate) sounded: Duration,
    /// Whether this packet is its first.
    pub(crate) first: bool,
    /// Whether it is its last.
    pub(crate) last: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Keying {
    /// Events, and how long they sound, in order; the first may have begun.
    keys: VecDeque<(u8, Duration)>,
    sounded: Duration,
}

impl Keying {
    /// Queues a key; tells whether there was room.
    pub(crate) fn press(&mut self, event: u8, length: Duration) -> bool {
        let room = self.keys.len() < KEYS;
        if room {
            self.keys.push_back((event, length.clamp(SHORTEST, LONGEST)));
        }
        room
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.keys.is_empty()
    }

    /// The next packet, of this length.
    pub(crate) fn next(&mut self, packet: Duration) -> Option<Tone> {
        let (event, length) = *self.keys.front()?;
        let first = self.sounded.is_zero();
        self.sounded += packet;
        let tone = Tone { event, sounded: self.sounded, first, last: self.sounded >= length };
        if tone.last {
            self.keys.pop_front();
            self.sounded = Duration::ZERO;
        }
        Some(tone)
    }
}

/// The number of a key's event.
pub(crate) fn event(key: char) -> Option<u8> {
    "0123456789*#ABCD".chars().zip(0..).find(|(known, _)| *known == key).map(|(_, event)| event)
}

/// The key of an event; others are no keys.
pub(crate) fn key(event: u8) -> Option<char> {
    "0123456789*#ABCD".chars().nth(event.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: Duration = Duration::from_millis(20);

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn row(keying: &mut Keying) -> Vec<(u8, u128, bool, bool)> {
        std::iter::from_fn(|| keying.next(PACKET))
            .map(|tone| (tone.event, tone.sounded.as_millis(), tone.first, tone.last))
            .collect()
    }

    #[test]
    fn a_key_is_a_row_of_packets() {
        let mut keying = Keying::default();
        assert!(keying.press(5, ms(50)) && keying.press(11, ms(0)));
        assert_eq!(
            row(&mut keying),
            [
                (5, 20, true, false),
                (5, 40, false, false),
                (5, 60, false, true),
                (11, 20, true, false),
                (11, 40, false, true)
            ]
        );
        assert!(keying.is_idle());
        assert!(keying.press(0, Duration::MAX));
        assert_eq!(row(&mut keying).len(), 400);
    }

    #[test]
    fn keys_that_wait_are_bounded() {
        let mut keying = Keying::default();
        for _ in 0..KEYS {
            assert!(keying.press(1, ms(100)));
        }
        assert!(!keying.press(1, ms(100)));
    }

    #[test]
    fn keys_have_numbers() {
        for (name, number) in [('0', 0), ('9', 9), ('*', 10), ('#', 11), ('A', 12), ('D', 15)] {
            assert_eq!((event(name), key(number)), (Some(number), Some(name)));
        }
        assert_eq!((event('a'), event('!'), key(16)), (None, None, None));
    }
}
