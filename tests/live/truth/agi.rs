//! A call in a FastAGI script: what the script is told, and what AMI tells of it.

use asterisk_sdk::ami::action::{Custom, PlayDtmf, Setvar};
use asterisk_sdk::ami::{Event, EventStream, Manager};
use harness::soon;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::scene::{Side, line, same};
use crate::calls::{has, wait_for};

/// What is sent in turn. Before `press` keys are pressed, before `hang up` the caller hangs up.
const SCRIPT: [&str; 22] = [
    "ANSWER",
    "CHANNEL STATUS",
    "press GET DATA \"vm-enter-num-to-call\" \"3000\" \"4\"",
    "GET DATA \"beep\" \"100\" \"4\"",
    "SET VARIABLE \"SDK_RESULT\" \"a b\"",
    "GET VARIABLE \"SDK_RESULT\"",
    "GET VARIABLE \"NOPE\"",
    "GET FULL VARIABLE \"${EXTEN}-${SDK_RESULT:0:1}\"",
    "STREAM FILE \"nonsuch\" \"#\"",
    "WAIT FOR DIGIT 50",
    "DATABASE PUT \"truth\" \"a\" \"1\"",
    "DATABASE GET \"truth\" \"a\"",
    "DATABASE DEL \"truth\" \"a\"",
    "DATABASE GET \"truth\" \"a\"",
    "DATABASE DELTREE \"truth\"",
    "EXEC \"NoSuchApplication\" \"\"",
    "EXEC \"NoOp\" \"a\"",
    "BOGUS",
    "VERBOSE \"hello\" \"1\"",
    "hang up STREAM FILE \"demo-congrats\" \"\"",
    "GET VARIABLE \"SDK_RESULT\"",
    "STREAM FILE \"beep\" \"\"",
];

/// What is of one connection alone.
fn normal(line: &str) -> String {
    let name = line.split(':').next().unwrap_or_default();
    match name {
        "agi_uniqueid" | "agi_threadid" | "agi_version" => name.to_owned(),
        "agi_channel" => "agi_channel: PJSIP/loop-*".to_owned(),
        // The real one's far end has a name.
        "agi_calleridname" => "agi_calleridname: unknown".to_owned(),
        // How much of a sound was heard is a matter of time.
        _ => line.split(" endpos=").next().unwrap_or_default().to_owned(),
    }
}

struct Script {
    lines: Vec<String>,
    reader: BufReader<TcpStream>,
    manager: Manager,
    commands: EventStream<Event>,
    id: String,
}

impl Script {
    async fn read(&mut self) -> String {
        let mut text = String::new();
        soon(self.reader.read_line(&mut text)).await.expect("a line");
        self.lines.push(format!("< {}", normal(text.trim_end_matches('\n'))));
        text
    }

    /// Waits until the server runs a command, so that what follows comes while it does.
    async fn runs(&mut self, command: &str) {
        let id = self.id.clone();
        wait_for(&mut self.commands, |event| {
            has(event, "Uniqueid", &id) && has(event, "Command", command)
        })
        .await;
    }

    async fn run(&mut self) {
        while self.read().await.len() > 1 {}
        for step in SCRIPT {
            let press = step.strip_prefix("press ");
            let gone = step.strip_prefix("hang up ");
            let command = press.or(gone).unwrap_or(step);
            self.lines.push(format!("> {command}"));
            self.reader.write_all(format!("{command}\n").as_bytes()).await.expect("it is sent");
            if press.is_some() {
                self.runs(command).await;
                for key in ["1", "2", "#"] {
                    let key = PlayDtmf::new(self.id.as_str(), key).receive(true);
                    self.manager.send(key).await.expect("it is pressed");
                    // One after the other: the server holds back those that come at once.
                    let id = self.id.clone();
                    wait_for(&mut self.commands, |event| {
                        event.name() == "DTMFEnd" && has(event, "Uniqueid", &id)
                    })
                    .await;
                }
            }
            if gone.is_some() {
                self.runs(command).await;
                let hangup = Custom::new("Hangup").header("Channel", self.id.as_str());
                let hangup = hangup.header("Cause", "16");
                self.manager.send(hangup).await.expect("it is there");
            }
            self.read().await;
            if gone.is_some() {
                // It comes right behind the reply.
                self.read().await;
            }
        }
    }
}

#[tokio::test]
async fn a_script_with_digits_variables_and_a_hangup() {
    let Some(sides) = Side::both().await else { return };
    // One address for both, as it is in what they tell.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("agi://{}/truth", listener.local_addr().expect("an address"));
    let mut scripts = Vec::new();
    let mut transcripts = Vec::new();
    for side in &sides {
        let manager = side.manager().await;
        let mut events = manager.events().all();
        let commands = manager.events().all();
        manager.send(Setvar::new("AGI_URL", url.as_str())).await.expect("it is set");
        side.call_in(&manager, "agi").await;
        let born = wait_for(&mut events, |event| {
            event.name() == "Newchannel" && has(event, "Exten", "agi")
        });
        let born = born.await;
        let id = born.get("Uniqueid").expect("an id").into_owned();
        let (stream, _) = soon(listener.accept()).await.expect("a connection");
        let reader = BufReader::new(stream);
        let mut script = Script {
            lines: Vec::new(),
            reader,
            manager: manager.clone(),
            commands,
            id: id.clone(),
        };
        soon(script.run()).await;
        drop(script.reader);
        scripts.push(script.lines);
        let mut lines: Vec<String> = line(&born, &[(&id, "ID")]).into_iter().collect();
        loop {
            let event = soon(events.next()).await.expect("it holds").expect("none is missed");
            if has(&event, "Uniqueid", &id) {
                lines.extend(line(&event, &[(&id, "ID")]));
                if event.name() == "Hangup" {
                    break;
                }
            }
        }
        println!("{}: {lines:#?}", side.name());
        transcripts.push(lines);
    }
    same("script", &scripts[0], &scripts[1]);
    same("events of a script", &transcripts[0], &transcripts[1]);
}
