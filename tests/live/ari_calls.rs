//! Call sessions: what a function for each call sees and leaves behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use asterisk_sdk::ari::call::{BridgeEnd, Call, CallError, DialError, Orphans, Refusal, WhenDone};
use asterisk_sdk::ari::event::{ChannelDestroyed, StasisEnd, StasisStart};
use asterisk_sdk::ari::rest::channels::{HangupReason, Originate};
use asterisk_sdk::ari::{
    Builder, Client, CloseReason, Event, EventStream, Missed, Reconnect, RestError,
};
use asterisk_sdk::proto::HangupCause;
use harness::live::{OwnServer, Server};
use tokio::sync::{mpsc, oneshot};

/// How long a real server may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(30);

async fn application(server: &Server, test: &str) -> (Client, String) {
    let app = format!("sdk-{test}-{}", std::process::id());
    let client = Client::builder(&server.http)
        .login(&server.ari_user, server.ari_password.as_str())
        .app(&app)
        .connect()
        .await
        .expect("a connection");
    (client, app)
}

pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it comes in time")
}

/// Waits until a server of one's own has no bridges: it may list one for a moment after it was removed.
pub(crate) async fn no_bridges(client: &Client) -> Result<(), RestError> {
    while !client.bridges().list().await?.is_empty() {}
    Ok(())
}

/// A call into the application whose other side presses these digits.
fn presses(client: &Client, app: &str, digits: &str) -> Originate {
    let call = client.channels().originate("Local/digits@sdk").app(app);
    call.variable("__SDK_DIGITS", digits)
}

fn stays(client: &Client, app: &str) -> Originate {
    client.channels().originate("Local/wait@sdk").app(app)
}

async fn destroyed(events: &mut EventStream<Event>) -> ChannelDestroyed {
    let end = async {
        loop {
            let event = events.next().await.expect("the connection holds").expect("none is missed");
            if let Some(end) = event.decode::<ChannelDestroyed>() {
                return end;
            }
        }
    };
    soon(end).await
}

#[tokio::test]
async fn a_prompt_stops_at_the_first_digit_and_a_hangup_ends_the_waiting() {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, "prompt").await;
    let (told, mut tell) = mpsc::channel(4);
    let serving = client.serve(move |mut call: Call| {
        let told = told.clone();
        async move {
            let ask = call.dtmf().prompt("sound:demo-congrats").prompt("sound:demo-echotest");
            let digits = ask.max_digits(1).await?;
            let _ = told.send(format!("{digits:?}")).await;
            let none = call.dtmf().first_digit(Duration::from_millis(10)).await?;
            let _ = told.send(format!("{none:?}")).await;
            let gone = call.dtmf().prompt("sound:demo-congrats").await;
            let _ = told.send(format!("{gone:?} {}", call.is_hung_up())).await;
            let mut last = None;
            while let Some(event) = call.next_event().await {
                last = Some(event.expect("none is missed"));
            }
            assert!(last.expect("events").is::<StasisEnd>());
            call.hung_up().await.expect("it has left");
            assert!(matches!(call.dial("Local/wait@sdk").await, Err(CallError::HungUp)));
            let _ = told.send("over".to_owned()).await;
            Ok::<_, CallError>(())
        }
    });
    let serving = tokio::spawn(serving.into_future());
    let channel = presses(&client, &app, "7").await.expect("the call is made");
    let mut events = channel.events();
    let digits = soon(tell.recv()).await.expect("a session tells");
    assert_eq!(digits, r#"Digits { digits: "7", end: Complete }"#);
    assert_eq!(soon(tell.recv()).await.unwrap(), r#"Digits { digits: "", end: Timeout }"#);
    loop {
        let event = soon(events.next()).await.expect("the connection holds").expect("all");
        if event.name() == "PlaybackStarted" && event.json().contains("\"playing\"") {
            break;
        }
    }
    channel.hangup().await.expect("it is there");
    assert_eq!(soon(tell.recv()).await.unwrap(), "Err(HungUp) true");
    assert_eq!(soon(tell.recv()).await.unwrap(), "over");
    client.close().await;
    let outcome = soon(serving).await.expect("no panic");
    assert_eq!((outcome.sessions, outcome.failed), (1, 0));
}

#[tokio::test]
async fn calls_are_dialed_and_connected() {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, "dial").await;
    let (told, mut tell) = mpsc::channel(10);
    let serving = client.serve(move |mut call: Call| {
        let told = told.clone();
        async move {
            for endpoint in
                ["Local/busy@sdk", "Local/congestion@sdk", "Local/nowhere@sdk", "PJSIP/x"]
            {
                let error = call.dial(endpoint).await.expect_err("nobody answers");
                let _ = told.send(format!("{error}")).await;
            }
            let unheard = call.dial("Local/ring@sdk").timeout(Duration::from_secs(1)).await;
            assert!(matches!(unheard, Err(CallError::Dial(DialError::NoAnswer))), "{unheard:?}");
            let leg = call.dial("Local/wait@sdk").variable("SDK", "x").await?;
            let end = {
                let hangup = leg.channel().clone();
                let connecting = call.bridge_with(&leg);
                let mut heard = hangup.client().events().channel(hangup.id()).all();
                let cut = async move {
                    while let Some(event) = heard.next().await {
                        if event.expect("all").name() == "ChannelEnteredBridge" {
                            break;
                        }
                    }
                    hangup.hangup().await
                };
                let (end, cut) = tokio::join!(connecting.into_future(), cut);
                cut?;
                end?
            };
            assert_eq!(end, BridgeEnd::Leg);
            // The bridge is gone: the call is in none.
            let bridges = call.client().bridges().list().await?;
            assert!(bridges.iter().all(|bridge| !bridge.channels.contains(call.channel().id())));
            let _ = told.send("connected".to_owned()).await;
            Ok::<_, CallError>(())
        }
    });
    let serving = tokio::spawn(serving.when_done(WhenDone::HangUp).into_future());
    let channel = stays(&client, &app).await.expect("the call is made");
    let mut events = channel.events();
    let mut told = Vec::new();
    for _ in 0..5 {
        told.push(soon(tell.recv()).await.expect("a session tells"));
    }
    // A Local channel that never was is destroyed for no cause at all; no SIP channel is even made.
    let nowhere = "not reached: Unknown (0)";
    let failed = "the server answered 500: Allocation failed";
    assert_eq!(told, ["busy", "congestion", nowhere, failed, "connected"]);
    destroyed(&mut events).await;
    client.close().await;
    let outcome = soon(serving).await.expect("no panic");
    assert_eq!((outcome.sessions, outcome.failed, outcome.refused), (1, 0, 0), "{told:?}");
}

