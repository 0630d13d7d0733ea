//! Answers the calls of a Stasis application, plays a prompt to its end and hangs up.
//!
//! ```text
//! cargo run --example ari_answer -- --url http://pbx:8088 --user app --password secret --app demo
//! ```
//!
//! A call comes in by the dialplan: `exten => 100,1,Stasis(demo)`.

mod flags;

use std::error::Error;
use std::time::Duration;

use asterisk_sdk::ari::event::StasisStart;
use asterisk_sdk::ari::handle::Channel;
use asterisk_sdk::ari::{Client, Missed};

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
        match call {
            Some(Ok(start)) => {
                println!("{}: a call from {:?}", start.channel.name, start.channel.caller.number);
                let channel = client.channel(start.channel.id);
                tokio::spawn(async move {
                    match greet(&channel).await {
                        Ok(()) => println!("{}: done", channel.id()),
                        Err(error) => println!("{}: {error}", channel.id()),
                    }
                });
            }
            Some(Err(Missed::Lagged(calls))) => println!("too slow: {calls} calls missed"),
            Some(Err(other)) => println!("{other}"),
            None => return Err(client.closed().await.into()),
        }
    }
    client.close().await;
    Ok(())
}

/// One call, from answer to hangup.
async fn greet(channel: &Channel) -> Result<(), Box<dyn Error + Send + Sync>> {
    channel.answer().await?;
    let prompt = channel.play("sound:hello-world").await?;
    let played = prompt.finished().within(Duration::from_secs(60)).await?;
    println!("{}: {} is {}", channel.id(), played.media_uri, played.state);
    channel.hangup().await?;
    Ok(())
}
