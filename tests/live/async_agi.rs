//! Async AGI: calls whose scripts run over the manager interface.

use std::future::{IntoFuture, pending};
use std::time::Duration;

use asterisk_sdk::agi::command::{Custom, GosubEnd};
use asterisk_sdk::agi::extract::{Args, Captures};
use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::agi::layer::EndAtHangup;
use asterisk_sdk::agi::{
    self, Call, CommandError, Drained, HangupKind, LineError, Service, ServiceBuilder,
};
use asterisk_sdk::ami::action::{Custom as CustomAction, Hangup, Originate};
use asterisk_sdk::ami::event::OriginateReason;
use asterisk_sdk::ami::{Event, EventStream, Manager, Reconnect};
use asterisk_sdk::async_agi::AsyncAgi;
use asterisk_sdk::proto::error::Delivery;
use harness::live::Server as Asterisk;
use harness::{handed_over, live, soon};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::calls::{has, manager, wait_for};

/// A program that serves the Async AGI of one test's calls.
struct Program {
    stop: oneshot::Sender<()>,
    served: JoinHandle<Drained>,
}

impl Program {
    /// Takes the calls whose ids begin with this, and no others.
    async fn start(asterisk: &Asterisk, ids: &'static str, service: ServiceBuilder) -> Self {
        Self::over(&manager(asterisk).await, ids, service)
    }

    fn over(manager: &Manager, ids: &'static str, service: ServiceBuilder) -> Self {
        let ours = AsyncAgi::new(manager, service.build().expect("its routes are valid")).take_if(
            move |start| {
                start.channel.unique_id.as_ref().is_some_and(|id| id.as_str().starts_with(ids))
            },
        );
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(ours.serve_with_shutdown(async {
            // A test that is over stops it too.
            let _ = stopped.await;
        }));
        Self { stop, served }
    }

    async fn stop(self) -> Drained {
        self.stop.send(()).expect("it is served");
        soon(self.served).await.expect("it does not panic")
    }
}

/// A call whose second half runs a script, while the first one only waits.
struct LiveCall {
    manager: Manager,
    id: String,
    caller: String,
    events: EventStream<Event>,
}

impl LiveCall {
    async fn start(asterisk: &Asterisk, id: &str, url: &str, arguments: [&str; 2]) -> Self {
        let manager = manager(asterisk).await;
        let events = manager.events().all();
        // Neither id may be the beginning of the other: Asterisk would take it for in use.
        let (caller, id) = (format!("caller-{id}"), format!("{id}-script"));
        let originate = Originate::to("Local/agi@sdk")
            .exten("sdk", "wait", 1)
            .channel_id(caller.as_str())
            .other_channel_id(id.as_str())
            .variable("__AGI_URL", url)
            .variable("__AGI_ARG1", arguments[0])
            .variable("__AGI_ARG2", arguments[1]);
        let outcome = manager.originate(originate).await.expect("it is called");
        assert_eq!(outcome.reason, Some(OriginateReason::Answered));
        Self { manager, id, caller, events }
    }

    /// Waits for an event of the script's channel.
    async fn event(&mut self, mut passes: impl FnMut(&Event) -> bool) -> Event {
        let id = self.id.clone();
        let ours = |event: &Event| has(event, "Uniqueid", &id) || has(event, "Call", &id);
        wait_for(&mut self.events, |event| ours(event) && passes(event)).await
    }

    /// Waits until the server runs a command.
    async fn runs(&mut self, words: &str) {
        self.event(|event| {
            event.name() == "AGIExecStart"
                && event.get("Command").is_some_and(|command| command.starts_with(words))
        })
        .await;
    }

    async fn press(&self, keys: &str) {
        for digit in keys.chars() {
            let press = CustomAction::new("PlayDTMF").header("Channel", &self.caller);
            let sent = self.manager.send(press.header("Digit", digit.to_string())).await;
            sent.expect("the caller is there");
        }
    }

    async fn hang_up(&self) {
        self.manager.send(Hangup::new(&self.caller)).await.expect("the caller is there");
    }

