//! Members of queues.
//!
//! Members are named by their interface, what the queue dials: `PJSIP/100`.

use asterisk_proto::ami::Response;

use super::macros::ami_action;
use super::output::response;

ami_action!(
    /// Adds a member to a queue (privilege `agent`).
    ///
    /// Refused with `Unable to add interface: Already there`, or `… to queue: No such queue`. A
    /// [`QueueMemberAdded`](asterisk_proto::ami::event::QueueMemberAdded) follows.
    #[action("QueueAdd")]
    pub struct QueueAdd {
        #[required("Queue")]
        /// the queue's name.
        queue: String,
        #[required("Interface")]
        /// what the queue dials to reach the member.
        interface: String,
        #[optional("Penalty")]
        /// Members of a lower penalty are called first; 0 by default.
        penalty: u32,
        #[optional("Paused")]
        /// Whether the member is paused from the beginning; not by default.
        paused: bool,
        #[optional("MemberName")]
        /// What the member is called in events and logs; the interface by default.
        member_name: String,
        #[optional("StateInterface")]
        /// The device whose state says whether the member is free; the interface by default.
        state_interface: String,
        #[optional("Reason")]
        /// Why it is paused (Asterisk 22).
        reason: String,
    },
    Response,
    response
);

ami_action!(
    /// Chooses whether a member is called while its device is in use (privilege `agent`).
    ///
    /// A [`QueueMemberRinginuse`](asterisk_proto::ami::event::QueueMemberRinginuse) follows.
    #[action("QueueMemberRingInUse")]
    pub struct QueueMemberRingInUse {
        #[required("Interface")]
        /// the member.
        interface: String,
        #[required("RingInUse")]
        /// whether it is called then.
        ring_in_use: bool,
        #[optional("Queue")]
        /// The only queue in which it changes; all that the member serves by default.
        queue: String,
    },
    Response,
    response
);

ami_action!(
    /// Pauses a member, so that it is not called, or ends its pause (privilege `agent`).
    ///
    /// A [`QueueMemberPause`](asterisk_proto::ami::event::QueueMemberPause) follows for each queue.
    /// Refused with `Interface not found`.
    #[action("QueuePause")]
    pub struct QueuePause {
        #[required("Interface")]
        /// the member.
        interface: String,
        #[required("Paused")]
        /// whether it is paused now.
        paused: bool,
        #[optional("Queue")]
        /// The only queue in which it changes; all that the member serves by default.
        queue: String,
        #[optional("Reason")]
        /// Why; it is told in the event and the log of queues.
        reason: String,
    },
    Response,
    response
);

ami_action!(
    /// Gives a member another penalty (privilege `agent`).
    ///
    /// A [`QueueMemberPenalty`](asterisk_proto::ami::event::QueueMemberPenalty) follows for each
    /// queue. Refused with the same words whatever is wrong: `Invalid interface, queuename or
    /// penalty`.
    #[action("QueuePenalty")]
    pub struct QueuePenalty {
        #[required("Interface")]
        /// the member.
        interface: String,
        #[required("Penalty")]
        /// members of a lower penalty are called first.
        penalty: u32,
        #[optional("Queue")]
        /// The only queue in which it changes; all that the member serves by default.
        queue: String,
    },
    Response,
    response
);

ami_action!(
    /// Takes a member out of a queue (privilege `agent`).
    ///
    /// A call that the member is in goes on. Static members of queues.conf cannot be removed. A
    /// [`QueueMemberRemoved`](asterisk_proto::ami::event::QueueMemberRemoved) follows.
    #[action("QueueRemove")]
    pub struct QueueRemove {
        #[required("Queue")]
        /// the queue's name.
        queue: String,
        #[required("Interface")]
        /// the member.
        interface: String,
    },
    Response,
    response
);
