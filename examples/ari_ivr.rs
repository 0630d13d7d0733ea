//! A menu: asks for keys, and does what they stand for.
//!
//! ```text
//! cargo run --example ari_ivr -- --app demo
//! ```
//!
//! A call comes in by the dialplan: `exten => 100,1,Stasis(demo)`. Keys 1 and 2 play something, 0 goes
//! on in the dialplan, `#` hangs up.

mod flags;

use std::error::Error;
use std::time::Duration;

use asterisk_sdk::ari::event::{ChannelDtmfReceived, StasisEnd, StasisStart};
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::ari::{Client, Event, EventStream};
use tokio::time::timeout;

/// How long a caller may think.
const PATIENCE: Duration = Duration::from_secs(10);

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let [url, user, password, app] = flags::read([
        ("--url", "http://127.0.0.1:8088"),
        ("--user", "asterisk"),
        ("--password", "asterisk"),
        ("--app", "demo"),
    ]);
    let client = Client::builder(url).login(user, password).app(app).connect().await?;
    let mut calls = client.events().of::<StasisStart>();
    println!("waiting for calls");
    loop {
        let call = tokio::select! {
            call = calls.next() => call,
            _ = tokio::signal::ctrl_c() => break,
        };
        let Some(call) = call else { return Err(client.closed().await.into()) };
        let channel = client.channel(call?.channel.id);
        tokio::spawn(async move {
            match menu(&channel).await {
                Ok(end) => println!("{}: {end}", channel.id()),
                Err(error) => println!("{}: {error}", channel.id()),
            }
        });
    }
    client.close().await;
    Ok(())
}

/// One call, and how it ended.
async fn menu(channel: &Channel) -> Result<&'static str, Failure> {
    let mut events = channel.events();
    channel.answer().await?;
    for _ in 0..3 {
        let prompt = channel.play("sound:press-1").media(["sound:or", "sound:press-2"]).await?;
        let Ok(key) = timeout(PATIENCE, key(&mut events)).await else {
            println!("{}: says nothing", channel.id());
            continue;
        };
        let Some(key) = key? else { return Ok("hung up") };
        println!("{}: {key}", channel.id());
        // What is still said is cut short; it may have ended by itself.
        let _ = prompt.stop().await;
        match key.as_str() {
            "1" => say(channel, "sound:hello-world").await?,
            "2" => say(channel, "sound:demo-echotest").await?,
            "0" => {
                channel.continue_in_dialplan().await?;
                return Ok("goes on in the dialplan");
            }
            "#" => break,
            _ => say(channel, "sound:invalid").await?,
        }
    }
    say(channel, "sound:vm-goodbye").await?;
    channel.hangup().await?;
    Ok("done")
}

/// The next key; none when the caller has gone.
async fn key(events: &mut EventStream<Event>) -> Result<Option<String>, Failure> {
    while let Some(event) = events.next().await {
        let event = event?;
        if let Some(received) = event.decode::<ChannelDtmfReceived>() {
            return Ok(Some(received.digit.to_string()));
        }
        if event.is::<StasisEnd>() {
            return Ok(None);
        }
    }
    Ok(None)
}

/// Plays something to its end.
async fn say(channel: &Channel, media: &str) -> Result<(), Failure> {
    channel.play(media).await?.finished().within(Duration::from_secs(60)).await?;
    Ok(())
}
