//! A scripted ARI server: the test reads each request and says what comes back.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// The events in the captures of ARI (`tests/ari/captures/*/*.jsonl`), each with its file.
///
/// # Panics
///
/// When the captures cannot be read.
#[must_use]
pub fn captured_events() -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for version in ["16", "22"] {
        let folder = Path::new(CAPTURES).join(version);
        for file in std::fs::read_dir(folder).expect("a folder of captures") {
            let path = file.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                lines.extend(captured_lines(&path));
            }
        }
    }
    lines
}

/// The replies in the captures of ARI that hold this model, or a list of it
/// (`tests/ari/captures/*/models/<model>.jsonl`), each with its file.
///
/// # Panics
///
/// When the captures cannot be read.
#[must_use]
pub fn captured_models(model: &str) -> Vec<(String, String)> {
    let files = ["16", "22"].map(|v| Path::new(CAPTURES).join(format!("{v}/models/{model}.jsonl")));
    files.iter().filter(|file| file.exists()).flat_map(|file| captured_lines(file)).collect()
}

const CAPTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ari/captures");

fn captured_lines(file: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(file).expect("a capture");
    text.lines().map(|line| (file.display().to_string(), line.to_owned())).collect()
}

/// A server on a free port of the loopback. Dropping it closes the port.
#[derive(Debug)]
pub struct AriPeer {
    address: SocketAddr,
    exchanges: mpsc::Receiver<Exchange>,
    accepting: tokio::task::JoinHandle<()>,
}

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// Method and target: `GET /ari/channels`.
    pub line: String,
    /// The headers, with lower-case names.
    pub headers: HashMap<String, String>,
    /// The body.
    pub body: String,
}

/// A request that waits for its reply.
#[derive(Debug)]
#[must_use = "without a reply the connection closes"]
pub struct Exchange {
    /// What was asked.
    pub request: Request,
    /// On which connection, in the order in which they were made: 0 is the first.
    pub connection: usize,
    stream: TcpStream,
    back: mpsc::Sender<Exchange>,
}

impl AriPeer {
    /// Listens.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    pub async fn bind() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (back, exchanges) = mpsc::channel(256);
        let accepting = tokio::spawn(async move {
            let mut connection = 0;
            while let Ok((stream, _)) = listener.accept().await {
                // Frames are small, and tests wait for each.
                stream.set_nodelay(true).expect("it is a socket");
                tokio::spawn(next(stream, connection, back.clone()));
                connection += 1;
            }
        });
        Self { address, exchanges, accepting }
    }

    /// The address for [`Client::builder`](asterisk_sdk::ari::Client::builder).
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens: `127.0.0.1:12345`.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next request, whatever connection it comes on.
    ///
    /// # Panics
    ///
    /// When the server has stopped listening.
    pub async fn next(&mut self) -> Exchange {
        self.exchanges.recv().await.expect("the server listens")
    }

    /// The next request if one has arrived.
    pub fn try_next(&mut self) -> Option<Exchange> {
        self.exchanges.try_recv().ok()
    }

    /// Reads the next request and checks its line.
    ///
    /// # Panics
    ///
    /// When it is another.
    pub async fn expect(&mut self, line: &str) -> Exchange {
        let exchange = self.next().await;
        assert_eq!(exchange.request.line, line);
        exchange
    }
}

impl Drop for AriPeer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Reads a connection's next request and hands it over; gives up when there is none.
async fn next(mut stream: TcpStream, connection: usize, back: mpsc::Sender<Exchange>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).expect("a request's head is text");
    let mut lines = head.lines();
    let line = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let headers: HashMap<_, _> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length =
        headers.get("content-length").map_or(0, |length| length.parse().expect("a number"));
    let mut body = vec![0; length];
    if stream.read_exact(&mut body).await.is_err() {
        return;
    }
    let body = String::from_utf8(body).expect("a request's body is text");
    let request = Request { line, headers, body };
    let exchange = Exchange { request, connection, stream, back: back.clone() };
    // The test may be over.
    let _ = back.send(exchange).await;
}

impl Exchange {
    /// Replies, and waits in the background for the connection's next request.
    ///
    /// # Panics
    ///
    /// When the client has gone.
    pub async fn reply(mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("the client reads the reply");
        tokio::spawn(next(self.stream, self.connection, self.back));
    }

    /// Replies to a client that may have gone, and waits in the background for the connection's next
    /// request.
    pub async fn reply_if_wanted(mut self, bytes: &[u8]) {
        if self.stream.write_all(bytes).await.is_ok() {
            tokio::spawn(next(self.stream, self.connection, self.back));
        }
    }

    /// Writes a part of the reply.
    ///
    /// # Panics
    ///
    /// When the client has gone.
    pub async fn part(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("the client reads the reply");
    }

    /// Writes as much of a reply as the client and the system take before they stand still, and
    /// gives how many bytes these were.
    ///
    /// # Panics
    ///
    /// When the client has gone.
    pub async fn fill(&mut self, bytes: &[u8]) -> usize {
        let mut written = 0;
        let still = std::time::Duration::from_millis(200);
        while let Ok(count) = tokio::time::timeout(still, self.stream.write(bytes)).await {
            written += count.expect("the client holds the connection");
        }
        written
    }

    /// Waits until the client closes the connection. Whatever else it sends is dropped.
    pub async fn gone(mut self) {
        let mut rest = [0; 1024];
        while let Ok(1..) = self.stream.read(&mut rest).await {}
    }

    /// Replies and closes the connection.
    ///
    /// # Panics
    ///
    /// When the client has gone.
    pub async fn reply_and_close(mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("the client reads the reply");
    }

