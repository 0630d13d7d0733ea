//! Lost connections, and connecting again.

use std::future::IntoFuture;
use std::time::Duration;

use asterisk_sdk::ami::action::{Custom, EventClass, Events, Filter, Ping};
use asterisk_sdk::ami::event::{FullyBooted, Hangup};
use asterisk_sdk::ami::{
    Builder, CloseReason, ConnectionState, Manager, Missed, Overflow, Reconnect,
};
use asterisk_sdk::proto::error::Delivery;
use harness::ami_peer::{AmiPeer, Link, capture, captured_response};
use harness::soon;

/// A client that comes back at once.
fn builder(peer: &AmiPeer) -> Builder {
    let quick = Reconnect::default().pauses(Duration::from_millis(1), Duration::from_millis(1));
    Manager::builder(peer.address()).login("admin", "secret").reconnect(quick)
}

async fn connect(builder: Builder, peer: &AmiPeer) -> (Manager, Link) {
    let (manager, link) = tokio::join!(builder.connect(), accept(peer));
    (manager.expect("the login is played"), link)
}

/// The server's end of the next session.
async fn accept(peer: &AmiPeer) -> Link {
    let mut link = soon(peer.accept()).await;
    link.play_login(22).await;
    link
}

/// Answers the next action by what was captured as the answer to `id`.
async fn answer(link: &mut Link, name: &str, capture: &str, id: &str) {
    let action = link.expect(name).await;
    link.write_as(&captured_response(capture, 22, id), &[(id, action.id())]).await;
}

#[tokio::test]
async fn a_lost_connection_is_made_again_and_told_to_everybody() {
    let peer = AmiPeer::bind().await;
    let (manager, mut link) = connect(builder(&peer), &peer).await;
    let mut all = manager.events().all();
    let mut booted = manager.events().of::<FullyBooted>();
    let mut quiet = manager.events().named("NoSuchEvent");
    let mut state = manager.watch();
    assert_eq!(state.current(), ConnectionState::Connected);

    // What the session is to keep: the last mask, and the filters that were accepted.
    let (masks, accepted, refused, ()) = tokio::join!(
        async {
            manager.send(Events::new(EventClass::System)).await.unwrap();
            manager.send(Events::new([EventClass::Call, EventClass::User])).await
        },
        async { manager.send(Filter::include("Event: Shutdown")).await },
        async { manager.send(Filter::include("[")).await },
        async {
            // The first mask goes out first; the other one when that is answered.
            answer(&mut link, "Events", "events_mask", "e3").await;
            answer(&mut link, "Filter", "filters", "f1").await;
            answer(&mut link, "Filter", "filters", "f2").await;
            answer(&mut link, "Events", "events_mask", "e3").await;
        }
    );
    masks.unwrap();
    accepted.unwrap();
    assert_eq!(
        refused.unwrap_err().response().unwrap().text().unwrap(),
        "Filter did not compile.  Check the syntax of the filter given."
    );

    let (in_flight, mut link) = tokio::join!(async { manager.send(Ping::new()).await }, async {
        link.expect("Ping").await;
        drop(link);
        let mut link = soon(peer.accept()).await;
        assert_eq!(link.play_login(22).await.get("Events"), "call,user");
        link
    });
    let error = in_flight.unwrap_err();
    assert!(error.is_closed());
    assert_eq!(error.delivery(), Some(Delivery::Unknown));

    // The mask was in the login, and filters are repeated before anything else.
    let restored = link.expect("Filter").await;
    assert_eq!(restored.get("Operation"), "Add");
    assert_eq!(restored.get("Filter"), "Event: Shutdown");
    let success = captured_response("filters", 22, "f1");
    link.write_as(&success, &[("f1", restored.id())]).await;

    // Each subscription is told once, before what the new session brings.
    let is_gap = |item: &Missed| {
        let Missed::Gap(gap) = item else { panic!("{item}") };
        assert_eq!(gap.cause, CloseReason::Remote);
        assert!(gap.from <= gap.to);
    };
    is_gap(&soon(quiet.next()).await.unwrap().unwrap_err());
    let mut seen = Vec::new();
    loop {
        match soon(all.next()).await.unwrap() {
            Ok(event) => seen.push(event.name().into_owned()),
            Err(missed) => {
                is_gap(&missed);
                seen.push("gap".into());
            }
        }
        if seen.ends_with(&["FullyBooted".into(), "SuccessfulAuth".into()])
            && seen.contains(&"gap".into())
        {
            break;
        }
    }
    let gap = seen.iter().position(|name| name == "gap").unwrap();
    assert_eq!(seen[gap..], ["gap", "FullyBooted", "SuccessfulAuth"]);
    while let Ok(event) = soon(booted.next()).await.unwrap() {
        assert_eq!(event.status.as_deref(), Some("Fully Booted"), "of the first session");
    }
    assert_eq!(soon(booted.next()).await.unwrap().unwrap().status.as_deref(), Some("Fully Booted"));

    while state.current() != ConnectionState::Connected {
        soon(state.changed()).await.unwrap();
    }
    assert!(manager.is_connected());
    let (pong, ()) = tokio::join!(
        async { manager.send(Ping::new()).await },
        answer(&mut link, "Ping", "commands", "p1")
    );
    pong.unwrap();
}

