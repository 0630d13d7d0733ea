//! AMI against a real Asterisk.

use asterisk_sdk::ami::action::{
    Command, CoreShowChannels, Custom, EventClass, EventMask, Events, Filter, Hangup, MAX_LINE,
    MAX_LINES, Originate, Ping,
};
use asterisk_sdk::ami::event::OriginateReason;
use asterisk_sdk::ami::{
    ActionError, CloseReason, ConnectError, InvalidAction, LoginMethod, Manager, TypedEvent,
};
use asterisk_sdk::proto::{ChannelState, HangupCause};
use harness::live;

use crate::calls::{has, manager, variable, wait_for};

#[tokio::test]
async fn login_by_md5_and_plain() {
    let Some(server) = live::server() else { return };
    let banner = match server.major() {
        22 => "Asterisk Call Manager/11.0.0",
        16 => "Asterisk Call Manager/5.0.4",
        other => panic!("no banner known of Asterisk {other}"),
    };
    for method in [LoginMethod::Md5, LoginMethod::Plain] {
        let (user, secret) = server.ami_admin.clone();
        let builder = Manager::builder(&server.ami).login(user, secret).login_method(method);
        let manager = builder.connect().await.unwrap();
        assert_eq!(manager.banner(), banner);
        assert!(manager.send(Ping::new()).await.unwrap().timestamp.is_some());
        manager.close().await;
        assert_eq!(manager.closed().await, CloseReason::Local);
    }
}

#[tokio::test]
async fn a_wrong_password() {
    let Some(server) = live::server() else { return };
    for method in [LoginMethod::Md5, LoginMethod::Plain] {
        let builder = Manager::builder(&server.ami).login("admin", "wrong").login_method(method);
        match builder.connect().await.unwrap_err() {
            ConnectError::Authentication { message } => {
                assert_eq!(message, "Authentication failed");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn the_http_port_is_no_manager_interface() {
    let Some(server) = live::server() else { return };
    let address = server.http.trim_start_matches("http://");
    let patience = std::time::Duration::from_secs(1);
    let builder = Manager::builder(address).login("admin", "x").connect_timeout(patience);
    // A web server waits for a request.
    assert!(matches!(builder.connect().await.unwrap_err(), ConnectError::TimedOut { .. }));
}

#[tokio::test]
async fn users_with_few_rights() {
    let Some(server) = live::server() else { return };
    for (user, secret) in [server.ami_limited.clone(), server.ami_nobody.clone()] {
        // Such a session never gets FullyBooted; the login does not wait for it.
        let manager = Manager::builder(&server.ami).login(user, secret).connect().await.unwrap();
        let error = manager.send(Command::new("core show version")).await.unwrap_err();
        assert_eq!(error.to_string(), "the server refused the action: Permission denied");
        manager.send(Ping::new()).await.unwrap();
    }
}

#[tokio::test]
async fn command_output_is_what_the_command_line_prints() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    for command in ["core show version", "core show sounds", "core show hints", "dialplan show sdk"]
    {
        let printed = server.cli(command);
        let expected: Vec<_> = printed.lines().collect();
        let output = manager.send(Command::new(command)).await.unwrap();
        let lines: Vec<_> = output.lines().collect();
        assert_eq!(lines.len(), expected.len(), "{command}");
        assert_eq!(lines, expected, "{command}");
    }
    let version = manager.send(Command::new("core show version")).await.unwrap();
    let line = version.lines().next().unwrap().into_owned();
    assert!(line.starts_with(&format!("Asterisk {}", server.version)), "{line}");
}

#[tokio::test]
async fn a_refused_command_keeps_its_output() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let error = manager.send(Command::new("core show nonsense")).await.unwrap_err();
    let output: Vec<_> = error.response().unwrap().output().map(String::from).collect();
    let line = "No such command 'core show nonsense' (type 'core show help core show nonsense' for \
                other possible commands)";
    assert_eq!(output, [line]);
    let error = manager.send(Custom::new("NoSuchAction")).await.unwrap_err();
    assert_eq!(
        error.response().unwrap().text().unwrap(),
        "Invalid/unknown command: NoSuchAction. Use Action: ListCommands to show available commands."
    );
}

#[tokio::test]
async fn outcomes_of_originate() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let call = |channel: &str| Originate::to(channel).application_with("Wait", "30");
    for (channel, reason) in [
        ("Nosuch/1", OriginateReason::Failed),
        ("Local/nosuch@sdk", OriginateReason::Failed),
        ("Local/busy@sdk", OriginateReason::Busy),
        ("Local/congestion@sdk", OriginateReason::Congestion),
    ] {
        let outcome = manager.originate(call(channel)).await.unwrap();
        assert_eq!(outcome.reason, Some(reason), "{channel}");
        assert_eq!(outcome.channel.as_deref(), Some(channel));
        assert_eq!(outcome.unique_id, None);
    }
    let ring = call("Local/ring@sdk").timeout(std::time::Duration::from_secs(1));
    let outcome = manager.originate(ring).await.unwrap();
    assert_eq!(outcome.reason, Some(OriginateReason::NoAnswer));

    let error = manager.originate(call("noslash")).await.unwrap_err();
    assert_eq!(error.to_string(), "the server refused the action: Invalid channel");
    let error = manager.originate(Originate::to("Local/wait@sdk").exten("sdk", "nosuch", 1)).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "the server refused the action: Extension does not exist."
    );
}

