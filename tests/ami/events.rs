//! Events and subscriptions.

use asterisk_sdk::ami::action::Ping;
use asterisk_sdk::ami::event::{Hangup, Newchannel, Newexten};
use asterisk_sdk::ami::{Callbacks, Missed, Overflow, TypedEvent};
use asterisk_sdk::proto::{ChannelState, HangupCause};
use harness::ami_peer::{AmiPeer, capture, captured_events, captured_response};
use harness::soon;
use harness::surface::complaints;

#[tokio::test]
async fn typed_events_of_a_captured_call() {
    for version in [22, 16] {
        let (manager, mut link) = AmiPeer::logged_in(version).await;
        let mut created = manager.events().of::<Newchannel>();
        let mut steps = manager.events().of::<Newexten>();
        let mut hangups = manager.events().of::<Hangup>();
        link.write(capture("originate_answered", version)).await;
        drop(link);

        let first = soon(created.next()).await.unwrap().unwrap();
        assert_eq!(first.channel.channel.as_deref(), Some("Local/wait@sdk-00000000;1"));
        assert_eq!(first.channel.state, Some(ChannelState::Down));
        assert_eq!(first.channel.unique_id.as_ref().unwrap(), &"capture-1");
        assert_eq!(first.channel.linked_id.as_ref().unwrap(), &"capture-1");
        assert_eq!(first.channel.account_code.as_deref(), Some(""));
        assert_eq!(first.channel.caller_id.number, None, "the server printed <unknown>");
        let second = soon(created.next()).await.unwrap().unwrap();
        assert_eq!(second.channel.unique_id.as_ref().unwrap(), &"capture-1;2");
        assert!(soon(created.next()).await.is_none());

        let mut applications = Vec::new();
        while let Some(step) = soon(steps.next()).await {
            let step = step.unwrap();
            applications.push(step.application.unwrap().as_str().to_owned());
        }
        assert!(applications.contains(&"Echo".to_owned()), "{applications:?}");

        let hangup = soon(hangups.next()).await.unwrap().unwrap();
        assert_eq!(hangup.cause, Some(HangupCause::UserBusy));
        assert_eq!(hangup.cause_text.as_deref(), Some("User busy"));
        assert_eq!(hangup.channel.state, Some(ChannelState::Up));
        assert_eq!(hangup.channel.caller_id.number.as_deref(), Some("100"));
        assert_eq!(hangup.channel.caller_id.name.as_deref(), Some(r"Ada \ Test"), "unescaped");
        assert_eq!(hangup.event.get("callerIDNAME").unwrap(), r"Ada \\ Test", "as received");
    }
}

#[tokio::test]
async fn a_user_event_is_what_its_first_line_says() {
    for version in [22, 16] {
        let (manager, mut link) = AmiPeer::logged_in(version).await;
        let mut events = manager.events().named("userevent");
        let user_event = capture("user_event", version);
        let pong = captured_response("commands", version, "p1");
        let (result, ()) = tokio::join!(async { manager.send(Ping::new()).await }, async {
            let action = link.expect("Ping").await;
            // It carries our ActionID, `Response: Success` and `EventList: Complete`.
            link.write_as(&user_event, &[("c9", action.id())]).await;
            link.write_as(&pong, &[("p1", action.id())]).await;
        });
        assert!(result.unwrap().timestamp.is_some(), "the answer was taken from the user event");

        let event = soon(events.next()).await.unwrap().unwrap();
        assert_eq!(event.name(), "UserEvent");
        assert_eq!(event.get("UserEvent").unwrap(), "Echo");
        assert_eq!(event.get("Response").unwrap(), "Success");
        assert_eq!(event.get("Event").unwrap(), "UserEvent");
        assert_eq!(event.message().all("Event").collect::<Vec<_>>(), ["UserEvent", "Hangup"]);
        assert_eq!(event.message().value("Bytes"), Some(&b"Jos\xe9 \x01"[..]));
        assert_eq!(event.get("Bytes").unwrap(), "Jos\u{fffd} \u{1}");
        assert_eq!(event.get("Trail").unwrap(), "two  ");
        assert_eq!(event.get("Empty").unwrap(), "");
        assert!(
            event.message().headers().any(|h| h.name.is_empty() && h.value == b"no colon here")
        );
        let TypedEvent::UserEvent(typed) = event.typed() else { panic!("{event:?}") };
        assert_eq!(typed.event, event);
    }
}

#[tokio::test]
async fn a_slow_subscriber_delays_nobody_and_is_told() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let mut slow = manager.events().capacity(2).of::<Hangup>();
    let mut quick = manager.events().of::<Hangup>();
    let call = capture("originate_answered", 22);
    for _ in 0..10 {
        link.write(&call).await;
    }
    for _ in 0..20 {
        soon(quick.next()).await.unwrap().unwrap();
    }
    assert_eq!(soon(slow.next()).await.unwrap().unwrap_err(), Missed::Lagged(18));
    soon(slow.next()).await.unwrap().unwrap();
    soon(slow.next()).await.unwrap().unwrap();
    drop(link);
    assert!(soon(slow.next()).await.is_none());
    assert!(soon(quick.next()).await.is_none());
}

#[tokio::test]
async fn a_subscription_after_the_end_ends() {
    let (manager, link) = AmiPeer::logged_in(22).await;
    drop(link);
    soon(manager.closed()).await;
    assert!(soon(manager.events().all().next()).await.is_none());
}

