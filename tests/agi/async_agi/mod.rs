//! Async AGI against a scripted manager interface.
//!
//! The captures are what a real server said about one channel, from the start of its script: the events of
//! class `agi`, the variable `AGISTATUS`, and the answers to the actions.

mod service;

use std::collections::HashMap;
use std::future::IntoFuture;
use std::time::Duration;

use asterisk_sdk::agi::command::{Custom, GosubEnd};
use asterisk_sdk::agi::extract::{Args, Captures};
use asterisk_sdk::agi::{self, Call, CommandError, Drained, HangupKind, Service, ServiceBuilder};
use asterisk_sdk::ami::Manager;
use asterisk_sdk::async_agi::AsyncAgi;
use asterisk_sdk::proto::error::Delivery;
use harness::ami_peer::{AmiPeer, Link, Received, capture, captured_response};
use harness::{handed_over, soon};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

const VERSIONS: [u32; 2] = [22, 16];

/// What lets the dialplan go on after a failure.
const FAIL: &str = r#"STREAM FILE "agi-script-failed" """#;

/// The server's end of a connection whose other end serves calls.
struct Played {
    link: Link,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<Drained>,
}

impl Played {
    /// A lost connection is the end.
    async fn start(version: u32, service: ServiceBuilder) -> Self {
        let (manager, link) = AmiPeer::logged_in(version).await;
        Self::over(&manager, link, service)
    }

    fn over(manager: &Manager, link: Link, service: ServiceBuilder) -> Self {
        let ours = AsyncAgi::new(manager, service.build().expect("its routes are valid"));
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(ours.serve_with_shutdown(async {
            // It is never sent anything: dropping it is the sign.
            let _ = stopped.await;
        }));
        Self { link, stop: Some(stop), served }
    }

    /// Says what was captured, each answer when its action has come. Gives the commands that came.
    async fn replay(&mut self, name: &str, version: u32) -> Vec<String> {
        let messages = messages(name, version);
        self.replay_messages(&messages).await
    }

    async fn replay_messages(&mut self, messages: &[String]) -> Vec<String> {
        let mut given = Vec::new();
        // The ids of our commands, by those of the captured ones.
        let mut ids: HashMap<String, String> = HashMap::new();
        for message in messages {
            let text = if message.starts_with("Response: ") {
                let id = header(message, "ActionID").expect("an answer has it");
                let others = !message.starts_with("Response: Error")
                    && !messages.iter().any(|m| header(m, "CommandId") == Some(id));
                if others {
                    continue;
                }
                let action = self.link.expect("AGI").await;
                given.push(action.get("Command").to_owned());
                ids.insert(id.to_owned(), action.get("CommandID").to_owned());
                message.replace(&format!("ActionID: {id}\r\n"), &action_id(&action))
            } else {
                match header(message, "CommandId").and_then(|id| Some((id, ids.get(id)?))) {
                    Some((id, ours)) => {
                        let captured = format!("CommandId: {id}\r\n");
                        message.replace(&captured, &format!("CommandId: {ours}\r\n"))
                    }
                    None => message.clone(),
                }
            };
            self.link.write(text).await;
        }
        given
    }

    /// The next command, which is answered as a server answers it whether or not it is ever run.
    async fn queued(&mut self, version: u32) -> Received {
        let action = self.link.expect("AGI").await;
        let answer = captured_response("async_moved", version, "c2");
        self.link.write_as(&answer, &[("c2", action.id())]).await;
        action
    }

    /// Begins the shutdown.
    fn shutdown(&mut self) {
        drop(self.stop.take());
    }

    /// Stops serving. No further action may have come.
    async fn stop(mut self) -> Drained {
        self.shutdown();
        let drained = soon(self.served).await.expect("it does not panic");
        assert_eq!(self.link.try_action().await, None);
        drained
    }
}

fn messages(name: &str, version: u32) -> Vec<String> {
    let text = String::from_utf8(capture(name, version)).expect("it is text");
    text.split_inclusive("\r\n\r\n").map(str::to_owned).collect()
}

/// The start of the script in a capture.
fn start(name: &str, version: u32) -> String {
    messages(name, version).remove(0)
}