#[tokio::test]
async fn actions_without_a_connection_are_not_sent() {
    let peer = AmiPeer::bind().await;
    let slow = Reconnect::default().pauses(Duration::from_secs(3600), Duration::from_secs(3600));
    let (manager, link) = connect(builder(&peer).reconnect(slow), &peer).await;
    let mut events = manager.events().all();
    let mut state = manager.watch();
    drop(link);
    let ConnectionState::Reconnecting { cause, attempts, .. } =
        soon(state.changed()).await.unwrap()
    else {
        panic!("{:?}", state.current())
    };
    assert_eq!((cause, attempts), (CloseReason::Remote, 0));
    assert!(!manager.is_connected());
    let error = soon(manager.send(Ping::new()).into_future()).await.unwrap_err();
    assert_eq!(error.delivery(), Some(Delivery::NotSent));

    soon(manager.close()).await;
    assert_eq!(soon(manager.closed()).await, CloseReason::Local);
    while let Some(event) = soon(events.next()).await {
        event.unwrap();
    }
}

#[tokio::test]
async fn a_refused_login_is_final() {
    let peer = AmiPeer::bind().await;
    let (manager, link) = connect(builder(&peer), &peer).await;
    let mut events = manager.events().named("NoSuchEvent");
    drop(link);
    let mut link = soon(peer.accept()).await;
    let refused = capture("login_refused", 22);
    let banner = refused.iter().position(|b| *b == b'\n').unwrap() + 1;
    link.write(&refused[..banner]).await;
    let challenge = link.expect("Challenge").await;
    link.write_as(&refused[banner..], &[("c1", challenge.id())]).await;
    let reason = CloseReason::Authentication("Authentication failed".into());
    assert_eq!(soon(manager.closed()).await, reason);
    assert_eq!(soon(events.next()).await, None);
    assert_eq!(manager.watch().current(), ConnectionState::Closed(reason));
}

#[tokio::test]
async fn it_tries_until_the_server_is_back() {
    let peer = AmiPeer::bind().await;
    let (manager, link) = connect(builder(&peer), &peer).await;
    let mut events = manager.events().named("NoSuchEvent");
    drop(link);
    // Accepts and closes, says nothing like a manager, dies in the login.
    drop(soon(peer.accept()).await);
    soon(peer.accept()).await.write("HTTP/1.1 400 Bad Request\r\n").await;
    let mut link = soon(peer.accept()).await;
    link.write("Asterisk Call Manager/11.0.0\r\n").await;
    link.expect("Challenge").await;
    drop(link);
    let _link = accept(&peer).await;
    assert!(matches!(soon(events.next()).await.unwrap().unwrap_err(), Missed::Gap(_)));
    let mut state = manager.watch();
    while state.current() != ConnectionState::Connected {
        soon(state.changed()).await.unwrap();
    }
}

#[tokio::test]
async fn the_servers_shutdown_is_the_reason() {
    for version in [22, 16] {
        let (manager, mut link) = AmiPeer::logged_in(version).await;
        link.write(capture("shutdown", version)).await;
        drop(link);
        assert_eq!(soon(manager.closed()).await, CloseReason::Shutdown { restart: false });
    }
}

#[tokio::test]
async fn a_half_open_connection_is_found() {
    let quick = Duration::from_millis(20);
    let (manager, mut link) = AmiPeer::logged_in_with(22, |b| b.ping(quick, quick)).await;
    link.expect("Ping").await;
    // No answer, and no end of the connection either.
    assert_eq!(soon(manager.closed()).await, CloseReason::Unresponsive);
}

#[tokio::test]
async fn an_answered_ping_keeps_the_connection() {
    let quick = Duration::from_millis(20);
    let long = Duration::from_secs(20);
    let (manager, mut link) = AmiPeer::logged_in_with(22, |b| b.ping(quick, long)).await;
    for _ in 0..5 {
        answer(&mut link, "Ping", "commands", "p1").await;
    }
    assert!(manager.is_connected());
    drop(manager);
    while link.try_action().await.is_some() {}
}

