//! A supervisor listens to a call, and by keys whispers to the agent or speaks to both.
//!
//! ```text
//! cargo run --example ari_whisper -- --app whisper
//! ```
//!
//! The supervisor's call names the agent's channel by its unique id:
//! `exten => 900,1,Stasis(whisper,${AGENT})`. Key 1 listens only, 2 speaks to the agent alone, 3 to both,
//! `#` ends the call. The agent's call needs to be in no application.

mod flags;

use std::error::Error;
use std::time::Duration;

use asterisk_sdk::ari::Client;
use asterisk_sdk::ari::call::{Call, CallError, DigitsEnd, WhenDone};
use asterisk_sdk::ari::event::{ChannelDestroyed, StasisEnd, StasisStart};
use asterisk_sdk::ari::rest::channels::SnoopDirection;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let [url, user, password, app] = flags::read([
        ("--url", "http://127.0.0.1:8088"),
        ("--user", "asterisk"),
        ("--password", "asterisk"),
        ("--app", "whisper"),
    ]);
    let client = Client::builder(url).login(user, password).app(app).connect().await?;
    println!("waiting for supervisors");
    let serving = client.serve(supervise).when_done(WhenDone::HangUp);
    let served = serving.until(async { drop(tokio::signal::ctrl_c().await) }).await;
    println!("{served:?}");
    client.close().await;
    Ok(())
}

/// The call of one supervisor. The bridge and the snooping channels go with it.
async fn supervise(mut call: Call) -> Result<(), CallError> {
    let Some(agent) = call.args().first().map(|id| call.client().channel(id.to_string())) else {
        println!("{}: names no channel", call.channel().id());
        return Ok(());
    };
    call.channel().answer().await?;
    // Without `dtmf_events` a bridge keeps the keys to itself.
    let bridge = call.client().bridges().create().bridge_type("mixing,dtmf_events").await?;
    bridge.add_channel(call.channel().id()).await?;
    let mut whisper = SnoopDirection::None;
    loop {
        // A snooping channel cannot be changed, so each way to speak has one of its own.
        let snoop = agent.snoop(call.application()).spy(SnoopDirection::Both);
        let snoop = snoop.whisper(whisper.clone()).await?;
        let mut events = snoop.events();
        let mut gone = async |entering: bool| {
            while let Some(event) = events.next().await {
                let Ok(event) = event else { continue };
                if event.is::<StasisEnd>() || event.is::<ChannelDestroyed>() {
                    return true;
                }
                if entering && event.is::<StasisStart>() {
                    return false;
                }
            }
            true
        };
        if gone(true).await {
            return Ok(());
        }
        bridge.add_channel(snoop.id()).await?;
        println!("{}: whispers: {whisper}", agent.id());
        let key = call.dtmf().max_digits(1).first_digit(Duration::from_secs(3600));
        let key = tokio::select! {
            key = key => key?,
            _ = gone(false) => {
                println!("{}: is gone", agent.id());
                return Ok(());
            }
        };
        snoop.hangup().await?;
        whisper = match (key.digits.as_str(), key.end) {
            ("1", _) => SnoopDirection::None,
            ("2", _) => SnoopDirection::Out,
            ("3", _) => SnoopDirection::Both,
            (_, DigitsEnd::Terminator(_) | DigitsEnd::Timeout) => return Ok(()),
            _ => whisper,
        };
    }
}
