//! A scripted Asterisk: it calls a FastAGI server, and says what a real one said.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(20);

/// One line of a captured session.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// Asterisk wrote this line.
    Asterisk(String),
    /// The script wrote this line.
    Script(String),
    /// Asterisk closed the connection.
    AsteriskCloses,
    /// The script closed the connection.
    ScriptCloses,
}

/// A session of a real Asterisk, line by line: `< ` is what it wrote, `> ` what the script wrote.
#[derive(Debug, Clone)]
pub struct Capture(Vec<Step>);

impl Capture {
    /// The capture of this name from a server of this major version.
    ///
    /// # Panics
    ///
    /// There is none, or it cannot be understood.
    #[must_use]
    pub fn load(name: &str, version: u32) -> Self {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/agi/captures");
        let path = format!("{directory}/{name}-{version}.txt");
        let text = std::fs::read_to_string(&path);
        let text = text.unwrap_or_else(|error| unreachable!("{path}: {error}"));
        let steps = text.lines().map(|line| match line.split_at(2) {
            ("< ", "<EOF>") => Step::AsteriskCloses,
            ("> ", "<EOF>") => Step::ScriptCloses,
            ("< ", line) => Step::Asterisk(line.to_owned()),
            ("> ", line) => Step::Script(line.to_owned()),
            _ => unreachable!("{path}: what is {line:?}?"),
        });
        Self(steps.collect())
    }

    /// The variables that opened the session, with the empty line that ends them.
    #[must_use]
    pub fn prelude(&self) -> String {
        let mut prelude = String::new();
        for step in &self.0 {
            if let Step::Asterisk(line) = step {
                prelude.extend([line, "\n"]);
                if line.is_empty() {
                    break;
                }
            }
        }
        prelude
    }
}

/// A connection to the server under test.
#[derive(Debug)]
pub struct AgiCaller {
    stream: BufReader<TcpStream>,
}

impl AgiCaller {
    /// Connects and says nothing.
    ///
    /// # Panics
    ///
    /// The server cannot be reached.
    pub async fn connect(server: SocketAddr) -> Self {
        let connecting = timeout(PATIENCE, TcpStream::connect(server)).await;
        let stream = connecting.expect("connects in time").expect("connects");
        Self { stream: BufReader::new(stream) }
    }

    /// Connects and sends the variables of a real call, with this path and query.
    ///
    /// # Panics
    ///
    /// The server cannot be reached.
    pub async fn call(server: SocketAddr, script: &str) -> Self {
        let mut prelude = String::new();
        for line in Capture::load("forms", 22).prelude().split_inclusive('\n') {
            match line.split_once(": ") {
                Some((name @ "agi_network_script", _)) => {
                    prelude.extend([name, ": ", script, "\n"]);
                }
                _ => prelude.push_str(line),
            }
        }
        let mut caller = Self::connect(server).await;
        caller.send(prelude).await;
        caller
    }

    /// Sends bytes as they are.
    ///
    /// # Panics
    ///
    /// The connection broke.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.expect("the server reads");
    }

    /// Sends bytes as far as the server reads them: it may close the connection meanwhile.
    pub async fn send_all_if_read(&mut self, bytes: &[u8]) {
        let _ = timeout(PATIENCE, self.stream.write_all(bytes)).await;
    }

    /// Ends the connection as a machine does that has crashed: with a reset.
    ///
    /// # Panics
    ///
    /// The system refuses it.
    pub fn reset(self) {
        self.stream.get_ref().set_zero_linger().expect("it can be set");
    }

    /// The next command line, without its line break; `None` when the server closed the connection.
    ///
    /// # Panics
    ///
    /// Nothing comes.
    pub async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let reading = timeout(PATIENCE, self.stream.read_line(&mut line)).await;
        match reading.expect("a command comes in time") {
            // A reset is how a connection closes whose last bytes were not read.
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line.strip_suffix('\n').expect("a whole line").to_owned()),
        }
    }

    /// Waits for this command line and answers it.
    ///
    /// # Panics
    ///
    /// Another line comes.
    pub async fn answer(&mut self, command: &str, reply: &str) {
        assert_eq!(self.line().await.as_deref(), Some(command));
        self.send(reply).await;
    }

    /// Waits until the server closes the connection.
    ///
    /// # Panics
    ///
    /// It sends something instead.
    pub async fn closed(&mut self) {
        assert_eq!(self.line().await, None, "the server closes the connection");
    }

    /// Waits until the server says that the script failed, and closes the connection.
    ///
    /// # Panics
    ///
    /// It does something else instead.
    pub async fn failed(&mut self) {
        assert_eq!(self.line().await.as_deref(), Some("failure"));
        self.closed().await;
    }

    /// Sends what a real Asterisk sent, each part when the script has written what it wrote then.
    ///
    /// # Panics
    ///
    /// The script under test writes other lines than those of the capture.
    pub async fn replay(server: SocketAddr, capture: &Capture) {
        let mut caller = Self::connect(server).await;
        for step in &capture.0 {
            match step {
                Step::Asterisk(line) => caller.send(format!("{line}\n")).await,
                Step::Script(line) => assert_eq!(caller.line().await.as_ref(), Some(line)),
                Step::AsteriskCloses => {
                    // The script may have closed it already.
                    let _ = caller.stream.shutdown().await;
                }
                Step::ScriptCloses => {
                    caller.closed().await;
                    return;
                }
            }
        }
        let mut rest = Vec::new();
        let _ = timeout(PATIENCE, caller.stream.read_to_end(&mut rest)).await;
        assert!(rest.is_empty(), "the script goes on: {rest:?}");
    }
}
