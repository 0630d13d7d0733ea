//! How fast the client is, as ratios to bare hyper, fastwebsockets and serde in the same run.
//!
//! ```text
//! cargo bench -p asterisk-sdk-ari
//! cargo bench -p asterisk-sdk-ari -- --events 300000 --rows events
//! ```
//!
//! Figures and what they mean are in `docs/performance.md`.

mod floor;
mod server;
mod sessions;
mod stream;

use std::error::Error;
use std::future::Future;
use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use asterisk_sdk_ari::{Builder, Client, Event};
use http::Method;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tokio::task::JoinSet;

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How many requests are in flight at once, where they are many.
const IN_FLIGHT: usize = 64;

/// Replays, and how many channels they tell of.
const REPLAYS: [(&str, usize); 3] =
    [("/ari/replay/1", 1), ("/ari/replay/100", 100), ("/ari/replay/10000", 10_000)];

#[derive(Debug, Clone)]
struct Options {
    events: usize,
    posts: usize,
    /// Channels in a list.
    items: usize,
    lists: usize,
    pairs: usize,
    /// Threads of the client's runtime; none is a runtime on the calling thread.
    workers: usize,
    /// Only rows whose name contains this.
    rows: String,
}

impl Options {
    fn read() -> Result<Self> {
        let mut options = Self {
            events: 150_000,
            posts: 10_000,
            items: 1000,
            lists: 50,
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
                "--posts" => &mut options.posts,
                "--items" => &mut options.items,
                "--lists" => &mut options.lists,
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
}

fn main() -> Result {
    let options = Options::read()?;
    let channels = stream::channels(options.items);
    let mut replays = Vec::new();
    for (path, channels) in REPLAYS {
        let (frames, of) = stream::events(channels);
        // Whole calls only.
        replays.push((path, frames, of, options.events - options.events % of));
    }
    println!(
        "{} bytes an event, {} bytes a list of {} items, {} pairs a row",
        replays[0].1.len() / replays[0].2,
        channels.len(),
        options.items,
        options.pairs
    );
    let counts: Vec<_> = replays.iter().map(|(.., count)| *count).collect();
    for (path, channels) in sessions::ENTERING {
        replays.push((path, stream::entering(channels), channels, channels));
    }
    let epoch = Instant::now();
    let play = std::sync::Mutex::default();
    let script = server::Script { replays, epoch, channels, play };
    let server = server::start(script)?;
    let runtime = options.runtime()?;
    let bench = Bench { options, server, runtime };
    // First: memory that other rows have given back would hide what this one needs.
    bench.sessions()?;
    let (posts, lists) = (bench.options.posts, bench.options.lists);
    bench.row("post", posts, floor::posts, Bench::posts)?;
    bench.row("post64", 4 * posts, floor::concurrent_posts, Bench::concurrent_posts)?;
    for (name, in_flight) in [("socket", 1), ("socket64", IN_FLIGHT)] {
        let floor = |server, count| floor::exchanges(server, count, in_flight);
        let rings = move |client, count| Bench::rings(client, count, in_flight);
        bench.row_with(name, posts, over_socket, floor, rings)?;
    }
    bench.row("list", lists, floor::lists, Bench::lists)?;
    let events = |server, count| floor::events(server, count, REPLAYS[0].0);
    bench.row("events", counts[0], events, Bench::events)?;
    bench.row("typed", counts[0], events, Bench::typed)?;
    for ((path, channels), count) in REPLAYS.into_iter().zip(counts) {
        let events = |server, count| floor::events(server, count, path);
        let routed = move |client, count| Bench::routed(client, count, path, channels);
        bench.row(&format!("routed {channels}"), count, events, routed)?;
    }
    bench.sleeping(epoch)?;
    Ok(())
}

impl Bench {
    fn row<F, C>(
        &self,
        name: &str,
        count: usize,
        floor: impl Fn(SocketAddr, usize) -> F,
        client: impl Fn(Client, usize) -> C + Copy + Send + 'static,
    ) -> Result
    where
        F: Future<Output = Result<Duration>> + Send + 'static,
        C: Future<Output = Result<Duration>> + Send + 'static,
    {
        self.row_with(name, count, over_http, floor, client)
    }

    /// Runs floor and client in turn, and prints the ratios of their speeds.
    fn row_with<F, C>(
        &self,
        name: &str,
        count: usize,
        settings: fn(Builder) -> Builder,
        floor: impl Fn(SocketAddr, usize) -> F,
        client: impl Fn(Client, usize) -> C + Copy + Send + 'static,
    ) -> Result
    where
        F: Future<Output = Result<Duration>> + Send + 'static,
        C: Future<Output = Result<Duration>> + Send + 'static,
    {
        if !name.contains(&self.options.rows) {
            return Ok(());
        }
        let mut ratios = Vec::new();
        let (mut fastest_floor, mut fastest) = (Duration::MAX, Duration::MAX);
        for _ in 0..self.options.pairs {
            let bare = self.run(floor(self.server, count))?;
            let ours = with_client(self.server, settings, move |ari| client(ari, count));
            let ours = self.run(ours)?;
            ratios.push(bare.as_secs_f64() / ours.as_secs_f64());
            fastest_floor = fastest_floor.min(bare);
            fastest = fastest.min(ours);
        }
        ratios.sort_by(f64::total_cmp);
        println!(
            "{name:12} ratio {:.2} / {:.2} / {:.2}   {:9.0}/s, floor {:9.0}/s",
            ratios[0],
            ratios[ratios.len() / 2],
            ratios[ratios.len() - 1],
            rate(count, fastest),
            rate(count, fastest_floor)
        );
        Ok(())
    }

    /// Runs work as a task, as an application's mostly is: what runs on the thread of `block_on` itself is
    /// woken at the cost of a system call more.
    fn run<F>(&self, work: F) -> Result<Duration>
    where
        F: Future<Output = Result<Duration>> + Send + 'static,
    {
        self.runtime.block_on(self.runtime.spawn(work))?
    }

    async fn posts(client: Client, count: usize) -> Result<Duration> {
        let channel = client.channel("1795247806.12");
        channel.answer().await?;
        let start = Instant::now();
        for _ in 0..count {
            channel.answer().await?;
        }
        Ok(start.elapsed())
    }

    async fn concurrent_posts(client: Client, count: usize) -> Result<Duration> {
        let post = |client: &Client, times| {
            let channel = client.channel("1795247806.12");
            tokio::spawn(async move {
                for _ in 0..times {
                    channel.answer().await?;
                }
                Ok::<_, asterisk_sdk_ari::RestError>(())
            })
        };
        // The connections are there before, as those of the floor.
        let first: Vec<_> = (0..IN_FLIGHT).map(|_| post(&client, 1)).collect();
        for task in first {
            task.await??;
        }
        let start = Instant::now();
        let tasks: Vec<_> = (0..IN_FLIGHT).map(|_| post(&client, count / IN_FLIGHT)).collect();
        for task in tasks {
            task.await??;
        }
        Ok(start.elapsed())
    }

    /// Requests over the event WebSocket, from one task or several.
    async fn rings(client: Client, count: usize, in_flight: usize) -> Result<Duration> {
        let channel = client.channel("1795247806.12");
        let start = Instant::now();
        if in_flight == 1 {
            for _ in 0..count {
                channel.ring().await?;
            }
            return Ok(start.elapsed());
        }
        let mut tasks = JoinSet::new();
        for n in 0..in_flight {
            let channel = channel.clone();
            // All of them together make as many as were asked for.
            let times = (count + n) / in_flight;
            tasks.spawn(async move {
                for _ in 0..times {
                    channel.ring().await?;
                }
                Ok::<_, asterisk_sdk_ari::RestError>(())
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Ok(start.elapsed())
    }

    async fn lists(client: Client, count: usize) -> Result<Duration> {
        let start = Instant::now();
        for _ in 0..count {
            black_box(client.channels().list().await?);
        }
        Ok(start.elapsed())
    }

    async fn events(client: Client, count: usize) -> Result<Duration> {
        consume(&client, count, |event| {
            let channel = event.subjects().first().map(|subject| subject.id.as_str());
            black_box((event.name(), event.application(), event.timestamp(), channel));
        })
        .await
    }

    /// A subscription to each channel, each with a task of its own.
    async fn routed(
        client: Client,
        count: usize,
        path: &'static str,
        channels: usize,
    ) -> Result<Duration> {
        // The last event ends the measurement; the channels stay.
        let (seen, last) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let mut tasks = JoinSet::new();
        for channel in 0..channels {
            let mut events = client.events().channel(stream::id(channel)).all();
            let (seen, last) = (Arc::clone(&seen), Arc::clone(&last));
            tasks.spawn(async move {
                while let Some(Ok(event)) = events.next().await {
                    black_box((event.name(), event.application(), event.timestamp()));
                    if seen.fetch_add(1, Ordering::Relaxed) + 1 == count {
                        last.notify_one();
                    }
                }
            });
        }
        // All of them wait before the first event comes.
        tokio::task::yield_now().await;
        let start = Instant::now();
        replay(&client, path).await?;
        tokio::select! {
            () = last.notified() => Ok(start.elapsed()),
            _ = tasks.join_next() => Err("events were lost".into()),
        }
    }

    async fn typed(client: Client, count: usize) -> Result<Duration> {
        consume(&client, count, |event| {
            black_box(event.typed());
        })
        .await
    }
}

fn over_http(builder: Builder) -> Builder {
    builder.app("bench")
}

fn over_socket(builder: Builder) -> Builder {
    builder.app("rest").rest_over_websocket()
}

async fn with_client<C: Future<Output = Result<Duration>>>(
    server: SocketAddr,
    settings: fn(Builder) -> Builder,
    work: impl FnOnce(Client) -> C,
) -> Result<Duration> {
    let builder = Client::builder(format!("http://{server}")).login("app", "s3cret");
    let client = settings(builder).no_reconnect().connect().await?;
    let result = work(client.clone()).await;
    // The server does not answer a close.
    drop(client);
    result
}

/// Takes all events of a replay through a subscription with default settings.
async fn consume(client: &Client, count: usize, mut read: impl FnMut(Event)) -> Result<Duration> {
    let mut events = client.events().all();
    let start = Instant::now();
    replay(client, REPLAYS[0].0).await?;
    for _ in 0..count {
        // `Missed::Lagged` is an error here: with default settings nothing may be lost.
        read(events.next().await.ok_or("the connection has ended")??);
    }
    Ok(start.elapsed())
}

/// Asks for a replay.
async fn replay(client: &Client, path: &str) -> Result {
    client.request(Method::POST, path.trim_start_matches("/ari")).await?;
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "printed without fractions")]
fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}