    /// Runs a command, and lets the caller hang up once the server has begun with it.
    async fn hang_up_during<T>(&mut self, words: &str, request: impl IntoFuture<Output = T>) -> T {
        let gone = async {
            self.runs(words).await;
            self.hang_up().await;
        };
        soon(async { tokio::join!(request.into_future(), gone).0 }).await
    }

    /// What the dialplan says behind the script: `AGISTATUS`, and the word that the script left.
    async fn done(&mut self) -> (String, String) {
        let done = self.event(|event| has(event, "UserEvent", "AgiDone")).await;
        let header = |name| done.get(name).unwrap_or_default().into_owned();
        (header("AgiStatus"), header("SdkResult"))
    }

    /// `AGISTATUS` at the end of a call that was hung up.
    async fn ended(&mut self) -> String {
        let ended = self.event(|event| has(event, "UserEvent", "Ended")).await;
        ended.get("AgiStatus").unwrap_or_default().into_owned()
    }
}

/// The next call that was handed over.
async fn taken(calls: &mut mpsc::Receiver<Call>) -> Call {
    soon(calls.recv()).await.expect("the service runs")
}

/// The session is over, and nothing of the command was sent.
fn is_over<T>(result: &Result<T, CommandError>) -> bool {
    matches!(
        result,
        Err(CommandError::Hangup { kind: HangupKind::Pipe, delivery: Some(Delivery::NotSent) })
    )
}

/// Asks for digits, and leaves them with all else that it got.
async fn menu(
    mut call: Call,
    Captures((language,)): Captures<(String,)>,
    Args(arguments): Args,
) -> agi::Result {
    call.answer().await?;
    let input = call.get_data("vm-enter-num-to-call").max_digits(4).await?;
    let beep = call.stream_file("beep").await?;
    let word = format!(
        "{language} {} retry={} args={} {} {}",
        call.path(),
        call.kwarg("retry").unwrap_or_default(),
        arguments.join("|"),
        input.digits,
        beep.samples()
    );
    call.set_variable("SDK_RESULT", word).await?;
    assert_eq!(call.variable("NOT_SET").await?, None);
    Ok(())
}

#[tokio::test]
async fn the_same_menu_as_over_fastagi() {
    let Some(asterisk) = live::server() else { return };
    let service = || Service::builder().route(r"^menu/(?<language>\w+)$", menu);
    let fast = service().bind("127.0.0.1:0").await.unwrap();
    let url = format!("agi://{}/menu/en?retry=1", fast.local_addr());
    let fast = tokio::spawn(Server::serve(fast));
    let program = Program::start(&asterisk, "async-menu", service()).await;

    let over = [
        ("fast-menu", url.as_str(), ["one", ""]),
        ("async-menu", "agi:async", ["menu/en?retry=1", "one"]),
    ];
    let mut words = Vec::new();
    for (id, url, arguments) in over {
        let mut call = LiveCall::start(&asterisk, id, url, arguments).await;
        call.runs("GET DATA").await;
        call.press("0123").await;
        let (status, word) = call.done().await;
        assert_eq!(status, "SUCCESS");
        words.push(word);
    }
    assert_eq!(words[0], "en menu/en retry=1 args=one| 0123 3520");
    assert_eq!(words[1], "en menu/en retry=1 args=one 0123 3520");
    let drained = program.stop().await;
    assert_eq!((drained.finished, drained.aborted), (0, 0));
    fast.abort();
}