#[tokio::test]
async fn an_answered_call_from_beginning_to_end() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let mut events = manager.events().all();
    let id = "live-ami-answered";
    let odd = r#"say "hi", c:\tmp; ${EXTEN} 'x'=y"#;
    let call = Originate::to("Local/wait@sdk")
        .exten("sdk", "echo", 1)
        .caller_id(r#""Ada Lovelace" <1815>"#)
        .channel_id(id)
        .variable("ODD", "the first one does not count")
        .variable("ODD", odd)
        .variable("PLAIN", "1");
    let outcome = manager.originate(call).await.unwrap();
    assert_eq!(outcome.reason, Some(OriginateReason::Answered));
    assert_eq!(outcome.unique_id.as_ref().unwrap(), &id);
    assert_eq!(outcome.caller_id_number.as_deref(), Some("1815"));
    assert_eq!(outcome.caller_id_name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(outcome.context.as_deref(), Some("sdk"));
    assert_eq!(outcome.exten.as_deref(), Some("echo"));
    let channel = outcome.channel.unwrap();

    assert_eq!(variable(&manager, &channel, "ODD").await, odd);
    assert_eq!(variable(&manager, &channel, "PLAIN").await, "1");

    let channels = manager.send(CoreShowChannels::new()).await.unwrap();
    assert!(channels.valid());
    let ours = channels.items.iter().find(|item| item.channel.channel.as_ref() == Some(&channel));
    let ours = ours.expect("it is listed");
    assert_eq!(ours.channel.unique_id.as_ref().unwrap(), &id);
    assert_eq!(ours.channel.state, Some(ChannelState::Up));
    assert_eq!(ours.channel.caller_id.number.as_deref(), Some("1815"));
    assert_eq!(ours.channel.caller_id.name.as_deref(), Some("Ada Lovelace"));

    let mut seen = Vec::new();
    let accepted = manager.send(Hangup::new(id).cause(HangupCause::UserBusy)).await.unwrap();
    assert_eq!(accepted.text().unwrap(), "Channel Hungup");
    wait_for(&mut events, |event| {
        let ours = has(event, "Uniqueid", id);
        match event.typed() {
            TypedEvent::Newchannel(new) if ours => {
                assert_eq!(new.channel.state, Some(ChannelState::Down));
                assert_eq!(new.channel.linked_id.unwrap(), id);
                seen.push("Newchannel");
            }
            TypedEvent::Newexten(step) if ours => {
                assert_eq!(step.channel.context.as_deref(), Some("sdk"));
                if step.application.as_deref() == Some("Echo") {
                    assert_eq!(step.extension.as_deref(), Some("echo"));
                    seen.push("Echo");
                }
            }
            TypedEvent::Hangup(hangup) if ours => {
                assert_eq!(hangup.cause, Some(HangupCause::UserBusy));
                assert_eq!(hangup.cause_text.as_deref(), Some("User busy"));
                seen.push("Hangup");
            }
            _ => {}
        }
        seen.last() == Some(&"Hangup")
    })
    .await;
    assert_eq!(seen, ["Newchannel", "Echo", "Hangup"]);

    let error = manager.send(Hangup::new(channel.as_str())).await.unwrap_err();
    assert_eq!(error.to_string(), "the server refused the action: No such channel");
}

#[tokio::test]
async fn outcomes_go_to_the_session_that_asked() {
    let Some(server) = live::server() else { return };
    let (one, two) = (manager(&server).await, manager(&server).await);
    let busy = || Originate::to("Local/busy@sdk").application("Wait");
    let failed = || Originate::to("Local/nosuch@sdk").application("Wait");
    for _ in 0..5 {
        let (a, b) = tokio::join!(one.originate(busy()), two.originate(failed()));
        assert_eq!(a.unwrap().reason, Some(OriginateReason::Busy));
        assert_eq!(b.unwrap().reason, Some(OriginateReason::Failed));
    }
}

#[tokio::test]
async fn a_user_event_with_the_id_of_an_action_in_flight() {
    let Some(server) = live::server() else { return };
    let (one, two) = (manager(&server).await, manager(&server).await);
    let mut events = one.events().named("UserEvent");
    let id = "live-ami-forged";
    let forged = Custom::new("UserEvent")
        .header("UserEvent", "Forged")
        .header("Response", "Success")
        .header("EventList", "Complete")
        .header("Channel", "live ami forged");
    // The call is in flight while the event comes.
    let ring = Originate::to("Local/ring@sdk")
        .application("Wait")
        .timeout(std::time::Duration::from_secs(2));
    let call = one.send(ring).action_id(id);
    assert_eq!(call.await.unwrap().text().unwrap(), "Originate successfully queued");
    two.send(forged).action_id(id).await.unwrap();
    let event = wait_for(&mut events, |event| has(event, "Channel", "live ami forged")).await;
    assert_eq!(event.message().action_id(), Some(id.as_bytes()));
    assert_eq!(event.get("UserEvent").unwrap(), "Forged");
    assert_eq!(event.get("EventList").unwrap(), "Complete");
}

#[tokio::test]
async fn the_event_mask() {
    let Some(server) = live::server() else { return };
    let (user, secret) = server.ami_admin.clone();
    let builder = Manager::builder(&server.ami).login(user, secret).event_mask(EventMask::OFF);
    let masked = builder.connect().await.unwrap();
    let mut events = masked.events().all();
    let other = manager(&server).await;
    let event = |text: &str| Custom::new("UserEvent").header("UserEvent", text);
    other.send(event("Unseen")).await.unwrap();
    // The server applies the mask when it comes to send, which is before it takes the next action.
    masked.send(Ping::new()).await.unwrap();

    let on = masked.send(Events::new(EventClass::User)).await.unwrap();
    assert_eq!(on.message().get("Events").unwrap(), "On");
    other.send(event("LiveAmiMask")).await.unwrap();
    // Other tests raise user events too, so only `Unseen` must not come.
    wait_for(&mut events, |event| {
        assert_eq!(event.name(), "UserEvent");
        assert!(!has(event, "UserEvent", "Unseen"));
        has(event, "UserEvent", "LiveAmiMask")
    })
    .await;
    let off = masked.send(Events::new(EventMask::OFF)).await.unwrap();
    assert_eq!(off.message().get("Events").unwrap(), "Off");
}

#[tokio::test]
async fn many_actions_in_flight() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let set = |n: usize| {
        let name = format!("LIVE_AMI_{n}");
        Custom::new("Setvar").header("Variable", name).header("Value", format!("value {n}"))
    };
    let tasks: Vec<_> = (0..200)
        .map(|n| {
            let manager = manager.clone();
            let set = set(n);
            tokio::spawn(async move {
                manager.send(set).await.unwrap();
                let name = format!("LIVE_AMI_{n}");
                let reply = manager.send(Custom::new("Getvar").header("Variable", name)).await;
                let reply = reply.unwrap();
                assert_eq!(reply.response.message().get("Value").unwrap(), format!("value {n}"));
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn filters_of_the_server() {
    let Some(server) = live::server() else { return };
    let (filtered, other) = (manager(&server).await, manager(&server).await);
    let mut events = filtered.events().all();
    let refused = filtered.send(Filter::include("[")).await.unwrap_err();
    assert_eq!(
        refused.response().unwrap().text().unwrap(),
        "Filter did not compile.  Check the syntax of the filter given."
    );
    filtered.send(Filter::include("LiveAmiFilter")).await.unwrap();
    filtered.send(Filter::exclude("Unwanted")).await.unwrap();
    if server.major() >= 22 {
        let advanced = Filter::advanced().event("UserEvent").header("Note").starts_with("adv");
        filtered.send(advanced).await.unwrap();
    }
    let raise = |name: &str, note: &str| {
        Custom::new("UserEvent").header("UserEvent", name).header("Note", note)
    };
    for (name, note) in [
        ("LiveAmiFilter", "1"),
        ("LiveAmiFilter", "Unwanted"),
        ("Advanced", "advanced"),
        ("LiveAmiFilter", "last"),
    ] {
        other.send(raise(name, note)).await.unwrap();
    }
    let mut notes = Vec::new();
    wait_for(&mut events, |event| {
        // Events from before the filters may still be in the queue.
        notes.extend(event.get("Note").map(std::borrow::Cow::into_owned));
        has(event, "Note", "last")
    })
    .await;
    let expected: &[&str] =
        if server.major() >= 22 { &["1", "advanced", "last"] } else { &["1", "last"] };
    assert_eq!(notes, expected);
}

#[tokio::test]
async fn the_longest_action_that_the_server_takes() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let line = |length: usize| Custom::new("Ping").header("X", "x".repeat(length - "X: ".len()));
    manager.send(line(MAX_LINE)).await.unwrap();
    let error = manager.send(line(MAX_LINE + 1)).await.unwrap_err();
    assert!(matches!(error, ActionError::Invalid(InvalidAction::LineTooLong { length: 1023, .. })));

    // Action and ActionID are lines too.
    let lines =
        |count| (2..count).fold(Custom::new("Ping"), |ping, _| ping.header("Variable", "x"));
    manager.send(lines(MAX_LINES)).await.unwrap();
    let error = manager.send(lines(MAX_LINES + 1)).await.unwrap_err();
    assert!(matches!(error, ActionError::Invalid(InvalidAction::TooManyLines { lines: 129 })));
}

#[tokio::test]
async fn lists_of_the_server() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    // Name of the action, its headers, how many kinds of items, and whether the count is right.
    let nothing: &[(&str, &str)] = &[];
    for (name, headers, kinds) in [
        ("QueueStatus", &[("Queue", "support")][..], &["QueueParams", "QueueMember"][..]),
        ("QueueSummary", nothing, &["QueueSummary"]),
        ("PJSIPShowEndpoints", nothing, &["EndpointList"]),
        ("Parkinglots", nothing, &["Parkinglot"]),
        ("BridgeTechnologyList", nothing, &["BridgeTechnologyListItem"]),
        ("ExtensionStateList", nothing, &["ExtensionStatus"]),
        ("VoicemailUsersList", nothing, &["VoicemailUserEntry"]),
        ("ShowDialPlan", &[("Context", "sdk"), ("Extension", "busy")], &["ListDialplan"]),
        ("Agents", nothing, &["Agents"]),
    ] {
        let action = headers.iter().fold(Custom::new(name), |a, (h, v)| a.header(*h, *v));
        let reply = manager.send(action).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut seen: Vec<_> = reply.items.iter().map(|item| item.name().into_owned()).collect();
        seen.dedup();
        assert_eq!(seen, kinds, "{name}");
        let complete = reply.complete.unwrap();
        assert!(complete.name().ends_with("Complete"), "{name}");
        assert_eq!(complete.get("ListItems").unwrap(), reply.items.len().to_string(), "{name}");
    }
    // They look like lists and answer without one, or with a refusal.
    let nobody = Custom::new("VoicemailUserStatus").header("Context", "x").header("Mailbox", "x");
    let reply = manager.send(nobody).await.unwrap();
    assert_eq!(reply.complete, None);
    assert_eq!(reply.response.text().unwrap(), "There is no voicemail user of the given info.");
    let nowhere = Custom::new("ShowDialPlan").header("Context", "nosuch");
    let error = manager.send(nowhere).await.unwrap_err();
    assert_eq!(error.to_string(), "the server refused the action: Did not find context nosuch");
    // Each header is named like an action: Event, Response and ActionID among them count for nothing.
    let commands = manager.send(Custom::new("ListCommands")).await.unwrap();
    let events = commands.response.message().get("Events").unwrap().into_owned();
    assert!(events.starts_with("Control Event Flow."), "{events}");
}
