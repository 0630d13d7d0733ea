//! A menu: asks for a key and does what it stands for, in one session for each call.
//!
//! ```text
//! cargo run --example ari_ivr -- --app demo
//! ```
//!
//! A call comes in by the dialplan: `exten => 100,1,Stasis(demo)`. Keys 1 and 2 play something, 0 goes
//! on in the dialplan behind `Stasis()`, `#` ends the call. A key cuts short what is being said.

mod flags;

use std::error::Error;

use asterisk_sdk::ari::Client;
use asterisk_sdk::ari::call::{Call, CallError, DigitsEnd};

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
    println!("waiting for calls");
    // Calls that are there may come to their end; new ones are hung up.
    let served = client.serve(menu).until(async { drop(tokio::signal::ctrl_c().await) }).await;
    println!("{served:?}");
    client.close().await;
    Ok(())
}

/// One call. Whoever hangs up ends it at the next `?`.
async fn menu(mut call: Call) -> Result<(), CallError> {
    let name = call.start().channel.name.clone();
    call.channel().answer().await?;
    for _ in 0..3 {
        let menu = call.dtmf().prompt("sound:vm-press").prompt("digits:1").prompt("digits:2");
        let input = menu.max_digits(1).await?;
        println!("{name}: {input:?}");
        match input.digits.as_str() {
            "1" => say(&call, "sound:hello-world").await?,
            "2" => say(&call, "sound:demo-echotest").await?,
            // A session's channel goes on in the dialplan when the session ends.
            "0" => return Ok(()),
            "" if input.end == DigitsEnd::Timeout => {}
            "" => break,
            _ => say(&call, "sound:invalid").await?,
        }
    }
    say(&call, "sound:vm-goodbye").await?;
    call.channel().hangup().await?;
    Ok(())
}

/// Plays something to its end.
async fn say(call: &Call, media: &str) -> Result<(), CallError> {
    call.play(media).await?.finished().await?;
    Ok(())
}