/// A leg is connected with a call to which something plays, and one of the two hangs up before that is over.
async fn left_while_playing(test: &str, who: BridgeEnd) {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, test).await;
    let (told, mut tell) = mpsc::channel(10);
    let serving = client.serve(move |mut call: Call| {
        let told = told.clone();
        async move {
            let leg = call.dial("Local/wait@sdk").await?;
            let client = leg.channel().client().clone();
            let mut of_leg = client.events().channel(leg.channel().id()).all();
            let playback = call.play("sound:demo-congrats").await?;
            let mut playing = playback.events();
            while playing.next().await.expect("it is open").expect("all").name()
                != "PlaybackStarted"
            {}
            let caller = call.channel().clone();
            let connecting = call.bridge_with(&leg);
            let cut = async {
                // It waits for the call in the bridge.
                while of_leg.next().await.expect("it is open").expect("all").name()
                    != "ChannelEnteredBridge"
                {}
                let leaves = if who == BridgeEnd::Leg { leg.channel() } else { &caller };
                leaves.hangup().await
            };
            let (end, cut) = tokio::join!(connecting.into_future(), cut);
            cut?;
            let _ = told.send(format!("{:?} {}", end?, call.is_hung_up())).await;
            // The leg has gone for good, and need not wait for the end of the playback.
            destroyed(&mut of_leg).await;
            let _ = told.send(format!("{:?}", call.client().bridges().list().await?)).await;
            if who == BridgeEnd::Call {
                return Ok(());
            }
            let state = playback.get().await?.state;
            playback.stop().await?;
            // The call can be used on: the request that was given up did it no harm.
            let beep = call.play("sound:beep").await?.finished().await?;
            let leg = call.dial("Local/wait@sdk").await?;
            let other = leg.channel().clone();
            let mut of_call = client.events().channel(caller.id()).all();
            let connecting = call.bridge_with(&leg);
            let cut = async {
                while of_call.next().await.expect("it is open").expect("all").name()
                    != "ChannelEnteredBridge"
                {}
                other.hangup().await
            };
            let (end, cut) = tokio::join!(connecting.into_future(), cut);
            cut?;
            let _ = told.send(format!("{state:?} {:?} {:?}", beep.state, end?)).await;
            Ok::<_, CallError>(())
        }
    });
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = serving.when_done(WhenDone::HangUp).until(async move { drop(stopped.await) });
    let serving = tokio::spawn(serving);
    let channel = stays(&client, &app).await.expect("the call is made");
    let mut events = channel.events();
    let left = soon(tell.recv()).await.expect("a session tells");
    assert_eq!(left, if who == BridgeEnd::Leg { "Leg false" } else { "Call true" });
    let bridges = soon(tell.recv()).await.expect("a session tells");
    assert!(!bridges.contains(channel.id().as_str()), "{bridges}");
    if who == BridgeEnd::Leg {
        assert_eq!(soon(tell.recv()).await.as_deref(), Some("Playing Done Leg"));
    }
    destroyed(&mut events).await;
    stop.send(()).expect("it runs");
    let outcome = soon(serving).await.expect("no panic");
    assert_eq!((outcome.sessions, outcome.failed, outcome.aborted), (1, 0, 0));
    client.close().await;
}

