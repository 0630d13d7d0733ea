//! `SIGHUP`: how Asterisk tells a process that the call is over.

use std::future::{Future, pending};
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tracing::debug;

/// Whether the signal has come. A process has one call, and both session and audio want to know; who
/// asks late must learn of a signal that came before.
static HUNG_UP: Mutex<Option<watch::Receiver<bool>>> = Mutex::new(None);

/// Completes at the hangup.
pub(super) struct Hangup {
    waiting: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
    over: bool,
}

impl Hangup {
    /// Waits for the signal, which from now on does not end the process any more.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self::of(receiver()?))
    }

    pub(super) fn of(mut hung_up: watch::Receiver<bool>) -> Self {
        let waiting = Box::pin(async move {
            if hung_up.wait_for(|&hung_up| hung_up).await.is_err() {
                // The runtime is gone that would have told.
                pending::<()>().await;
            }
        });
        Self { waiting, over: false }
    }

    /// Ready from the hangup on, however often it is asked.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if !self.over {
            std::task::ready!(self.waiting.as_mut().poll(context));
            self.over = true;
        }
        Poll::Ready(())
    }
}

fn receiver() -> io::Result<watch::Receiver<bool>> {
    // Nothing under this lock leaves the value half done.
    let mut known = HUNG_UP.lock().unwrap_or_else(PoisonError::into_inner);
    // A sender that is gone was of a runtime that is gone.
    if let Some(known) =
        known.as_ref().filter(|known| *known.borrow() || known.has_changed().is_ok())
    {
        return Ok(known.clone());
    }
    let mut signals = signal(SignalKind::hangup())?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        signals.recv().await;
        debug!("SIGHUP: the call is over");
        sender.send_replace(true);
    });
    *known = Some(receiver.clone());
    Ok(receiver)
}
