//! AMI against a real Asterisk under load, and while it dies.

use std::time::Duration;

use asterisk_sdk::ami::action::{Custom, EventClass, Events, Filter, Originate, Ping};
use asterisk_sdk::ami::event::OriginateReason;
use asterisk_sdk::ami::{
    ActionError, CloseReason, ConnectionState, Event, Manager, Missed, Reconnect,
};
use harness::live::{self, OwnServer};
use harness::soon;
use tokio::task::JoinSet;

use crate::calls::{has, manager, variable, wait_for};

#[tokio::test]
async fn a_thousand_answers_find_their_questions() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let set = |n: usize| {
        Custom::new("Setvar")
            .header("Variable", format!("LIVE_MANY_{n}"))
            .header("Value", format!("value {n}"))
    };
    for n in 0..1000 {
        manager.send(set(n)).await.unwrap();
    }
    let mut tasks = JoinSet::new();
    for n in 0..1000 {
        let manager = manager.clone();
        tasks.spawn(async move {
            let name = format!("LIVE_MANY_{n}");
            let reply = manager.send(Custom::new("Getvar").header("Variable", name)).await.unwrap();
            assert_eq!(reply.response.message().get("Value").unwrap(), format!("value {n}"));
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn two_sessions_with_two_hundred_calls_each() {
    let Some(server) = live::server() else { return };
    let server = OwnServer::start(&server);
    let mut tasks = JoinSet::new();
    for session in ["one", "two"] {
        let manager = manager(&server).await;
        for n in 0..200 {
            let manager = manager.clone();
            tasks.spawn(async move {
                // Each session's calls come out in another way.
                let (channel, reason) = match (session, n % 2) {
                    ("one", 0) => ("Local/busy@sdk", OriginateReason::Busy),
                    ("one", _) => ("Nosuch/1", OriginateReason::Failed),
                    (_, 0) => ("Local/congestion@sdk", OriginateReason::Congestion),
                    (_, _) => ("Local/echo@sdk", OriginateReason::Answered),
                };
                let id = format!("live-{session}-{n:03}-");
                let call = Originate::to(channel)
                    .application_with("Wait", "1")
                    .account(&id)
                    .caller_id(format!("<{n}>"))
                    .channel_id(id.as_str());
                let outcome = manager.originate(call).await.unwrap();
                assert_eq!(outcome.reason, Some(reason), "{id}");
                assert_eq!(outcome.unique_id.unwrap(), id.as_str());
                assert!(outcome.channel.unwrap().starts_with(channel));
            });
        }
    }
    let mut count = 0;
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
        count += 1;
    }
    assert_eq!(count, 400);
}

/// What a subscription brings until its gap, and the gap.
async fn gap(events: &mut asterisk_sdk::ami::EventStream<Event>) -> CloseReason {
    loop {
        if let Err(missed) = soon(events.next()).await.expect("the subscription lasts") {
            let Missed::Gap(gap) = missed else { continue };
            assert!(gap.from <= gap.to);
            return gap.cause;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_crashes_under_load_and_comes_back() {
    let Some(server) = live::server() else { return };
    let server = OwnServer::start(&server);
    let (user, secret) = server.ami_admin.clone();
    let quick = Reconnect::default().pauses(Duration::from_millis(50), Duration::from_millis(200));
    let builder = Manager::builder(&server.ami).login(user, secret).reconnect(quick);
    let manager = builder.connect().await.unwrap();
    manager.send(Events::new([EventClass::User, EventClass::System])).await.unwrap();
    manager.send(Filter::exclude("Unwanted")).await.unwrap();
    let mut subscriptions: Vec<_> = (0..3).map(|_| manager.events().all()).collect();

    // Load: each task sends until an action fails, and gives the failure.
    let mut load = JoinSet::new();
    for _ in 0..20 {
        let manager = manager.clone();
        load.spawn(async move {
            loop {
                if let Err(error) = manager.send(Ping::new()).await {
                    return error;
                }
            }
        });
    }
    // An answer that is outstanding for sure when the server dies.
    let ring = Originate::to("Local/ring@sdk").application("Wait");
    let call = tokio::spawn({
        let manager = manager.clone();
        async move { manager.originate(ring).await }
    });
    let mut ringing = manager.watch();
    loop {
        let channels = server.cli("core show channels concise");
        if channels.contains("Local/ring@sdk") {
            break;
        }
        tokio::task::yield_now().await;
    }
    tokio::task::block_in_place(|| server.restart());

    while let Some(error) = load.join_next().await {
        let error = error.unwrap();
        assert!(error.is_closed(), "{error}");
    }
    let error: ActionError = call.await.unwrap().unwrap_err();
    assert_eq!(error.delivery(), Some(asterisk_sdk::proto::error::Delivery::Unknown));
    for events in &mut subscriptions {
        let cause = gap(events).await;
        assert!(matches!(cause, CloseReason::Remote | CloseReason::Failed(_)), "{cause:?}");
    }
    while ringing.current() != ConnectionState::Connected {
        soon(ringing.changed()).await.expect("it lasts");
    }

    // Mask and filter hold in the new session, and nobody is told of a second gap.
    let other = crate::calls::manager(&server).await;
    for note in ["Unwanted", "wanted"] {
        let event = Custom::new("UserEvent").header("UserEvent", "Note").header("Note", note);
        other.send(event).await.unwrap();
    }
    for events in &mut subscriptions {
        let note = wait_for(events, |event| {
            // Classes of the mask only.
            let class = event.get("Privilege").unwrap_or_default();
            assert!(class.starts_with("user") || class.starts_with("system"), "{event:?}");
            has(event, "UserEvent", "Note")
        })
        .await;
        assert_eq!(note.get("Note").unwrap(), "wanted");
    }
    assert_eq!(variable(&manager, "", "LIVE_NOTHING").await, "");
    manager.close().await;
}
