//! The examples with audio, called by a real Asterisk: the other half of each call is a session of the test's,
//! which speaks and hears.

use std::process::Stdio;

use asterisk_sdk::call_media::{Media, Transport};
use asterisk_sdk::media::{Format, MediaEvent};
use harness::agi_program::example;
use harness::soon;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::media_calls::{Bench, Session, destroyed, echoes, noise, open, silent};

/// A running example.
struct Example {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    /// Where it listens, if it says so.
    address: Option<String>,
}

impl Example {
    /// Starts the binary that was built beside this test.
    async fn start(name: &str, bench: &Bench, arguments: &[&str]) -> Self {
        let server = &bench.server;
        let mut child = Command::new(example(name))
            .args(["--url", &server.http, "--user", &server.ari_user])
            .args(["--password", &server.ari_password, "--app", &bench.other_app])
            .args(arguments)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the example starts");
        let output = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut example = Self { child, output, address: None };
        loop {
            let line = example.line().await;
            if let Some(address) = line.strip_prefix("listening on ") {
                example.address = Some(address.to_owned());
            } else {
                assert_eq!(line, "waiting for calls");
                return example;
            }
        }
    }

    async fn line(&mut self) -> String {
        let line = soon(self.output.next_line()).await.expect("it can be read");
        line.expect("it says something")
    }

    /// Interrupts it as Ctrl-C does, and gives what it says of its calls.
    async fn stop(mut self) {
        let pid = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status().await;
        assert!(sent.expect("kill exists").success());
        let mut last = String::new();
        while let Some(line) = soon(self.output.next_line()).await.expect("it can be read") {
            last = line;
        }
        assert!(soon(self.child.wait()).await.expect("it is our child").success());
        assert!(last.ends_with(", failed: 0, refused: 0, aborted: 0 }"), "{last}");
    }
}

/// A call of the example, in this format all the way, and its audio.
async fn call(bench: &mut Bench, transport: &Transport, format: &Format) -> (Session, Media) {
    let mut session = bench.call("stasis", format).await;
    let media = open(&mut session, transport, format).await;
    (session, media)
}

/// Waits until the example is heard.
async fn speaks(media: &Media) {
    let speaking = async {
        loop {
            let event = media.stream().next().await.expect("it is open");
            if let MediaEvent::Audio(frame) = event
                && frame.samples().expect("linear").any(|sample| sample.unsigned_abs() > 2_000)
            {
                break;
            }
        }
    };
    soon(speaking).await;
}

#[tokio::test]
async fn the_echo_over_each_transport() {
    let Some(server) = harness::live::server() else { return };
    let mut bench = Bench::new(&server).await;
    let transports = ["rtp", "audiosocket", "websocket", "websocket-server"];
    let known = if bench.server.major() < 22 { 1 } else { transports.len() };
    for transport in &transports[..known] {
        // Asterisk may close an application that was left a moment after it is entered again.
        bench.other_app = format!("demo-{transport}");
        let arguments = ["--transport", transport, "--client", "echo"];
        let mut example = Example::start("media_echo", &bench, &arguments).await;
        if *transport == "websocket-server" {
            let entry = format!(
                "\n[echo]\ntype = websocket_client\nconnection_type = per_call_config\n\
                 uri = ws://{}/media\nprotocols = media\n",
                example.address.as_deref().expect("it listens")
            );
            bench.server.configure("websocket_client.conf", &entry, "res_websocket_client.so");
        }
        let (ours, format) = match *transport {
            "rtp" => (Transport::rtp(std::net::Ipv4Addr::LOCALHOST), Format::Ulaw),
            _ => (Transport::websocket_client(&bench.server.http), Format::Linear(8_000)),
        };
        let (mut session, media) = call(&mut bench, &ours, &format).await;
        let line = example.line().await;
        assert!(line.ends_with(&format!(": {format}")), "{line}");
        echoes(media.stream()).await;
        // A key ends it, and the call goes on in the dialplan, to its end.
        session.caller.send_dtmf("#").await.expect("he is there");
        let line = example.line().await;
        assert!(line.contains("frames_dropped: 0,"), "{line}");
        destroyed(&mut session.events).await;
        silent(media.stream()).await;
        example.stop().await;
    }
}

