//! The clock, and the ways in which Asterisk writes what it shows.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// Runs from a given start, as fast as tokio's clock does: a paused one stands still.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start: SystemTime,
    began: Instant,
}

impl Clock {
    pub(crate) fn from(start: SystemTime) -> Self {
        Self { start, began: Instant::now() }
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.start + self.uptime()
    }

    pub(crate) fn start(&self) -> SystemTime {
        self.start
    }

    pub(crate) fn uptime(&self) -> Duration {
        self.began.elapsed()
    }
}

/// The time since 1970; nothing for what was before.
pub(crate) fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

struct Civil {
    year: u64,
    month: u64,
    day: u64,
    seconds: u64,
}

/// The calendar's view of it, in UTC.
fn civil(time: SystemTime) -> Civil {
    let seconds = since_epoch(time).as_secs();
    // Years that begin in March have the leap day at their end; eras of 400 years are all alike.
    let days = seconds / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    Civil {
        year: year + era * 400 + u64::from(month <= 2),
        month,
        day: of_year - (153 * shifted + 2) / 5 + 1,
        seconds: seconds % 86_400,
    }
}

/// `2026-11-21`
pub(crate) fn date(time: SystemTime) -> String {
    let Civil { year, month, day, .. } = civil(time);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `16:53:09`
pub(crate) fn time_of_day(time: SystemTime) -> String {
    hours(Duration::from_secs(civil(time).seconds))
}

/// `00:01:05`, as channel lists write how long a call lasts.
pub(crate) fn hours(length: Duration) -> String {
    let seconds = length.as_secs();
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `2026-11-21T16:56:11.111+0000`, as ARI writes it.
pub(crate) fn timestamp(time: SystemTime) -> String {
    let millis = since_epoch(time).subsec_millis();
    format!("{}T{}.{millis:03}+0000", date(time), time_of_day(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00.222+0000"),
            (951_782_400, "2000-02-29T00:00:00.222+0000"),
            (1_795_280_171, "2026-11-21T16:56:11.222+0000"),
            (4_107_542_399, "2100-02-28T23:59:59.222+0000"),
            (4_107_542_400, "2100-03-01T00:00:00.222+0000"),
        ] {
            let time = SystemTime::UNIX_EPOCH + Duration::from_millis(seconds * 1000 + 222);
            assert_eq!(timestamp(time), expected);
        }
        assert_eq!(hours(Duration::from_secs(3665)), "01:01:05");
    }
}
