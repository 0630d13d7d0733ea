//! Why there is no audio.

use asterisk_proto::HangupCause;
use asterisk_sdk_ari::{CloseReason, RestError};
use asterisk_sdk_media::ConnectError;

/// Why a call got no audio. What was made for it has been removed then, or, if Asterisk could not be told,
/// is removed when the session ends.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The call has left the application: it was hung up, or moved.
    #[error("the call has left the application")]
    HungUp,
    /// The event connection has ended, so that nothing can be waited for.
    #[error("the event connection has ended: {0}")]
    Disconnected(CloseReason),
    /// A request failed. An internal error (500) on making the channel usually means that Asterisk could not
    /// connect to this program, or does not know the format; 501 that it does not have this transport.
    #[error(transparent)]
    Rest(#[from] RestError),
    /// The channel was made, but no stream came of it, or not in time.
    #[error("the channel has no stream")]
    Stream(#[from] ConnectError),
    /// The channel has ended before its stream came; without a cause if that happened while the event connection
    /// was lost.
    #[error("the channel ended before its stream came")]
    Ended(Option<HangupCause>),
}

impl OpenError {
    /// Whether it is that the caller has left.
    #[must_use]
    pub fn is_hung_up(&self) -> bool {
        matches!(self, Self::HungUp)
    }
}