#[tokio::test]
async fn the_prompt_is_interrupted_by_a_key_and_by_speech() {
    let Some(server) = harness::live::server() else { return };
    if server.major() < 22 {
        return;
    }
    let mut bench = Bench::new(&server).await;
    let mut example = Example::start("media_prompt", &bench, &[]).await;
    let ours = Transport::websocket_client(&bench.server.http);
    let format = Format::Linear(16_000);

    let (mut session, media) = call(&mut bench, &ours, &format).await;
    speaks(&media).await;
    session.caller.send_dtmf("7").await.expect("he is there");
    let line = example.line().await;
    assert!(line.contains(": interrupted after ") && line.ends_with(" ms by key 7"), "{line}");
    destroyed(&mut session.events).await;

    let (mut session, media) = call(&mut bench, &ours, &format).await;
    speaks(&media).await;
    media.stream().write_samples(&vec![8_000; 16_000]).await.expect("it is open");
    let line = example.line().await;
    assert!(line.contains(": interrupted after ") && line.ends_with(" ms by speech"), "{line}");
    destroyed(&mut session.events).await;

    let (mut session, media) = call(&mut bench, &ours, &format).await;
    speaks(&media).await;
    let line = example.line().await;
    assert!(line.ends_with(": heard it all: Played"), "{line}");
    destroyed(&mut session.events).await;
    silent(media.stream()).await;
    example.stop().await;
}

#[tokio::test]
async fn the_recording_holds_what_was_said() {
    let Some(server) = harness::live::server() else { return };
    if server.major() < 22 {
        return;
    }
    let mut bench = Bench::new(&server).await;
    let folder = bench.server.folder().join("recordings");
    let folder = folder.to_str().expect("it has a name");
    let mut example = Example::start("media_record", &bench, &["--folder", folder]).await;
    let ours = Transport::websocket_client(&bench.server.http);
    let (mut session, media) = call(&mut bench, &ours, &Format::Linear(8_000)).await;
    let said = noise(8_000);
    // It may begin to record a little later: then it has missed some of the first time.
    for _ in 0..3 {
        media.stream().write(&said).await.expect("it is open");
    }
    soon(media.stream().drained()).await.expect("it is open");
    session.caller.hangup().await.expect("he is there");
    destroyed(&mut session.events).await;
    let line = example.line().await;
    let (length, files) = line.split_once("s in ").expect("it says how long it is");
    let length: f64 = length.parse().expect("a number");
    assert!((2.0..10.0).contains(&length), "{line}");
    let (wav, svg) = files.split_once(" and ").expect("two files");
    let recorded = std::fs::read(wav).expect("it is there");
    assert!(recorded.starts_with(b"RIFF"));
    assert!(recorded.windows(said.len()).any(|part| part == said), "{line}");
    let drawing = std::fs::read_to_string(svg).expect("it is there");
    assert!(drawing.starts_with("<svg ") && drawing.contains("M799.5 "), "{drawing}");
    example.stop().await;
}

#[tokio::test]
async fn the_agent_answers_what_it_heard() {
    let Some(server) = harness::live::server() else { return };
    if server.major() < 22 {
        return;
    }
    let mut bench = Bench::new(&server).await;
    let mut example = Example::start("media_agent", &bench, &[]).await;
    let ours = Transport::websocket_client(&bench.server.http);
    let (mut session, media) = call(&mut bench, &ours, &Format::Linear(16_000)).await;
    // It is silent until it is spoken to; so wait for it by speaking.
    let stream = media.stream();
    stream.write_samples(&[8_000; 8_000]).await.expect("it is open");
    stream.write_samples(&vec![0; 16_000]).await.expect("it is open");
    let heard = example.line().await;
    let length = heard.strip_prefix("heard: ").and_then(|text| text.strip_suffix(" ms"));
    let length: u32 = length.and_then(|text| text.parse().ok()).expect("a length");
    // Its audio may begin a little after ours.
    assert!((200..=500).contains(&length), "{heard}");
    assert_eq!(example.line().await, format!("say: so you spoke for {length} ms"));
    speaks(&media).await;
    session.caller.hangup().await.expect("he is there");
    destroyed(&mut session.events).await;
    example.stop().await;
}
