//! Asterisk's time stamps, whose offset has no colon.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::Text;

/// A point in time as ARI and the security events of AMI write it: `2026-11-21T05:01:00.222+0000`.
///
/// The text is kept as it came. Its offset from UTC has no colon, which RFC 3339 wants; both forms
/// and `Z` are understood.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Timestamp(Text);

impl Timestamp {
    /// The text that the server wrote.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Milliseconds since 1970-01-01 00:00 UTC, or `None` for text that is no time stamp.
    #[must_use]
    pub fn unix_millis(&self) -> Option<i64> {
        parse(self.0.as_bytes())
    }

    /// The system's form of it, or `None` for text that is no time stamp.
    #[must_use]
    pub fn system_time(&self) -> Option<SystemTime> {
        let millis = self.unix_millis()?;
        let distance = Duration::from_millis(millis.unsigned_abs());
        if millis < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(distance)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(distance)
        }
    }
}

impl From<Text> for Timestamp {
    fn from(text: Text) -> Self {
        Self(text)
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `2026-11-21T05:01:00[.222](+0000|+00:00|Z)` to milliseconds.
fn parse(text: &[u8]) -> Option<i64> {
    let shape_fits = text.get(4) == Some(&b'-')
        && text.get(7) == Some(&b'-')
        && matches!(text.get(10), Some(b'T' | b' '))
        && text.get(13) == Some(&b':')
        && text.get(16) == Some(&b':');
    if !shape_fits {
        return None;
    }
    let part = |from: usize, to: usize| number(text.get(from..to)?);
    let days = days(part(0, 4)?, within(part(5, 7)?, 1, 12)?, within(part(8, 10)?, 1, 31)?);
    let hour = within(part(11, 13)?, 0, 23)?;
    let minute = within(part(14, 16)?, 0, 59)?;
    let second = within(part(17, 19)?, 0, 60)?;

    let mut rest = text.get(19..)?;
    let mut millis = 0;
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        for place in 0..3 {
            millis = millis * 10 + fraction[..digits].get(place).map_or(0, |d| i64::from(d - b'0'));
        }
        rest = &fraction[digits..];
    }
    let offset = match rest {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | [sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
            let minutes = number(&[*h1, *h2])? * 60 + within(number(&[*m1, *m2])?, 0, 59)?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let minutes = (days * 24 + hour) * 60 + minute - offset;
    Some((minutes * 60 + second) * 1000 + millis)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits
        .iter()
        .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0')))
}

fn within(number: i64, low: i64, high: i64) -> Option<i64> {
    (low..=high).contains(&number).then_some(number)
}

/// Days from 1970-01-01 to a date of the Gregorian calendar. Years begin in March here, so that the
/// leap day is a year's last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let leap_days = year / 4 - year / 100 + year / 400;
    // 719468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    fn millis(text: &str) -> Option<i64> {
        Timestamp::from(text).unix_millis()
    }

    #[test]
    fn the_offset_has_no_colon() {
        // `date -d 2026-11-21T05:01:00Z +%s` says 1795237260.
        assert_eq!(millis("2026-11-21T05:01:00.222+0000"), Some(1_795_237_260_222));
        assert_eq!(millis("2026-11-21T06:01:00.222+0100"), Some(1_795_237_260_222));
        assert_eq!(millis("2026-11-20T23:31:00.222-0530"), Some(1_795_237_260_222));
        assert_eq!(millis("2026-11-21T05:01:00.222+00:00"), Some(1_795_237_260_222));
        assert_eq!(millis("2026-11-21T05:01:00Z"), Some(1_795_237_260_000));
        assert_eq!(millis("2026-11-21T05:01:00.5+0000"), Some(1_795_237_260_500));
    }

    #[test]
    fn dates_around_leap_days_and_the_epoch() {
        assert_eq!(millis("1970-01-01T00:00:00.000+0000"), Some(0));
        assert_eq!(millis("1969-12-31T23:59:59.999+0000"), Some(-1));
        assert_eq!(millis("2000-02-29T00:00:00.000+0000"), Some(951_782_400_000));
        assert_eq!(millis("2024-03-01T00:00:00.000+0000"), Some(1_709_251_200_000));
        let time = Timestamp::from("1969-12-31T23:59:59.999+0000").system_time();
        assert!(time.unwrap() < std::time::SystemTime::UNIX_EPOCH);
    }

    #[test]
    fn what_is_no_time_stamp_stays_readable() {
        for text in [
            "",
            "yesterday",
            "2026-11-21",
            "2026-13-21T05:01:00.222+0000",
            "2026-11-21T05:01:00.2é2+0000",
            "2026-11-21T05:01:00.222+0",
            "9999-99-99T99:99:99Z",
        ] {
            assert_eq!(millis(text), None, "{text}");
            assert_eq!(Timestamp::from(text).as_str(), text);
        }
    }
}
