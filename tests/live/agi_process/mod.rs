//! A program of ours that a real Asterisk runs as an AGI script: over standard input and output, with
//! `SIGHUP` for the hangup, and with the caller's audio.

use std::path::Path;

use asterisk_sdk::agi::Call;
use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::ami::action::{Custom, Hangup, Originate};
use asterisk_sdk::ami::event::OriginateReason;
use asterisk_sdk::ami::{Event, EventStream, Manager};
use asterisk_sdk::proto::ChannelId;
use harness::agi_program::{example, install};
use harness::live;

use crate::calls::{has, manager, wait_for};

/// A call whose second half runs a script, while the first one does what its extension says.
struct Run {
    server: live::Server,
    manager: Manager,
    events: EventStream<Event>,
    id: ChannelId,
    /// The caller's channel.
    caller: String,
}

/// What a call needs beside its name.
struct Plan<'a> {
    /// `agi`, or `eagi` for one with audio.
    extension: &'a str,
    /// The script, or the URL.
    script: &'a str,
    arguments: [&'a str; 2],
    /// What the caller's half does.
    far_end: &'a str,
}

impl Run {
    async fn start(server: &live::Server, name: &str, plan: Plan<'_>) -> Self {
        let server = server.clone();
        let manager = manager(&server).await;
        let events = manager.events().all();
        let (caller, id) =
            (format!("process-{name}-caller"), ChannelId::from(format!("process-{name}-script")));
        let originate = Originate::to(format!("Local/{}@sdk", plan.extension))
            .exten("sdk", plan.far_end, 1)
            .channel_id(caller)
            .other_channel_id(id.clone())
            .variable("__AGI_URL", plan.script)
            .variable("__AGI_ARG1", plan.arguments[0])
            .variable("__AGI_ARG2", plan.arguments[1]);
        let outcome = manager.originate(originate).await.expect("it is called");
        assert_eq!(outcome.reason, Some(OriginateReason::Answered));
        let caller = outcome.channel.expect("it has a name").to_string();
        Self { server, manager, events, id, caller }
    }

    /// Runs our program by `AGI`; nothing when there is no server to test against.
    async fn program(what: &str, second: &str) -> Option<Self> {
        let server = live::server()?;
        let script = install(&server, Path::new(env!("CARGO_BIN_EXE_agi_process")));
        let arguments = [what, second];
        let plan = Plan { extension: "agi", script: &script, arguments, far_end: "wait" };
        let name = format!("{what} {second}").replace(' ', "-");
        Some(Self::start(&server, &name, plan).await)
    }

    /// Runs it by `EAGI`, while the caller's half does what this extension says.
    async fn with_audio(what: &str, far_end: &str) -> Option<Self> {
        let server = live::server()?;
        let script = install(&server, Path::new(env!("CARGO_BIN_EXE_agi_process")));
        let plan = Plan { extension: "eagi", script: &script, arguments: [what, ""], far_end };
        Some(Self::start(&server, &format!("{what}-{far_end}").replace(' ', "-"), plan).await)
    }

    /// Waits for an event of the script's channel.
    async fn event(&mut self, mut passes: impl FnMut(&Event) -> bool) -> Event {
        let id = self.id.clone();
        let ours =
            |event: &Event| has(event, "Uniqueid", id.as_str()) || has(event, "Call", id.as_str());
        wait_for(&mut self.events, |event| ours(event) && passes(event)).await
    }

    /// Waits until the script sets a variable, and gives the value.
    async fn set(&mut self, variable: &str) -> String {
        let set = self.event(|event| has(event, "Variable", variable)).await;
        set.get("Value").unwrap_or_default().into_owned()
    }

    /// Waits for a command of the script's to begin.
    async fn command(&mut self, words: &str) {
        self.event(|event| {
            event.name() == "AGIExecStart"
                && event.get("Command").is_some_and(|command| command.starts_with(words))
        })
        .await;
    }

