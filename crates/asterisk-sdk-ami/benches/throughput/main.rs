//! How fast the client is, as ratios to a bare read loop over the same bytes in the same run.
//!
//! ```text
//! cargo bench -p asterisk-sdk-ami
//! cargo bench -p asterisk-sdk-ami -- --events 1000000 --rows typed
//! ```
//!
//! Figures and what they mean are in `docs/performance.md`.

mod floor;
mod server;
mod stream;

use std::error::Error;
use std::future::Future;
use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use asterisk_sdk_ami::action::{CoreShowChannels, Custom, Ping};
use asterisk_sdk_ami::{Event, Manager};
use floor::Floor;
use tokio::runtime::Runtime;

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How many requests are in flight at once, where they are many.
const IN_FLIGHT: usize = 64;

#[derive(Debug, Clone)]
struct Options {
    events: usize,
    pings: usize,
    items: usize,
    variables: usize,
    pairs: usize,
    /// Threads of the client's runtime; none is a runtime on the calling thread.
    workers: usize,
    /// Only rows whose name contains this.
    rows: String,
}

impl Options {
    fn read() -> Result<Self> {
        let mut options = Self {
            events: 200_000,
            pings: 10_000,
            items: 10_000,
            variables: 9,
            pairs: 7,
            workers: 0,
            rows: String::new(),
        };
        // Cargo adds `--bench`.
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            let number = match name.as_str() {
                "--events" => &mut options.events,
                "--pings" => &mut options.pings,
                "--items" => &mut options.items,
                "--variables" => &mut options.variables,
                "--pairs" => &mut options.pairs,
                "--workers" => &mut options.workers,
                "--rows" => {
                    options.rows = value;
                    continue;
                }
                _ => return Err(format!("unknown option {name}").into()),
            };
            *number = value.parse()?;
        }
        Ok(options)
    }

    fn runtime(&self) -> Result<Runtime> {
        let mut builder = match self.workers {
            0 => tokio::runtime::Builder::new_current_thread(),
            workers => {
                let mut builder = tokio::runtime::Builder::new_multi_thread();
                builder.worker_threads(workers);
                builder
            }
        };
        Ok(builder.enable_all().build()?)
    }
}

#[derive(Debug)]
struct Bench {
    options: Options,
    server: SocketAddr,
    runtime: Runtime,
    list_bytes: usize,
}

fn main() -> Result {
    let options = Options::read()?;
    let (events, of) = stream::events(options.variables);
    let list = stream::list(options.items, options.variables);
    println!(
        "{} bytes an event, {} bytes a list of {} items, {} pairs a row",
        events.len() / of,
        list.len(),
        options.items,
        options.pairs
    );
    let list_bytes = list.len();
    let script = server::Script { events: (events, of), count: options.events, list };
    let server = server::start(script)?;
    let runtime = options.runtime()?;
    let bench = Bench { options, server, runtime, list_bytes };
    // First, while the process has not grown for anything else.
    bench.memory()?;
    bench.flat()?;
    let (events, pings) = (bench.options.events, bench.options.pings);
    bench.row("events", events, Floor::replay, Bench::events)?;
    bench.row("typed", events, Floor::replay, Bench::typed)?;
    bench.row("ping", pings, Floor::pings, Bench::pings)?;
    bench.row("ping64", 4 * pings, Floor::coalesced_pings, Bench::concurrent_pings)?;
    bench.row("list", bench.options.items, Floor::list, Bench::list)?;
    Ok(())
}

impl Bench {
    fn wants(&self, row: &str) -> bool {
        row.contains(&self.options.rows)
    }

    /// Runs floor and client in turn, and prints the ratios of their speeds.
    fn row<F, C>(
        &self,
        name: &str,
        count: usize,
        floor: fn(Floor, usize) -> F,
        client: fn(Manager, usize) -> C,
    ) -> Result
    where
        F: Future<Output = Result<Duration>> + Send + 'static,
        C: Future<Output = Result<Duration>> + Send + 'static,
    {
        if !self.wants(name) {
            return Ok(());
        }
        let mut ratios = Vec::new();
        let (mut fastest_floor, mut fastest) = (Duration::MAX, Duration::MAX);
        for _ in 0..self.options.pairs {
            let server = self.server;
            let bare = async move { floor(Floor::connect(server).await?, count).await };
            let bare = self.run(bare)?;
            let ours = self.run(with_manager(server, move |manager| client(manager, count)))?;
            ratios.push(bare.as_secs_f64() / ours.as_secs_f64());
            fastest_floor = fastest_floor.min(bare);
            fastest = fastest.min(ours);
        }
        ratios.sort_by(f64::total_cmp);
        println!(
            "{name:8} ratio {:.2} / {:.2} / {:.2}   {:9.0}/s, floor {:9.0}/s",
            ratios[0],
            ratios[ratios.len() / 2],
            ratios[ratios.len() - 1],
            rate(count, fastest),
            rate(count, fastest_floor)
        );
        Ok(())
    }

