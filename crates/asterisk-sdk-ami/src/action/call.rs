//! Actions on a channel.

use asterisk_proto::HangupCause;
use asterisk_proto::ami::Response;

use super::core::response;
use super::macros::ami_action;
use super::{Action, Headers, Reply};
use crate::error::ActionError;

ami_action!(
    /// Hangs up a channel (privilege `call` or `system`).
    ///
    /// The answer means that the hangup was requested; the event
    /// [`Hangup`](asterisk_proto::ami::event::Hangup) tells that it is done. A channel that does not
    /// exist is refused.
    #[action("Hangup")]
    pub struct Hangup {
        #[required("Channel")]
        /// The channel's name or unique id, or a regular expression between slashes for all that
        /// match.
        channel: String,
        #[optional("Cause")]
        /// The cause that the other end is told.
        cause: HangupCause,
    },
    Response,
    response
);