#[tokio::test]
async fn replies_of_any_length_are_whole() {
    let Some(asterisk) = live::server() else { return };
    let (service, mut calls) = handed_over();
    let program = Program::start(&asterisk, "async-long", service).await;
    let mut live = LiveCall::start(&asterisk, "async-long", "agi:async", ["x", ""]).await;
    let mut call = taken(&mut calls).await;

    let part: String = ('a'..='z').cycle().take(900).collect();
    call.set_variable("PART", part.as_str()).await.unwrap();
    // The reply has 16 bytes more: it is a byte short of filling an event, fills it, and so on.
    for length in [1007, 1008, 1009, 2031, 2032, 2033, 3000, 59_600] {
        let (parts, rest) = (length / part.len(), "-".repeat(length % part.len()));
        let expression = format!("{}{rest}", "${PART}".repeat(parts));
        let whole = call.full_variable(expression).await.unwrap();
        let whole = whole.expect("the channel exists");
        assert_eq!(whole.len(), length);
        assert_eq!(whole.as_str(), format!("{}{rest}", part.repeat(parts)));
        // What follows gets its own reply.
        assert_eq!(call.variable("PART").await.unwrap().as_deref(), Some(part.as_str()));
        call.noop().await.unwrap();
    }
    // The usage of this one has more than 1,024 bytes.
    let refused = call.send(Custom::new("CONTROL STREAM FILE")).await;
    let Err(CommandError::Usage { text }) = refused else { panic!("{refused:?}") };
    assert!(text.len() > 1024 && text.starts_with("Send the given file"), "{text}");
    assert!(text.ends_with("contains the key that was pressed."), "{text}");
    assert_eq!(call.gosub("sdk", "sub", 1).await.unwrap(), GosubEnd::Returned);
    call.noop().await.unwrap();
    drop(call);
    assert_eq!(live.done().await.0, "SUCCESS");
    program.stop().await;
}

#[tokio::test]
async fn variables_of_any_length_are_whole() {
    let Some(asterisk) = live::server() else { return };
    let (service, mut calls) = handed_over();
    let program = Program::start(&asterisk, "async-args", service).await;
    let (first, second) = (format!("x?y={}", "a".repeat(900)), "b".repeat(900));
    let arguments = [first.as_str(), second.as_str()];
    let mut live = LiveCall::start(&asterisk, "async-args", "agi:async/ignored", arguments).await;
    let mut call = taken(&mut calls).await;
    assert_eq!(call.path(), "x");
    assert_eq!(call.kwarg("y"), Some("a".repeat(900).as_str()));
    assert_eq!(call.args(), [second.as_str()]);
    assert_eq!(call.environment().request(), "async");
    assert_eq!(call.environment().network_script(), Some(first.as_str()));
    assert_eq!(call.peer(), None);
    assert_eq!(call.variable("AGI_ARG2").await.unwrap().as_deref(), Some(second.as_str()));
    drop(call);
    assert_eq!(live.done().await.0, "SUCCESS");
    program.stop().await;
}

#[tokio::test]
async fn the_longest_line() {
    let Some(asterisk) = live::server() else { return };
    let (service, mut calls) = handed_over();
    let program = Program::start(&asterisk, "async-line", service).await;
    let mut live = LiveCall::start(&asterisk, "async-line", "agi:async", ["x", ""]).await;
    let mut call = taken(&mut calls).await;
    let room = 1013 - r#"SET VARIABLE "A" """#.len();
    let longest = "x".repeat(room);
    call.set_variable("A", longest.as_str()).await.unwrap();
    assert_eq!(call.variable("A").await.unwrap().as_deref(), Some(longest.as_str()));
    let refused = call.set_variable("A", "x".repeat(room + 1)).await;
    let Err(CommandError::Invalid(error)) = refused else { panic!("{refused:?}") };
    assert_eq!(error, LineError::TooLong { length: 1015, limit: 1014 });
    call.noop().await.unwrap();
    drop(call);
    assert_eq!(live.done().await.0, "SUCCESS");
    program.stop().await;
}

