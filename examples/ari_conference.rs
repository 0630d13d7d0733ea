//! A conference: the sessions of all callers share one bridge, and who comes and goes is announced.
//!
//! ```text
//! cargo run --example ari_conference -- --app demo
//! ```
//!
//! A call comes in by the dialplan: `exten => 100,1,Stasis(demo)`. Callers are announced by the number
//! that each gets when entering.

mod flags;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use asterisk_sdk::ari::call::{Call, CallError, WhenDone};
use asterisk_sdk::ari::handle::Bridge;
use asterisk_sdk::ari::{Client, RestError};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let [url, user, password, app] = flags::read([
        ("--url", "http://127.0.0.1:8088"),
        ("--user", "asterisk"),
        ("--password", "asterisk"),
        ("--app", "demo"),
    ]);
    let client = Client::builder(url).login(user, password).app(&app).connect().await?;
    // Made with the client, not in a session: it outlives every caller.
    let room = client.bridges().create().bridge_type("mixing").name(format!("{app} room")).await?;
    println!("waiting for calls");
    let (place, entered) = (room.clone(), Arc::new(AtomicUsize::new(1)));
    let serving = client
        .serve(move |call| join(call, place.clone(), entered.fetch_add(1, Ordering::Relaxed)))
        .when_done(WhenDone::HangUp)
        .drain_timeout(Duration::from_secs(3));
    let served = serving.until(async { drop(tokio::signal::ctrl_c().await) }).await;
    println!("{served:?}");
    room.destroy().await?;
    client.close().await;
    Ok(())
}

/// One caller, from entering until hanging up.
async fn join(mut call: Call, room: Bridge, number: usize) -> Result<(), CallError> {
    call.channel().answer().await?;
    announce(&room, number, "sound:conf-hasjoin").await?;
    room.add_channel(call.channel().id()).await?;
    println!("{number}: joins, {} in the room", present(&room).await?);
    let left = call.hung_up().await;
    // The bridge has let go of a channel before its session hears that it left.
    let others = present(&room).await?;
    println!("{number}: leaves, {others} in the room");
    announce(&room, number, "sound:conf-hasleft").await?;
    left.map_err(CallError::Disconnected)
}

/// Tells the others, if there are any; nobody waits for the end of it.
async fn announce(room: &Bridge, number: usize, what: &str) -> Result<(), RestError> {
    if present(room).await? > 0 {
        room.play(format!("number:{number}")).media([what]).await?;
    }
    Ok(())
}

async fn present(room: &Bridge) -> Result<usize, RestError> {
    Ok(room.get().await?.channels.len())
}
