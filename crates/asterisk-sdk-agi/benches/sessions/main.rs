//! How fast and how small the FastAGI server is, as ratios to a bare accept loop that writes the same
//! bytes to the same callers in the same run.
//!
//! ```text
//! cargo bench -p asterisk-sdk-agi
//! cargo bench -p asterisk-sdk-agi -- --rows sessions100 --pairs 31
//! ```
//!
//! Figures and what they mean are in `docs/performance.md`.

mod callers;
mod server;

use std::error::Error;

use server::Process;
use tokio::runtime::{Builder, Runtime};

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// What both servers write, until the variable is set.
const COMMAND: &[u8] = b"GET VARIABLE \"X\"\n";

#[derive(Debug, Clone)]
struct Options {
    /// Calls a run.
    sessions: usize,
    /// Commands of the row that counts them, a run.
    commands: usize,
    /// Calls that wait.
    idle: usize,
    /// Calls at the same time.
    burst: usize,
    pairs: usize,
    /// Threads of the servers' runtime; none is a runtime on one thread.
    workers: usize,
    /// Only rows whose name contains this.
    rows: String,
    /// Be one of the servers instead.
    serve: Option<String>,
}

impl Options {
    fn read() -> Result<Self> {
        let mut options = Self {
            sessions: 3_000,
            commands: 32_000,
            idle: 5_000,
            burst: 1_000,
            pairs: 15,
            workers: 0,
            rows: String::new(),
            serve: None,
        };
        // Cargo adds `--bench`.
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            let number = match name.as_str() {
                "--sessions" => &mut options.sessions,
                "--commands" => &mut options.commands,
                "--idle" => &mut options.idle,
                "--burst" => &mut options.burst,
                "--pairs" => &mut options.pairs,
                "--workers" => &mut options.workers,
                "--rows" => {
                    options.rows = value;
                    continue;
                }
                "--serve" => {
                    options.serve = Some(value);
                    continue;
                }
                _ => return Err(format!("unknown option {name}").into()),
            };
            *number = value.parse()?;
        }
        Ok(options)
    }
}

fn runtime(workers: usize) -> std::io::Result<Runtime> {
    let mut builder = match workers {
        0 => Builder::new_current_thread(),
        workers => {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(workers);
            builder
        }
    };
    builder.enable_all().build()
}

fn main() -> Result {
    let options = Options::read()?;
    if let Some(which) = &options.serve {
        return server::serve(which, options.workers);
    }
    let runtime = runtime(0)?;
    let bench = Bench { options, runtime };
    for at_once in [1, 100, 1_000] {
        bench.speed(&format!("sessions{at_once}"), bench.options.sessions, at_once, 1)?;
    }
    // A session has as many commands as make up the number.
    bench.speed("commands16", 16, 16, bench.options.commands / 16)?;
    bench.burst()?;
    bench.idle()
}

#[derive(Debug)]
struct Bench {
    options: Options,
    runtime: Runtime,
}

impl Bench {
    fn wants(&self, row: &str) -> bool {
        row.contains(&self.options.rows)
    }

    fn start(&self, which: &str) -> Result<Process> {
        let server = Process::start(which, self.options.workers)?;
        // What the first calls need stays.
        self.runtime.block_on(callers::calls(server.address, 1_000, 100, 1))?;
        Ok(server)
    }

    /// Calls floor and server in turn, and prints the ratios of their speeds and processor times.
    fn speed(&self, row: &str, sessions: usize, at_once: usize, commands: usize) -> Result {
        if !self.wants(row) {
            return Ok(());
        }
        let (floor, ours) = (self.start("floor")?, self.start("ours")?);
        let run = |server: &Process| -> Result<(f64, f64)> {
            let before = server.cpu()?;
            let run = callers::calls(server.address, sessions, at_once, commands);
            let took = self.runtime.block_on(run)?;
            Ok((took.as_secs_f64(), server.cpu()?.saturating_sub(before).as_secs_f64()))
        };
        let (mut speeds, mut costs) = (Vec::new(), Vec::new());
        let (mut fastest, mut cheapest) = ([f64::MAX; 2], [f64::MAX; 2]);
        for pair in 0..self.options.pairs {
            // Who is first has what the other one left in the caches.
            let (bare, own) = if pair % 2 == 0 {
                let bare = run(&floor)?;
                (bare, run(&ours)?)
            } else {
                let own = run(&ours)?;
                (run(&floor)?, own)
            };
            speeds.push(bare.0 / own.0);
            costs.push(own.1 / bare.1);
            fastest = [fastest[0].min(bare.0), fastest[1].min(own.0)];
            cheapest = [cheapest[0].min(bare.1), cheapest[1].min(own.1)];
        }
        let count = count(sessions * commands);
        println!(
            "{row:12} speed {}   {:7.0}/s, floor {:7.0}/s",
            spread(speeds),
            count / fastest[1],
            count / fastest[0]
        );
        println!(
            "{:12} cpu   {}   {:7.2} us, floor {:7.2} us",
            "",
            spread(costs),
            1e6 * cheapest[1] / count,
            1e6 * cheapest[0] / count
        );
        Ok(())
    }

    /// How long the last one of a burst of calls waits.
    fn burst(&self) -> Result {
        if !self.wants("burst") {
            return Ok(());
        }
        let (floor, ours) = (self.start("floor")?, self.start("ours")?);
        let (mut bare, mut own) = (Vec::new(), Vec::new());
        for _ in 0..self.options.pairs {
            let run = |server: &Process| {
                self.runtime.block_on(callers::burst(server.address, self.options.burst))
            };
            bare.push(run(&floor)?.as_secs_f64());
            own.push(run(&ours)?.as_secs_f64());
        }
        println!("{:12} last answered after {} s, floor {} s", "burst", spread(own), spread(bare));
        Ok(())
    }

    /// How much memory a call takes whose script waits for a reply.
    fn idle(&self) -> Result {
        if !self.wants("idle") {
            return Ok(());
        }
        let measure = |which| -> Result<u64> {
            let server = self.start(which)?;
            let before = server.memory()?;
            let open = callers::waiting(server.address, self.options.idle);
            let open = self.runtime.block_on(open)?;
            let grown = server.memory()? - before;
            Ok(grown / u64::try_from(open.len())?)
        };
        let (floor, ours) = (measure("floor")?, measure("ours")?);
        println!("{:12} {ours} bytes a call of {}, floor {floor}", "idle", self.options.idle);
        Ok(())
    }
}

/// The lowest, the median and the highest.
fn spread(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    format!("{:.2} / {:.2} / {:.2}", at(0), at(values.len() / 2), at(values.len() - 1))
}

#[expect(clippy::cast_precision_loss, reason = "printed with few digits")]
fn count(number: usize) -> f64 {
    number as f64
}