fn header<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    message.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

fn action_id(action: &Received) -> String {
    format!("ActionID: {}\r\n", action.id())
}

async fn taken(calls: &mut mpsc::Receiver<Call>) -> Call {
    soon(calls.recv()).await.expect("the service runs")
}

/// The session is over, and nothing of the command was sent.
fn is_over<T>(result: &Result<T, CommandError>) -> bool {
    is_pipe(result, Delivery::NotSent)
}

fn is_pipe<T>(result: &Result<T, CommandError>, known: Delivery) -> bool {
    matches!(
        result,
        Err(CommandError::Hangup { kind: HangupKind::Pipe, delivery: Some(delivery) })
            if *delivery == known
    )
}

async fn menu(
    mut call: Call,
    Captures((language,)): Captures<(String,)>,
    Args(arguments): Args,
) -> agi::Result {
    assert_eq!(language, "en");
    assert_eq!(arguments, ["one"]);
    assert_eq!(call.kwarg("retry"), Some("1"));
    assert_eq!(call.environment().caller_id_name(), Some("José"));
    assert_eq!(call.environment().request(), "async");
    call.answer().await?;
    let input = call.get_data("vm-enter-num-to-call").timeout(Duration::from_secs(3)).max_digits(4);
    let digits = input.await?.digits;
    call.set_variable("SDK_RESULT", digits).await?;
    assert_eq!(call.gosub("sdk", "sub", 1).await?, GosubEnd::Returned);
    Ok(())
}

#[tokio::test]
async fn the_start_tells_of_a_call_and_a_break_lets_it_go_on() {
    for version in VERSIONS {
        let service = Service::builder().route(r"^menu/(?<language>\w+)$", menu);
        let mut played = Played::start(version, service).await;
        let given = soon(played.replay("async_menu", version)).await;
        let expected = [
            "ANSWER",
            r#"GET DATA "vm-enter-num-to-call" "3000" "4""#,
            r#"SET VARIABLE "SDK_RESULT" "0123""#,
            r#"GOSUB "sdk" "sub" "1""#,
            "ASYNCAGI BREAK",
        ];
        assert_eq!(given, expected);
        let drained = played.stop().await;
        assert_eq!((drained.finished, drained.aborted), (0, 0));
    }
}

#[tokio::test]
async fn what_one_event_cannot_hold_stands_in_front_of_the_next_results() {
    for version in VERSIONS {
        let (service, mut calls) = handed_over();
        let mut played = Played::start(version, service).await;
        let script = async {
            let mut call = taken(&mut calls).await;
            let part = "abcdefghij".repeat(90);
            call.set_variable("PART", part.as_str()).await.unwrap();
            let long = call.full_variable("${PART}${PART}${PART}end").await.unwrap();
            assert_eq!(long.unwrap().as_str(), format!("{}end", part.repeat(3)));
            call.noop().await.unwrap();
            // Replies of several lines, one of them cut.
            for (words, begin, end) in [
                ("CONTROL STREAM FILE", "Send the given file, ", " the key that was pressed."),
                ("GET VARIABLE", "Returns <literal>0</", " 200 result=1 (testvariable)"),
            ] {
                let refused = call.send(Custom::new(words)).await;
                let Err(CommandError::Usage { text }) = refused else { panic!("{refused:?}") };
                assert!(text.starts_with(begin) && text.ends_with(end), "{text}");
            }
            call.noop().await.unwrap();
            // One fills its event to the last byte, and looks as if more followed.
            for length in [108, 107] {
                let dashes = "-".repeat(length);
                let value = call.full_variable(format!("${{PART}}{dashes}")).await.unwrap();
                assert_eq!(value.unwrap().as_str(), format!("{part}{dashes}"));
            }
            call.noop().await.unwrap();
        };
        let (given, ()) =
            soon(async { tokio::join!(played.replay("async_long", version), script) }).await;
        let words: Vec<&str> =
            given.iter().map(|line| line.split('"').next().unwrap().trim()).collect();
        let expected = [
            "SET VARIABLE",
            "GET FULL VARIABLE",
            "NOOP",
            "NOOP",
            "NOOP",
            "NOOP",
            "CONTROL STREAM FILE",
            "NOOP",
            "GET VARIABLE",
            "NOOP",
            "GET FULL VARIABLE",
            "NOOP",
            "GET FULL VARIABLE",
            "NOOP",
            "ASYNCAGI BREAK",
        ];
        assert_eq!(words, expected);
        played.stop().await;
    }
}

