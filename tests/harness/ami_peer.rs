//! A scripted manager interface: it says what a test tells it, in bytes that a real server sent.

use std::future::Future;

use asterisk_sdk::ami::{Builder, ConnectError, Event, Manager};
use asterisk_sdk::proto::ami::Scanner;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What was captured of a server, by the name of the file and the server's version.
///
/// # Panics
///
/// When there is no such file.
#[must_use]
pub fn capture(name: &str, version: u32) -> Vec<u8> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/ami/captures");
    let path = format!("{directory}/{name}-{version}.txt");
    std::fs::read(&path).expect(&path)
}

/// The response to one action in a capture, by the ActionID that it was captured with.
///
/// # Panics
///
/// When there is none.
#[must_use]
pub fn captured_response(name: &str, version: u32, id: &str) -> Vec<u8> {
    let stream = capture(name, version);
    let line = action_id(id);
    let ends = memfind(&stream, b"\r\n\r\n").map(|at| at + 4);
    let mut start = 0;
    for end in ends {
        let message = &stream[start..end];
        if message.starts_with(b"Response: ") && memfind(message, &line).next().is_some() {
            return message.to_vec();
        }
        start = end;
    }
    assert_eq!(id, "", "{name}-{version} has no response to it");
    Vec::new()
}

/// All events in the captures, of both versions.
///
/// # Panics
///
/// When the captures cannot be read.
#[must_use]
pub fn captured_events() -> Vec<Event> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/ami/captures");
    let mut events = Vec::new();
    for file in std::fs::read_dir(directory).expect("the captures") {
        let bytes = std::fs::read(file.expect("an entry").path()).expect("a capture");
        let mut rest = &bytes[..];
        let mut scanner = Scanner::default();
        while let Some(end) = scanner.scan(rest) {
            if let Ok(message) = scanner.take(&rest[..end]) {
                events.extend(Event::new(message));
            }
            rest = &rest[end + 2..];
        }
    }
    events
}

/// A port on which the test plays the server.
#[derive(Debug)]
pub struct AmiPeer {
    listener: TcpListener,
}

impl AmiPeer {
    /// Listens on a free port of loopback.
    ///
    /// # Panics
    ///
    /// When the system has no port.
    pub async fn bind() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.expect("a free port") }
    }

    /// Host and port.
    ///
    /// # Panics
    ///
    /// When the system does not know the port.
    #[must_use]
    pub fn address(&self) -> String {
        self.listener.local_addr().expect("it is bound").to_string()
    }

    /// The next connection.
    ///
    /// # Panics
    ///
    /// When the system refuses it.
    pub async fn accept(&self) -> Link {
        let (stream, _) = self.listener.accept().await.expect("a connection");
        Link { stream, input: Vec::new() }
    }

    /// A manager that has logged in, and the server's end of its connection. The login is the one
    /// captured of the given version; a lost connection is the end.
    ///
    /// # Panics
    ///
    /// When the login fails.
    pub async fn logged_in(version: u32) -> (Manager, Link) {
        Self::logged_in_with(version, |builder| builder).await
    }

    /// The same with settings of the test's own.
    ///
    /// # Panics
    ///
    /// When the login fails.
    pub async fn logged_in_with(
        version: u32,
        settings: impl FnOnce(Builder) -> Builder,
    ) -> (Manager, Link) {
        let peer = Self::bind().await;
        let builder = Manager::builder(peer.address()).login("admin", "secret").no_reconnect();
        let builder = settings(builder);
        let (manager, link) = tokio::join!(builder.connect(), async {
            let mut link = peer.accept().await;
            link.play_login(version).await;
            link
        });
        (manager.expect("the login is played"), link)
    }

    /// Runs a client against a server that plays `script`.
    ///
    /// # Errors
    ///
    /// Those of the client.
    pub async fn connect_against<F: Future<Output = ()>>(
        &self,
        script: impl FnOnce(Link) -> F,
    ) -> Result<Manager, ConnectError> {
        let manager = Manager::builder(self.address()).login("admin", "secret");
        let play = async { script(self.accept().await).await };
        tokio::join!(manager.connect(), play).0
    }
}