#[tokio::test]
async fn a_leg_that_hangs_up_while_something_plays_to_the_call_is_gone_at_once() {
    left_while_playing("leg-left", BridgeEnd::Leg).await;
}

#[tokio::test]
async fn a_caller_who_hangs_up_in_a_playback_that_a_bridge_waits_for_is_gone_at_once() {
    left_while_playing("call-left", BridgeEnd::Call).await;
}

#[tokio::test]
async fn what_a_session_made_goes_with_it() {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, "clean").await;
    let (told, mut tell) = mpsc::channel(10);
    let ends = Arc::new(AtomicUsize::new(0));
    let serving = client.serve(move |mut call: Call| {
        let (told, end) = (told.clone(), ends.fetch_add(1, Ordering::Relaxed));
        async move {
            let bridge = call.client().bridges().create().await?;
            let leg = call.dial("Local/wait@sdk").await?;
            call.play("sound:demo-congrats").await?;
            let made = (bridge.id().clone(), leg.channel().id().clone());
            let _ = told.send(made).await;
            match end {
                0 => Ok(()),
                1 => Err(CallError::HungUp),
                2 => panic!("on purpose"),
                _ => {
                    call.hand_over();
                    Ok(())
                }
            }
        }
    });
    let serving = tokio::spawn(serving.when_done(WhenDone::HangUp).into_future());
    for end in 0..4 {
        let channel = stays(&client, &app).await.expect("the call is made");
        let mut events = channel.events();
        let (bridge, leg) = soon(tell.recv()).await.expect("a session tells");
        let mut leg_events = client.events().channel(leg.clone()).all();
        if end < 3 {
            destroyed(&mut events).await;
            if client.channel(leg.clone()).get().await.is_ok() {
                destroyed(&mut leg_events).await;
            }
            let gone = client.bridge(bridge).get().await.expect_err("it is destroyed");
            assert!(gone.is_not_found());
        } else {
            for channel in [channel.id(), &leg] {
                client.channel(channel.clone()).get().await.expect("it is left");
                client.channel(channel.clone()).hangup().await.expect("it is left");
            }
            client.bridge(bridge).destroy().await.expect("it is left");
        }
    }
    client.close().await;
    let outcome = soon(serving).await.expect("no panic");
    assert_eq!((outcome.sessions, outcome.failed), (4, 2));
}

#[tokio::test]
async fn calls_over_the_limit_and_during_a_drain_are_refused() {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, "limit").await;
    let (told, mut tell) = mpsc::channel(10);
    let serving = client.serve(move |mut call: Call| {
        let told = told.clone();
        async move {
            let _ = told.send(()).await;
            let _ = call.hung_up().await;
        }
    });
    let serving = serving
        .max_sessions(1)
        .refusal(Refusal::HangUp(HangupReason::Busy))
        .when_done(WhenDone::HangUp)
        .drain_timeout(Duration::from_secs(2));
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serving.until(async move { drop(stopped.await) }));
    let first = stays(&client, &app).await.expect("the call is made");
    let mut first_events = first.events();
    soon(tell.recv()).await.expect("a session began");
    let second = stays(&client, &app).await.expect("the call is made");
    let end = destroyed(&mut second.events()).await;
    assert_eq!(end.cause, HangupCause::UserBusy);
    stop.send(()).expect("it runs");
    let outcome = soon(serving).await.expect("no panic");
    destroyed(&mut first_events).await;
    assert_eq!((outcome.sessions, outcome.refused, outcome.aborted), (1, 1, 1));
}

