//! What is compared with: a bare read loop that splits messages into names and values, keeps nothing
//! and hands on nothing.

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::{IN_FLIGHT, Result};
use memchr::memchr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CHUNK: usize = 64 * 1024;

/// An action as the client writes it, with an ActionID of the usual length.
const PING: &[u8] = b"Action: Ping\r\nActionID: 0123456789abcdef-123456\r\n\r\n";

#[derive(Debug)]
pub(crate) struct Floor {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Floor {
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self> {
        let mut stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut banner = [0; "Asterisk Call Manager/11.0.0\r\n".len()];
        stream.read_exact(&mut banner).await?;
        Ok(Self { stream, buffer: vec![0; 2 * CHUNK], filled: 0 })
    }

    async fn write(&mut self, bytes: &[u8]) -> Result {
        Ok(self.stream.write_all(bytes).await?)
    }

    /// Reads so many messages.
    async fn messages(&mut self, count: usize) -> Result {
        let mut seen = 0;
        while seen < count {
            let read = self.stream.read(&mut self.buffer[self.filled..]).await?;
            if read == 0 {
                return Err("the server has closed".into());
            }
            self.filled += read;
            let (messages, used) = split(&self.buffer[..self.filled]);
            seen += messages;
            self.buffer.copy_within(used..self.filled, 0);
            self.filled -= used;
        }
        Ok(())
    }
}

/// What the client's rows are compared with.
impl Floor {
    pub(crate) async fn replay(mut self, count: usize) -> Result<Duration> {
        let start = Instant::now();
        self.write(b"Action: Replay\r\n\r\n").await?;
        self.messages(1 + count).await?;
        Ok(start.elapsed())
    }

    pub(crate) async fn pings(mut self, count: usize) -> Result<Duration> {
        let start = Instant::now();
        for _ in 0..count {
            self.write(PING).await?;
            self.messages(1).await?;
        }
        Ok(start.elapsed())
    }

    pub(crate) async fn coalesced_pings(mut self, count: usize) -> Result<Duration> {
        let pings = PING.repeat(IN_FLIGHT);
        let start = Instant::now();
        for _ in 0..count / IN_FLIGHT {
            self.write(&pings).await?;
            self.messages(IN_FLIGHT).await?;
        }
        Ok(start.elapsed())
    }

    pub(crate) async fn list(mut self, count: usize) -> Result<Duration> {
        let start = Instant::now();
        self.write(b"Action: CoreShowChannels\r\n\r\n").await?;
        self.messages(count + 2).await?;
        Ok(start.elapsed())
    }
}

/// How many whole messages there are, and how many bytes they have.
fn split(bytes: &[u8]) -> (usize, usize) {
    let mut headers: Vec<(&[u8], &[u8])> = Vec::with_capacity(64);
    let (mut messages, mut used, mut start) = (0, 0, 0);
    while let Some(length) = memchr(b'\n', &bytes[start..]) {
        let end = start + length;
        let line = bytes[start..end].strip_suffix(b"\r").unwrap_or(&bytes[start..end]);
        start = end + 1;
        if line.is_empty() {
            black_box(&headers);
            headers.clear();
            messages += 1;
            used = start;
        } else if let Some(colon) = memchr(b':', line) {
            headers.push((&line[..colon], line[colon + 1..].trim_ascii_start()));
        }
    }
    (messages, used)
}
