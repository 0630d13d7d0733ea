//! The clock by which audio goes out. Pure: time is an argument.

use std::time::Duration;

use tokio::time::Instant;

/// What whoever begins to speak may be late with his first frame, for it to be made up for.
const SLACK: Duration = Duration::from_millis(40);

/// By which part frames go faster while something is made up for.
const FASTER: u32 = 16;

/// When the next frame is due. What is due is counted from when playing began, by the length of what was
/// sent: rounding and late wake-ups do not add up.
#[derive(Debug)]
pub(crate) struct Pace {
    /// How far ahead of its time a frame is sent.
    lead: Duration,
    /// How late frames may be sent in a burst; later, the clock is moved instead.
    catch_up: Duration,
    /// When the next frame is to be heard.
    next: Option<Instant>,
    starved: bool,
    /// What the speaker was late with since he began, and has not made up for.
    lost: Duration,
}

impl Pace {
    pub(crate) fn new(lead: Duration, catch_up: Duration) -> Self {
        Self { lead, catch_up, next: None, starved: false, lost: Duration::ZERO }
    }

    /// When the next frame may be sent, and by how much the clock had to be moved because this machine
    /// was late.
    pub(crate) fn due(&mut self, now: Instant) -> (Instant, Duration) {
        let mut moved = Duration::ZERO;
        let next = match self.next {
            Some(next) if now > next => {
                let late = now - next;
                if late > self.catch_up {
                    // If there was nothing to send, that was a pause, and it begins anew.
                    if !self.starved {
                        moved = late;
                    }
                    self.lost = SLACK;
                    now
                } else if self.starved {
                    // Who passes on what comes unevenly is not to be held back for ever by having been late once.
                    self.lost += late;
                    now
                } else {
                    next
                }
            }
            Some(next) => next,
            None => {
                self.lost = SLACK;
                now
            }
        };
        self.starved = false;
        self.next = Some(next);
        (next.checked_sub(self.lead).unwrap_or(now), moved)
    }

    /// A frame of this length was sent. What was lost is made up for little by little, so that no more is ever sent
    /// than has sounded since the beginning.
    pub(crate) fn sent(&mut self, length: Duration) {
        let faster = self.lost.min(length / FASTER);
        self.lost -= faster;
        self.next = self.next.map(|next| next + length - faster);
    }

    /// There is nothing to send.
    pub(crate) fn starve(&mut self) {
        self.starved = true;
    }

    /// What was sent ahead is not heard any more.
    pub(crate) fn flush(&mut self) {
        self.next = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_millis(20);

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// A clock that has begun and has nothing to make up for.
    fn begun(lead: Duration, start: Instant) -> Pace {
        let mut pace = Pace::new(lead, ms(200));
        pace.due(start);
        pace.lost = Duration::ZERO;
        pace
    }

    #[test]
    fn frames_are_due_by_a_clock_that_does_not_drift() {
        let start = Instant::now();
        let mut pace = begun(ms(0), start);
        for frame in 0..10_000 {
            // Each is woken up a little late.
            let now = start + FRAME * frame + ms(u64::from(frame) % 3);
            assert_eq!(pace.due(now), (start + FRAME * frame, ms(0)));
            pace.sent(FRAME);
        }
    }

    #[test]
    fn a_delay_is_made_up_for_within_bounds() {
        let start = Instant::now();
        let mut pace = begun(ms(0), start);
        pace.sent(FRAME);
        assert_eq!(pace.due(start + ms(220)), (start + ms(20), ms(0)));
        pace.sent(FRAME);
        let late = start + ms(241);
        assert_eq!(pace.due(late), (late, ms(201)));
    }

    #[test]
    fn a_pause_of_the_speaker_is_no_delay() {
        let start = Instant::now();
        let mut pace = begun(ms(0), start);
        pace.sent(FRAME);
        pace.starve();
        assert_eq!(pace.due(start + ms(5)).0, start + ms(20));
        pace.sent(FRAME);
        pace.starve();
        let later = start + ms(5_000);
        assert_eq!(pace.due(later), (later, ms(0)));
    }

    #[test]
    fn what_the_speaker_was_late_with_is_made_up_for_little_by_little() {
        let start = Instant::now();
        let mut pace = begun(ms(10), start);
        pace.sent(FRAME);
        pace.starve();
        // Instead of 20: what comes now goes now.
        let late = start + ms(120);
        assert_eq!(pace.due(late).0, start + ms(110));
        pace.sent(FRAME);
        let mut frames = 2_u32;
        while !pace.lost.is_zero() {
            pace.sent(FRAME);
            frames += 1;
        }
        // 100 ms, 1.25 with each.
        assert_eq!(frames, 81);
        let due = start + FRAME * frames - ms(10);
        assert_eq!(pace.due(start + ms(130)).0, due);
    }

    #[test]
    fn who_begins_late_is_ahead_by_no_more_than_that() {
        let start = Instant::now();
        let mut pace = Pace::new(ms(0), ms(200));
        pace.due(start);
        for _ in 0..100 {
            pace.sent(FRAME);
        }
        assert_eq!(pace.due(start).0, start + ms(2_000 - 40));
    }

    #[test]
    fn what_is_sent_ahead_is_bounded() {
        let start = Instant::now() + ms(10_000);
        let mut pace = begun(ms(100), start);
        let mut ahead = 0;
        while pace.due(start).0 <= start {
            pace.sent(FRAME);
            ahead += 1;
        }
        assert_eq!(ahead, 6);
        pace.flush();
        assert_eq!(pace.due(start).0, start - ms(100));
    }
}
