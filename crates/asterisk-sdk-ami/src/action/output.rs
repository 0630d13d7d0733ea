//! How the outputs of plain actions are read.

use std::marker::PhantomData;

use asterisk_proto::ami::Response;

use super::{Aggregate, Collect, Collected, ListItem, Reply};
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

/// Whether an output can be made while a list's items arrive: `Probe::<Output>::collector()` is the
/// function of `Probe<Aggregate<T>>` where that fits, and that of `NoCollector` otherwise.
pub(super) struct Probe<O>(PhantomData<O>);

impl<T: ListItem> Probe<Aggregate<T>> {
    #[expect(clippy::unnecessary_wraps, reason = "as the function that it takes the place of")]
    pub(super) fn collector() -> Option<Box<dyn Collect<Aggregate<T>>>> {
        Some(Box::new(Collected::<T>::with_capacity(0)))
    }
}

pub(super) trait NoCollector<O> {
    fn collector() -> Option<Box<dyn Collect<O>>> {
        None
    }
}

impl<O> NoCollector<O> for Probe<O> {}
