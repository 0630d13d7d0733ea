//! Queues: what they are, and their waiting callers.

use std::time::Duration;

use asterisk_proto::ChannelId;
use asterisk_proto::ami::Response;
use asterisk_proto::ami::event;

use super::macros::{ami_action, list_items};
use super::output::{aggregate, incomplete, response};
use super::{Aggregate, Reply};
use crate::error::ActionError;

ami_action!(
    /// Gives a waiting caller another priority (no privilege needed).
    ///
    /// Refused with `No such queue` or `No such caller` at the end of the words.
    #[action("QueueChangePriorityCaller")]
    pub struct QueueChangePriorityCaller {
        #[required("Queue")]
        /// the queue's name.
        queue: String,
        #[required("Caller")]
        /// the name of the caller's channel.
        caller: String,
        #[required("Priority")]
        /// those of a higher one come first; 0 is what callers have by default.
        priority: i32,
        #[optional("Immediate")]
        /// Whether the caller moves to the new place at once (Asterisk 22, the default is no).
        /// Otherwise only callers who join later are put in by it.
        immediate: bool,
    },
    Response,
    response
);

ami_action!(
    /// Writes a line of your own into the log of queues (privilege `agent`).
    ///
    /// It goes to the file `queue_log` or the database in its place; no event tells of it.
    #[action("QueueLog")]
    pub struct QueueLog {
        #[required("Queue")]
        /// the queue's name, which is not checked.
        queue: String,
        #[required("Event")]
        /// the word for what happened.
        event: String,
        #[optional("Uniqueid")]
        /// The call that it is about; `NONE` by default.
        unique_id: ChannelId,
        #[optional("Interface")]
        /// The member that it is about; `NONE` by default.
        interface: String,
        #[optional("Message")]
        /// What else there is to say.
        message: String,
    },
    Response,
    response
);

ami_action!(
    /// Reads queues.conf and queuerules.conf again (no privilege needed).
    ///
    /// Without choosing, it reads all three: members, rules and parameters. The answer is the same
    /// whether or not there is such a queue.
    #[action("QueueReload")]
    pub struct QueueReload {
        #[optional("Queue")]
        /// The only queue to reload; all by default.
        queue: String,
        #[optional("Members", yes_no)]
        /// Whether to read the static members; `false` is as if it was not said.
        members: bool,
        #[optional("Rules", yes_no)]
        /// Whether to read the rules of queuerules.conf; `false` is as if it was not said.
        rules: bool,
        #[optional("Parameters", yes_no)]
        /// Whether to read the queues' settings; `false` is as if it was not said.
        parameters: bool,
    },
    Response,
    response
);

ami_action!(
    /// Sets what a queue has counted back to zero (no privilege needed).
    ///
    /// The answer is the same whether or not there is such a queue.
    #[action("QueueReset")]
    pub struct QueueReset {
        #[optional("Queue")]
        /// The only queue to reset; all by default.
        queue: String,
    },
    Response,
    response
);

ami_action!(
    /// Lists the rules of queuerules.conf, which change penalties while a caller waits (no
    /// privilege needed).
    #[action("QueueRule")]
    pub struct QueueRule {
        #[optional("Rule")]
        /// The only rule to list; all by default. One that does not exist yields nothing.
        rule: String,
    },
    Vec<PenaltyRule>,
    |reply| penalty_rules(&reply)
);

/// A rule of queuerules.conf: how the penalties that a caller accepts change with time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PenaltyRule {
    /// The rule's name.
    pub name: String,
    /// What changes, in the order of time.
    pub changes: Vec<PenaltyChange>,
}

/// A step of a [`PenaltyRule`].
///
/// A third value of the configuration, `QUEUE_RAISE_PENALTY`, is not told by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PenaltyChange {
    /// How long the caller has waited then.
    pub after: Duration,
    /// What becomes of the highest penalty of members that are called (`QUEUE_MAX_PENALTY`).
    pub max: PenaltyStep,
    /// What becomes of the lowest penalty of members that are called (`QUEUE_MIN_PENALTY`).
    pub min: PenaltyStep,
}

