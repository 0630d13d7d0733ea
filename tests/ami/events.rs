//! Events and subscriptions.

use asterisk_sdk::ami::action::Ping;
use asterisk_sdk::ami::event::{Hangup, Newchannel, Newexten};
use asterisk_sdk::ami::{Missed, TypedEvent};
use asterisk_sdk::proto::{ChannelState, HangupCause};
use harness::ami_peer::{AmiPeer, capture, captured_response};

#[tokio::test]
async fn typed_events_of_a_captured_call() {
    for version in [22, 16] {
        let (manager, mut link) = AmiPeer::logged_in(version).await;
        let mut created = manager.events().of::<Newchannel>();
        let mut steps = manager.events().of::<Newexten>();
        let mut hangups = manager.events().of::<Hangup>();
        link.write(capture("originate_answered", version)).await;
        drop(link);

        let first = created.next().await.unwrap().unwrap();
        assert_eq!(first.channel.channel.as_deref(), Some("Local/wait@sdk-00000000;1"));
        assert_eq!(first.channel.state, Some(ChannelState::Down));
        assert_eq!(first.channel.unique_id.as_ref().unwrap(), &"capture-1");
        assert_eq!(first.channel.linked_id.as_ref().unwrap(), &"capture-1");
        assert_eq!(first.channel.account_code.as_deref(), Some(""));
        assert_eq!(first.channel.caller_id.number, None, "the server printed <unknown>");
        let second = created.next().await.unwrap().unwrap();
        assert_eq!(second.channel.unique_id.as_ref().unwrap(), &"capture-1;2");
        assert!(created.next().await.is_none());

        let mut applications = Vec::new();
        while let Some(step) = steps.next().await {
            let step = step.unwrap();
            applications.push(step.application.unwrap().as_str().to_owned());
        }
        assert!(applications.contains(&"Echo".to_owned()), "{applications:?}");

        let hangup = hangups.next().await.unwrap().unwrap();
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

        let event = events.next().await.unwrap().unwrap();
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
        assert!(matches!(event.typed(), TypedEvent::Other(other) if other == event));
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
        quick.next().await.unwrap().unwrap();
    }
    assert_eq!(slow.next().await.unwrap().unwrap_err(), Missed::Lagged(18));
    slow.next().await.unwrap().unwrap();
    slow.next().await.unwrap().unwrap();
    drop(link);
    assert!(slow.next().await.is_none());
    assert!(quick.next().await.is_none());
}

#[tokio::test]
async fn a_subscription_after_the_end_ends() {
    let (manager, link) = AmiPeer::logged_in(22).await;
    drop(link);
    manager.closed().await;
    assert!(manager.events().all().next().await.is_none());
}
