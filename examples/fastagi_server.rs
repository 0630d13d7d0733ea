//! A FastAGI server: routes, extractors, layers, a menu, the server's database, and a switch that
//! changes routes while calls run.
//!
//! ```text
//! RUST_LOG=info,asterisk_sdk_agi=debug cargo run --example fastagi_server -- --listen 127.0.0.1:4573
//! ```
//!
//! In Asterisk's extensions.conf:
//!
//! ```text
//! exten => 600,1,AGI(agi://127.0.0.1/demo)
//! exten => 601,1,AGI(agi://127.0.0.1/greet/601?lang=en&tag=a&tag=b,first,second)
//! exten => 602,1,AGI(agi://127.0.0.1/menu)
//! exten => 603,1,AGI(agi://127.0.0.1/maintenance/on)
//! exten => 604,1,AGI(agi://127.0.0.1/maintenance/off)
//! ```

mod flags;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use asterisk_sdk::agi::extract::{Args, Captures, Kwargs, State};
use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::agi::layer::{AllowPeers, EndAtHangup, Layer, Next};
use asterisk_sdk::agi::{self, Call, Handler, Routes};
use tracing::info;
use tracing_subscriber::EnvFilter;

/// Where callers' settings are in the server's database (AstDB).
const FAMILY: &str = "fastagi-example";

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

/// Shows what a route gets: groups of its expression, keyword arguments of the URL's query, and the
/// dialplan's arguments. It ends without a hangup, so the dialplan goes on.
async fn greet(
    mut call: Call,
    Captures((extension,)): Captures<(u64,)>,
    kwargs: Kwargs,
    Args(args): Args,
) -> agi::Result {
    let language = kwargs.first("lang").unwrap_or("en");
    let tags: Vec<_> = kwargs.all("tag").collect();
    let (tags, args) = (tags.join("|"), args.join("|"));
    let seen = format!("exten={extension};lang={language};tags={tags};args={args}");
    call.set_variable("SDK_RESULT", seen).await?;
    let channel_state = call.variable("CHANNEL(state)").await?.unwrap_or_default();
    call.verbose(format!("greeted a channel that is {channel_state}")).level(3).await?;
    Ok(())
}

/// What all calls of the menu share.
#[derive(Debug, Clone, Default)]
struct Shop {
    visits: Arc<AtomicU64>,
}

/// A menu: 1 keeps a favourite number for the caller, 2 says it, 3 forgets it, and * leaves.
async fn menu(mut call: Call, State(shop): State<Shop>) -> agi::Result {
    let caller = call.environment().caller_id().unwrap_or("anonymous").to_owned();
    let visit = shop.visits.fetch_add(1, Ordering::Relaxed) + 1;
    info!(caller, visit, "in the menu");
    call.answer().await?;
    loop {
        let choice = call.play_and_collect("vm-options").digits(1..=1).attempts(3);
        let choice = choice.timeout(Duration::from_secs(5)).on_invalid("vm-sorry").await?;
        match choice.as_deref() {
            Some("1") => favourite(&mut call, &caller).await?,
            Some("2") => match call.database_get(FAMILY, &caller).await? {
                Some(number) => {
                    call.set_variable("SDK_RESULT", number.as_str()).await?;
                    call.say_digits(number).escape("0123456789*#").await?;
                }
                None => drop(call.stream_file("invalid").await?),
            },
            Some("3") => call.database_del(FAMILY, &caller).await?,
            // Nothing at all, `*`, or what is not offered.
            _ => break,
        }
    }
    call.stream_file("vm-goodbye").await?;
    call.hangup().await?;
    Ok(())
}

async fn favourite(call: &mut Call, caller: &str) -> agi::Result {
    let number = call.play_and_collect("vm-enter-num-to-call").digits(3..=6);
    if let Some(number) = number.timeout(Duration::from_secs(3)).await? {
        call.database_put(FAMILY, caller, number).await?;
        call.stream_file("vm-saved").await?;
    }
    Ok(())
}

/// Takes the menu away and puts it back; calls that are in it stay there.
async fn maintenance(
    mut call: Call,
    Captures((switch,)): Captures<(String,)>,
    State(routes): State<Routes>,
) -> agi::Result {
    routes.unregister(MENU);
    if switch == "off" {
        routes.register(MENU, the_menu())?;
    }
    let menu = if routes.lookup("menu").is_some() { "open" } else { "closed" };
    call.set_variable("SDK_RESULT", menu).await?;
    Ok(())
}

const MENU: &str = "^menu$";

/// The menu has nothing to do for a caller who is gone.
fn the_menu() -> agi::BoxedHandler {
    EndAtHangup::new().around(menu.with_state(Shop::default()))
}

/// A layer around all routes: says how each call ended. The span of the call tells which one it was.
async fn trace(call: Call, next: Next) -> agi::Result {
    let began = Instant::now();
    let result = next.run(call).await;
    match &result {
        Ok(()) => info!(took = ?began.elapsed(), "ended"),
        Err(error) if error.is_hangup() => info!(took = ?began.elapsed(), "the caller has gone"),
        // The service logs what failed.
        Err(_) => {}
    }
    result
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
        .layer(trace)
        .route(r"^demo$", demo)
        .route(r"^greet/(?<exten>\d+)$", greet)
        .route(MENU, the_menu())
        .fallback(fallback)
        .drain_timeout(Duration::from_secs(10))
        .bind(&listen)
        .await?;
    let routes = server.routes();
    let switch = maintenance.with_state(routes.clone());
    let from_here = AllowPeers::parse(["127.0.0.0/8", "::1"])?;
    routes.register("^maintenance/(on|off)$", from_here.around(switch))?;
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
