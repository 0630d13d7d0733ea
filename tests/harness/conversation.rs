//! Conversations that are had with a real server once, and with a recording of it afterwards. Each gives
//! what came out, without what differs each time.

use std::future::IntoFuture;
use std::time::Duration;

use asterisk_sdk::agi::{Call, Service, ServiceBuilder};
use asterisk_sdk::ami::action::{Hangup as HangUp, Originate, Ping, UserEvent};
use asterisk_sdk::ami::event::Hangup;
use asterisk_sdk::ami::{Builder, Manager, Missed, Reconnect};
use asterisk_sdk::ari::event::{ChannelDestroyed, StasisStart};
use asterisk_sdk::ari::{self, AriEvent, Client};
use tokio::sync::mpsc;

use crate::soon;

/// A trace of this name that was recorded of Asterisk 22 (`tests/testkit/traces`).
///
/// # Panics
///
/// When there is none.
#[must_use]
pub fn trace(name: &str) -> asterisk_sdk_testkit::record::Trace {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/testkit/traces");
    let path = format!("{directory}/{name}-22.txt");
    asterisk_sdk_testkit::record::Trace::load(&path).expect(&path)
}

/// A manager of the conversations.
pub fn manager(address: &str, secret: &str) -> Builder {
    Manager::builder(address).login("admin", secret).no_reconnect()
}

/// Two pings, a user event, a call that is hung up, and something refused.
///
/// # Panics
///
/// When something fails.
pub async fn ami(builder: Builder) -> Vec<String> {
    let manager = soon(builder.connect()).await.expect("a login");
    let mut told = manager.events().named("UserEvent");
    let mut hangups = manager.events().of::<Hangup>();
    let mut seen = vec![manager.banner().to_owned()];
    for _ in 0..2 {
        let pong = soon(manager.send(Ping::new()).into_future()).await.expect("an answer");
        seen.push(format!("pong at {:?}", pong.timestamp));
    }
    let event = UserEvent::new("SdkTrace").header("Note", "a: \"b\" \\ Zoë");
    soon(manager.send(event).into_future()).await.expect("it is taken");
    loop {
        let event = soon(told.next()).await.expect("it goes on").expect("none is missed");
        if event.get("UserEvent").is_some_and(|name| name == "SdkTrace") {
            seen.push(format!("told {}", event.get("Note").unwrap_or_default()));
            break;
        }
    }
    // Ids of our own, other ones each time.
    let id = format!("trace-{:08x}", std::process::id());
    let call = Originate::to("Local/wait@sdk").exten("sdk", "wait", 1);
    let call = call.channel_id(format!("{id}-a")).other_channel_id(format!("{id}-b"));
    let outcome = soon(manager.originate(call)).await.expect("it is called");
    let ours = outcome.unique_id.map(|found| found.to_string() == format!("{id}-a"));
    seen.push(format!("{:?} {:?} ours: {ours:?}", outcome.reason, outcome.channel));
    let channel = outcome.channel.expect("a name").to_string();
    soon(manager.send(HangUp::new(channel)).into_future()).await.expect("it is hung up");
    let mut ended = Vec::new();
    while ended.len() < 2 {
        let event = soon(hangups.next()).await.expect("it goes on").expect("none is missed");
        let unique = event.channel.unique_id.map(|id| id.to_string()).unwrap_or_default();
        if let Some(half) = unique.strip_prefix(&id) {
            ended.push(format!("hangup {half} {:?}", event.cause));
        }
    }
    ended.sort();
    seen.append(&mut ended);
    let refused = soon(manager.send(HangUp::new("Local/nobody")).into_future()).await;
    seen.push(refused.expect_err("there is no such channel").to_string());
    manager.close().await;
    seen
}

/// A manager that comes back at once.
pub fn persistent(address: &str, secret: &str) -> Builder {
    let pauses = Reconnect::default().pauses(Duration::from_millis(1), Duration::from_millis(5));
    manager(address, secret).reconnect(pauses)
}

/// A ping on whose answer the connection is lost, the gap, and another ping. Gives how the first failed,
/// what the gap said, and whether the second was answered.
///
/// # Panics
///
/// When something else fails.
pub async fn ami_again(builder: Builder) -> (asterisk_sdk::ami::ActionError, Missed, bool) {
    let manager = soon(builder.connect()).await.expect("a login");
    let mut quiet = manager.events().named("NoSuchEvent");
    let lost = soon(manager.send(Ping::new()).into_future()).await.expect_err("it is lost");
    let gap = soon(quiet.next()).await.expect("it goes on").expect_err("a gap");
    // Requests wait for nothing after the gap but for the session.
    let pong = soon(async {
        loop {
            match manager.send(Ping::new()).await {
                Err(error)
                    if error.delivery() == Some(asterisk_sdk::proto::error::Delivery::NotSent) =>
                {
                    tokio::task::yield_now().await;
                }
                pong => break pong,
            }
        }
    });
    let pong = pong.await.is_ok();
    manager.close().await;
    (lost, gap, pong)
}