#[tokio::test]
async fn variables_that_one_event_cannot_hold() {
    for version in VERSIONS {
        let (service, mut calls) = handed_over();
        let mut played = Played::start(version, service).await;
        let script = async {
            let call = taken(&mut calls).await;
            assert_eq!(call.path(), "x");
            assert_eq!(call.kwarg("y"), Some("a".repeat(900).as_str()));
            assert_eq!(call.args(), ["b".repeat(900)]);
        };
        let (given, ()) =
            soon(async { tokio::join!(played.replay("async_env", version), script) }).await;
        assert_eq!(given, ["NOOP", "NOOP", "NOOP", "ASYNCAGI BREAK"]);
        played.stop().await;
    }
}

#[tokio::test]
async fn a_hangup_answers_the_running_command_and_ends_the_script() {
    for version in VERSIONS {
        let (service, mut calls) = handed_over();
        let mut played = Played::start(version, service).await;
        let script = async {
            let mut call = taken(&mut calls).await;
            call.answer().await.unwrap();
            let input = call.get_data("demo-congrats").timeout(Duration::from_secs(3));
            let gone = input.max_digits(4).await;
            assert!(
                matches!(
                    gone,
                    Err(CommandError::Hangup { kind: HangupKind::Signal, delivery: None })
                ),
                "{gone:?}"
            );
            assert!(is_over(&call.noop().await));
        };
        let mut messages = messages("async_hangup", version);
        // The answer to a command that is never sent.
        messages.retain(|message| !message.starts_with("Response: Error"));
        soon(async { tokio::join!(played.replay_messages(&messages), script) }).await;
        // Nor is there anything to break off.
        played.stop().await;
    }
}

#[tokio::test]
async fn a_hangup_while_nothing_runs() {
    for version in VERSIONS {
        let (service, mut calls) = handed_over();
        let mut played = Played::start(version, service).await;
        let messages = messages("async_idle", version);
        let (begin, rest) = messages.split_at(1);
        played.replay_messages(begin).await;
        let mut call = taken(&mut calls).await;
        assert!(!call.is_hung_up());
        played.replay_messages(rest).await;
        assert_eq!(soon(call.hung_up()).await, HangupKind::Signal);
        assert!(is_over(&call.noop().await));
        played.stop().await;
    }
}

#[tokio::test]
async fn a_command_that_fails_is_told_from_a_hangup_by_agistatus() {
    for version in VERSIONS {
        // To who is not shown the variable, it is a hangup.
        for shown in [true, false] {
            let (service, mut calls) = handed_over();
            let mut played = Played::start(version, service).await;
            let mut messages = messages("async_failed", version);
            messages.retain(|message| shown || !message.starts_with("Event: VarSet"));
            let script = async {
                let mut call = taken(&mut calls).await;
                let failed = call.stream_file("no-such-file").await;
                if shown {
                    assert!(matches!(failed, Err(CommandError::AppFailure { .. })), "{failed:?}");
                    assert_eq!(call.hung_up().await, HangupKind::Pipe);
                } else {
                    assert!(failed.is_err_and(|error| error.is_hangup()));
                    assert_eq!(call.hung_up().await, HangupKind::Signal);
                }
                assert!(is_over(&call.noop().await));
            };
            soon(async { tokio::join!(played.replay_messages(&messages), script) }).await;
            played.stop().await;
        }
    }
}

