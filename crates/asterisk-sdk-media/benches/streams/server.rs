//! The servers, each in a process of its own, whose time and memory the system counts.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use asterisk_sdk_media::{MediaEvent, MediaStream, Options, audiosocket, websocket};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::{Carrier, Result};

/// How long the speaking server speaks.
const SPEECH: usize = 5;

/// A server that runs.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    pub(crate) fn start(which: &str) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--serve", which])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let output = child.stdout.take().ok_or("no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim().parse()?;
        Ok(Self { child, address })
    }

    /// The time that it has used.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields = stat.rsplit_once(')').ok_or("no stat")?.1;
        let mut ticks = 0;
        for field in fields.split_ascii_whitespace().skip(11).take(2) {
            ticks += field.parse::<u64>()?;
        }
        // Linux counts in hundredths of a second everywhere.
        Ok(Duration::from_millis(ticks * 10))
    }

    /// The memory that it has.
    pub(crate) fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("no memory")?;
        Ok(kilobytes.trim().parse::<u64>()? * 1_024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tell(address: SocketAddr) -> Result {
    println!("{address}");
    Ok(std::io::stdout().flush()?)
}

pub(crate) async fn serve(which: &str) -> Result {
    match which {
        "floor-websocket" => floor(Carrier::WebSocket).await,
        "floor-audiosocket" => floor(Carrier::AudioSocket).await,
        "sdk-websocket" => {
            let server = websocket::Server::bind_with("127.0.0.1:0", options()).await?;
            tell(server.local_addr())?;
            loop {
                tokio::spawn(echo(server.accept().await?));
            }
        }
        "sdk-audiosocket" => {
            let server = audiosocket::Server::bind_with("127.0.0.1:0", options()).await?;
            tell(server.local_addr())?;
            loop {
                tokio::spawn(echo(server.accept().await?));
            }
        }
        "speak-floor" => {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            tell(listener.local_addr()?)?;
            loop {
                let (mut stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                tokio::spawn(async move {
                    let mut ticks = tokio::time::interval(Duration::from_millis(20));
                    let message = [&[0x10, 1, 64], &[1; 320][..]].concat();
                    for _ in 0..SPEECH * 50 {
                        ticks.tick().await;
                        let _ = stream.write_all(&message).await;
                    }
                });
            }
        }
        "speak-sdk" => {
            let server = audiosocket::Server::bind_with("127.0.0.1:0", options()).await?;
            tell(server.local_addr())?;
            loop {
                let stream = server.accept().await?;
                tokio::spawn(async move {
                    // It fails when the callers have gone, with which this process ends as well.
                    let _ = stream.write(vec![1; SPEECH * 16_000]).await;
                    let _ = stream.drained().await;
                });
            }
        }
        _ => Err(format!("no server {which}").into()),
    }
}

fn options() -> Options {
    Options::default().unclaimed(10_000)
}

async fn echo(stream: MediaStream) {
    while let Some(event) = stream.next().await {
        match event {
            MediaEvent::Audio(frame) => {
                if stream.write(frame.data).await.is_err() {
                    return;
                }
            }
            // Of these there is none, or the figures are worth nothing.
            other => eprintln!("{other:?}"),
        }
    }
}

/// Reads each message and writes it back, and knows no more of the protocol than it must.
async fn floor(carrier: Carrier) -> Result {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    tell(listener.local_addr()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let _ = match carrier {
                Carrier::AudioSocket => floor_audiosocket(stream).await,
                Carrier::WebSocket => floor_websocket(stream).await,
            };
        });
    }
}

async fn floor_audiosocket(mut stream: TcpStream) -> Result {
    let mut message = [0; 323];
    stream.read_exact(&mut message[..19]).await?;
    loop {
        stream.read_exact(&mut message).await?;
        stream.write_all(&message).await?;
    }
}

async fn floor_websocket(mut stream: TcpStream) -> Result {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n").await?;
    let mut start = [0; 8];
    stream.read_exact(&mut start).await?;
    let mut rest = vec![0; usize::from(u16::from_be_bytes([start[2], start[3]]))];
    stream.read_exact(&mut rest).await?;
    let mut message = [0; 168];
    loop {
        stream.read_exact(&mut message).await?;
        // Unmasked, as the mask is zero.
        message[5..8].copy_from_slice(&[0x82, 126, 0]);
        message.copy_within(5..8, 4);
        message[7] = 160;
        stream.write_all(&message[4..]).await?;
    }
}