#[tokio::test]
async fn hangup_in_stream_file() {
    let Some(asterisk) = live::server() else { return };
    let (service, mut calls) = handed_over();
    let program = Program::start(&asterisk, "async-gone", service).await;
    let mut live = LiveCall::start(&asterisk, "async-gone", "agi:async", ["x", ""]).await;
    let mut call = taken(&mut calls).await;
    let gone = live.hang_up_during("STREAM FILE", call.stream_file("demo-congrats")).await;
    let Err(CommandError::Hangup { kind, delivery: None }) = gone else { panic!("{gone:?}") };
    assert!(matches!(kind, HangupKind::Result | HangupKind::Signal), "{kind:?}");
    assert!(call.is_hung_up());
    // Over FastAGI this works after a hangup. Here Asterisk may even take it still, and never run it.
    let refused = soon(call.verbose("still here").into_future()).await;
    assert!(refused.is_err_and(|error| error.is_hangup()));
    assert_eq!(live.ended().await, "HANGUP");
    program.stop().await;
}

#[tokio::test]
async fn hangup_in_exec_and_while_nothing_runs() {
    let Some(asterisk) = live::server() else { return };
    let (service, mut calls) = handed_over();
    let program = Program::start(&asterisk, "async-idle", service).await;
    let mut live = LiveCall::start(&asterisk, "async-idle-a", "agi:async", ["x", ""]).await;
    let mut call = taken(&mut calls).await;
    let gone = live.hang_up_during("EXEC", call.exec("Wait", "30")).await;
    let signal = |result| {
        matches!(result, Err(CommandError::Hangup { kind: HangupKind::Signal, delivery: None }))
    };
    assert!(signal(gone));
    assert_eq!(live.ended().await, "HANGUP");

    let mut live = LiveCall::start(&asterisk, "async-idle-b", "agi:async", ["x", ""]).await;
    let mut call = taken(&mut calls).await;
    call.noop().await.unwrap();
    assert!(!call.is_hung_up());
    live.hang_up().await;
    assert_eq!(soon(call.hung_up()).await, HangupKind::Signal);
    assert!(is_over(&soon(call.noop().into_future()).await));
    assert_eq!(live.ended().await, "HANGUP");
    program.stop().await;
}

#[tokio::test]
async fn a_handler_is_ended_at_the_hangup() {
    let Some(asterisk) = live::server() else { return };
    let (alive, mut dropped) = mpsc::channel::<()>(1);
    let service = Service::builder().layer(EndAtHangup::new()).fallback(move |mut call: Call| {
        let alive = alive.clone();
        async move {
            call.noop().await?;
            pending::<()>().await;
            drop(alive);
            Ok::<(), agi::Error>(())
        }
    });
    let program = Program::start(&asterisk, "async-layer", service).await;
    let mut live = LiveCall::start(&asterisk, "async-layer", "agi:async", ["x", ""]).await;
    live.runs("NOOP").await;
    live.hang_up().await;
    assert_eq!(live.ended().await, "HANGUP");
    // The handler is gone already, and the service by the stop.
    let drained = program.stop().await;
    assert_eq!(drained.aborted, 0);
    assert_eq!(soon(dropped.recv()).await, None);
}

/// Ends as its path says.
async fn odd(mut call: Call) -> agi::Result {
    call.verbose(format!("to {}", call.path())).await?;
    match call.path() {
        "panic" => unreachable!("on purpose"),
        "error" => Err("on purpose".into()),
        _ => Ok(()),
    }
}

#[tokio::test]
async fn how_handlers_end() {
    let Some(asterisk) = live::server() else { return };
    let service = Service::builder().route("^(panic|error|return)$", odd);
    let program = Program::start(&asterisk, "async-end", service).await;
    for (path, status) in
        [("return", "SUCCESS"), ("panic", "FAILURE"), ("error", "FAILURE"), ("none", "FAILURE")]
    {
        let id = format!("async-end-{path}");
        let mut live = LiveCall::start(&asterisk, &id, "agi:async", [path, ""]).await;
        // The dialplan goes on in any case.
        assert_eq!(live.done().await.0, status, "{path}");
    }
    program.stop().await;
}

