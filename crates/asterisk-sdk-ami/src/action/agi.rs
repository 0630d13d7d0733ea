//! Driving a call by AGI commands over AMI (module `res_agi`).

use asterisk_proto::ami::Response;

use super::macros::ami_action;
use super::output::response;

ami_action!(
    /// Gives an AGI command to a channel that waits in `AGI(agi:async)` (privilege `agi`).
    ///
    /// Such a channel is told by [`AsyncAgiStart`](asterisk_proto::ami::event::AsyncAgiStart). The
    /// answer says no more than that the command is queued; its reply comes as an
    /// [`AsyncAgiExec`](asterisk_proto::ami::event::AsyncAgiExec). Commands run in the order in which
    /// they were given. `ASYNCAGI BREAK` lets the dialplan go on.
    ///
    /// A channel that does not exist is refused. One that has left `AGI(agi:async)` is not, and no
    /// reply ever comes: end waiting at an [`AsyncAgiEnd`](asterisk_proto::ami::event::AsyncAgiEnd).
    #[doc(alias = "AGI")]
    #[action("AGI")]
    pub struct Agi {
        #[required("Channel")]
        /// The channel's name.
        channel: String,
        #[required("Command")]
        /// The command, such as `STREAM FILE welcome ""`.
        command: String,
        #[optional("CommandID")]
        /// An id of one's own, which the reply repeats.
        command_id: String,
    },
    Response,
    response
);
