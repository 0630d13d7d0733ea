//! Connects each caller of a Stasis application with an endpoint, and ends the call for both when one
//! of them hangs up.
//!
//! ```text
//! cargo run --example ari_bridge -- --app demo --endpoint PJSIP/100
//! ```
//!
//! A call comes in by the dialplan: `exten => 100,1,Stasis(demo)`.

mod flags;

use std::error::Error;

use asterisk_sdk::ari::event::{ChannelDestroyed, StasisEnd, StasisStart};
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::ari::{Client, Event, EventStream};

/// What the channel to the endpoint brings along, so that it is told from callers.
const CALLED: &str = "called";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let [url, user, password, app, endpoint] = flags::read([
        ("--url", "http://127.0.0.1:8088"),
        ("--user", "asterisk"),
        ("--password", "asterisk"),
        ("--app", "demo"),
        ("--endpoint", "PJSIP/100"),
    ]);
    let client = Client::builder(url).login(user, password).app(&app).connect().await?;
    let mut calls = client.events().of::<StasisStart>();
    println!("waiting for calls");
    loop {
        let call = tokio::select! {
            call = calls.next() => call,
            _ = tokio::signal::ctrl_c() => break,
        };
        let Some(call) = call else { return Err(client.closed().await.into()) };
        let start = call?;
        if start.args.iter().any(|argument| argument == CALLED) {
            continue;
        }
        println!("{}: calls {endpoint}", start.channel.name);
        let caller = client.channel(start.channel.id);
        let (app, endpoint) = (app.clone(), endpoint.clone());
        tokio::spawn(async move {
            if let Err(error) = connect(&caller, &app, &endpoint).await {
                println!("{}: {error}", caller.id());
            }
            // It may have gone itself.
            let _ = caller.hangup().await;
        });
    }
    client.close().await;
    Ok(())
}

/// One call: calls the endpoint, and stays until one of the two has gone.
async fn connect(
    caller: &Channel,
    app: &str,
    endpoint: &str,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let client = caller.client();
    let mut left = caller.events();
    caller.ring().await?;
    // Its events are listened to since before the request.
    let call = client.channels().originate(endpoint).app(app).app_args(CALLED);
    let other = call.originator(caller.id().clone()).timeout(30).await?;
    let mut events = other.events();
    tokio::select! {
        answered = answered(&mut events) => if !answered? {
            return Err("nobody answered".into());
        },
        () = gone(&mut left) => {
            other.hangup().await?;
            return Ok(());
        }
    }
    caller.answer().await?;
    let bridge = client.bridges().create().bridge_type("mixing").await?;
    bridge.add_channel(caller.id()).channels([other.id()]).await?;
    println!("{}: talks", caller.id());
    tokio::select! {
        () = gone(&mut left) => {}
        () = gone(&mut events) => {}
    }
    println!("{}: done", caller.id());
    let _ = other.hangup().await;
    bridge.destroy().await?;
    Ok(())
}

/// Waits until the called one enters the application, or has gone.
async fn answered(events: &mut EventStream<Event>) -> Result<bool, asterisk_sdk::ari::Missed> {
    while let Some(event) = events.next().await {
        let event = event?;
        if event.is::<StasisStart>() {
            return Ok(true);
        }
        if event.is::<ChannelDestroyed>() {
            return Ok(false);
        }
    }
    Ok(false)
}

/// Waits until a channel has left the application, or nobody could tell any more.
async fn gone(events: &mut EventStream<Event>) {
    while let Some(Ok(event)) = events.next().await {
        if event.is::<StasisEnd>() || event.is::<ChannelDestroyed>() {
            return;
        }
    }
}