/// A client of the conversations.
pub fn client(url: &str, user: &str, password: &str) -> ari::Builder {
    Client::builder(url).login(user, password).app("sdk-trace").no_reconnect()
}

async fn next<E: AriEvent>(events: &mut ari::EventStream<ari::Event>) -> E {
    loop {
        let event = soon(events.next()).await.expect("it goes on").expect("none is missed");
        if let Some(event) = event.decode::<E>() {
            return event;
        }
    }
}

/// A call that plays a sound, is hung up and then is gone.
///
/// # Panics
///
/// When something fails.
pub async fn ari(builder: ari::Builder) -> Vec<String> {
    let client = soon(builder.connect()).await.expect("a connection");
    let mut seen = Vec::new();
    let originate =
        client.channels().originate("Local/wait@sdk").app("sdk-trace").caller_id("Zoë <7>");
    let channel = soon(originate.into_future()).await.expect("the call is made");
    let mut events = channel.events();
    let start: StasisStart = next(&mut events).await;
    let ours = start.channel.id == *channel.id();
    seen.push(format!(
        "start {:?} {:?} ours: {ours}",
        start.channel.name, start.channel.caller.name
    ));
    let playing = soon(channel.play("sound:beep").into_future()).await.expect("it plays");
    let end = soon(playing.finished().into_future()).await.expect("to its end");
    seen.push(format!("played {:?} {:?}", end.media_uri, end.state));
    soon(channel.hangup().into_future()).await.expect("it is hung up");
    let end: ChannelDestroyed = next(&mut events).await;
    seen.push(format!("destroyed {:?} {:?}", end.cause, end.cause_txt));
    let gone = soon(channel.hangup().into_future()).await.expect_err("it is gone");
    seen.push(gone.to_string());
    client.close().await;
    seen
}

/// A call whose beginning the event connection is lost on, found again and hung up. Gives why it was lost,
/// whether the call was found, and how it ended.
///
/// # Panics
///
/// When something else fails.
pub async fn ari_again(builder: ari::Builder) -> (ari::CloseReason, bool, String) {
    let pauses = Reconnect::default().pauses(Duration::from_millis(1), Duration::from_millis(5));
    let client = soon(builder.reconnect(pauses).connect()).await.expect("a connection");
    let originate = client.channels().originate("Local/wait@sdk").app("sdk-trace");
    let channel = soon(originate.into_future()).await.expect("the call is made");
    let mut events = channel.events();
    let gap = loop {
        match soon(events.next()).await.expect("it goes on") {
            Err(ari::Missed::Gap(gap)) => break gap,
            Err(missed) => unreachable!("{missed}"),
            Ok(event) => assert!(!event.is::<StasisStart>(), "it is lost on the way"),
        }
    };
    let there = gap.channel(channel.id().as_str()).is_some();
    soon(channel.hangup().into_future()).await.expect("it is hung up");
    let end: ChannelDestroyed = next(&mut events).await;
    client.close().await;
    (gap.cause.clone(), there, format!("{:?}", end.cause_txt))
}

/// A service whose script answers, asks, plays and fails, and what it came to.
pub fn agi() -> (ServiceBuilder, mpsc::Receiver<Vec<String>>) {
    let (sender, seen) = mpsc::channel(10);
    let service = Service::builder().fallback(move |mut call: Call| {
        let sender = sender.clone();
        async move {
            let mut seen = vec![
                format!("{:?}", call.environment().get("agi_network_script")),
                format!("{:?}", call.environment().get("agi_arg_1")),
                format!("{:?}", call.answer().await),
                format!("{:?}", call.variable("CHANNEL(state)").await),
                format!("{:?}", call.stream_file("beep").escape("#").await),
            ];
            seen.push(format!(
                "{:?}",
                call.exec("NoSuchApplication", "").await.map_err(|e| e.to_string())
            ));
            seen.push(format!("{:?}", call.set_variable("SDK_RESULT", "a \"b\" \\").await));
            // The test may be over.
            let _ = sender.send(seen).await;
        }
    });
    (service, seen)
}
