//! Asterisk's side of a media connection, played by hand.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What Asterisk 22 asks for with `uri = ws://…/media` and `v(call=7,x=y)`.
const REQUEST: &str = "GET /media?call=7&x=y HTTP/1.1\r\nSec-WebSocket-Version: 13\r\n\
    Upgrade: websocket\r\nConnection: Upgrade\r\nHost: 127.0.0.1:46619\r\n\
    Sec-WebSocket-Protocol: media\r\nSec-WebSocket-Key: vD02DQAAAAD0Y7QpAAAAAA==\r\n\r\n";

/// A connection whose other side is the test.
#[derive(Debug)]
pub struct MediaPeer {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl MediaPeer {
    /// Connects, as Asterisk does.
    ///
    /// # Panics
    ///
    /// When it cannot.
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a server");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, buffer: Vec::new() }
    }

    /// Connects and changes to WebSocket.
    ///
    /// # Panics
    ///
    /// When the server does not agree.
    pub async fn websocket(address: SocketAddr) -> Self {
        let mut peer = Self::connect(address).await;
        peer.send(REQUEST.as_bytes()).await;
        let head = peer.head().await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        assert!(head.to_lowercase().contains("sec-websocket-protocol: media\r\n"), "{head}");
        peer
    }

    /// The same, and says which channel it is.
    pub async fn channel(address: SocketAddr, id: &str, format: &str, frame: usize) -> Self {
        let mut peer = Self::websocket(address).await;
        let start = format!(
            "MEDIA_START connection_id:f80bd520-7d33-4926-bb27-60101c62e849 \
             channel:WebSocket/cap/0x7fb6b00027b0 channel_id:{id} format:{format} \
             optimal_frame_size:{frame} ptime:20"
        );
        peer.text(&start).await;
        peer
    }

    /// Sends bytes.
    ///
    /// # Panics
    ///
    /// When the connection is broken.
    pub async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("a connection");
    }

    /// Sends a whole WebSocket frame, masked as Asterisk's are.
    pub async fn frame(&mut self, opcode: u8, payload: &[u8]) {
        self.send(&frame(opcode, payload)).await;
    }

    /// Sends a control message.
    pub async fn text(&mut self, text: &str) {
        self.frame(1, text.as_bytes()).await;
    }

    /// The head of an HTTP reply.
    ///
    /// # Panics
    ///
    /// When the connection ends before.
    pub async fn head(&mut self) -> String {
        loop {
            if let Some(at) = self.buffer.windows(4).position(|part| part == b"\r\n\r\n") {
                let head = self.buffer.drain(..at + 4).collect();
                return String::from_utf8(head).expect("text");
            }
            assert!(self.read().await, "the head ends early");
        }
    }

    /// The next WebSocket frame: its opcode and payload. `None` at the end.
    pub async fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let [first, second, rest @ ..] = &self.buffer[..] {
                let (length, skip) = match (second & 0x7f, rest) {
                    (126, [high, low, ..]) => (usize::from(u16::from_be_bytes([*high, *low])), 4),
                    (126, _) => (usize::MAX, 4),
                    (length, _) => (usize::from(length), 2),
                };
                if length != usize::MAX && self.buffer.len() >= skip + length {
                    let opcode = first & 0x0f;
                    let payload = self.buffer[skip..skip + length].to_vec();
                    self.buffer.drain(..skip + length);
                    return Some((opcode, payload));
                }
            }
            if !self.read().await {
                return None;
            }
        }
    }

    /// The next so many bytes, fewer at the end.
    pub async fn bytes(&mut self, count: usize) -> Vec<u8> {
        while self.buffer.len() < count && self.read().await {}
        let count = count.min(self.buffer.len());
        self.buffer.drain(..count).collect()
    }

    /// Waits for the end of the connection, whatever comes before.
    pub async fn end(&mut self) {
        while self.read().await {
            self.buffer.clear();
        }
    }

    async fn read(&mut self) -> bool {
        matches!(self.stream.read_buf(&mut self.buffer).await, Ok(read) if read > 0)
    }
}

/// A WebSocket frame with a mask of zeros.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "the lengths are looked at")]
pub fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        length @ 0..126 => frame.push(0x80 | length as u8),
        length @ 126..65_536 => {
            frame.push(0xfe);
            frame.extend((length as u16).to_be_bytes());
        }
        length => {
            frame.push(0xff);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}
