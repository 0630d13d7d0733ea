//! The FastAGI server example, called by a real Asterisk.

use std::process::Stdio;

use asterisk_sdk::ami::action::{CoreShowChannels, Custom, Hangup as HangUp, Originate};
use asterisk_sdk::ami::event::{Hangup, OriginateReason};
use asterisk_sdk::ami::{Event, EventStream, Manager};
use asterisk_sdk::proto::{ChannelId, ChannelState, HangupCause};
use harness::agi_program::example;
use harness::{live, soon};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::calls::{has, manager, wait_for};

/// The running example.
struct Example {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    address: String,
}

impl Example {
    /// Starts the binary that was built beside this test.
    async fn start() -> Self {
        let mut child = Command::new(example("fastagi_server"))
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the example starts");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let line = output.next_line().await.expect("it can be read").expect("it says something");
        let address = line.strip_prefix("listening on ").expect("it says where").to_owned();
        Self { child, output, address }
    }

    /// Interrupts it as Ctrl-C does; it has to let its calls end.
    async fn stop(mut self) {
        let pid = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status().await;
        assert!(sent.expect("kill exists").success());
        let mut last = String::new();
        while let Ok(Some(line)) = self.output.next_line().await {
            last = line;
        }
        let status = soon(self.child.wait()).await;
        assert!(status.expect("it is our child").success());
        assert!(last.starts_with("stopped: ") && last.ends_with(", 0 aborted"), "{last}");
    }
}

/// A call whose second half runs an AGI script, while the first one only waits.
struct AgiCall {
    id: ChannelId,
    channel: String,
    events: EventStream<Event>,
}

/// Calls the example on a path.
async fn call(manager: &Manager, example: &Example, id: &str, path: &str) -> AgiCall {
    let events = manager.events().all();
    // Neither may be the beginning of the other: Asterisk would take it for in use.
    let (caller, id) = (format!("{id}-caller"), ChannelId::from(format!("{id}-script")));
    let originate = Originate::to("Local/agi@sdk")
        .exten("sdk", "wait", 1)
        .channel_id(caller)
        .other_channel_id(id.clone())
        .caller_id(r#""O'Brien, Pat" <0123>"#)
        .variable("__AGI_URL", format!("agi://{}/{path}", example.address))
        .variable("__AGI_ARG1", "first argument")
        .variable("__AGI_ARG2", "");
    let outcome = manager.originate(originate).await.expect("it is called");
    assert_eq!(outcome.reason, Some(OriginateReason::Answered));
    // The caller is ...;1, the other end, which runs the script, is ...;2.
    let caller = outcome.channel.expect("it has a name");
    let channel = format!("{}2", caller.strip_suffix('1').expect("a Local channel"));
    AgiCall { id, channel, events }
}

impl AgiCall {
    /// Waits for an event of the script's channel.
    async fn event(&mut self, mut passes: impl FnMut(&Event) -> bool) -> Event {
        let id = self.id.clone();
        let ours =
            |event: &Event| has(event, "Uniqueid", id.as_str()) || has(event, "Call", id.as_str());
        wait_for(&mut self.events, |event| ours(event) && passes(event)).await
    }
}

#[tokio::test]
async fn a_route_with_captures_and_arguments() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let example = Example::start().await;
    let path = "greet/4711?lang=de&tag=a&tag=b%20c";
    let mut call = call(&manager, &example, "live-agi-greet", path).await;

    let done = call.event(|event| has(event, "UserEvent", "AgiDone")).await;
    assert_eq!(
        done.get("SdkResult").unwrap(),
        "exten=4711;lang=de;tags=a|b c;args=first argument|"
    );
    assert_eq!(done.get("AgiStatus").unwrap(), "SUCCESS");
    // The script ended without a hangup: the dialplan went on, and hung up.
    let hangup = call.event(Event::is::<Hangup>).await.decode::<Hangup>().unwrap();
    assert_eq!(hangup.cause, Some(HangupCause::NormalClearing));
    example.stop().await;
}

#[tokio::test]
async fn digits_and_hangup() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let example = Example::start().await;
    for digits in ["0123", "12*4"] {
        let id = format!("live-agi-demo-{digits}");
        let mut call = call(&manager, &example, &id, "demo").await;
        call.runs("GET DATA").await;

        // The call is there, in the script.
        let channels = manager.send(CoreShowChannels::new()).await.unwrap();
        assert!(channels.valid());
        let listed =
            channels.items.iter().find(|item| item.channel.unique_id.as_ref() == Some(&call.id));
        let listed = listed.expect("the call is listed");
        assert_eq!(listed.channel.channel.as_deref(), Some(call.channel.as_str()));
        assert_eq!(listed.channel.state, Some(ChannelState::Up));
        assert_eq!(listed.channel.exten.as_deref(), Some("agi"));
        assert_eq!(listed.application.as_deref(), Some("AGI"));
        let url = format!("agi://{}/demo", example.address);
        let data = listed.application_data.as_ref().expect("the application has arguments");
        assert!(data.starts_with(&url), "{data}");

        // The caller presses keys; the script keeps them as text.
        press(&manager, &call, digits).await;
        let set = call.event(|event| has(event, "Variable", "SDK_RESULT")).await;
        assert_eq!(set.get("Value").unwrap(), digits);
        let hangup = call.event(Event::is::<Hangup>).await.decode::<Hangup>().unwrap();
        assert_eq!(hangup.channel.channel.as_deref(), Some(call.channel.as_str()));
        // HANGUP gives no cause.
        assert_eq!(hangup.cause, Some(HangupCause::NotDefined));
    }
    example.stop().await;
}

