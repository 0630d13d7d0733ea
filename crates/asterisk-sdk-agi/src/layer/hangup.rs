//! The end of the handler at the end of the call.

use super::{Layer, Next};
use crate::call::Call;
use crate::error::{CommandError, HangupKind};
use crate::handler::BoxFuture;

/// Ends a handler when its call is over, wherever it waits.
///
/// Without it, a hangup is a state: a handler that waits for something else than the call (a database,
/// a timer, another server) goes on, and sees the hangup at its next command. With it, the handler is
/// dropped at its await point as soon as Asterisk announces the hangup or closes the connection, a
/// command in progress included: destructors run, and nothing behind the await point does. So it is
/// not for handlers that work on after the hangup.
///
/// That the handler was ended counts as a hangup and not as a failure. Asterisk announces a hangup
/// unless the channel's `AGISIGHUP` is `no`; on a channel that was over from the start (`h`
/// extension) it announces none, and the handler runs to its end.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct EndAtHangup;

impl EndAtHangup {
    /// The layer; it has no settings.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl Layer for EndAtHangup {
    fn handle(&self, mut call: Call, next: Next) -> BoxFuture<crate::Result> {
        Box::pin(async move {
            let hangup = call.watch();
            let ended =
                |kind: HangupKind| Err(CommandError::Hangup { kind, delivery: None }.into());
            tokio::select! {
                // A handler that has just come to its end has ended by itself.
                biased;
                result = next.run(call) => result,
                kind = hangup => ended(kind),
            }
        })
    }
}