#[test]
fn typed_events_say_all_that_was_captured() {
    let mut wrong: Vec<_> = captured_events().iter().flat_map(complaints).collect();
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn subscriptions_to_one_channel_call_action_and_predicate() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let mut second = manager.events().channel("capture-1;2");
    let mut call = manager.events().call("capture-1");
    let mut action = manager.events().action("o1");
    let mut echo = manager.events().matching(|event| {
        event.name() == "Newexten" && event.get("Application").is_some_and(|name| name == "Echo")
    });
    let stream = capture("originate_answered", 22);
    link.write(&stream).await;
    drop(link);

    // Asterisk spells `UniqueID` now and then.
    let text = String::from_utf8(stream).unwrap().to_lowercase();
    let live: Vec<&str> = text
        .split("\r\n\r\n")
        .map(|m| m.trim_start_matches("\r\n"))
        .filter(|m| m.starts_with("event: "))
        .collect();
    let count = |line: &str| live.iter().filter(|m| m.contains(line)).count();
    let mut seen = 0;
    while let Some(event) = soon(second.next()).await {
        assert!(event.unwrap().message().as_bytes().windows(11).any(|w| w == b"capture-1;2"));
        seen += 1;
    }
    assert_eq!(seen, count("uniqueid: capture-1;2"));
    seen = 0;
    while let Some(event) = soon(call.next()).await {
        event.unwrap();
        seen += 1;
    }
    assert_eq!(seen, count("linkedid: capture-1"));
    let outcome = soon(action.next()).await.unwrap().unwrap();
    assert_eq!(outcome.name(), "OriginateResponse");
    assert!(soon(action.next()).await.is_none());
    let step = soon(echo.next()).await.unwrap().unwrap().decode::<Newexten>().unwrap();
    assert_eq!(step.channel.exten.as_deref(), Some("echo"));
    assert!(soon(echo.next()).await.is_none());
}

#[tokio::test]
async fn responses_that_nobody_waits_for_can_be_seen() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let mut orphans = manager.events().orphans();
    // It holds one to a line that was too long, without an ActionID.
    link.write(capture("framing", 22)).await;
    let mut texts = Vec::new();
    for _ in 0..9 {
        let orphan = soon(orphans.next()).await.unwrap().unwrap();
        texts.push(orphan.text().unwrap_or_default().into_owned());
    }
    assert!(texts.contains(&"Failed to parse message: line too long".to_owned()), "{texts:?}");
    drop(link);
    assert!(soon(orphans.next()).await.is_none());
}

#[tokio::test]
async fn a_consumer_that_makes_progress_loses_nothing() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let mut slow = manager.events().capacity(10).of::<Hangup>();
    let mut stuck = manager.events().capacity(10).of::<Hangup>();
    let call = capture("originate_answered", 22);
    let (seen, ()) = tokio::join!(
        async {
            let mut seen = 0;
            while seen < 400 {
                soon(slow.next()).await.unwrap().unwrap();
                seen += 1;
                // Slower than the server, and one at a time.
                tokio::task::yield_now().await;
            }
            seen
        },
        async {
            for _ in 0..200 {
                link.write(&call).await;
            }
        }
    );
    assert_eq!(seen, 400);
    assert_eq!(soon(stuck.next()).await.unwrap().unwrap_err(), Missed::Lagged(390));
}

#[tokio::test]
async fn a_subscriber_that_waits_is_closed_alone() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let deadline = std::time::Duration::from_millis(50);
    let mut stuck =
        manager.events().capacity(1).overflow(Overflow::Wait { deadline }).of::<Hangup>();
    let mut other = manager.events().of::<Hangup>();
    link.write(capture("originate_answered", 22)).await;
    for _ in 0..2 {
        soon(other.next()).await.unwrap().unwrap();
    }
    soon(stuck.next()).await.unwrap().unwrap();
    assert_eq!(soon(stuck.next()).await.unwrap().unwrap_err(), Missed::TooSlow);
    assert!(soon(stuck.next()).await.is_none());
    assert!(manager.is_connected());
}

#[tokio::test]
async fn callbacks_run_in_order_until_they_are_unregistered() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let (sender, mut calls) = tokio::sync::mpsc::unbounded_channel();
    let callbacks = Callbacks::new(&manager);
    let tell = |who: &'static str| {
        let sender = sender.clone();
        move || sender.send(who).unwrap()
    };
    let (first, second, third) = (tell("any"), tell("typed"), tell("named"));
    callbacks.on_any(move |event| {
        if event.is::<Hangup>() {
            first();
        }
    });
    let typed = callbacks.on(move |hangup: Hangup| {
        assert_eq!(hangup.cause, Some(HangupCause::UserBusy));
        second();
    });
    callbacks.on_name("hangup", |_| panic!("this one panics on purpose"));
    callbacks.on_name("HANGUP", move |_| third());

    let call = capture("originate_answered", 22);
    link.write(&call).await;
    for expected in ["any", "typed", "named", "any", "typed", "named"] {
        assert_eq!(soon(calls.recv()).await, Some(expected));
    }
    typed.unregister();
    link.write(&call).await;
    for expected in ["any", "named", "any", "named"] {
        assert_eq!(soon(calls.recv()).await, Some(expected));
    }
    let lost = tell("lost");
    callbacks.on_missed(move |_| lost());
    drop(callbacks);
    drop(sender);
    assert_eq!(soon(calls.recv()).await, None, "dropped with all they held");
}
