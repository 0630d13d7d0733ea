//! Local channels: pairs that lead a call back into the dialplan.

use asterisk_proto::ami::Response;

use super::macros::ami_action;
use super::output::response;

ami_action!(
    /// Lets a Local channel that was dialled with `/n` be taken out of its call (privilege `call` or
    /// `system`).
    ///
    /// The answer means that the channel was marked, whatever kind it is. It goes once both halves are
    /// in calls and media flows; the event
    /// [`LocalOptimizationBegin`](asterisk_proto::ami::event::LocalOptimizationBegin) tells of it.
    #[action("LocalOptimizeAway")]
    pub struct LocalOptimizeAway {
        #[required("Channel")]
        /// The name or unique id of either half.
        channel: String,
    },
    Response,
    response
);
