//! A call script that Asterisk starts as a process: it says a number, takes a choice, and survives the
//! hangup.
//!
//! ```text
//! cargo build --release --example agi_script
//! cp target/release/examples/agi_script /var/lib/asterisk/agi-bin/    # Asterisk's astagidir
//! ```
//!
//! In Asterisk's extensions.conf:
//!
//! ```text
//! exten => 600,1,AGI(agi_script,4711)
//!  same => n,NoOp(${AGISTATUS}: ${SDK_RESULT})
//! ```
//!
//! Standard output is the way to Asterisk: never print to it. What goes to standard error is seen where
//! Asterisk was started with its console (`asterisk -c`).

use std::time::Duration;

use asterisk_sdk::agi::extract::Args;
use asterisk_sdk::agi::{self, Call, CommandError, stdio};
use tracing_subscriber::EnvFilter;

/// Says the digits of the first argument until a key is pressed.
async fn say(call: &mut Call, digits: &str) -> Result<String, CommandError> {
    call.answer().await?;
    if let Some(key) = call.say_digits(digits).escape("0123456789*#").await? {
        return Ok(format!("key {key}"));
    }
    let key = call.wait_for_digit(Duration::from_secs(3)).await?;
    Ok(key.map_or_else(|| "no key".to_owned(), |key| format!("key {key}")))
}

/// The same function could be a route of a FastAGI server.
async fn script(mut call: Call, Args(arguments): Args) -> agi::Result {
    let digits = arguments.first().map_or("0", String::as_str);
    let outcome = match say(&mut call, digits).await {
        Ok(outcome) => outcome,
        // The caller is gone and the call is not over: variables, the database and many applications
        // still work.
        Err(error) if error.is_hangup() => "hangup".to_owned(),
        Err(error) => return Err(error.into()),
    };
    call.set_variable("SDK_RESULT", outcome).await?;
    Ok(())
}

// One call and one thread: a process for each call should be a small one.
#[tokio::main(flavor = "current_thread")]
async fn main() -> agi::Result {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    stdio::run(script).await
}
