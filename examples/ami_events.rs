//! Prints what happens in Asterisk, as it happens.
//!
//! ```text
//! cargo run --example ami_events -- --address 127.0.0.1:5038 --user admin --secret secret
//! ```
//!
//! What it knows is told in a sentence, anything else by its headers. Ctrl-C logs off.

use std::error::Error;

use asterisk_sdk::ami::{Event, Manager, TypedEvent};

mod flags;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [address, user, secret] =
        flags::read([("--address", "127.0.0.1:5038"), ("--user", "admin"), ("--secret", "secret")]);
    let manager = Manager::builder(address).login(user, secret).connect().await?;
    println!("connected to {}", manager.banner());

    let mut events = manager.events().all();
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(Ok(event)) => print(&event),
                Some(Err(missed)) => eprintln!("{missed}"),
                None => break,
            },
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                manager.close().await;
                break;
            }
        }
    }
    println!("the connection has ended: {}", manager.closed().await);
    Ok(())
}

/// The events that this example knows get a sentence, all others their headers.
fn print(event: &Event) {
    match event.typed() {
        TypedEvent::Newchannel(new) => {
            println!("{} was created", new.channel.channel.unwrap_or_default());
        }
        TypedEvent::Newexten(step) => println!(
            "{} runs {}({})",
            step.channel.channel.unwrap_or_default(),
            step.application.unwrap_or_default(),
            step.app_data.unwrap_or_default(),
        ),
        TypedEvent::Hangup(hangup) => println!(
            "{} was hung up: {}",
            hangup.channel.channel.unwrap_or_default(),
            hangup.cause_text.unwrap_or_default(),
        ),
        _ => {
            let headers: Vec<String> = event
                .message()
                .headers()
                .skip(1)
                .map(|header| format!("{}={}", header.name_lossy(), header.value_lossy()))
                .collect();
            println!("{}: {}", event.name(), headers.join(" "));
        }
    }
}
