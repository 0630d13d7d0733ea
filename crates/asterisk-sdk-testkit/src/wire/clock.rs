//! Moments that may be as far away as a caller likes.

use std::time::Duration;

use tokio::time::Instant;

/// Further away than any test waits.
const FAR: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// The moment so much later; a year later at most, for a clock has an end.
pub(crate) fn later(moment: Instant, time: Duration) -> Instant {
    moment + time.min(FAR)
}
