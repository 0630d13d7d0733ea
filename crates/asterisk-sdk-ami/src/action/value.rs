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
