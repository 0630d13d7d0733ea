//! Futures that are dropped half-way.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

/// Polls a future up to `polls` times, with a turn of the other tasks between two, and drops it then.
/// Gives its output if it was ready before.
pub async fn drop_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => {
                // It may never ask for it by itself.
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    })
    .await
}