#[tokio::test]
async fn a_channel_that_does_not_exist_refuses_commands() {
    for version in VERSIONS {
        let (service, mut calls) = handed_over();
        let mut played = Played::start(version, service).await;
        played.link.write(start("async_hangup", version)).await;
        let mut call = taken(&mut calls).await;
        let refusal = async {
            let action = played.link.expect("AGI").await;
            assert_eq!(action.get("Channel"), "async_hangup-script");
            let answer = captured_response("async_hangup", version, "c3");
            played.link.write_as(&answer, &[("c3", action.id())]).await;
        };
        let (refused, ()) = soon(async { tokio::join!(call.noop().into_future(), refusal) }).await;
        // It was not run, and that is known.
        assert!(matches!(refused, Err(CommandError::DeadChannel)), "{refused:?}");
        assert!(call.is_hung_up());
        assert!(is_over(&call.noop().await));
        drop(call);
        played.stop().await;
    }
}

#[tokio::test]
async fn behind_the_end_a_command_is_taken_and_never_run() {
    for version in VERSIONS {
        let (service, mut calls) = handed_over();
        let mut played = Played::start(version, service).await;
        let messages = messages("async_moved", version);
        // The events come late, behind the command that the server takes still.
        played.link.write(&messages[0]).await;
        let mut call = taken(&mut calls).await;
        let late = async {
            played.queued(version).await;
            for message in messages.iter().filter(|message| {
                message.starts_with("Event: AsyncAGIEnd") || message.starts_with("Event: VarSet")
            }) {
                played.link.write(message).await;
            }
        };
        let (lost, ()) = soon(async { tokio::join!(call.noop().into_future(), late) }).await;
        assert!(is_pipe(&lost, Delivery::Unknown), "{lost:?}");
        assert_eq!(call.hung_up().await, HangupKind::Signal);
        played.stop().await;
    }
}

#[tokio::test]
async fn results_of_others_have_other_ids_or_none() {
    for version in VERSIONS {
        let (service, mut calls) = handed_over();
        let mut played = Played::start(version, service).await;
        let messages = messages("async_others", version);
        // Up to their reply that is too long for one event.
        let cut = messages.iter().position(|message| header(message, "ActionID") == Some("c4"));
        let (ours, theirs) = messages.split_at(cut.unwrap());
        let script = async {
            let mut call = taken(&mut calls).await;
            call.noop().await.unwrap();
            call.noop().await.unwrap();
            call
        };
        let (given, mut call) =
            soon(async { tokio::join!(played.replay_messages(ours), script) }).await;
        assert_eq!(given, ["NOOP", "NOOP"]);

        // One with an id comes while a command of ours runs.
        let exec = |id: &str| {
            ours.iter()
                .find(|message| {
                    message.starts_with("Event: AsyncAGIExec")
                        && header(message, "CommandId") == Some("c1")
                })
                .map(|message| {
                    message.replace("CommandId: c1\r\n", &format!("CommandId: {id}\r\n"))
                })
                .unwrap()
        };
        let run = async {
            let action = played.queued(version).await;
            played.link.write(exec("theirs").replace("result%3D0", "result%3D7")).await;
            played.link.write(exec(action.get("CommandID"))).await;
        };
        let request = call.send(Custom::new("NOOP"));
        let (reply, ()) = soon(async { tokio::join!(request.into_future(), run) }).await;
        assert_eq!(reply.unwrap().result, "0");

        // What is left of it would stand in front of our next reply.
        let cut = theirs.iter().find(|message| message.starts_with("Event: AsyncAGIExec"));
        played.link.write(cut.unwrap()).await;
        assert_eq!(soon(call.hung_up()).await, HangupKind::Pipe);
        assert_eq!(played.queued(version).await.get("Command"), FAIL);
        played.stop().await;
    }
}

#[tokio::test]
async fn a_user_without_the_right_to_give_commands() {
    let (service, mut calls) = handed_over();
    let mut played = Played::start(22, service).await;
    played.link.write(start("async_idle", 22)).await;
    let mut call = taken(&mut calls).await;
    let refusals = async {
        for command in ["NOOP", FAIL] {
            let action = played.link.expect("AGI").await;
            assert_eq!(action.get("Command"), command);
            let answer = captured_response("permission_denied_logoff", 22, "c2");
            played.link.write_as(&answer, &[("c2", action.id())]).await;
        }
    };
    let (refused, ()) = soon(async { tokio::join!(call.noop().into_future(), refusals) }).await;
    assert!(is_pipe(&refused, Delivery::Unknown), "{refused:?}");
    played.stop().await;
}
