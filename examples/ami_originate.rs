//! Calls a channel, sends it to an extension, and tells how it came out.
//!
//! ```text
//! cargo run --example ami_originate -- --secret secret --channel PJSIP/100 --context default --exten 600
//! ```

use std::error::Error;

use asterisk_sdk::ami::Manager;
use asterisk_sdk::ami::action::{CoreShowChannels, Originate};
use asterisk_sdk::ami::event::OriginateReason;

mod flags;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [address, user, secret, channel, context, exten] = flags::read([
        ("--address", "127.0.0.1:5038"),
        ("--user", "admin"),
        ("--secret", "secret"),
        ("--channel", "PJSIP/100"),
        ("--context", "default"),
        ("--exten", "600"),
    ]);
    let manager = Manager::builder(address).login(user, secret).connect().await?;

    let call = Originate::to(&channel).exten(context, exten, 1).caller_id("SDK <100>");
    println!("calling {channel} ...");
    let outcome = manager.originate(call).await?;
    match outcome.reason {
        Some(OriginateReason::Answered) => {
            println!("{} answered", outcome.channel.unwrap_or_default());
            for item in manager.send(CoreShowChannels::new()).await? {
                println!(
                    "  {} runs {} for {:?}",
                    item.channel.channel.unwrap_or_default(),
                    item.application.unwrap_or_default(),
                    item.duration.unwrap_or_default(),
                );
            }
        }
        Some(reason) => println!("{channel}: {reason}"),
        None => println!("{channel}: no reason given"),
    }
    manager.close().await;
    Ok(())
}
