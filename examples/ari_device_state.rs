//! Shows on the phones' lamps whether a Stasis application has calls.
//!
//! ```text
//! cargo run --example ari_device_state -- --app demo --device Stasis:demo
//! ```
//!
//! Phones that subscribe to a hint see it: `exten => 100,hint,Stasis:demo`. A call comes in by the
//! dialplan: `exten => 100,1,Stasis(demo)`.

mod flags;

use std::collections::HashSet;
use std::error::Error;

use asterisk_sdk::ari::event::{DeviceStateChanged, StasisEnd, StasisStart};
use asterisk_sdk::ari::rest::EventSource;
use asterisk_sdk::ari::{Client, RestError};
use asterisk_sdk::proto::DeviceState;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let [url, user, password, app, device] = flags::read([
        ("--url", "http://127.0.0.1:8088"),
        ("--user", "asterisk"),
        ("--password", "asterisk"),
        ("--app", "demo"),
        ("--device", "Stasis:demo"),
    ]);
    let client = Client::builder(url).login(user, password).app(&app).connect().await?;
    let mut changes = client.events().of::<DeviceStateChanged>();
    let mut calls = client.events().all();
    // Not its own, as its channels are: it has to ask for them.
    client.application(app).subscribe([EventSource::device_state(&device)]).await?;
    let lamp = client.device_state(device);
    lamp.set(DeviceState::NotInUse).await?;

    let mut present = HashSet::new();
    loop {
        tokio::select! {
            change = changes.next() => {
                let Some(change) = change else { return Err(client.closed().await.into()) };
                let device = change?.device_state;
                println!("{}: {}", device.name, device.state);
            }
            event = calls.next() => {
                let Some(event) = event else { return Err(client.closed().await.into()) };
                let event = event?;
                if let Some(start) = event.decode::<StasisStart>() {
                    answer(&client, &start).await;
                    present.insert(start.channel.id);
                } else if let Some(end) = event.decode::<StasisEnd>() {
                    present.remove(&end.channel.id);
                } else {
                    continue;
                }
                let busy = !present.is_empty();
                lamp.set(if busy { DeviceState::InUse } else { DeviceState::NotInUse }).await?;
            }
            _ = tokio::signal::ctrl_c() => break,
        }
    }
    // Nobody keeps it from now on.
    lamp.delete().await?;
    client.close().await;
    Ok(())
}

/// Lets a caller hear music.
async fn answer(client: &Client, start: &StasisStart) {
    let channel = client.channel(&start.channel.id);
    let serve = async {
        channel.answer().await?;
        channel.start_moh().await?;
        Ok::<_, RestError>(())
    };
    if let Err(error) = serve.await {
        println!("{}: {error}", channel.id());
    }
}