/// Presses keys at the caller's end.
async fn press(manager: &Manager, call: &AgiCall, keys: &str) {
    let caller = format!("{}1", call.channel.strip_suffix('2').expect("a Local channel"));
    for digit in keys.chars() {
        let press = Custom::new("PlayDTMF").header("Channel", &caller);
        manager.send(press.header("Digit", digit.to_string())).await.expect("the caller is there");
    }
}

impl AgiCall {
    /// Waits until the script runs this command.
    async fn runs(&mut self, command: &str) {
        self.event(|event| {
            event.name() == "AGIExecStart"
                && event.get("Command").is_some_and(|line| line.starts_with(command))
        })
        .await;
    }
}

#[tokio::test]
async fn a_menu_keeps_settings_in_the_database() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let example = Example::start().await;
    let mut call = call(&manager, &example, "live-agi-menu", "menu").await;
    let options = r#"GET DATA "vm-options""#;
    call.runs(options).await;
    press(&manager, &call, "3").await;
    // Forgotten, if an earlier run has left one.
    call.runs(r#"DATABASE DEL "fastagi-example" "0123""#).await;
    call.runs(options).await;
    press(&manager, &call, "2").await;
    call.runs(r#"STREAM FILE "invalid""#).await;
    call.runs(options).await;
    press(&manager, &call, "1").await;
    call.runs(r#"GET DATA "vm-enter-num-to-call""#).await;
    press(&manager, &call, "0471#").await;
    call.runs(r#"DATABASE PUT "fastagi-example" "0123" "0471""#).await;
    call.runs(options).await;
    press(&manager, &call, "2").await;
    let set = call.event(|event| has(event, "Variable", "SDK_RESULT")).await;
    assert_eq!(set.get("Value").unwrap(), "0471");
    call.runs(r#"SAY DIGITS "0471""#).await;
    // The layer ends the menu with the call, whatever it does.
    manager.send(HangUp::new("live-agi-menu-caller")).await.unwrap();
    let ended = call.event(|event| has(event, "UserEvent", "Ended")).await;
    assert_eq!(ended.get("AgiStatus").unwrap(), "HANGUP");
    example.stop().await;
}

#[tokio::test]
async fn routes_are_switched_while_the_server_runs() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let example = Example::start().await;
    for (switch, menu) in [("on", "closed"), ("off", "open")] {
        let (id, path) = (format!("live-agi-switch-{switch}"), format!("maintenance/{switch}"));
        let mut call = call(&manager, &example, &id, &path).await;
        let done = call.event(|event| has(event, "UserEvent", "AgiDone")).await;
        assert_eq!(done.get("SdkResult").unwrap(), menu);
        assert_eq!(done.get("AgiStatus").unwrap(), "SUCCESS");
    }
    example.stop().await;
}

#[tokio::test]
async fn a_handler_that_fails_is_a_failure_to_the_dialplan() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let example = Example::start().await;
    // It is no number that the handler can take.
    let path = format!("greet/{}", "9".repeat(30));
    let mut call = call(&manager, &example, "live-agi-failure", &path).await;
    let done = call.event(|event| has(event, "UserEvent", "AgiDone")).await;
    assert_eq!(done.get("AgiStatus").unwrap(), "FAILURE");
    example.stop().await;
}

#[tokio::test]
async fn the_caller_hangs_up() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let example = Example::start().await;
    let mut call = call(&manager, &example, "live-agi-gone", "demo").await;
    call.runs("GET DATA").await;
    let hangup = HangUp::new("live-agi-gone-caller");
    manager.send(hangup).await.unwrap();
    let ended = call.event(|event| has(event, "UserEvent", "Ended")).await;
    assert_eq!(ended.get("AgiStatus").unwrap(), "HANGUP");
    // The server goes on with the next call.
    let mut next = self::call(&manager, &example, "live-agi-next", "greet/1").await;
    let done = next.event(|event| has(event, "UserEvent", "AgiDone")).await;
    assert_eq!(done.get("AgiStatus").unwrap(), "SUCCESS");
    example.stop().await;
}

#[tokio::test]
async fn no_route_falls_back() {
    let Some(server) = live::server() else { return };
    let manager = manager(&server).await;
    let mut example = Example::start().await;
    let mut call = call(&manager, &example, "live-agi-fallback", "no/such/path").await;
    let done = call.event(|event| has(event, "UserEvent", "AgiDone")).await;
    assert_eq!(done.get("AgiStatus").unwrap(), "SUCCESS");
    let line = example.output.next_line().await.unwrap().unwrap();
    assert_eq!(line, r#"0123 asked for "no/such/path", which is nothing"#);
}
