//! What it costs to keep a picture of what is going on.
//!
//! ```text
//! cargo bench -p asterisk-sdk-ami --features live --bench live
//! ```
//!
//! Figures and what they mean are in `docs/performance.md`.

mod server;
mod stream;

use std::error::Error;
use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use asterisk_sdk_ami::action::Custom;
use asterisk_sdk_ami::live::{Channel, Device, Freshness, Kind, Live, Snapshot};
use asterisk_sdk_ami::{Manager, Reconnect};
use tokio::runtime::Runtime;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

const EVENTS: usize = 200_000;
const CHANNELS: usize = 10_000;
const ROUNDS: usize = 7;
/// How many further pictures the memory of one is measured by.
const MORE: u64 = 4;

fn main() -> Result {
    match std::env::args().nth(1).as_deref() {
        // The server is a process of its own, lest its memory counts.
        Some("--serve") => return serve(std::env::args().nth(2).as_deref() == Some("lists")),
        // Cargo adds `--bench`.
        Some("--bench") | None => {}
        Some(other) => return Err(format!("unknown option {other}").into()),
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let full = Server::start("lists")?;
    // First, while the process has not grown for anything else.
    memory(&runtime, full.address)?;
    reads(&runtime, full.address)?;
    again(&runtime, full.address)?;
    applied(&runtime, Server::start("events")?.address)
}

fn serve(lists: bool) -> Result {
    let script = if lists {
        server::Script { events: None, lists: stream::lists(CHANNELS) }
    } else {
        server::Script { events: Some(stream::events()), lists: stream::lists(0) }
    };
    println!("{}", server::start(script)?);
    // Until whoever started it is gone.
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

/// The scripted server in its process.
struct Server {
    process: std::process::Child,
    address: SocketAddr,
}

impl Server {
    fn start(what: &str) -> Result<Self> {
        use std::io::BufRead;
        use std::process::{Command, Stdio};

        let mut process = Command::new(std::env::current_exe()?)
            .args(["--serve", what])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let output = process.stdout.take().ok_or("no output")?;
        std::io::BufReader::new(output).read_line(&mut line)?;
        Ok(Self { process, address: line.trim().parse()? })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended by itself is fine.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn connect(server: SocketAddr) -> Result<Manager> {
    let quick = Reconnect::default().pauses(Duration::from_millis(1), Duration::from_millis(1));
    let builder = Manager::builder(server.to_string()).login("admin", "secret").reconnect(quick);
    Ok(builder.connect().await?)
}

/// How far the process grows for a picture of all channels, calls and bridges.
fn memory(runtime: &Runtime, server: SocketAddr) -> Result {
    runtime.block_on(async {
        let manager = connect(server).await?;
        // The code is in memory before, too.
        drop(Live::attach(&manager).track([Kind::Devices]).await?);
        let before = resident();
        let first = Live::attach(&manager).track([Kind::Calls]).await?;
        assert_eq!(first.snapshot().count::<Channel>(), CHANNELS);
        let after_one = resident();
        // What the lists took on their way is there to be used again.
        let mut more = Vec::new();
        for _ in 0..MORE {
            more.push(Live::attach(&manager).track([Kind::Calls]).await?);
        }
        if let (Some(before), Some(one), Some(all)) = (before, after_one, resident()) {
            let (first, further) = (one.saturating_sub(before), all.saturating_sub(one) / MORE);
            println!(
                "memory   {further} kB a picture of {CHANNELS} channels, {first} kB the first"
            );
        }
        manager.close().await;
        Ok(())
    })
}

/// How long a read takes while nothing happens.
fn reads(runtime: &Runtime, server: SocketAddr) -> Result {
    const READS: u32 = 1_000_000;
    runtime.block_on(async {
        let manager = connect(server).await?;
        let live = Live::attach(&manager).track([Kind::Calls]).await?;
        let time = |read: &dyn Fn()| {
            let start = Instant::now();
            (0..READS).for_each(|_| read());
            start.elapsed() / READS
        };
        let snapshot = time(&|| drop(black_box(live.snapshot())));
        let one = time(&|| drop(black_box(live.get::<Channel>("1795280000.77"))));
        println!("read     {snapshot:?} a snapshot, {one:?} a channel by its id");
        manager.close().await;
        Ok(())
    })
}

/// How long it takes until the picture is current again after the connection was lost.
fn again(runtime: &Runtime, server: SocketAddr) -> Result {
    runtime.block_on(async {
        let manager = connect(server).await?;
        let live = Live::attach(&manager).track([Kind::Calls]).await?;
        let mut times = Vec::new();
        for _ in 0..ROUNDS {
            let (start, before) = (Instant::now(), live.statistics());
            // The server closes the connection instead of answering.
            let _ = manager.send(Custom::new("Cut")).await;
            let is_again = |now: &Snapshot| {
                now.freshness() == Freshness::Current
                    && live.statistics().snapshots > before.snapshots
            };
            live.wait_until(is_again).await.ok_or("the connection has ended")?;
            times.push(start.elapsed());
        }
        times.sort();
        let median = times[times.len() / 2];
        println!("again    {median:?} from the loss to {CHANNELS} channels, login included");
        manager.close().await;
        Ok(())
    })
}

/// Events applied, compared with the same events only decoded.
fn applied(runtime: &Runtime, server: SocketAddr) -> Result {
    let mut ratios = Vec::new();
    let (mut fastest, mut fastest_decoded) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        let decoded = runtime.block_on(decode(server))?;
        let applied = runtime.block_on(apply(server))?;
        ratios.push(applied.as_secs_f64() / decoded.as_secs_f64());
        fastest = fastest.min(applied);
        fastest_decoded = fastest_decoded.min(decoded);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "applied  {:.0} events/s, {:.0}/s only decoded; times as long {:.2} / {:.2} / {:.2}",
        rate(fastest),
        rate(fastest_decoded),
        ratios[0],
        ratios[ROUNDS / 2],
        ratios[ROUNDS - 1]
    );
    Ok(())
}

async fn decode(server: SocketAddr) -> Result<Duration> {
    let manager = connect(server).await?;
    let mut events = manager.events().all();
    let start = Instant::now();
    manager.send(Custom::new("Replay").header("Count", EVENTS.to_string())).await?;
    // One more says that it was the last.
    for _ in 0..=EVENTS {
        black_box(events.next().await.ok_or("the connection has ended")??.typed());
    }
    let elapsed = start.elapsed();
    manager.close().await;
    Ok(elapsed)
}

async fn apply(server: SocketAddr) -> Result<Duration> {
    let manager = connect(server).await?;
    // Everything is tracked, and somebody hears of all calls that end.
    let live = Live::attach(&manager).await?;
    let mut completed = live.changes().completed_calls();
    let reader = tokio::spawn(async move {
        let mut count = 0_usize;
        while let Some(Ok(call)) = completed.next().await {
            black_box(call);
            count += 1;
        }
        count
    });
    let start = Instant::now();
    manager.send(Custom::new("Replay").header("Count", EVENTS.to_string())).await?;
    live.wait_until(|now| now.get::<Device>("Custom:end").is_some()).await;
    let elapsed = start.elapsed();
    if live.statistics().gaps > 0 {
        return Err("the picture fell behind".into());
    }
    drop(live);
    let calls = reader.await?;
    assert!(calls > EVENTS / 100, "{calls} calls");
    manager.close().await;
    Ok(elapsed)
}

#[expect(clippy::cast_precision_loss, reason = "printed without fractions")]
fn rate(time: Duration) -> f64 {
    EVENTS as f64 / time.as_secs_f64()
}

/// What of this process is in memory, in kB, as Linux tells it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}