    /// Replies with `bytes`, the captured reply to an upgrade, and speaks frames from then on.
    ///
    /// # Panics
    ///
    /// When the client has gone.
    pub async fn upgrade(mut self, bytes: &[u8]) -> Socket {
        self.stream.write_all(bytes).await.expect("the client reads the reply");
        Socket { stream: self.stream, client: false }
    }
}

/// Connects as Asterisk does to a server of ours: sends this head, and gives the head of the reply and what
/// follows.
///
/// # Panics
///
/// When nobody listens.
pub async fn dial(address: SocketAddr, head: &[u8]) -> (String, Socket) {
    let mut stream = TcpStream::connect(address).await.expect("somebody listens");
    stream.set_nodelay(true).expect("it is a socket");
    stream.write_all(head).await.expect("the server reads");
    let mut reply = Vec::new();
    while !reply.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { break };
        reply.push(byte);
    }
    (String::from_utf8(reply).expect("a head is text"), Socket { stream, client: true })
}

/// A request's id, and its method with URI.
fn parse(payload: &[u8]) -> (String, String) {
    let json: serde_json::Value = serde_json::from_slice(payload).expect("requests are JSON");
    let text = |name: &str| json[name].as_str().expect("text").to_owned();
    assert_eq!(text("type"), "RESTRequest");
    (text("request_id"), format!("{} {}", text("method"), text("uri")))
}

/// A WebSocket that the test speaks by hand: the server's side, or the client's if it dialed.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
    client: bool,
}

impl Socket {
    /// Writes a frame.
    ///
    /// # Panics
    ///
    /// When the client has gone.
    pub async fn frame(&mut self, first: u8, payload: &[u8]) {
        let mask = if self.client { 0x80 } else { 0_u8 };
        let mut frame = vec![first];
        if let Ok(length @ ..126) = u8::try_from(payload.len()) {
            frame.push(mask + length);
        } else if let Ok(length) = u16::try_from(payload.len()) {
            frame.push(mask + 126);
            frame.extend(length.to_be_bytes());
        } else {
            frame.push(mask + 127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
        if self.client {
            // A mask of zeros leaves the payload as it is.
            frame.extend([0; 4]);
        }
        frame.extend(payload);
        self.raw(&frame).await;
    }

    /// Writes a text frame.
    ///
    /// # Panics
    ///
    /// When the client has gone.
    pub async fn text(&mut self, text: &str) {
        self.frame(0x81, text.as_bytes()).await;
    }

    /// Writes bytes as they are.
    ///
    /// # Panics
    ///
    /// When the client has gone.
    pub async fn raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("the client reads");
    }

    /// The first byte and the payload of the other side's next frame; nothing at the end.
    ///
    /// # Panics
    ///
    /// When a client's frame has no mask, a server's has one, or it is longer than Asterisk takes.
    pub async fn read(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.stream.read_u8().await.ok()?;
        let length = self.stream.read_u8().await.ok()?;
        assert_eq!(length >= 0x80, !self.client, "clients mask, servers do not");
        let length = length & 0x7f;
        assert_ne!(length, 127, "a long frame");
        let length = if length == 126 { self.stream.read_u16().await.ok()? } else { length.into() };
        let mut mask = [0; 4];
        if !self.client {
            self.stream.read_exact(&mut mask).await.ok()?;
        }
        let mut payload = vec![0; usize::from(length)];
        self.stream.read_exact(&mut payload).await.ok()?;
        for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= mask;
        }
        Some((first, payload))
    }

    /// Reads frames up to the next request, and gives its id and method with URI. Pings are answered.
    ///
    /// # Panics
    ///
    /// When the other side has gone, or sends something else.
    pub async fn request(&mut self) -> (String, String) {
        loop {
            let (first, payload) = self.read().await.expect("the other side is there");
            if first == 0x89 {
                self.frame(0x8a, &payload).await;
                continue;
            }
            assert_eq!(first, 0x81, "a text frame");
            return parse(&payload);
        }
    }

    /// Sends these events, answers every request with the captured reply that `reply` chooses, and pings, until
    /// the other side closes; then it counts the requests, each by method and URI.
    ///
    /// # Panics
    ///
    /// When the other side sends something else.
    pub async fn oblige(
        mut self,
        mut events: mpsc::Receiver<String>,
        reply: impl Fn(&str) -> &'static str,
    ) -> HashMap<String, usize> {
        let (mut asked, mut byte) = (HashMap::new(), [0]);
        loop {
            tokio::select! {
                // Nothing of a frame is taken before it is there to be read.
                _ = self.stream.peek(&mut byte) => {
                    let Some((first, payload)) = self.read().await else { return asked };
                    match first {
                        0x81 => {
                            let (id, request) = parse(&payload);
                            self.reply(&id, reply(&request)).await;
                            *asked.entry(request).or_insert(0) += 1;
                        }
                        0x89 => self.frame(0x8a, &payload).await,
                        0x88 => {
                            self.frame(0x88, &payload).await;
                            return asked;
                        }
                        _ => unreachable!("a frame of another kind: {first:#x}"),
                    }
                }
                Some(event) = events.recv() => self.text(&event).await,
            }
        }
    }

    /// Replies to the request of this id with a captured reply, which was to request 1.
    ///
    /// # Panics
    ///
    /// When the other side has gone.
    pub async fn reply(&mut self, id: &str, captured: &str) {
        let wanted = "\"request_id\":\"1\"";
        assert!(captured.contains(wanted), "{captured}");
        self.text(&captured.replace(wanted, &format!("\"request_id\":\"{id}\""))).await;
    }
}
