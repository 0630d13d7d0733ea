//! When to try again.

use std::time::Duration;

/// How to connect again after a connection was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reconnect {
    /// The longest pause before the first attempt. Each failure doubles it.
    pub first: Duration,
    /// The longest pause of all.
    pub longest: Duration,
    /// A connection that has lasted this long counts as sound: after it the pauses begin anew.
    pub stable_after: Duration,
}

impl Default for Reconnect {
    /// Pauses of up to 0.5 s, doubled up to 30 s; 60 s count as sound.
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(30),
            stable_after: Duration::from_secs(60),
        }
    }
}

impl Reconnect {
    /// With other pauses.
    #[must_use]
    pub fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.first = first;
        self.longest = longest;
        self
    }

    /// The pause before the attempt after `failures` failed ones: anything up to the limit, as
    /// `random` decides, so that many clients of one server don't come back at once.
    #[must_use]
    pub fn pause(&self, failures: u32, random: u64) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(failures.min(31)));
        let longest = doubled.min(self.longest);
        // 32 bits are plenty for a pause.
        let random = u32::try_from(random >> 32).unwrap_or(u32::MAX);
        longest.mul_f64(f64::from(random) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let reconnect = Reconnect::default();
        let longest: Vec<_> =
            [0, 1, 2, 5, 6, 7, 1000].map(|n| reconnect.pause(n, u64::MAX).as_millis()).into();
        assert_eq!(longest, [500, 1000, 2000, 16_000, 30_000, 30_000, 30_000]);
        assert_eq!(reconnect.pause(5, 0), Duration::ZERO);
        assert_eq!(reconnect.pause(0, u64::MAX / 2).as_millis(), 250);
    }
}