    /// The caller presses keys.
    async fn press(&self, keys: &str) {
        for digit in keys.chars() {
            let press = Custom::new("PlayDTMF").header("Channel", &self.caller);
            let sent = self.manager.send(press.header("Digit", digit.to_string())).await;
            sent.expect("the caller is there");
        }
    }

    async fn hang_up(&self) {
        self.manager.send(Hangup::new(&self.caller)).await.expect("the caller is there");
    }

    /// Waits for the end of the script, and gives how the server says that it ended.
    async fn status(&mut self) -> String {
        let done = self.event(|event| event.get("AgiStatus").is_some()).await;
        done.get("AgiStatus").unwrap_or_default().into_owned()
    }
}

#[tokio::test]
async fn environment_and_arguments() {
    let Some(mut run) = Run::program("environment", "two words").await else { return };
    let instance = run.server.folder().file_name().and_then(|name| name.to_str()).unwrap();
    let expected =
        format!("/instances/{instance}/agi-bin; agi_process; environment|two words; true");
    assert_eq!(run.set("SDK_RESULT").await, expected);
    assert_eq!(run.status().await, "SUCCESS");
}

#[tokio::test]
async fn the_menu_is_the_same_as_over_a_network() {
    let Some(mut run) = Run::program("menu", "").await else { return };
    run.command("GET DATA").await;
    run.press("0123").await;
    assert_eq!(run.set("SDK_RESULT").await, "0123 for menu|");
    assert_eq!(run.status().await, "SUCCESS");

    let agi = Server::builder().route("^menu$", harness::agi_menu::menu).bind("127.0.0.1:0").await;
    let agi = agi.unwrap();
    let url = format!("agi://{}/menu", agi.local_addr());
    let task = tokio::spawn(agi.serve());
    let plan = Plan { extension: "agi", script: &url, arguments: ["menu", ""], far_end: "wait" };
    let mut network = Run::start(&run.server, "menu-network", plan).await;
    network.command("GET DATA").await;
    network.press("0123").await;
    assert_eq!(network.set("SDK_RESULT").await, "0123 for menu|");
    assert_eq!(network.status().await, "SUCCESS");
    task.abort();
}

#[tokio::test]
async fn a_hangup_while_a_command_runs() {
    // The reply to the first says it; that to the second is the same as for a missing file, and the
    // signal tells.
    for (what, words, found) in [
        ("stream", "STREAM FILE", "Result Result; Up; true; 0"),
        ("data", "GET DATA", "Signal Signal; Up; true; 0"),
    ] {
        let Some(mut run) = Run::program("hangup", what).await else { return };
        run.command(words).await;
        run.hang_up().await;
        assert_eq!(run.set("SDK_RESULT").await, found);
        assert_eq!(run.status().await, "HANGUP");
    }
}

#[tokio::test]
async fn a_hangup_while_nothing_runs() {
    let Some(mut run) = Run::program("idle", "").await else { return };
    assert_eq!(run.set("SDK_READY").await, "1");
    run.hang_up().await;
    assert_eq!(run.set("SDK_RESULT").await, "Signal Signal; Up; true; 0");
    assert_eq!(run.status().await, "HANGUP");
}

#[tokio::test]
async fn a_hangup_that_ends_the_handler() {
    let Some(mut run) = Run::program("elsewhere", "").await else { return };
    assert_eq!(run.set("SDK_READY").await, "1");
    run.hang_up().await;
    assert_eq!(run.status().await, "HANGUP");
}

#[tokio::test]
async fn failures_and_scripts_that_are_not_there() {
    for what in ["fail", "panic", "nothing that it knows"] {
        let Some(mut run) = Run::program(what, "").await else { return };
        let status = run.status().await;
        // The last one only exits with 1, which 16 loses at times.
        if what != "nothing that it knows" || run.server.major() > 16 {
            assert_eq!(status, "FAILURE", "{what}");
        }
    }
    let Some(mut run) = Run::program("no handler", "").await else { return };
    assert_eq!(run.status().await, "SUCCESS");
    let plan =
        Plan { extension: "agi", script: "no-such-script", arguments: ["", ""], far_end: "wait" };
    let mut missing = Run::start(&run.server, "missing", plan).await;
    assert_eq!(missing.status().await, "NOTFOUND");
}

