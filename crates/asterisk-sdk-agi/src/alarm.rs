//! A deadline that is moved far more often than it passes.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::task::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};

/// As good as never, and still a time that can be counted.
const NEVER: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// Limits how long one future after the other may take.
///
/// The timer stays where it is while deadlines move on, and is set again if it goes off too early: a
/// command whose reply comes in time does not touch it.
#[derive(Default)]
pub(crate) struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Awaits a future; `None` if it takes longer than `limit`. It is pinned by who awaits it, where it
    /// is kept once.
    pub(crate) async fn within<F: Future>(
        &mut self,
        limit: Duration,
        mut future: Pin<&mut F>,
    ) -> Option<F::Output> {
        let mut begun = None;
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            // What is ready at once needs no clock.
            let deadline = *begun.get_or_insert_with(|| {
                let now = Instant::now();
                now.checked_add(limit).unwrap_or_else(|| now + NEVER)
            });
            let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
            if sleep.deadline() > deadline {
                sleep.as_mut().reset(deadline);
            }
            // A future that is always busy must not keep the timer from being asked.
            while pin!(unconstrained(sleep.as_mut())).poll(cx).is_ready() {
                if sleep.deadline() >= deadline {
                    return Poll::Ready(None);
                }
                sleep.as_mut().reset(deadline);
            }
            Poll::Pending
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_future_has_its_own_limit() {
        let mut alarm = Alarm::default();
        // Later than the one before, earlier, the same again, and never.
        for seconds in [30, 3600, 5, 5, 30] {
            let (began, limit) = (Instant::now(), Duration::from_secs(seconds));
            assert!(alarm.within(limit, pin!(pending::<()>())).await.is_none());
            assert_eq!(began.elapsed(), limit);
            let just = sleep(limit.mul_f64(0.99));
            assert!(alarm.within(limit, pin!(just)).await.is_some());
        }
        let began = Instant::now();
        let day = pin!(sleep(24 * Duration::from_secs(3600)));
        assert!(alarm.within(Duration::MAX, day).await.is_some());
        assert!(alarm.within(Duration::ZERO, pin!(pending::<()>())).await.is_none());
        assert!(alarm.within(Duration::ZERO, pin!(async {})).await.is_some());
        assert_eq!(began.elapsed(), 24 * Duration::from_secs(3600));
    }

    async fn busy() {
        loop {
            tokio::task::coop::consume_budget().await;
        }
    }

    #[tokio::test]
    async fn a_future_that_is_always_busy_ends_too() {
        let limit = Duration::from_millis(10);
        assert!(Alarm::default().within(limit, pin!(busy())).await.is_none());
    }
}
