//! Actions and their answers.

use std::time::Duration;

use asterisk_sdk::ami::action::{Command, Custom, Hangup, Originate, Ping};
use asterisk_sdk::ami::event::OriginateReason;
use asterisk_sdk::ami::{ActionError, CloseReason, InvalidAction};
use asterisk_sdk::proto::error::Delivery;
use harness::ami_peer::{AmiPeer, capture, captured_response};
use harness::soon;

#[tokio::test]
async fn answers_find_their_actions_in_any_order() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let play = async {
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(link.action().await);
        }
        // Asterisk answers in order; the client does not depend on it.
        for action in ids.iter().rev() {
            let captured = match action.get("Command") {
                "core show version" => "p2",
                "core show uptime" => "p6",
                _ => "p1",
            };
            link.write_as(&captured_response("commands", 22, captured), &[(captured, action.id())])
                .await;
        }
    };
    let (version, uptime, pong, ()) = tokio::join!(
        async { manager.send(Command::new("core show version")).await.unwrap() },
        async { manager.send(Command::new("core show uptime")).await.unwrap() },
        async { manager.send(Ping::new()).await.unwrap() },
        play
    );
    let lines: Vec<_> = version.lines().collect();
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("Asterisk 22.10.1"), "{lines:?}");
    assert_eq!(uptime.lines().count(), 2);
    assert!(pong.timestamp.unwrap() > 1_700_000_000.0);
    assert!(!pong.round_trip.is_zero());
}

#[tokio::test]
async fn a_refused_command_keeps_its_output() {
    for version in [22, 16] {
        let (manager, mut link) = AmiPeer::logged_in(version).await;
        let captured = captured_response("commands", version, "p3");
        let (result, ()) =
            tokio::join!(async { manager.send(Command::new("core show nonsense")).await }, async {
                let action = link.expect("Command").await;
                link.write_as(&captured, &[("p3", action.id())]).await;
            });
        let refusal = result.unwrap_err();
        let answer = refusal.response().expect("refused");
        let printed = "No such command 'core show nonsense' (type 'core show help core show nonsense' \
                    for other possible commands)";
        assert_eq!(answer.output().collect::<Vec<_>>(), [printed]);
        assert_eq!(refusal.to_string(), format!("the server refused the action: {printed}"));
    }
}

#[tokio::test]
async fn a_command_without_output_has_one_empty_line() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let answer = captured_response("commands", 22, "p5");
    let (output, ()) = tokio::join!(
        async { manager.send(Command::new("core show channels concise")).await.unwrap() },
        async {
            let action = link.expect("Command").await;
            link.write_as(&answer, &[("p5", action.id())]).await;
        }
    );
    assert_eq!(output.lines().collect::<Vec<_>>(), [""]);
}

#[tokio::test]
async fn permission_denied_is_a_refusal() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let answer = captured_response("permission_denied_logoff", 22, "c2");
    let (result, ()) =
        tokio::join!(async { manager.send(Command::new("core show version")).await }, async {
            let action = link.expect("Command").await;
            link.write_as(&answer, &[("c2", action.id())]).await;
        });
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), "the server refused the action: Permission denied");
    assert_eq!(error.delivery(), None);
}

