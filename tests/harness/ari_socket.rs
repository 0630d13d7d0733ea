//! A bare WebSocket that the tests hold themselves: one to a server, or one that a server makes to us.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Any will do: nobody is between.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// A WebSocket without any comfort: text that fits into one frame.
#[derive(Debug)]
pub struct RawSocket {
    stream: TcpStream,
}

impl RawSocket {
    /// Connects to the events of an application, at a base URL, as a user with a password.
    ///
    /// # Panics
    ///
    /// When the server refuses.
    pub async fn connect(url: &str, user: &str, password: &str, app: &str) -> Self {
        let address = url.trim_start_matches("http://");
        let stream = TcpStream::connect(address).await.expect("the server listens");
        let mut socket = Self { stream };
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        let request = format!(
            "GET /ari/events?app={app} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nAuthorization: Basic {credentials}\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
        );
        socket.stream.write_all(request.as_bytes()).await.expect("the server reads");
        let reply = socket.head().await.expect("the server answers");
        assert!(reply.starts_with("HTTP/1.1 101 "), "{reply}");
        socket
    }

    /// Accepts the next connection that a server makes, and gives its request too.
    ///
    /// # Panics
    ///
    /// When it asks for something else.
    pub async fn accept(listener: &TcpListener) -> (Self, String) {
        let (stream, _) = listener.accept().await.expect("it listens");
        let mut socket = Self { stream };
        let request = socket.head().await.expect("a request");
        let key = request.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "));
        let key = key.expect("it is a WebSocket's request");
        let accept = Sha1::digest(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
        let accept = STANDARD.encode(accept);
        let reply = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: ari\r\n\r\n"
        );
        socket.stream.write_all(reply.as_bytes()).await.expect("the server reads");
        (socket, request)
    }

    /// Sends text as clients do, masked by zeros.
    ///
    /// # Panics
    ///
    /// When the server has gone, or the text is longer than 65,535 bytes.
    pub async fn send(&mut self, text: &str) {
        let length = u16::try_from(text.len()).expect("it fits into a frame");
        let mut frame = vec![0x81, 0xfe];
        frame.extend(length.to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.stream.write_all(&frame).await.expect("the server reads");
    }

    /// The next text; none at the end.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            let (kind, payload) = self.frame().await.ok()?;
            match kind {
                0x81 => return String::from_utf8(payload).ok(),
                0x88 => return None,
                _ => {}
            }
        }
    }

    /// A frame's first byte and its content.
    async fn frame(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let kind = self.stream.read_u8().await?;
        let second = self.stream.read_u8().await?;
        let length = match second & 0x7f {
            126 => u64::from(self.stream.read_u16().await?),
            127 => self.stream.read_u64().await?,
            short => u64::from(short),
        };
        let mut mask = [0; 4];
        if second & 0x80 != 0 {
            self.stream.read_exact(&mut mask).await?;
        }
        let length = usize::try_from(length).map_err(io::Error::other)?;
        let mut payload = vec![0; length];
        self.stream.read_exact(&mut payload).await?;
        for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
            *byte ^= mask;
        }
        Ok((kind, payload))
    }

    /// The head of a request or reply.
    async fn head(&mut self) -> io::Result<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await?);
        }
        String::from_utf8(head).map_err(io::Error::other)
    }
}
