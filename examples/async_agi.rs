//! A menu over Async AGI: the program connects to Asterisk, and not the other way round.
//!
//! ```text
//! cargo run --example async_agi -- --address 127.0.0.1:5038 --user admin --secret secret
//! ```
//!
//! In Asterisk's extensions.conf:
//!
//! ```text
//! exten => 600,1,Answer()
//!  same => n,AGI(agi:async,menu/en?tries=3)
//!  same => n,Goto(${IF($["${AGISTATUS}" = "SUCCESS"]?${CHOICE}:operator)},1)
//! ```
//!
//! The AMI user needs `agi` in `read` and `write`, and should have `dialplan` in `read`. Ctrl-C lets
//! running calls come to their end.

mod flags;

use std::time::Duration;

use asterisk_sdk::agi::extract::Captures;
use asterisk_sdk::agi::layer::EndAtHangup;
use asterisk_sdk::agi::{self, Call, Service};
use asterisk_sdk::ami::Manager;
use asterisk_sdk::async_agi::AsyncAgi;
use tracing_subscriber::EnvFilter;

/// Asks for an extension, and leaves it for the dialplan to go on with.
async fn menu(mut call: Call, Captures((language,)): Captures<(String,)>) -> agi::Result {
    let tries = call.kwarg("tries").and_then(|tries| tries.parse().ok()).unwrap_or(1);
    call.set_variable("CHANNEL(language)", language).await?;
    for _ in 0..tries {
        let input = call.get_data("vm-enter-num-to-call").timeout(Duration::from_secs(5));
        let digits = input.max_digits(4).await?.digits;
        // Known by a database of one's own, or as here by the server's.
        if !digits.is_empty()
            && let Some(choice) = call.database_get("choices", digits).await?
        {
            println!("{} chose {choice}", call.environment().channel());
            call.set_variable("CHOICE", choice).await?;
            return Ok(());
        }
        call.stream_file("pbx-invalid").await?;
    }
    // AGISTATUS is FAILURE then.
    Err("no valid choice".into())
}

#[tokio::main]
async fn main() -> agi::Result {
    // RUST_LOG=asterisk_sdk=debug,asterisk_sdk_agi=trace shows every line.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let [address, user, secret] =
        flags::read([("--address", "127.0.0.1:5038"), ("--user", "admin"), ("--secret", "secret")]);
    let manager = Manager::builder(address).login(user, secret).connect().await?;
    let service = Service::builder()
        .route(r"^menu/(?<language>[a-z]+)$", menu)
        .layer(EndAtHangup::new())
        .drain_timeout(Duration::from_secs(10))
        .build()?;
    let calls = AsyncAgi::new(&manager, service);
    println!("taking calls");

    let interrupted = async {
        // Without the signal there is no way to stop but to kill.
        let _ = tokio::signal::ctrl_c().await;
    };
    let drained = calls.serve_with_shutdown(interrupted).await;
    println!("stopped: {} calls finished, {} aborted", drained.finished, drained.aborted);
    manager.close().await;
    Ok(())
}
