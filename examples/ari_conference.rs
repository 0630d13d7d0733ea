//! A conference: all callers of a Stasis application hear each other, and who is alone hears music.
//!
//! ```text
//! cargo run --example ari_conference -- --app demo
//! ```
//!
//! A call comes in by the dialplan: `exten => 100,1,Stasis(demo)`.

mod flags;

use std::error::Error;

use asterisk_sdk::ari::event::{ChannelEnteredBridge, ChannelLeftBridge, StasisStart};
use asterisk_sdk::ari::handle::{Bridge, Channel};
use asterisk_sdk::ari::{Client, Missed, RestError};

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
    let mut calls = client.events().of::<StasisStart>();
    let room = client.bridges().create().bridge_type("mixing").name(format!("{app} room")).await?;
    let mut changes = room.events();
    println!("waiting for calls");
    loop {
        tokio::select! {
            call = calls.next() => {
                let Some(call) = call else { return Err(client.closed().await.into()) };
                let channel = client.channel(call?.channel.id);
                let room = room.clone();
                tokio::spawn(async move {
                    if let Err(error) = join(&channel, &room).await {
                        println!("{}: {error}", channel.id());
                    }
                });
            }
            change = changes.next() => {
                let event = match change {
                    Some(Ok(event)) => event,
                    // What was missed changes nothing but the number that is printed.
                    Some(Err(Missed::Lagged(_))) => continue,
                    Some(Err(other)) => return Err(other.into()),
                    None => return Err(client.closed().await.into()),
                };
                if event.is::<ChannelEnteredBridge>() || event.is::<ChannelLeftBridge>() {
                    count(&room).await?;
                }
            }
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    room.destroy().await?;
    client.close().await;
    Ok(())
}

/// Takes a caller in.
async fn join(channel: &Channel, room: &Bridge) -> Result<(), RestError> {
    channel.answer().await?;
    room.add_channel(channel.id()).await?;
    println!("{}: joins", channel.id());
    Ok(())
}

/// Says how many there are now, and sees to the music.
async fn count(room: &Bridge) -> Result<(), RestError> {
    let present = room.get().await?.channels.len();
    println!("{present} in the room");
    if present == 1 {
        return room.start_moh().await;
    }
    match room.stop_moh().await {
        // There was none.
        Err(error) if error.is_conflict() => Ok(()),
        result => result,
    }
}