#[tokio::test]
async fn audio_is_heard() {
    let Some(mut run) = Run::with_audio("listen", "play").await else { return };
    let heard = run.set("SDK_RESULT").await;
    let (samples, peak) = heard.split_once(' ').unwrap();
    // Two seconds; the last frame may go over.
    let samples: usize = samples.parse().unwrap();
    assert!((16_000..16_320).contains(&samples), "{heard}");
    assert!(peak.parse::<u16>().unwrap() > 10_000, "{heard}");
    assert_eq!(run.status().await, "SUCCESS");
}

#[tokio::test]
async fn audio_ends_with_the_call() {
    let Some(mut run) = Run::with_audio("listen to the end", "music").await else { return };
    assert_eq!(run.set("SDK_READY").await, "1");
    run.hang_up().await;
    assert_eq!(run.set("SDK_RESULT").await, "0; Signal");
    assert_eq!(run.status().await, "HANGUP");
}

#[tokio::test]
async fn no_audio_without_eagi() {
    let Some(mut run) = Run::program("deaf", "").await else { return };
    assert_eq!(run.set("SDK_RESULT").await, "Some(Unsupported)");
    let agi = Server::builder().fallback(|_: Call| async {}).bind("127.0.0.1:0").await.unwrap();
    let url = format!("agi://{}/", agi.local_addr());
    let plan = Plan { extension: "eagi", script: &url, arguments: ["", ""], far_end: "wait" };
    let mut network = Run::start(&run.server, "eagi-network", plan).await;
    // Nobody is connected to: this server does not accept.
    assert_eq!(network.status().await, "FAILURE");
}

/// Runs an example by this extension, with its first argument.
async fn run_example(name: &str, id: &str, extension: &str, argument: &str) -> Option<Run> {
    let server = live::server()?;
    let script = install(&server, &example(name));
    let arguments = [argument, ""];
    let far_end = if extension == "eagi" { "play" } else { "wait" };
    Some(Run::start(&server, id, Plan { extension, script: &script, arguments, far_end }).await)
}

#[tokio::test]
async fn the_script_example() {
    let Some(mut run) = run_example("agi_script", "example-key", "agi", "12").await else { return };
    run.command("SAY DIGITS \"12\"").await;
    run.press("7").await;
    assert_eq!(run.set("SDK_RESULT").await, "key 7");
    assert_eq!(run.status().await, "SUCCESS");

    let mut run = run_example("agi_script", "example-gone", "agi", "12345678").await.unwrap();
    run.command("SAY DIGITS \"12345678\"").await;
    run.hang_up().await;
    assert_eq!(run.set("SDK_RESULT").await, "hangup");
    assert_eq!(run.status().await, "HANGUP");
}

#[tokio::test]
async fn the_meter_example() {
    let Some(mut run) = run_example("eagi_meter", "example-meter", "eagi", "1").await else {
        return;
    };
    // The caller's half plays a sound, and then hangs up.
    let level: f64 = run.set("LEVEL").await.parse().unwrap();
    assert!((-40.0..0.0).contains(&level), "{level}");
    run.hang_up().await;
    assert_eq!(run.status().await, "HANGUP");

    // Its caller says nothing: it gives up after a second.
    let server = run.server.clone();
    let script = install(&server, &example("eagi_meter"));
    let plan = Plan { extension: "eagi", script: &script, arguments: ["1", ""], far_end: "wait" };
    let mut quiet = Run::start(&server, "example-quiet", plan).await;
    assert_eq!(quiet.set("LEVEL").await, "-96.0");
    assert_eq!(quiet.status().await, "SUCCESS");
}