#[tokio::test]
async fn every_odd_answer_of_the_framing_capture() {
    for version in [22, 16] {
        let (manager, mut link) = AmiPeer::logged_in(version).await;
        let captured = ["q1", "q2", "q3", "q4", "q5", "q6", "q8"];
        let play = async {
            let mut ids = Vec::new();
            for _ in captured {
                ids.push(link.action().await.id().to_owned());
            }
            let ids: Vec<_> = captured.into_iter().zip(ids.iter().map(String::as_str)).collect();
            link.write_as(&capture("framing", version), &ids).await;
        };
        let requests = async {
            let names = ["QueueRule", "PJSIPShowEndpoint", "PJSIPQualify", "GetConfig"];
            let names = names.into_iter().chain(["IAXnetstats", "Ping", "Ping"]);
            let requests: Vec<_> = names
                .map(|name| {
                    let manager = manager.clone();
                    tokio::spawn(async move { manager.send(Custom::new(name)).await })
                })
                .collect();
            let mut answers = Vec::new();
            for request in requests {
                answers.push(match request.await.unwrap() {
                    Ok(reply) => ("Success", reply.response.message().headers().len()),
                    Err(ActionError::Refused { response }) => {
                        ("Error", response.message().headers().len())
                    }
                    Err(other) => panic!("{other}"),
                });
            }
            answers
        };
        let (answers, ()) = tokio::join!(requests, play);
        let expected = [
            ("Success", 2),
            ("Error", 3),
            ("Error", 3),
            ("Success", 3),
            ("Error", 3),
            ("Success", 4),
            ("Success", 4),
        ];
        assert_eq!(answers, expected, "Asterisk {version}");
    }
}

#[tokio::test]
async fn originate_ends_with_its_own_outcome() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let failed = capture("originate_failed", 22);
    let originate = |channel: &'static str| {
        let manager = manager.clone();
        async move {
            let call = Originate::to(channel).application_with("Wait", "1");
            manager.originate(call).await
        }
    };
    let play = async {
        let mut ids = Vec::new();
        for _ in 0..6 {
            let action = link.expect("Originate").await;
            assert_eq!(action.get("Async"), "true");
            ids.push(action.id().to_owned());
        }
        let captured = ["f0", "f1", "f2", "f3", "f9", "f8"];
        let ids: Vec<_> = captured.into_iter().zip(ids.iter().map(String::as_str)).collect();
        link.write_as(&failed, &ids).await;
    };
    let (none, nosuch, busy, congestion, refused, ring, ()) = tokio::join!(
        originate("Nosuch/1"),
        originate("Local/nosuch@sdk"),
        originate("Local/busy@sdk"),
        originate("Local/congestion@sdk"),
        originate("noslash"),
        originate("Local/ring@sdk"),
        play
    );
    for (outcome, channel, reason) in [
        (none, "Nosuch/1", OriginateReason::Failed),
        (nosuch, "Local/nosuch@sdk", OriginateReason::Failed),
        (busy, "Local/busy@sdk", OriginateReason::Busy),
        (congestion, "Local/congestion@sdk", OriginateReason::Congestion),
        (ring, "Local/ring@sdk", OriginateReason::NoAnswer),
    ] {
        let outcome = outcome.unwrap();
        assert_eq!(outcome.channel.as_deref(), Some(channel));
        assert_eq!(outcome.reason, Some(reason), "{channel}");
        assert_eq!(outcome.unique_id, None, "{channel}");
        assert_eq!(outcome.caller_id_number, None, "<unknown> is not a number");
    }
    let error = refused.unwrap_err();
    assert_eq!(error.to_string(), "the server refused the action: Invalid channel");
}

#[tokio::test]
async fn another_sessions_outcome_is_not_ours() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let answered = capture("originate_answered", 22);
    let split = answered.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
    let call = Originate::to("Local/wait@sdk").exten("sdk", "echo", 1);
    let (outcome, ()) = tokio::join!(manager.originate(call), async {
        let action = link.expect("Originate").await;
        link.write_as(&answered[..split], &[("o1", action.id())]).await;
        // The same events, with the id of somebody else's action.
        link.write_as(&capture("originate_failed", 22), &[]).await;
        link.write_as(&answered[split..], &[("o1", action.id())]).await;
    });
    let outcome = outcome.unwrap();
    assert_eq!(outcome.reason, Some(OriginateReason::Answered));
    assert_eq!(outcome.unique_id.unwrap(), "capture-1");
    assert_eq!(outcome.channel.unwrap(), "Local/wait@sdk-00000000;1");
    assert_eq!(outcome.caller_id_name.unwrap(), r"Ada \ Test");
}

