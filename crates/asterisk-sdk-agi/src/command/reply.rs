//! What replies of several commands have in common.

use std::time::Duration;

use asterisk_proto::agi::Response;
use asterisk_proto::error::ParseError;

use crate::error::CommandError;

/// What a response says about the call's end; see [`Command::hangup_sign`](super::Command::hangup_sign).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HangupSign {
    /// Nothing.
    No,
    /// It comes when the call is over, and also otherwise.
    Maybe,
    /// The call is over.
    Yes,
}

/// The command failed, with the result that the response gives.
pub(super) fn failed(operation: impl Into<String>, response: Response) -> CommandError {
    let reason = response.text.or((!response.rest.is_empty()).then_some(response.rest));
    CommandError::AppFailure { operation: operation.into(), result: response.result, reason }
}

/// Nothing, if the result is this one; any other number is a failure.
pub(super) fn expect(code: i64, operation: &str, response: Response) -> Result<(), CommandError> {
    match response.code() {
        Some(found) if found == code => Ok(()),
        Some(_) => Err(failed(operation, response)),
        None => Err(unknown("a number as the result", &response)),
    }
}

/// The key whose ASCII code is the result: `None` for 0. A negative result is a failure.
pub(super) fn key(operation: &str, response: Response) -> Result<Option<char>, CommandError> {
    match response.code() {
        Some(0) => Ok(None),
        Some(..=-1) => Err(failed(operation, response)),
        Some(code @ 1..128) => Ok(u8::try_from(code).ok().map(char::from)),
        _ => Err(unknown("the code of a key as the result", &response)),
    }
}

/// Whether a failure to play is a hangup for certain: something was played, so the file is there.
pub(super) fn played_before(response: &Response, offset: Option<u64>) -> bool {
    let end = response.end_position.and_then(|end| u64::try_from(end).ok());
    response.result == "-1" && end > Some(offset.unwrap_or_default())
}

/// Where a playback or recording ended; 0 if the reply does not say.
pub(super) fn end_position(response: &Response) -> u64 {
    response.end_position.and_then(|end| end.try_into().ok()).unwrap_or_default()
}

pub(super) fn unknown(expected: &'static str, response: &Response) -> CommandError {
    CommandError::UnknownReply(ParseError::new(expected, response.result.as_bytes()))
}

/// Whole milliseconds, within what the server can count.
pub(super) fn millis(time: Duration) -> i32 {
    i32::try_from(time.as_millis()).unwrap_or(i32::MAX)
}

/// Milliseconds, where none means for ever.
pub(super) fn millis_or_forever(time: Option<Duration>) -> i32 {
    time.map_or(-1, millis)
}

/// Whole seconds, rounded up, within what the server can count.
pub(super) fn seconds(time: Duration) -> i32 {
    i32::try_from(time.as_millis().div_ceil(1000)).unwrap_or(i32::MAX)
}