#[tokio::test]
async fn a_command_that_fails_ends_the_script() {
    let Some(asterisk) = live::server() else { return };
    let (service, mut calls) = handed_over();
    let program = Program::start(&asterisk, "async-fail", service).await;
    let mut live = LiveCall::start(&asterisk, "async-fail", "agi:async", ["x", ""]).await;
    let mut call = taken(&mut calls).await;
    // These do not.
    assert_eq!(failure(call.exec("NoSuchApplication", "").await), "-2");
    call.get_data("no-such-file").await.unwrap_err();
    assert!(!call.is_hung_up());
    assert_eq!(failure(call.stream_file("no-such-file").await), "-1");
    assert_eq!(soon(call.hung_up()).await, HangupKind::Pipe);
    assert!(is_over(&call.noop().await));
    assert_eq!(live.done().await.0, "FAILURE");
    program.stop().await;
}

fn failure<T: std::fmt::Debug>(result: Result<T, CommandError>) -> String {
    match result {
        Err(CommandError::AppFailure { result, .. }) => result.as_str().to_owned(),
        other => unreachable!("not a failure: {other:?}"),
    }
}

#[tokio::test]
async fn a_script_that_breaks_off_itself() {
    let Some(asterisk) = live::server() else { return };
    let (service, mut calls) = handed_over();
    let program = Program::start(&asterisk, "async-break", service).await;
    let mut live = LiveCall::start(&asterisk, "async-break", "agi:async", ["x", ""]).await;
    let mut call = taken(&mut calls).await;
    call.async_agi_break().await.unwrap();
    assert_eq!(soon(call.hung_up()).await, HangupKind::Pipe);
    assert_eq!(live.done().await.0, "SUCCESS");
    program.stop().await;
}

#[tokio::test]
async fn a_shutdown_with_calls() {
    let Some(asterisk) = live::server() else { return };
    let (service, mut calls) = handed_over();
    let started = mpsc::channel(10);
    let service = service.route("^stay$", move |mut call: Call| {
        let started = started.0.clone();
        async move {
            let _ = started.send(()).await;
            call.noop().await?;
            pending::<agi::Result>().await
        }
    });
    let service = service.max_connections(2).drain_timeout(Duration::from_millis(500));
    let mut running = started.1;
    let program = Program::start(&asterisk, "async-stop", service).await;
    let mut stays = LiveCall::start(&asterisk, "async-stop-a", "agi:async", ["stay", ""]).await;
    soon(running.recv()).await.unwrap();
    let mut too = LiveCall::start(&asterisk, "async-stop-b", "agi:async", ["stay", ""]).await;
    soon(running.recv()).await.unwrap();
    // There is no room for this one.
    let mut waits = LiveCall::start(&asterisk, "async-stop-c", "agi:async", ["x", ""]).await;
    waits.event(|event| event.name() == "AsyncAGIStart").await;
    too.hang_up().await;
    assert_eq!(too.ended().await, "HANGUP");
    assert!(calls.try_recv().is_err());
    let drained = program.stop().await;
    assert_eq!((drained.finished, drained.aborted), (0, 2));
    assert_eq!(stays.done().await.0, "SUCCESS");
    assert_eq!(waits.done().await.0, "FAILURE");
}

#[tokio::test]
async fn calls_of_others_are_left_alone() {
    let Some(asterisk) = live::server() else { return };
    let (service, mut calls) = handed_over();
    let program = Program::start(&asterisk, "async-ours", service).await;
    let mut theirs = LiveCall::start(&asterisk, "async-theirs", "agi:async", ["x", ""]).await;
    theirs.event(|event| event.name() == "AsyncAGIStart").await;
    let mut ours = LiveCall::start(&asterisk, "async-ours", "agi:async", ["x", ""]).await;
    let mut call = taken(&mut calls).await;
    assert_eq!(call.environment().unique_id().as_str(), "async-ours-script");

    // Another program gives commands to our call.
    let meddle = asterisk_sdk::ami::action::Agi::new("async-ours-script", "NOOP");
    theirs.manager.send(meddle).await.unwrap();
    ours.runs("NOOP").await;
    call.set_variable("SDK_RESULT", "ours").await.unwrap();
    assert_eq!(call.variable("SDK_RESULT").await.unwrap().as_deref(), Some("ours"));
    drop(call);
    assert_eq!(ours.done().await, ("SUCCESS".to_owned(), "ours".to_owned()));
    assert!(calls.try_recv().is_err());
    theirs.hang_up().await;
    assert_eq!(theirs.ended().await, "HANGUP");
    program.stop().await;
}

