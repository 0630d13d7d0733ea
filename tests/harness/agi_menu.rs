//! A handler that runs over every transport: its tests say that it does the same on all of them.

use std::time::Duration;

use asterisk_sdk::agi::{self, Call};

/// Asks for up to four digits, and leaves them in `SDK_RESULT` with what the dialplan passed.
///
/// # Errors
///
/// A command failed, or the caller hung up.
pub async fn menu(mut call: Call) -> agi::Result {
    call.answer().await?;
    let input = call.get_data("demo-congrats").timeout(Duration::from_secs(3)).max_digits(4);
    let digits = input.await?.digits;
    let result = format!("{digits} for {}", call.args().join("|"));
    call.set_variable("SDK_RESULT", result).await?;
    Ok(())
}