/// How a penalty changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PenaltyStep {
    /// It becomes this value.
    To(i32),
    /// It becomes so much more, or less.
    By(i32),
}

impl PenaltyStep {
    /// Reads `8`, `+2` or `-1`.
    fn read(text: &str) -> Option<Self> {
        let value = text.parse().ok()?;
        Some(if text.starts_with(['+', '-']) { Self::By(value) } else { Self::To(value) })
    }
}

impl PenaltyChange {
    /// Reads seconds, highest and lowest penalty: `10,+2,+0`.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(',').map(str::trim);
        let after = Duration::from_secs(parts.next()?.parse().ok()?);
        let (max, min) = (PenaltyStep::read(parts.next()?)?, PenaltyStep::read(parts.next()?)?);
        Some(Self { after, max, min })
    }
}

fn penalty_rules(reply: &Reply) -> Result<Vec<PenaltyRule>, ActionError> {
    let mut rules = Vec::new();
    for header in reply.response.message().headers() {
        let value = String::from_utf8_lossy(header.value);
        if header.name.eq_ignore_ascii_case(b"RuleList") {
            rules.push(PenaltyRule { name: value.into_owned(), changes: Vec::new() });
        } else if header.name.eq_ignore_ascii_case(b"Rule") {
            let (rule, change) = (rules.last_mut(), PenaltyChange::read(&value));
            let (Some(rule), Some(change)) = (rule, change) else {
                return Err(incomplete(reply, "a readable rule"));
            };
            rule.changes.push(change);
        }
    }
    Ok(rules)
}

ami_action!(
    /// Lists queues with their members and callers (no privilege needed).
    ///
    /// Each queue is followed by its members and its waiting callers. A queue that does not exist
    /// yields an empty list.
    #[action("QueueStatus")]
    pub struct QueueStatus {
        #[optional("Queue")]
        /// The only queue to list; all by default.
        queue: String,
        #[optional("Member")]
        /// The only member to list, by its interface; all by default. Queues and callers are listed
        /// all the same.
        member: String,
    },
    Aggregate<QueueStatusItem>,
    aggregate
);

list_items!(
    /// An item of the list of [`QueueStatus`].
    pub enum QueueStatusItem {
        /// A queue; the members and callers that follow are its own.
        Queue(event::QueueParams),
        /// A member of the queue before.
        Member(event::QueueMember),
        /// A caller who waits in the queue before.
        Caller(event::QueueEntry),
    }
);

ami_action!(
    /// Lists queues with how many members and callers they have and how long callers wait (no
    /// privilege needed).
    ///
    /// A queue that does not exist yields an empty list.
    #[action("QueueSummary")]
    pub struct QueueSummary {
        #[optional("Queue")]
        /// The only queue to list; all by default.
        queue: String,
    },
    Aggregate<event::QueueSummary>,
    aggregate
);

ami_action!(
    /// Takes a waiting caller out of a queue, so that the caller's dialplan goes on (no privilege
    /// needed).
    ///
    /// The answer only says that it was asked for: members who ring for the caller ring on until
    /// their time is over. A [`QueueCallerAbandon`](asterisk_proto::ami::event::QueueCallerAbandon)
    /// tells that it is done, and the caller's `QUEUESTATUS` is `WITHDRAW` then.
    #[action("QueueWithdrawCaller")]
    pub struct QueueWithdrawCaller {
        #[required("Queue")]
        /// the queue's name.
        queue: String,
        #[required("Caller")]
        /// the name of the caller's channel.
        caller: String,
        #[optional("WithdrawInfo")]
        /// What the caller's channel finds in the variable `QUEUE_WITHDRAW_INFO`.
        withdraw_info: String,
    },
    Response,
    response
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_penalties() {
        let change =
            |after, max, min| PenaltyChange { after: Duration::from_secs(after), max, min };
        let read = PenaltyChange::read;
        assert_eq!(read("30,8,4"), Some(change(30, PenaltyStep::To(8), PenaltyStep::To(4))));
        assert_eq!(read("10,+2,-1"), Some(change(10, PenaltyStep::By(2), PenaltyStep::By(-1))));
        for bad in ["", "10", "10,2", "x,1,1", "10,x,1", "10,1,"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