/// The server's end of a connection.
#[derive(Debug)]
pub struct Link {
    stream: TcpStream,
    input: Vec<u8>,
}

/// An action as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// The lines, names and values apart.
    pub headers: Vec<(String, String)>,
}

impl Received {
    /// The value of a header, empty when there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    /// The ActionID.
    #[must_use]
    pub fn id(&self) -> &str {
        self.get("ActionID")
    }
}

impl Link {
    /// Writes bytes as they are.
    ///
    /// # Panics
    ///
    /// When the client has closed.
    pub async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.expect("the client reads");
    }

    /// Writes captured bytes whose ActionIDs are those of a capture, with the given ones instead.
    pub async fn write_as(&mut self, bytes: &[u8], ids: &[(&str, &str)]) {
        let mut text: Vec<u8> = bytes.to_vec();
        for (captured, id) in ids {
            text = replace(&text, &action_id(captured), &action_id(id));
        }
        self.write(text).await;
    }

    /// Closes the connection as a server does that ends.
    pub async fn close(&mut self) {
        // The client may have been quicker.
        let _ = self.stream.shutdown().await;
    }

    /// The next action, or nothing when the client has closed.
    ///
    /// # Panics
    ///
    /// When the client does neither in time.
    pub async fn try_action(&mut self) -> Option<Received> {
        crate::soon(self.read_action()).await
    }

    async fn read_action(&mut self) -> Option<Received> {
        loop {
            if let Some(end) = self.input.windows(4).position(|w| w == b"\r\n\r\n") {
                let text: Vec<u8> = self.input.drain(..end + 4).collect();
                let text = String::from_utf8_lossy(&text).into_owned();
                let line = |line: &str| {
                    let (name, value) = line.split_once(": ").unwrap_or((line, ""));
                    (name.to_owned(), value.to_owned())
                };
                let headers = text.trim_end_matches("\r\n").split("\r\n").map(line).collect();
                return Some(Received { headers });
            }
            if !matches!(self.stream.read_buf(&mut self.input).await, Ok(1..)) {
                return None;
            }
        }
    }

    /// The next action.
    ///
    /// # Panics
    ///
    /// When the client has closed.
    pub async fn action(&mut self) -> Received {
        self.try_action().await.expect("an action")
    }

    /// The next action, which has to be the one named.
    ///
    /// # Panics
    ///
    /// When it is another one.
    pub async fn expect(&mut self, name: &str) -> Received {
        let action = self.action().await;
        assert_eq!(action.get("Action"), name);
        action
    }

    /// Plays a login by MD5 as captured, `FullyBooted` and what else followed included. Gives the
    /// login itself.
    pub async fn play_login(&mut self, version: u32) -> Received {
        let login = capture("login_md5", version);
        let ends: Vec<usize> = memfind(&login, b"\r\n\r\n").map(|at| at + 4).collect();
        let banner = memfind(&login, b"\r\n").next().map_or(0, |at| at + 2);
        self.write(&login[..banner]).await;
        let challenge = self.expect("Challenge").await;
        self.write_as(&login[banner..ends[0]], &[("c1", challenge.id())]).await;
        let answer = self.expect("Login").await;
        self.write_as(&login[ends[0]..], &[("c2", answer.id())]).await;
        answer
    }
}

fn action_id(id: &str) -> Vec<u8> {
    format!("\r\nActionID: {id}\r\n").into_bytes()
}

fn memfind<'a>(bytes: &'a [u8], what: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    (0..bytes.len()).filter(move |at| bytes[*at..].starts_with(what))
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(from) {
            replaced.extend_from_slice(to);
            at += from.len();
        } else {
            replaced.push(bytes[at]);
            at += 1;
        }
    }
    replaced
}