#[tokio::test]
async fn a_server_that_dies_ends_its_calls_and_takes_new_ones() {
    let Some(server) = harness::live::server() else { return };
    killed(OwnServer::start(&server), |builder| builder).await;
}

#[tokio::test]
async fn a_server_that_dies_ends_its_calls_also_where_requests_share_the_socket() {
    let Some(server) = harness::live::server() else { return };
    if server.major() >= 22 {
        killed(OwnServer::start(&server), Builder::rest_over_websocket).await;
    }
}

/// The end of whoever is waited for, at a server that is killed and comes back.
async fn killed(server: OwnServer, settings: fn(Builder) -> Builder) {
    const CALLS: usize = 50;
    let app = "sdk-restart";
    let quick = Reconnect::default().pauses(Duration::from_millis(20), Duration::from_millis(200));
    let builder = Client::builder(&server.http)
        .login(&server.ari_user, server.ari_password.as_str())
        .app(app)
        .reconnect(quick);
    let client = settings(builder).connect().await.expect("a connection");
    let (told, mut tell) = mpsc::channel(CALLS + 1);
    let serving = client.serve(move |mut call: Call| {
        let told = told.clone();
        async move {
            let bridge = call.client().bridges().create().await?;
            bridge.add_channel(call.channel().id().clone()).await?;
            let _ = told.send(false).await;
            let ended = call.hung_up().await;
            assert!(ended.is_ok(), "{ended:?}");
            let _ = told.send(true).await;
            Ok::<_, CallError>(())
        }
    });
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serving.until(async move { drop(stopped.await) }));
    for _ in 0..CALLS {
        stays(&client, app).await.expect("the call is made");
        assert_eq!(soon(tell.recv()).await, Some(false));
    }
    let mut all = client.events().of::<StasisEnd>();
    let mut states = client.watch();
    server.restart();
    for _ in 0..CALLS {
        assert_eq!(soon(tell.recv()).await, Some(true));
    }
    // Those that the server could still tell of, and then the gap, once.
    let gap = loop {
        match soon(all.next()).await.expect("it goes on") {
            Ok(_) => {}
            Err(Missed::Gap(gap)) => break gap,
            Err(missed) => unreachable!("{missed}"),
        }
    };
    let found = gap.found.as_ref().expect("it was read back");
    assert_eq!((found.channels.len(), found.bridges.len()), (0, 0));
    assert!(matches!(gap.cause, CloseReason::Remote(_) | CloseReason::Failed(_)), "{gap}");
    while !client.is_connected() {
        soon(states.changed()).await.expect("a state");
    }
    let channel = stays(&client, app).await.expect("the server is back");
    assert_eq!(soon(tell.recv()).await, Some(false));
    channel.hangup().await.expect("it is there");
    assert_eq!(soon(tell.recv()).await, Some(true));
    stop.send(()).expect("it runs");
    let outcome = soon(serving).await.expect("no panic");
    assert_eq!((outcome.sessions, outcome.failed, outcome.aborted), (CALLS as u64 + 1, 0, 0));
    soon(no_bridges(&client)).await.expect("it answers");
}

#[tokio::test]
async fn calls_that_a_program_leaves_behind_are_adopted_by_the_next() {
    let Some(server) = harness::live::server() else { return };
    let (client, app) = application(&server, "adopt").await;
    let channel = presses(&client, &app, "5").app_args("one,two").await.expect("the call is made");
    let mut events = channel.events();
    while !soon(events.next()).await.expect("it is open").expect("an event").is::<StasisStart>() {}
    client.close().await;
    drop((client, events));
    let (client, app) = application(&server, "adopt").await;
    let (told, mut tell) = mpsc::channel(1);
    let serving = client.serve(move |call: Call| {
        let told = told.clone();
        async move {
            let args: Vec<_> = call.args().iter().map(ToString::to_string).collect();
            let _ = told.send((call.application().to_owned(), args)).await;
            call.channel().answer().await?;
            Ok::<_, CallError>(())
        }
    });
    let serving = serving.orphans(Orphans::Adopt).when_done(WhenDone::HangUp);
    let mut gone = client.events().of::<StasisEnd>();
    let serving = tokio::spawn(serving.into_future());
    let args = vec!["one".to_owned(), "two".to_owned()];
    assert_eq!(soon(tell.recv()).await, Some((app, args)));
    let end = soon(gone.next()).await.expect("it is open").expect("an event");
    assert_eq!(end.channel.id, *channel.id());
    client.close().await;
    assert_eq!(soon(serving).await.expect("no panic").sessions, 1);
}
