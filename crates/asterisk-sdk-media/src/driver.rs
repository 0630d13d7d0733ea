//! The task that owns a stream's socket.

use std::future::{Future, poll_fn};
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::time::error::Elapsed;
use tokio::time::{sleep, sleep_until, timeout};

use crate::error::End;
use crate::shared::{Saying, Shared, Step};

/// How long the other side may take to end what we want ended.
const CLOSING: Duration = Duration::from_secs(1);

/// How long the reading side may take to tell why writing failed.
const REASON: Duration = Duration::from_millis(200);

/// The writing side of a transport.
pub(crate) trait Wire: Send {
    /// Sends a frame, or a tail. May change the bytes.
    fn audio(
        &mut self,
        audio: &mut [u8],
        tail: bool,
    ) -> impl Future<Output = io::Result<()>> + Send;

    /// Sends what is left of a message.
    fn rest(&mut self, rest: &[u8]) -> impl Future<Output = io::Result<()>> + Send;

    /// Sends a control message.
    fn say(&mut self, saying: Saying) -> impl Future<Output = io::Result<()>> + Send;

    /// Ends the sending.
    fn close(&mut self) -> impl Future<Output = io::Result<()>> + Send;
}

/// Runs a stream until it ends. Reading is never abandoned half-way, so both sides run side by side.
pub(crate) async fn run(
    shared: Arc<Shared>,
    reading: impl Future<Output = End> + Send,
    wire: impl Wire,
    write_timeout: Duration,
) {
    let writing = write(wire, &shared, write_timeout);
    tokio::pin!(reading, writing);
    let end = tokio::select! {
        biased;
        end = &mut reading => {
            // The answer to the other side's goodbye.
            shared.closing();
            let _ = timeout(CLOSING, writing).await;
            end
        }
        end = &mut writing => end,
    };
    shared.finish(end);
}

/// A time limit for what is done at once nearly always, and needs no clock then.
async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Result<T, Elapsed> {
    tokio::pin!(work);
    let first = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
    match first {
        Poll::Ready(result) => Ok(result),
        Poll::Pending => timeout(limit, work).await,
    }
}

async fn write(mut wire: impl Wire, shared: &Shared, write_timeout: Duration) -> End {
    let mut audio = Vec::new();
    loop {
        let result = match shared.step(&mut audio) {
            Step::Wait(None) => {
                shared.work().await;
                continue;
            }
            Step::Wait(Some(at)) => {
                tokio::select! {
                    () = shared.work() => {}
                    () = sleep_until(at) => {}
                }
                continue;
            }
            Step::Audio { tail } => within(write_timeout, wire.audio(&mut audio, tail)).await,
            Step::Rest(rest) => within(write_timeout, wire.rest(&rest)).await,
            Step::Say(saying) => {
                let last = saying == Saying::Hangup;
                let result = within(write_timeout, wire.say(saying)).await;
                if last && matches!(result, Ok(Ok(()))) {
                    // The other side says goodbye then, which is answered.
                    let _ = timeout(CLOSING, shared.until_closing()).await;
                    let _ = timeout(CLOSING, wire.close()).await;
                    return End::Local;
                }
                result
            }
            Step::Close => {
                let _ = timeout(CLOSING, wire.close()).await;
                return End::Local;
            }
        };
        match result {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                // The reading side often knows better: a goodbye came, or nobody is there any more.
                sleep(REASON).await;
                return End::failed(&error);
            }
            Err(_) => return End::Stalled,
        }
    }
}