    /// Runs it as a task, as most of an application runs: a runtime looks for more to read each time the future
    /// given to `block_on` is woken, which costs a system call.
    fn run<F>(&self, work: F) -> Result<Duration>
    where
        F: Future<Output = Result<Duration>> + Send + 'static,
    {
        self.runtime.block_on(self.runtime.spawn(work))?
    }

    async fn events(manager: Manager, count: usize) -> Result<Duration> {
        consume(&manager, count, |event| {
            black_box((
                event.name(),
                event.get("Channel"),
                event.get("Uniqueid"),
                event.get("Linkedid"),
            ));
        })
        .await
    }

    async fn typed(manager: Manager, count: usize) -> Result<Duration> {
        consume(&manager, count, |event| {
            black_box(event.typed());
        })
        .await
    }

    async fn pings(manager: Manager, count: usize) -> Result<Duration> {
        let start = Instant::now();
        for _ in 0..count {
            black_box(manager.send(Ping::new()).await?);
        }
        Ok(start.elapsed())
    }

    async fn concurrent_pings(manager: Manager, count: usize) -> Result<Duration> {
        let start = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..IN_FLIGHT {
            let manager = manager.clone();
            tasks.spawn(async move {
                for _ in 0..count / IN_FLIGHT {
                    black_box(manager.send(Ping::new()).await?);
                }
                Ok::<_, asterisk_sdk_ami::ActionError>(())
            });
        }
        while let Some(result) = tasks.join_next().await {
            result??;
        }
        Ok(start.elapsed())
    }

    async fn list(manager: Manager, count: usize) -> Result<Duration> {
        let start = Instant::now();
        let list = manager.send(CoreShowChannels::new()).action_id(stream::LIST_ID).await?;
        let elapsed = start.elapsed();
        assert!(list.valid() && list.items.len() == count, "{} items", list.items.len());
        Ok(elapsed)
    }

    /// How far the process grows while a million events pass.
    fn flat(&self) -> Result {
        if !self.wants("flat") {
            return Ok(());
        }
        self.runtime.block_on(with_manager(self.server, async |manager| {
            let start = Instant::now();
            let (mut passed, mut before) = (0, None);
            while passed < 1_000_000 {
                consume(&manager, self.options.events, |event| {
                    black_box(event.typed());
                })
                .await?;
                passed += self.options.events;
                // What the first events need stays.
                before = before.or_else(|| kilobytes("VmRSS:"));
            }
            if let (Some(before), Some(after)) = (before, kilobytes("VmRSS:")) {
                let growth = after.saturating_sub(before);
                println!("flat     {growth} kB more after {passed} events than after the first");
            }
            Ok(start.elapsed())
        }))?;
        Ok(())
    }

    /// How far the process grows for a list, relative to the list's bytes.
    fn memory(&self) -> Result {
        if !self.wants("list") {
            return Ok(());
        }
        self.runtime.block_on(with_manager(self.server, async |manager| {
            // The code is in memory before, too.
            Self::pings(manager.clone(), 100).await?;
            // Resets the peak; where there is no such file, there is no figure.
            let _ = std::fs::write("/proc/self/clear_refs", "5");
            let before = kilobytes("VmRSS:");
            let result = Self::list(manager, self.options.items).await;
            if let (Some(before), Some(peak)) = (before, kilobytes("VmHWM:")) {
                let growth = peak.saturating_sub(before) * 1024;
                #[expect(clippy::cast_precision_loss, reason = "printed with two digits")]
                let ratio = growth as f64 / self.list_bytes as f64;
                println!("list     peak memory {ratio:.2} of its bytes");
            }
            result
        }))?;
        Ok(())
    }
}

async fn with_manager<C: Future<Output = Result<Duration>>>(
    server: SocketAddr,
    client: impl FnOnce(Manager) -> C,
) -> Result<Duration> {
    let builder = Manager::builder(server.to_string()).login("admin", "secret");
    let manager = builder.connect().await?;
    // The work runs beside the socket's task, as an application's does.
    let result = client(manager.clone()).await;
    manager.close().await;
    result
}

/// Takes all events of a replay through a subscription with default settings.
async fn consume(manager: &Manager, count: usize, mut read: impl FnMut(Event)) -> Result<Duration> {
    let mut events = manager.events().all();
    let start = Instant::now();
    manager.send(Custom::new("Replay")).await?;
    for _ in 0..count {
        // `Missed::Lagged` is an error here: with default settings nothing may be lost.
        read(events.next().await.ok_or("the connection has ended")??);
    }
    Ok(start.elapsed())
}

#[expect(clippy::cast_precision_loss, reason = "printed without fractions")]
fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// A figure of this process, as Linux tells it.
fn kilobytes(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}
