//! How the outputs of plain actions are read.

use asterisk_proto::ami::Response;

use super::{Aggregate, ListItem, Reply};
use crate::error::ActionError;

/// The output of actions that yield nothing but the server's word.
#[expect(clippy::unnecessary_wraps, reason = "the type that the table calls")]
pub(super) fn response(reply: Reply) -> Result<Response, ActionError> {
    Ok(reply.response)
}

/// The output of actions that yield a list.
#[expect(clippy::unnecessary_wraps, reason = "the type that the table calls")]
pub(super) fn aggregate<T: ListItem>(reply: Reply) -> Result<Aggregate<T>, ActionError> {
    Ok(Aggregate::new(reply))
}

/// The value of one header of the response; without it the answer is incomplete.
pub(super) fn value(reply: &Reply, header: &'static str) -> Result<String, ActionError> {
    match reply.response.message().get(header) {
        Some(value) => Ok(value.into_owned()),
        None => Err(incomplete(reply, header)),
    }
}

/// What to say of an answer that lacks what the output needs.
pub(super) fn incomplete(reply: &Reply, lacks: &'static str) -> ActionError {
    ActionError::Incomplete { lacks, response: Box::new(reply.response.clone()) }
}
