//! Calls a list of endpoints, some of them at once, speaks to whoever answers, and counts the outcomes.
//!
//! ```text
//! cargo run --example ari_dialer -- --app demo --at-once 2 --endpoints PJSIP/100,PJSIP/101,PJSIP/102
//! ```

mod flags;

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use asterisk_sdk::ari::call::{Call, CallError, WhenDone};
use asterisk_sdk::ari::event::{ChannelDestroyed, Dial, StasisStart};
use asterisk_sdk::ari::{Client, RestError};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt::init();
    let [url, user, password, app, endpoints, at_once] = flags::read([
        ("--url", "http://127.0.0.1:8088"),
        ("--user", "asterisk"),
        ("--password", "asterisk"),
        ("--app", "demo"),
        ("--endpoints", "PJSIP/100"),
        ("--at-once", "5"),
    ]);
    let at_once = Semaphore::new(at_once.parse()?);
    let client = Client::builder(url).login(user, password).app(&app).connect().await?;
    let dialing = dial_all(&client, &app, &endpoints, Arc::new(at_once));
    let mut outcomes = BTreeMap::new();
    // An answered leg enters the application, and gets a session.
    let serving = client.serve(greet).app(&app).when_done(WhenDone::HangUp);
    let served = serving.until(async { outcomes = dialing.await }).await;
    for (outcome, calls) in outcomes {
        println!("{calls:5} {outcome}");
    }
    println!("{served:?}");
    client.close().await;
    Ok(())
}

/// The session of a leg that has answered.
async fn greet(call: Call) -> Result<(), CallError> {
    println!("{}: answered", call.args()[0]);
    call.play("sound:hello-world").await?.finished().await?;
    Ok(())
}

/// Calls all of them, and counts how the calls came out.
async fn dial_all(
    client: &Client,
    app: &str,
    endpoints: &str,
    at_once: Arc<Semaphore>,
) -> BTreeMap<String, usize> {
    let mut calls = JoinSet::new();
    for endpoint in endpoints.split(',') {
        let (client, app, at_once) = (client.clone(), app.to_owned(), Arc::clone(&at_once));
        let endpoint = endpoint.to_owned();
        calls.spawn(async move {
            let _turn = at_once.acquire().await;
            let outcome = dial(&client, &app, &endpoint).await;
            outcome.unwrap_or_else(|error| error.to_string())
        });
    }
    let mut outcomes = BTreeMap::new();
    for outcome in calls.join_all().await {
        *outcomes.entry(outcome).or_insert(0) += 1;
    }
    outcomes
}

/// One call, until its channel is gone.
async fn dial(client: &Client, app: &str, endpoint: &str) -> Result<String, RestError> {
    let call = client.channels().originate(endpoint).app(app).app_args(endpoint).timeout(20);
    let channel = call.await?;
    // They were subscribed to before the request: not even a call that fails at once is missed.
    let mut events = channel.events();
    let (mut answered, mut told) = (false, None);
    while let Some(event) = events.next().await {
        let Ok(event) = event else { continue };
        answered |= event.is::<StasisStart>();
        if let Some(dial) = event.decode::<Dial>() {
            // Empty at first, and then how it came out.
            told = dial.dial_status.or(told);
        }
        if let Some(end) = event.decode::<ChannelDestroyed>() {
            println!("{endpoint}: gone, {}", end.cause);
            return Ok(match told {
                _ if answered => "answered".to_owned(),
                Some(status) => format!("not reached: {status}"),
                None => format!("not reached: {}", end.cause),
            });
        }
    }
    Ok("the event connection has ended".to_owned())
}
