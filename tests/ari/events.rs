//! Events and those who listen to them.

use asterisk_sdk::ari::event::{ApplicationReplaced, ChannelDtmfReceived, StasisEnd, StasisStart};
use asterisk_sdk::ari::{CloseReason, Event, EventStream, Missed};

use super::*;

/// A digit of a channel, made from the captured one.
fn digit(channel: &str, digit: &str) -> String {
    let captured = event("ChannelDtmfReceived");
    assert!(captured.contains(r#""digit":"5""#) && captured.contains(r#""id":"capture-1""#));
    captured
        .replace(r#""digit":"5""#, &format!(r#""digit":"{digit}""#))
        .replace(r#""id":"capture-1""#, &format!(r#""id":"{channel}""#))
}

async fn name(events: &mut EventStream<Event>) -> String {
    let event = soon(events.next()).await.expect("the connection holds");
    event.expect("none is missed").name().to_owned()
}

#[tokio::test]
async fn a_whole_call_arrives_in_order() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let mut events = client.events().all();
    for line in EVENTS_22.lines() {
        socket.text(line).await;
    }
    for line in EVENTS_22.lines() {
        let event = soon(events.next()).await.unwrap().unwrap();
        assert_eq!(&**event.json(), line);
    }
}

#[tokio::test]
async fn each_subscription_gets_what_it_asked_for() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let mut starts = client.events().of::<StasisStart>();
    let mut ends = client.events().channel("capture-1").of::<StasisEnd>();
    let mut channel = client.channel("capture-1").events();
    let mut bridge = client.bridge("capture-bridge").events();
    let mut playback = client.events().playback("capture-play").all();
    let mut dials = client.events().named("Dial");
    let mut nothing = client.events().channel("capture-2").all();
    for line in EVENTS_22.lines() {
        socket.text(line).await;
    }
    assert_eq!(soon(starts.next()).await.unwrap().unwrap().channel.id, "capture-1");
    assert_eq!(soon(ends.next()).await.unwrap().unwrap().channel.id, "capture-1");
    assert_eq!(name(&mut playback).await, "PlaybackStarted");
    assert_eq!(name(&mut playback).await, "PlaybackFinished");
    for expected in ["ChannelEnteredBridge", "ChannelLeftBridge"] {
        assert_eq!(name(&mut bridge).await, expected);
    }
    assert!(soon(dials.next()).await.unwrap().unwrap().json().contains(r#""dialstatus":"""#));
    let expected = [
        "Dial",
        "ChannelStateChange",
        "Dial",
        "ChannelVarset",
        "StasisStart",
        "PlaybackStarted",
        "ChannelDtmfReceived",
        "ChannelDtmfReceived",
        "PlaybackFinished",
        "ChannelEnteredBridge",
        "ChannelLeftBridge",
        "ChannelHangupRequest",
        "StasisEnd",
        "ChannelVarset",
        "ChannelDestroyed",
    ];
    for expected in expected {
        assert_eq!(name(&mut channel).await, expected);
    }
    drop(socket);
    assert!(soon(nothing.next()).await.is_none());
    assert!(soon(channel.next()).await.is_none());
}

#[tokio::test]
async fn an_unknown_event_keeps_its_json() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let mut events = client.events().named("ChannelTeleported");
    let json = r#"{"channel":{"id":"x"},"to":{"deep":[1,{"a":null}]},"type":"ChannelTeleported"}"#;
    socket.text(json).await;
    let event = soon(events.next()).await.unwrap().unwrap();
    assert_eq!(&**event.json(), json);
}

#[tokio::test]
async fn a_slow_subscriber_is_told_and_delays_nobody() {
    let (client, mut peer, mut socket) = connected(|builder| builder).await;
    let mut slow = client.events().capacity(10).channel("a").of::<ChannelDtmfReceived>();
    let mut quick = client.events().channel("a").of::<ChannelDtmfReceived>();
    for n in 0..100 {
        socket.text(&digit("a", &n.to_string())).await;
    }
    for n in 0..100 {
        assert_eq!(*soon(quick.next()).await.unwrap().unwrap().digit, n.to_string());
    }
    // Requests go on as well.
    let answer = async { peer.next().await.reply(capture!("channels")).await };
    let list = client.channels().list().into_future();
    let (channels, ()) = soon(async { tokio::join!(list, answer) }).await;
    channels.unwrap();

    assert_eq!(soon(slow.next()).await, Some(Err(Missed::Lagged(90))));
    for n in 90..100 {
        assert_eq!(*soon(slow.next()).await.unwrap().unwrap().digit, n.to_string());
    }
}

#[tokio::test]
async fn events_that_overtake_the_reply_of_an_originate_are_kept() {
    let (client, mut peer, mut socket) = connected(|builder| builder).await;
    let mut all = client.events().all();
    let originate = client.channels().originate("Local/digits@sdk").app("capture").id("capture-1");
    let script = async {
        let exchange = peer.next().await;
        for name in ["Dial", "StasisStart", "StasisEnd", "ChannelDestroyed"] {
            socket.text(event(name)).await;
        }
        // They have been given out before the reply is even written.
        for _ in 0..4 {
            name(&mut all).await;
        }
        exchange.reply(capture!("originate")).await;
    };
    let (channel, ()) = soon(async { tokio::join!(originate.into_future(), script) }).await;
    let mut events = channel.unwrap().events();
    for expected in ["Dial", "StasisStart", "StasisEnd", "ChannelDestroyed"] {
        assert_eq!(name(&mut events).await, expected);
    }
}

#[tokio::test]
async fn the_end_of_the_connection_has_a_reason() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let mut events = client.events().all();
    socket.text(event("StasisEnd")).await;
    socket.frame(0x88, &[0x03, 0xf3]).await;
    assert_eq!(name(&mut events).await, "StasisEnd");
    assert!(soon(events.next()).await.is_none());
    assert_eq!(client.close_reason(), Some(CloseReason::Remote(Some(1011))));
    assert_eq!(soon(socket.read()).await, Some((0x88, vec![0x03, 0xf3])), "it is answered");
    assert!(soon(client.events().all().next()).await.is_none(), "later ones end at once");

    let (client, _peer, socket) = connected(|builder| builder).await;
    drop(socket);
    assert_eq!(soon(client.closed()).await, CloseReason::Remote(None));
}

#[tokio::test]
async fn the_connection_closes_when_nobody_holds_it() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let mut events = client.events().all();
    let channel = client.channel("capture-1");
    drop(client);
    socket.text(event("StasisEnd")).await;
    assert_eq!(name(&mut events).await, "StasisEnd", "a subscription holds it");
    drop(events);
    let mut events = channel.events();
    drop(channel);
    socket.text(&fresh(event("StasisEnd"))).await;
    assert_eq!(name(&mut events).await, "StasisEnd");
    drop(events);
    assert_eq!(soon(socket.read()).await, Some((0x88, vec![0x03, 0xe8])));
}

#[tokio::test]
async fn pings_are_answered() {
    let (_client, _peer, mut socket) = connected(|builder| builder).await;
    socket.frame(0x89, b"are you there").await;
    assert_eq!(soon(socket.read()).await, Some((0x8a, b"are you there".to_vec())));
}

#[tokio::test]
async fn a_server_that_does_not_answer_pings_is_lost() {
    let settings = |builder: Builder| {
        builder.ping_interval(Duration::from_millis(1)).ping_timeout(Duration::from_millis(30))
    };
    let (client, _peer, socket) = connected(settings).await;
    let mut events = client.events().all();
    assert_eq!(soon(client.closed()).await, CloseReason::Unresponsive);
    assert!(soon(events.next()).await.is_none());
    drop(socket);
}

#[tokio::test]
async fn a_server_that_answers_pings_is_kept() {
    let settings = |builder: Builder| {
        builder.ping_interval(Duration::from_millis(1)).ping_timeout(Duration::from_millis(200))
    };
    let (client, _peer, mut socket) = connected(settings).await;
    for _ in 0..3 {
        let (first, payload) = soon(socket.read()).await.expect("it is open");
        assert_eq!(first, 0x89);
        socket.frame(0x8a, &payload).await;
    }
    assert_eq!(client.close_reason(), None);
}

#[tokio::test]
async fn a_taken_over_application_is_seen() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let mut replaced = client.events().of::<ApplicationReplaced>();
    socket.text(event("ApplicationReplaced")).await;
    let replaced = soon(replaced.next()).await.unwrap().unwrap();
    assert_eq!(replaced.event.application(), "capture");
    // Nothing more would come.
    assert_eq!(soon(client.closed()).await, CloseReason::Replaced);
}
