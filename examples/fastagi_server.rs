//! A FastAGI server with routes.
//!
//! ```text
//! cargo run --example fastagi_server -- --listen 127.0.0.1:4573
//! ```
//!
//! In Asterisk's extensions.conf:
//!
//! ```text
//! exten => 600,1,AGI(agi://127.0.0.1/demo)
//! exten => 601,1,AGI(agi://127.0.0.1/greet/601?lang=en&tag=a&tag=b,first,second)
//! ```

mod flags;

use std::io::Write;
use std::time::Duration;

use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::agi::{self, Call};
use tracing_subscriber::EnvFilter;

/// Asks for up to four digits, leaves them in `SDK_RESULT`, and hangs up.
async fn demo(mut call: Call) -> agi::Result {
    call.answer().await?;
    // A key during the prompt ends it, and is the first digit.
    let input =
        call.get_data("vm-enter-num-to-call").timeout(Duration::from_secs(3)).max_digits(4).await?;
    let pause = if input.timed_out { ", then a pause" } else { "" };
    call.verbose(format!("got {}{pause}", input.digits)).await?;
    call.set_variable("SDK_RESULT", input.digits).await?;
    let thanks = call.stream_file("auth-thankyou").escape("#").await?;
    if let Some(key) = thanks.key() {
        call.verbose(format!("{key} cut the thanks short at {} samples", thanks.samples())).await?;
    }
    call.hangup().await?;
    Ok(())
}

/// Shows what a route gets: captures of its expression, keyword arguments of the URL's query, and the
/// dialplan's arguments. It ends without a hangup, so the dialplan goes on.
async fn greet(mut call: Call) -> agi::Result {
    let seen = format!(
        "exten={};lang={};tags={};args={}",
        call.capture("exten").unwrap_or_default(),
        call.kwarg("lang").unwrap_or("en"),
        call.kwargs("tag").collect::<Vec<_>>().join("|"),
        call.args().join("|"),
    );
    call.set_variable("SDK_RESULT", seen).await?;
    let channel_state = call.variable("CHANNEL(state)").await?.unwrap_or_default();
    call.verbose(format!("greeted a channel that is {channel_state}")).level(3).await?;
    Ok(())
}

/// Takes every other path.
async fn fallback(mut call: Call) -> agi::Result {
    let caller = call.environment().caller_id().unwrap_or("somebody").to_owned();
    let message = format!("{caller} asked for {:?}, which is nothing", call.path());
    println!("{message}");
    call.verbose(message).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> agi::Result {
    // RUST_LOG=asterisk_sdk_agi=trace shows every line.
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let [listen] = flags::read([("--listen", "127.0.0.1:4573")]);

    let server = Server::builder()
        .route(r"^demo$", demo)
        .route(r"^greet/(?<exten>\d+)$", greet)
        .fallback(fallback)
        .drain_timeout(Duration::from_secs(10))
        .bind(&listen)
        .await?;
    println!("listening on {}", server.local_addr());
    std::io::stdout().flush()?;

    let interrupted = async {
        // Without the signal there is no way to stop but to kill.
        let _ = tokio::signal::ctrl_c().await;
    };
    let drained = server.serve_with_shutdown(interrupted).await;
    println!("stopped: {} calls finished, {} aborted", drained.finished, drained.aborted);
    Ok(())
}
