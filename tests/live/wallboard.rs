//! The wallboard example in a browser, against what happens on a server.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use asterisk_sdk::ami::Manager;
use asterisk_sdk::ami::action::{
    Hangup, Originate, QueueAdd, QueuePause, QueueStatus, QueueStatusItem,
};
use asterisk_sdk::ami::live::{Live, QueueCaller};
use fantoccini::{Client, ClientBuilder, Locator};
use harness::agi_program::example;
use harness::live::{OwnServer, Server, server};
use harness::soon;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// How long a change may take until it is on the page.
const AT_ONCE: Duration = Duration::from_millis(500);

/// A program and what it says; ends with this value.
struct Program {
    _child: Child,
    output: Lines<BufReader<ChildStdout>>,
}

impl Program {
    fn start(command: &mut Command) -> Self {
        let command = command.stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let output = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Self { _child: child, output }
    }

    /// What stands behind this text, in the first line that has it.
    async fn behind(&mut self, text: &str) -> String {
        let found = async {
            while let Some(line) = self.output.next_line().await.expect("text") {
                if let Some((_, behind)) = line.split_once(text) {
                    return behind.to_owned();
                }
            }
            panic!("it has ended without {text:?}");
        };
        soon(found).await
    }
}

/// The example, and where its page is.
async fn wallboard(server: &Server) -> (Program, String) {
    let (user, secret) = &server.ami_admin;
    let mut command = Command::new(example("wallboard"));
    command.args(["--asterisk", &server.ami, "--user", user, "--secret", secret]);
    let mut program = Program::start(command.args(["--listen", "127.0.0.1:0"]));
    let url = program.behind("the wallboard is at ").await;
    (program, url)
}

/// A browser without a window; nothing, after saying so, where there is none.
async fn browser() -> Option<(Program, Client)> {
    if Command::new("chromedriver").arg("--version").stdout(Stdio::null()).status().await.is_err() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "there is no chromedriver");
        println!("skipped: no browser to test with (chromedriver is not installed)");
        return None;
    }
    let mut driver = Program::start(Command::new("chromedriver").arg("--port=0"));
    let port = driver.behind("started successfully on port ").await;
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--window-size=1600,900",
    ];
    let options = json!({ "goog:chromeOptions": { "args": arguments } });
    let Value::Object(options) = options else { unreachable!() };
    let mut builder = ClientBuilder::new(HttpConnector::new());
    let url = format!("http://127.0.0.1:{}", port.trim_end_matches('.'));
    let client = soon(builder.capabilities(options).connect(&url)).await.expect("a session");
    Some((driver, client))
}

/// The text of each element.
async fn texts(page: &Client, selector: &str) -> Vec<String> {
    let script = "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)";
    let texts = page.execute(script, vec![json!(selector)]).await.expect("a list");
    serde_json::from_value(texts).expect("texts")
}

/// Waits until the elements say this; how long it took.
async fn shows(page: &Client, selector: &str, wanted: &[&str]) -> Duration {
    let (began, mut seen) = (Instant::now(), Vec::new());
    while began.elapsed() < Duration::from_secs(20) {
        seen = texts(page, selector).await;
        if seen == wanted {
            return began.elapsed();
        }
    }
    panic!("{selector} is {seen:?}, not {wanted:?}");
}

/// Keeps a picture of the page beside the test's other results.
async fn picture(page: &Client, name: &str) {
    let tests = std::env::current_exe().unwrap();
    let target = tests.ancestors().nth(3).map(PathBuf::from).unwrap();
    let image = page.screenshot().await.expect("a picture");
    std::fs::write(target.join(name), image).unwrap();
}

async fn attach(server: &Server) -> (Manager, Live) {
    let (user, secret) = &server.ami_admin;
    let manager = Manager::builder(&server.ami).login(user, secret).connect().await.unwrap();
    let live = Live::attach(&manager).await.unwrap();
    (manager, live)
}

/// Somebody calls and waits in a queue.
async fn waits(manager: &Manager, id: &str, caller: &str) {
    let call = Originate::to("Local/wait@sdk/n").application_with("Queue", "calls");
    let call = call.caller_id(caller).channel_id(id).other_channel_id(format!("{id}-2"));
    manager.originate(call).await.expect("a call");
}

#[tokio::test]
async fn the_page_shows_what_happens() {
    let Some(server) = server() else { return };
    let Some((_driver, page)) = browser().await else { return };
    let server = OwnServer::start(&server);
    let (manager, live) = attach(&server).await;
    let member = QueueAdd::new("calls", "PJSIP/tea").member_name("Ada Byrne");
    manager.send(member).await.unwrap();
    manager.send(QueuePause::new("PJSIP/tea", true).queue("calls").reason("tea")).await.unwrap();

    let (_wallboard, url) = wallboard(&server).await;
    page.goto(&url).await.unwrap();
    shows(&page, "#state", &["live"]).await;
    let callers = ["Grace <4420755>", "<script>alert(1)</script> <4420756>", "Lin <4420757>"];
    for (id, caller) in ["first", "second", "third"].iter().zip(callers) {
        waits(&manager, id, caller).await;
        soon(live.wait_until(|now| now.get::<QueueCaller>(id).is_some())).await.unwrap();
    }
    shows(&page, "#waiting", &["3"]).await;
    // What a caller is called is text and no program.
    let from = ["Grace", "<script>alert(1)</script>", "Lin"];
    shows(&page, "#calls tbody td:first-child", &from).await;
    shows(&page, "#live", &["3"]).await;
    // Nobody has a phone of that name, so the pause is not what counts.
    shows(&page, "#agents li b", &["Ada Byrne", "Wait"]).await;
    shows(&page, "#agents li:first-child span", &["offline "]).await;

    let status = manager.send(QueueStatus::new().queue("calls")).await.unwrap();
    let waiting =
        status.items.iter().filter(|item| matches!(item, QueueStatusItem::Caller(_))).count();
    assert_eq!(waiting, 3);
    let row = texts(&page, "#queues tbody tr:first-child > *").await;
    let [name, waiting, longest, ready, answered, abandoned, level] = &row[..] else {
        panic!("{row:?}");
    };
    let figures = [name, waiting, ready, answered, abandoned, level];
    assert_eq!(figures, ["calls", "3", "0 / 1", "0", "0", "–"]);
    assert!(longest.starts_with("0:"), "{longest}");
    picture(&page, "wallboard.png").await;
    page.find(Locator::Id("theme")).await.unwrap().click().await.unwrap();
    picture(&page, "wallboard-other.png").await;
    page.set_window_size(390, 844).await.unwrap();
    picture(&page, "wallboard-phone.png").await;

    // Measured from when another client knows of it.
    manager.send(Hangup::new("first")).await.unwrap();
    soon(live.wait_until(|now| now.get::<QueueCaller>("first").is_none())).await.unwrap();
    let took = shows(&page, "#waiting", &["2"]).await;
    assert!(took < AT_ONCE, "{took:?}");
    shows(&page, "#queues tbody tr:first-child td:nth-child(6)", &["1"]).await;
    let summary = "1 calls answered and 0 not answered in the last hour";
    shows(&page, "#history-text", &[summary]).await;
    page.close().await.unwrap();
}
