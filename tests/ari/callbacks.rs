//! Functions that are called for events.

use std::sync::{Arc, Mutex};

use asterisk_sdk::ari::event::{ChannelDtmfReceived, StasisEnd, StasisStart};
use asterisk_sdk::ari::{Callbacks, Event, Missed};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;

/// What callbacks have said, in order.
fn log() -> (impl Fn(String) + Clone + Send + Sync + 'static, UnboundedReceiver<String>) {
    let (say, said) = unbounded_channel();
    // The test may be over.
    (move |text| drop(say.send(text)), said)
}

async fn said(log: &mut UnboundedReceiver<String>) -> String {
    soon(log.recv()).await.expect("somebody may still speak")
}

#[tokio::test]
async fn plain_and_asynchronous_functions_are_called_by_type_by_name_and_for_all() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let callbacks = Callbacks::new(&client);
    let (say, mut typed) = log();
    callbacks.on(move |start: StasisStart| say(format!("{} {:?}", start.channel.id, start.args)));
    let (say, mut asynchronous) = log();
    callbacks.on(move |end: StasisEnd| {
        let say = say.clone();
        async move {
            tokio::task::yield_now().await;
            say(end.channel.id.to_string());
        }
    });
    let (say, mut named) = log();
    callbacks.on_name("Dial", move |event: Event| say(event.name().to_owned()));
    let (say, mut any) = log();
    callbacks.on_any(move |event: Event| say(event.name().to_owned()));
    for line in EVENTS_22.lines() {
        socket.text(line).await;
    }
    assert_eq!(said(&mut typed).await, r#"capture-1 ["one", "two words"]"#);
    assert_eq!(said(&mut asynchronous).await, "capture-1");
    assert_eq!(said(&mut named).await, "Dial");
    assert_eq!(said(&mut named).await, "Dial");
    for line in EVENTS_22.lines() {
        let name = said(&mut any).await;
        assert!(line.contains(&format!(r#""type":"{name}""#)), "{name} {line}");
    }
    assert!(typed.try_recv().is_err() && named.try_recv().is_err());
}

#[tokio::test]
async fn errors_and_panics_stay_where_they_are() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let callbacks = Callbacks::new(&client);
    let (say, mut heard) = log();
    let plain = say.clone();
    callbacks.on(move |digit: ChannelDtmfReceived| -> Result<(), String> {
        plain(format!("plain {}", digit.digit));
        assert_eq!(&*digit.digit, "#", "one of them panics");
        Err("the other fails".to_owned())
    });
    let asynchronous = say.clone();
    callbacks.on(move |digit: ChannelDtmfReceived| {
        asynchronous(format!("async {}", digit.digit));
        async move {
            tokio::task::yield_now().await;
            assert_eq!(&*digit.digit, "#", "one of them panics");
            Err::<(), _>("the other fails")
        }
    });
    for line in EVENTS_22.lines().filter(|line| line.contains("ChannelDtmfReceived")) {
        socket.text(line).await;
    }
    let mut all = Vec::new();
    for _ in 0..4 {
        all.push(said(&mut heard).await);
    }
    all.sort();
    assert_eq!(all, ["async #", "async 5", "plain #", "plain 5"]);
    assert_eq!(client.close_reason(), None);
}

#[tokio::test]
async fn one_that_takes_its_time_delays_no_other_and_keeps_the_order() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let callbacks = Callbacks::new(&client);
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let (say, mut slow) = log();
    let open = Arc::clone(&gate);
    callbacks.on_any(move |event: Event| {
        let (gate, say) = (Arc::clone(&open), say.clone());
        async move {
            gate.acquire().await.expect("it is never closed").forget();
            say(event.name().to_owned());
        }
    });
    let (say, mut quick) = log();
    callbacks.on_any(move |event: Event| say(event.name().to_owned()));
    let names: Vec<_> = EVENTS_22.lines().map(str::to_owned).collect();
    for line in &names {
        socket.text(line).await;
    }
    for _ in &names {
        said(&mut quick).await;
    }
    assert!(slow.try_recv().is_err());
    gate.add_permits(names.len());
    for line in &names {
        let name = said(&mut slow).await;
        assert!(line.contains(&format!(r#""type":"{name}""#)));
    }
}

#[tokio::test]
async fn an_unregistered_one_is_not_called_again() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let callbacks = Callbacks::new(&client);
    let (say, mut first) = log();
    let gone = callbacks.on_any(move |event: Event| say(event.name().to_owned()));
    let (say, mut second) = log();
    let stays = callbacks.on_any(move |event: Event| say(event.name().to_owned()));
    socket.text(event("StasisStart")).await;
    assert_eq!(said(&mut first).await, "StasisStart");
    assert_eq!(said(&mut second).await, "StasisStart");
    gone.unregister();
    gone.unregister();
    socket.text(event("StasisEnd")).await;
    assert_eq!(said(&mut second).await, "StasisEnd");
    assert!(soon(first.recv()).await.is_none(), "its task has ended");
    drop(stays);
    socket.text(event("Dial")).await;
    assert_eq!(said(&mut second).await, "Dial", "dropping a registration leaves it");
    drop(callbacks);
    assert!(soon(second.recv()).await.is_none(), "dropping the callbacks ends all");
}

#[tokio::test]
async fn one_may_unregister_itself_and_what_runs_ends() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let callbacks = Callbacks::new(&client);
    let own: Arc<Mutex<Option<asterisk_sdk::ari::Registration>>> = Arc::default();
    let (say, mut heard) = log();
    let inside = Arc::clone(&own);
    let registration = callbacks.on_any(move |event: Event| {
        let (own, say) = (Arc::clone(&inside), say.clone());
        async move {
            if let Some(own) = own.lock().expect("no panic").take() {
                own.unregister();
            }
            tokio::task::yield_now().await;
            say(event.name().to_owned());
        }
    });
    *own.lock().unwrap() = Some(registration);
    for name in ["StasisStart", "StasisEnd"] {
        socket.text(event(name)).await;
    }
    assert_eq!(said(&mut heard).await, "StasisStart");
    assert!(soon(heard.recv()).await.is_none());
}

#[tokio::test]
async fn what_is_missed_is_told() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let callbacks = Callbacks::new(&client);
    let (say, mut missed) = log();
    callbacks.on_missed(|_: &Missed| panic!("a panic here is contained as well"));
    let telling = callbacks.on_missed(move |missed: &Missed| say(missed.to_string()));
    callbacks.on(|_: StasisStart| {});
    socket.text("[]").await;
    assert_eq!(said(&mut missed).await, "a message was not an event");
    telling.unregister();
    assert!(soon(missed.recv()).await.is_none());
    let text = format!("{callbacks:?}");
    assert_eq!(text, "Callbacks { running: 1, .. }");
}

#[tokio::test]
async fn callbacks_hold_the_connection_open() {
    let (client, _peer, mut socket) = connected(|builder| builder).await;
    let callbacks = Callbacks::new(&client);
    let (say, mut heard) = log();
    callbacks.on_any(move |event: Event| say(event.name().to_owned()));
    drop(client);
    socket.text(event("StasisEnd")).await;
    assert_eq!(said(&mut heard).await, "StasisEnd");
    drop(callbacks);
    assert_eq!(soon(socket.read()).await, Some((0x88, vec![0x03, 0xe8])));
}