/// Passes connections on to the server until it is told to cut them.
async fn wire(to: String) -> (String, mpsc::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound").to_string();
    let (cut, mut cuts) = mpsc::channel(1);
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut far = TcpStream::connect(&to).await.expect("the server is there");
            tokio::select! {
                _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                cut = cuts.recv() => if cut.is_none() { break },
            }
        }
    });
    (address, cut)
}

#[tokio::test]
async fn a_connection_that_is_lost_and_made_again() {
    let Some(asterisk) = live::server() else { return };
    let (address, cut) = wire(asterisk.ami.clone()).await;
    let (user, secret) = asterisk.ami_admin.clone();
    let quick = Reconnect::default().pauses(Duration::from_millis(1), Duration::from_millis(1));
    let builder = Manager::builder(address).login(user, secret).reconnect(quick);
    let (service, mut calls) = handed_over();
    let program = Program::over(&builder.connect().await.unwrap(), "async-lost", service);

    let mut busy = LiveCall::start(&asterisk, "async-lost-a", "agi:async", ["x", ""]).await;
    let mut busy_call = taken(&mut calls).await;
    let mut idle = LiveCall::start(&asterisk, "async-lost-b", "agi:async", ["x", ""]).await;
    let mut idle_call = taken(&mut calls).await;
    idle_call.noop().await.unwrap();
    let lost = {
        let cut = async {
            busy.runs("EXEC").await;
            cut.send(()).await.expect("the wire holds");
        };
        soon(async { tokio::join!(busy_call.exec("Wait", "2").into_future(), cut).0 }).await
    };
    assert!(
        matches!(
            lost,
            Err(CommandError::Hangup { kind: HangupKind::Pipe, delivery: Some(Delivery::Unknown) })
        ),
        "{lost:?}"
    );
    assert_eq!(soon(idle_call.hung_up()).await, HangupKind::Pipe);
    // Nobody has hung up: the dialplan goes on when the program is back.
    assert_eq!(idle.done().await.0, "FAILURE");
    assert_eq!(busy.done().await.0, "FAILURE");

    // And the next call is served.
    let mut next = LiveCall::start(&asterisk, "async-lost-c", "agi:async", ["x", ""]).await;
    taken(&mut calls).await.noop().await.unwrap();
    assert_eq!(next.done().await.0, "SUCCESS");
    program.stop().await;
}

#[tokio::test]
async fn many_calls_at_once() {
    let Some(asterisk) = live::server() else { return };
    let service = Service::builder().fallback(|mut call: Call| async move {
        for number in 0..5 {
            let value = format!("{}-{number}-{}", call.path(), "x".repeat(900));
            call.set_variable("V", value.as_str()).await?;
            let read = call.full_variable("${V}${V}").await?;
            assert_eq!(read.as_deref(), Some(value.repeat(2).as_str()));
        }
        let path = call.path().to_owned();
        call.set_variable("SDK_RESULT", path).await?;
        Ok::<(), agi::Error>(())
    });
    // Some wait for their turn.
    let program = Program::start(&asterisk, "async-many", service.max_connections(7)).await;
    let calls = (0..20).map(|number| {
        let asterisk = asterisk.clone();
        tokio::spawn(async move {
            let path = format!("n{number}");
            let id = format!("async-many-{number}x");
            let mut live = LiveCall::start(&asterisk, &id, "agi:async", [path.as_str(), ""]).await;
            assert_eq!(live.done().await, ("SUCCESS".to_owned(), path));
        })
    });
    for call in calls.collect::<Vec<_>>() {
        soon(call).await.unwrap();
    }
    program.stop().await;
}
