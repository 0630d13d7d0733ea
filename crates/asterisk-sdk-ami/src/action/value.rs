//! How values that have several forms on the wire are written.

use std::borrow::Cow;
use std::time::Duration;

/// Whole seconds; a part of one is rounded up, so that nothing is cut to nothing.
pub(super) fn seconds(span: Duration) -> String {
    let part = u64::from(span.subsec_nanos() > 0);
    span.as_secs().saturating_add(part).to_string()
}

/// Whole milliseconds.
pub(super) fn milliseconds(span: Duration) -> String {
    span.as_millis().to_string()
}

/// `yes` or `no`.
pub(super) fn yes_no(yes: bool) -> Cow<'static, str> {
    Cow::Borrowed(if yes { "yes" } else { "no" })
}

/// `on` or `off`.
pub(super) fn on_off(on: bool) -> Cow<'static, str> {
    Cow::Borrowed(if on { "on" } else { "off" })
}

/// `1` or `0`.
pub(super) fn one_zero(one: bool) -> Cow<'static, str> {
    Cow::Borrowed(if one { "1" } else { "0" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_second_is_not_lost() {
        assert_eq!(seconds(Duration::from_millis(1)), "1");
        assert_eq!(seconds(Duration::from_secs(20)), "20");
        assert_eq!(seconds(Duration::from_millis(20_001)), "21");
        assert_eq!(seconds(Duration::ZERO), "0");
        assert_eq!(milliseconds(Duration::from_micros(1_900)), "1");
    }

    #[test]
    fn yes_and_no_in_each_form() {
        assert_eq!([yes_no(true), yes_no(false)], ["yes", "no"]);
        assert_eq!([on_off(true), on_off(false)], ["on", "off"]);
        assert_eq!([one_zero(true), one_zero(false)], ["1", "0"]);
    }
}
