//! Every AGI command on a real channel, with a success and with what else can come of it.
//!
//! The script runs on one half of a Local channel, and the caller at the other half is played by the
//! manager interface: it presses keys, sends text and hangs up while a command runs.

mod call;
mod data;
mod dead;
mod dialplan;
mod hangup;
mod input;
mod media;
mod record;
mod say;
mod speech;
mod text;

use std::future::IntoFuture;
use std::time::Duration;

use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::agi::{Call, CommandError, HangupKind};
use asterisk_sdk::ami::action::{Custom, Hangup, Originate};
use asterisk_sdk::ami::event::OriginateReason;
use asterisk_sdk::ami::{Event, EventStream, Manager};
use asterisk_sdk::proto::ChannelId;
use harness::{live, soon};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::calls::{has, manager, wait_for};

const SECOND: Duration = Duration::from_secs(1);

/// A call in the hands of a test, and the caller at its other end.
struct Live {
    manager: Manager,
    events: EventStream<Event>,
    /// The server's major version.
    version: u32,
    /// The calls that Asterisk hands to the script.
    scripts: mpsc::Receiver<Call>,
    server: JoinHandle<()>,
    id: ChannelId,
    /// The half at which the script is.
    channel: String,
    /// The half at which the caller is.
    caller: String,
}

/// What the caller does while a command runs.
enum Act<'a> {
    Press(&'a str),
    Say(&'a str),
    HangUp,
}

/// Makes a call whose other end is this extension, and waits until the script has it; nothing when
/// there is no server to test against.
async fn call(name: &str, far_end: &str, variables: &[(&str, &str)]) -> Option<(Live, Call)> {
    let server = live::server()?;
    let manager = manager(&server).await;
    let events = manager.events().all();
    let (sender, scripts) = mpsc::channel(10);
    let agi = Server::builder().fallback(move |call: Call| {
        let sender = sender.clone();
        async move {
            // The test owns the call from here on, and may be over already.
            let _ = sender.send(call).await;
        }
    });
    let agi = agi.bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("agi://{}/{name}", agi.local_addr());
    let agi = tokio::spawn(async move {
        agi.serve().await;
    });

    let (caller, id) =
        (format!("agi-{name}-caller"), ChannelId::from(format!("agi-{name}-script")));
    let mut originate = Originate::to("Local/agi@sdk")
        .exten("sdk", far_end, 1)
        .channel_id(caller)
        .other_channel_id(id.clone())
        .variable("__AGI_URL", url)
        .variable("__AGI_ARG1", "")
        .variable("__AGI_ARG2", "");
    for (name, value) in variables {
        originate = originate.variable(*name, *value);
    }
    let outcome = manager.originate(originate).await.expect("it is called");
    assert_eq!(outcome.reason, Some(OriginateReason::Answered));
    let caller = outcome.channel.expect("it has a name").to_string();
    let channel = format!("{}2", caller.strip_suffix('1').expect("a Local channel"));
    let version = server.major();
    let mut live = Live { manager, events, version, scripts, server: agi, id, channel, caller };
    let call = live.script().await;
    assert_eq!(call.environment().channel(), live.channel);
    Some((live, call))
}

impl Live {
    /// The next call of the script.
    async fn script(&mut self) -> Call {
        soon(self.scripts.recv()).await.expect("the server runs")
    }

    /// Runs a command, and lets the caller act once the server has begun with it.
    async fn during<T>(
        &mut self,
        words: &str,
        act: Act<'_>,
        request: impl IntoFuture<Output = T>,
    ) -> T {
        let mut events = self.manager.events().all();
        let caller = async {
            wait_for(&mut events, |event| {
                event.name() == "AGIExecStart"
                    && has(event, "Channel", &self.channel)
                    && event.get("Command").is_some_and(|command| command.starts_with(words))
            })
            .await;
            self.act(act).await;
        };
        soon(async { tokio::join!(request.into_future(), caller).0 }).await
    }

    async fn act(&self, act: Act<'_>) {
        match act {
            Act::Press(keys) => {
                for digit in keys.chars() {
                    let press = Custom::new("PlayDTMF").header("Channel", &self.caller);
                    let sent = self.manager.send(press.header("Digit", digit.to_string())).await;
                    sent.expect("the caller is there");
                }
            }
            Act::Say(text) => {
                let message = Custom::new("SendText").header("Channel", &self.caller);
                let told = self.manager.send(message.header("Message", text)).await;
                told.expect("the caller is there");
            }
            Act::HangUp => {
                let sent = self.manager.send(Hangup::new(&self.caller)).await;
                sent.expect("the caller is there");
            }
        }
    }

    /// Waits for an event of the script's channel.
    async fn event(&mut self, mut passes: impl FnMut(&Event) -> bool) -> Event {
        let id = self.id.clone();
        let ours =
            |event: &Event| has(event, "Uniqueid", id.as_str()) || has(event, "Call", id.as_str());
        wait_for(&mut self.events, |event| ours(event) && passes(event)).await
    }

    /// Ends the script and waits for how Asterisk says that it ended. `FAILURE` stays when a command
    /// other than `EXEC` and `GET DATA` gave -1, also if a hangup follows.
    async fn finish(mut self, call: Call, status: &str) {
        drop(call);
        let done = self.event(|event| event.get("AgiStatus").is_some()).await;
        assert_eq!(done.get("AgiStatus").as_deref(), Some(status));
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The command failed and the call goes on: the result.
fn failure<T: std::fmt::Debug>(result: Result<T, CommandError>) -> String {
    match result {
        Err(CommandError::AppFailure { result, .. }) => result.as_str().to_owned(),
        other => unreachable!("not a failure: {other:?}"),
    }
}

/// The server explains how the command is used.
fn is_usage<T>(result: &Result<T, CommandError>) -> bool {
    matches!(result, Err(CommandError::Usage { text }) if !text.is_empty())
}

fn is_dead<T>(result: &Result<T, CommandError>) -> bool {
    matches!(result, Err(CommandError::DeadChannel))
}

/// How the hangup became known.
fn hangup_kind<T: std::fmt::Debug>(result: Result<T, CommandError>) -> HangupKind {
    match result {
        Err(CommandError::Hangup { kind, delivery: None }) => kind,
        other => unreachable!("not a hangup: {other:?}"),
    }
}