#[tokio::test]
async fn a_caller_supplied_id_goes_out_and_must_be_free() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let pong = captured_response("commands", 22, "p1");
    let first = async { manager.send(Ping::new()).action_id("mine: 1").await };
    let (first, second, ()) = tokio::join!(
        first,
        async { manager.send(Ping::new()).action_id("mine: 1").await },
        async {
            let action = link.expect("Ping").await;
            assert_eq!(action.id(), "mine: 1");
            link.write_as(&pong, &[("p1", "mine: 1")]).await;
        }
    );
    first.unwrap();
    let ActionError::Invalid(invalid) = second.unwrap_err() else { panic!("it was sent") };
    assert_eq!(invalid, InvalidAction::IdInUse { id: "mine: 1".into() });
}

#[tokio::test]
async fn headers_beside_those_of_the_type() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let pong = captured_response("commands", 22, "p1");
    let send = manager.send(Ping::new()).header("Newer", "yes").header("Newer", "still");
    let (result, ()) = tokio::join!(async { send.await }, async {
        let action = link.expect("Ping").await;
        assert_eq!(action.get("Newer"), "yes");
        link.write_as(&pong, &[("p1", action.id())]).await;
    });
    result.unwrap();
    let error = manager.send(Ping::new()).header("Newer", "a\r\nAction: Logoff").await.unwrap_err();
    assert_eq!(error.delivery(), Some(Delivery::NotSent));
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_sent() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let error = manager.send(Hangup::new("x\r\n\r\nAction: Logoff")).await.unwrap_err();
    assert_eq!(error.delivery(), Some(Delivery::NotSent));
    let error = manager.send(Command::new("x".repeat(1100))).await.unwrap_err();
    assert!(matches!(error, ActionError::Invalid(InvalidAction::LineTooLong { length: 1109, .. })));
    drop(manager);
    assert_eq!(link.try_action().await, None);
}

#[tokio::test]
async fn an_answer_that_never_comes() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let after = Duration::from_millis(100);
    let (result, sent) =
        tokio::join!(async { manager.send(Ping::new()).timeout(after).await }, link.action());
    let error = result.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.delivery(), Some(Delivery::Unknown));
    assert_eq!(error.to_string(), "no answer within 100ms: it was sent, its outcome is unknown");

    // The late answer is nobody's, and the next action gets its own.
    let pong = captured_response("commands", 22, "p1");
    link.write_as(&pong, &[("p1", sent.id())]).await;
    let (next, ()) = tokio::join!(async { manager.send(Ping::new()).await }, async {
        let action = link.expect("Ping").await;
        link.write_as(&pong, &[("p1", action.id())]).await;
    });
    next.unwrap();
}

#[tokio::test]
async fn close_says_goodbye() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let goodbye = captured_response("permission_denied_logoff", 22, "c3");
    let mut events = manager.events().all();
    let ((), ()) = tokio::join!(manager.close(), async {
        let action = link.expect("Logoff").await;
        link.write_as(&goodbye, &[("c3", action.id())]).await;
        drop(link);
    });
    assert!(!manager.is_connected());
    assert_eq!(soon(manager.closed()).await, CloseReason::Local);
    while let Some(event) = soon(events.next()).await {
        event.unwrap();
    }
    let error = manager.send(Ping::new()).await.unwrap_err();
    assert!(error.is_closed());
    assert_eq!(error.delivery(), Some(Delivery::NotSent));
}

#[tokio::test]
async fn dropping_every_handle_closes_the_connection() {
    let (manager, mut link) = AmiPeer::logged_in(22).await;
    let mut events = manager.events().named("UserEvent");
    let clone = manager.clone();
    drop(manager);
    drop(clone);
    // A subscription alone keeps the connection.
    link.write(capture("user_event", 22)).await;
    assert_eq!(soon(events.next()).await.unwrap().unwrap().name(), "UserEvent");
    drop(events);
    assert_eq!(link.try_action().await, None);
}