#[tokio::test]
async fn a_ping_waits_behind_an_action_that_takes_its_time() {
    let quick = Duration::from_millis(20);
    let (manager, mut link) = AmiPeer::logged_in_with(22, |b| b.ping(quick, quick)).await;
    let (result, ()) =
        tokio::join!(async { manager.send(Custom::new("WaitEvent")).await }, async {
            let action = link.expect("WaitEvent").await;
            let asked = link.expect("Ping").await;
            // Long after the ping's own time is over, the action is still in flight.
            tokio::time::timeout(10 * quick, manager.closed()).await.unwrap_err();
            let pong = captured_response("commands", 22, "p1");
            link.write_as(&pong, &[("p1", action.id())]).await;
            link.write_as(&pong, &[("p1", asked.id())]).await;
        });
    result.unwrap();
    assert!(manager.is_connected());
}

/// A manager whose server has come back and still boots, and what the server says when it is ready.
async fn booting(peer: &AmiPeer) -> (Manager, Link, Vec<u8>) {
    let (manager, mut link) = connect(builder(peer), peer).await;
    // So that the first session is known to have seen it.
    answer_ping(&manager, &mut link).await;
    drop(link);

    let login = capture("login_md5", 22);
    let find =
        |what: &[u8]| login.windows(what.len()).position(|w| w == what).expect("it was captured");
    let (challenged, booted) =
        (find(b"Response: Success\r\nActionID: c2"), find(b"Event: FullyBooted"));
    let banner = find(b"\r\n") + 2;
    let mut link = soon(peer.accept()).await;
    link.write(&login[..banner]).await;
    let challenge = link.expect("Challenge").await;
    link.write_as(&login[banner..challenged], &[("c1", challenge.id())]).await;
    let accepted = link.expect("Login").await;
    link.write_as(&login[challenged..booted], &[("c2", accepted.id())]).await;
    (manager, link, login[booted..].to_vec())
}

#[tokio::test]
async fn close_does_not_wait_for_a_server_that_still_boots() {
    let peer = AmiPeer::bind().await;
    let (manager, mut link, _) = booting(&peer).await;
    assert!(!manager.is_connected());
    soon(manager.close()).await;
    assert_eq!(soon(manager.closed()).await, CloseReason::Local);
    assert_eq!(soon(Box::pin(link.try_action())).await, None, "nothing was sent to it");
}

#[tokio::test]
async fn a_subscriber_that_holds_the_reader_is_no_silent_server() {
    let quick = Duration::from_millis(20);
    let (manager, mut link) = AmiPeer::logged_in_with(22, |b| b.ping(quick, quick)).await;
    let wait = Overflow::Wait { deadline: Duration::from_secs(10) };
    let mut slow = manager.events().capacity(1).overflow(wait).of::<Hangup>();
    let ping = link.expect("Ping").await;
    // The answer comes in time, behind events that the subscriber does not take.
    link.write(capture("originate_answered", 22)).await;
    link.write_as(&captured_response("commands", 22, "p1"), &[("p1", ping.id())]).await;
    tokio::time::timeout(10 * quick, manager.closed()).await.unwrap_err();
    for _ in 0..2 {
        soon(slow.next()).await.unwrap().unwrap();
    }
    // It is asked again, and answers.
    let ping = link.expect("Ping").await;
    link.write_as(&captured_response("commands", 22, "p1"), &[("p1", ping.id())]).await;
    assert!(manager.is_connected());
}

#[tokio::test]
async fn a_server_that_still_boots_gets_no_actions() {
    let peer = AmiPeer::bind().await;
    let (manager, mut link, booted) = booting(&peer).await;

    // Told of the gap already, and not connected yet.
    let mut events = manager.events().all();
    let ping = tokio::spawn({
        let manager = manager.clone();
        async move {
            let mut state = manager.watch();
            while state.current() != ConnectionState::Connected {
                state.changed().await.unwrap();
            }
            manager.send(Ping::new()).await
        }
    });
    tokio::task::yield_now().await;
    assert!(!manager.is_connected());
    let error = soon(manager.send(Ping::new()).into_future()).await.unwrap_err();
    assert_eq!(error.delivery(), Some(Delivery::NotSent));
    link.write(&booted).await;
    answer(&mut link, "Ping", "commands", "p1").await;
    soon(ping).await.unwrap().unwrap();
    while soon(events.next()).await.unwrap().is_err() {}
}

async fn answer_ping(manager: &Manager, link: &mut Link) {
    let (pong, ()) = tokio::join!(
        async { manager.send(Ping::new()).await },
        answer(link, "Ping", "commands", "p1")
    );
    pong.expect("an answer");
}
