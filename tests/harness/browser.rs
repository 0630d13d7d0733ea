//! The wallboard example in a browser without a window.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use harness::agi_program::example;
use harness::soon;

/// A program and what it says; ends with this value.
#[derive(Debug)]
pub(crate) struct Program {
    _child: Child,
    output: Lines<BufReader<ChildStdout>>,
}

impl Program {
    fn start(command: &mut Command) -> Self {
        let command = command.stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("the program is there");
        let output = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Self { _child: child, output }
    }

    /// What stands behind this text, in the first line that has it.
    async fn behind(&mut self, text: &str) -> String {
        let found = async {
            loop {
                let line = self.output.next_line().await.expect("text");
                let line = line.expect("it says so before it ends");
                if let Some((_, behind)) = line.split_once(text) {
                    return behind.to_owned();
                }
            }
        };
        soon(found).await
    }
}

/// The example, which shows the server at this address, and where its page is.
///
/// # Panics
///
/// When it does not start.
pub(crate) async fn wallboard(ami: &str, user: &str, secret: &str) -> (Program, String) {
    let mut command = Command::new(example("wallboard"));
    command.args(["--asterisk", ami, "--user", user, "--secret", secret]);
    let mut program = Program::start(command.args(["--listen", "127.0.0.1:0"]));
    let url = program.behind("the wallboard is at ").await;
    (program, url)
}

/// What runs the browser; both end with this value.
#[derive(Debug)]
pub(crate) struct Driver {
    _program: Program,
    address: SocketAddr,
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A test that failed has left its browser open, which would go on without a driver.
        let ended = TcpStream::connect(self.address).and_then(|mut stream| {
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            stream.write_all(
                b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            )?;
            stream.read_to_end(&mut Vec::new())
        });
        if let Err(error) = ended {
            println!("the browser may still run: {error}");
        }
    }
}

/// A browser without a window; nothing, after saying so, where there is none.
///
/// # Panics
///
/// When it does not start, or there has to be one (`CI=true`).
pub(crate) async fn browser() -> Option<(Driver, Client)> {
    if Command::new("chromedriver").arg("--version").stdout(Stdio::null()).status().await.is_err() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "there is no chromedriver");
        println!("skipped: no browser to test with (chromedriver is not installed)");
        return None;
    }
    let mut program = Program::start(Command::new("chromedriver").arg("--port=0"));
    let port = program.behind("started successfully on port ").await;
    let port = port.trim_end_matches('.').parse().expect("a port");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let driver = Driver { _program: program, address };
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
    let url = format!("http://{address}");
    let client = soon(builder.capabilities(options).connect(&url)).await.expect("a session");
    Some((driver, client))
}

/// Keeps a picture of the page beside the test's other results.
///
/// # Panics
///
/// When there is none.
pub(crate) async fn picture(page: &Client, name: &str) {
    let tests = std::env::current_exe().expect("this test has a path");
    let target = tests.ancestors().nth(3).map(PathBuf::from).unwrap_or_default();
    let image = page.screenshot().await.expect("a picture");
    std::fs::write(target.join(name), image).expect("the folder is writable");
}
