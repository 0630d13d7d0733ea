//! The two servers, each a process of its own, so that nothing of the callers counts as theirs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use asterisk_sdk_agi::fastagi::Server;
use asterisk_sdk_agi::{self as agi, Call};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::{COMMAND, Result};

/// As many routes as a large installation has; the calls match the last one.
const ROUTES: usize = 100;

/// A server in a process of its own. It ends with this value.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Process {
    /// Starts this program again as one of the servers.
    pub(crate) fn start(which: &str, workers: usize) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--serve", which, "--workers", &workers.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("it is piped")?;
        let mut address = String::new();
        BufReader::new(output).read_line(&mut address)?;
        Ok(Self { child, address: address.trim().parse()? })
    }

    /// The processor time that all its threads have taken.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let mut total = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let spent = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            total += spent.split(' ').next().unwrap_or_default().parse::<u64>()?;
        }
        Ok(Duration::from_nanos(total))
    }

    /// The bytes that it has in memory.
    pub(crate) fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()).ok_or("no figure")?;
        Ok(1024 * kilobytes.parse::<u64>()?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The end of its input is the sign to stop.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Is one of the servers, until the input ends.
pub(crate) fn serve(which: &str, workers: usize) -> Result {
    // Nobody waits for it: the process ends under it.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = crate::runtime(workers)?;
    match which {
        "floor" => runtime.block_on(floor()),
        _ => runtime.block_on(ours()),
    }
}

fn announce(address: SocketAddr) -> Result {
    println!("{address}");
    Ok(std::io::stdout().flush()?)
}

async fn ours() -> Result {
    let mut builder = Server::builder();
    for route in 1..ROUTES {
        builder = builder.route(format!(r"^menu{route}/(?<exten>\d+)$"), script);
    }
    let builder = builder.route(r"^bench/(?<exten>\d+)$", script);
    let server = builder.bind("127.0.0.1:0").await?;
    announce(server.local_addr())?;
    server.serve().await;
    Ok(())
}

async fn script(mut call: Call) -> agi::Result {
    while call.variable("X").await?.is_none() {}
    Ok(())
}

/// What is compared with: a bare accept loop, which understands nothing but writes the same bytes.
async fn floor() -> Result {
    let socket = TcpSocket::new_v4()?;
    socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let listener = socket.listen(4096)?;
    announce(listener.local_addr()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        let _ = stream.set_nodelay(true);
        tokio::spawn(session(stream));
    }
}

async fn session(mut stream: TcpStream) -> std::io::Result<()> {
    let mut buffer = Vec::with_capacity(1024);
    while !buffer.ends_with(b"\n\n") {
        if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
    }
    loop {
        stream.write_all(COMMAND).await?;
        buffer.clear();
        while !buffer.ends_with(b"\n") {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
        if buffer.ends_with(b")\n") {
            return Ok(());
        }
    }
}
