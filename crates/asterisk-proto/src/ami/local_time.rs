//! Dates that say nothing of their time zone.

use std::fmt;

use super::{Field, Message};

/// A date and time by the server's own clock, in the server's own time zone, which is not told:
/// `2026-11-21 10:54:54`.
///
/// Call records have these. Earlier ones are less, except around the end of daylight saving time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct LocalDateTime {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
    /// The hour, from 0 to 23.
    pub hour: u8,
    /// The minute.
    pub minute: u8,
    /// The second, 60 in a leap second.
    pub second: u8,
}

impl LocalDateTime {
    /// Reads `YYYY-MM-DD hh:mm:ss`, or `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.trim().split_once(' ')?;
        let mut date = date.split('-');
        let (year, month, day) = (date.next()?, date.next()?, date.next()?);
        let mut time = time.split(':');
        let (hour, minute, second) = (time.next()?, time.next()?, time.next()?);
        if date.next().is_some() || time.next().is_some() {
            return None;
        }
        let part = |text: &str, low, high| {
            let number: u8 = text.parse().ok()?;
            (low..=high).contains(&number).then_some(number)
        };
        Some(Self {
            year: year.parse().ok()?,
            month: part(month, 1, 12)?,
            day: part(day, 1, 31)?,
            hour: part(hour, 0, 23)?,
            minute: part(minute, 0, 59)?,
            second: part(second, 0, 60)?,
        })
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

impl Field for Option<LocalDateTime> {
    fn read(message: &Message, name: &str) -> Self {
        LocalDateTime::parse(&message.get(name)?)
    }
}

#[cfg(test)]
mod tests {
    use super::LocalDateTime;

    #[test]
    fn dates() {
        let text = "2026-11-21 10:54:54";
        let date = LocalDateTime::parse(text).unwrap();
        assert_eq!((date.year, date.month, date.day), (2026, 11, 21));
        assert_eq!((date.hour, date.minute, date.second), (10, 54, 54));
        assert_eq!(date.to_string(), text);
        assert!(date < LocalDateTime::parse("2026-11-21 10:54:55").unwrap());
        for bad in ["", "2026-11-21", "2026-13-01 00:00:00", "2026-11-21 24:00:00", "1 1:1:1"] {
            assert_eq!(LocalDateTime::parse(bad), None, "{bad}");
        }
    }
}
