//! What media streams cost, as ratios to bare sockets that read and write the same bytes in the same run, and how
//! punctual they are.
//!
//! ```text
//! cargo bench -p asterisk-sdk-media
//! cargo bench -p asterisk-sdk-media -- --rows websocket --pairs 9
//! ```
//!
//! Figures and what they mean are in `docs/performance.md`.

mod callers;
mod server;

use std::error::Error;
use std::time::Duration;

use callers::Callers;
use server::Process;
use tokio::runtime::Builder;

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// What carries the audio.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Carrier {
    AudioSocket,
    WebSocket,
}

#[derive(Debug)]
struct Options {
    /// Streams at the same time that send and receive.
    streams: usize,
    /// Streams whose punctuality is measured.
    punctual: usize,
    /// How long each run lasts.
    seconds: u64,
    pairs: usize,
    /// Only rows whose name contains this.
    rows: String,
    /// Be one of the servers instead.
    serve: Option<String>,
}

impl Options {
    fn read() -> Result<Self> {
        let mut options = Self {
            streams: 500,
            punctual: 100,
            seconds: 4,
            pairs: 5,
            rows: String::new(),
            serve: None,
        };
        // Cargo adds `--bench`.
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--streams" => options.streams = value.parse()?,
                "--punctual" => options.punctual = value.parse()?,
                "--seconds" => options.seconds = value.parse()?,
                "--pairs" => options.pairs = value.parse()?,
                "--rows" => options.rows = value,
                "--serve" => options.serve = Some(value),
                _ => return Err(format!("unknown option {name}").into()),
            }
        }
        Ok(options)
    }
}

fn main() -> Result {
    let options = Options::read()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    if let Some(which) = &options.serve {
        return runtime.block_on(server::serve(which));
    }
    runtime.block_on(async {
        for (name, carrier) in
            [("websocket", Carrier::WebSocket), ("audiosocket", Carrier::AudioSocket)]
        {
            if name.contains(&options.rows) {
                echo(name, carrier, &options).await?;
            }
        }
        if "punctual".contains(&options.rows) {
            punctual(&options).await?;
        }
        if "idle".contains(&options.rows) {
            idle(&options).await?;
        }
        Ok(())
    })
}

/// CPU time for streams whose audio is sent back.
async fn echo(name: &str, carrier: Carrier, options: &Options) -> Result {
    let mut ratios = Vec::new();
    for _ in 0..options.pairs {
        let mut times = Vec::new();
        for which in ["floor", "sdk"] {
            let server = Process::start(&format!("{which}-{name}"))?;
            let callers = Callers::connect(server.address, carrier, options.streams).await?;
            let before = server.cpu()?;
            let frames = callers.talk(Duration::from_secs(options.seconds)).await?;
            let time = server.cpu()?.saturating_sub(before);
            let expected = options.streams as u64 * options.seconds * 50;
            if frames < expected {
                return Err(format!("{which}-{name}: only {frames} of {expected} frames").into());
            }
            times.push(time.as_secs_f64() * 1e6 / frames_f64(frames));
        }
        ratios.push(times[1] / times[0]);
        println!("{name:12} floor {:5.1} µs a frame, sdk {:5.1} µs", times[0], times[1]);
    }
    ratios.sort_by(f64::total_cmp);
    println!("{name:12} median {:.2} of the floor's CPU time", ratios[ratios.len() / 2]);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "there are less than 2^52")]
fn frames_f64(frames: u64) -> f64 {
    frames as f64
}

/// How late frames are written that wait in the stream's queue.
async fn punctual(options: &Options) -> Result {
    for which in ["floor", "sdk", "floor", "sdk"] {
        let server = Process::start(&format!("speak-{which}"))?;
        let callers = Callers::connect(server.address, Carrier::AudioSocket, options.punctual);
        let mut late = callers.await?.listen().await?;
        late.sort();
        let at = |part: usize| late[(late.len() - 1) * part / 1_000].as_secs_f64() * 1e3;
        println!(
            "punctual     {which:5} {} frames of {} streams: median {:.2} ms late, p99 {:.2}, latest {:.2}",
            late.len(),
            options.punctual,
            at(500),
            at(990),
            at(1_000)
        );
    }
    Ok(())
}

/// Memory of streams on which nothing happens.
async fn idle(options: &Options) -> Result {
    for (name, carrier) in
        [("websocket", Carrier::WebSocket), ("audiosocket", Carrier::AudioSocket)]
    {
        let server = Process::start(&format!("sdk-{name}"))?;
        // The first ones bring what there is once.
        let _first = Callers::connect(server.address, carrier, 50).await?;
        let before = server.memory()?;
        let _callers = Callers::connect(server.address, carrier, options.streams).await?;
        let each = server.memory()?.saturating_sub(before) / options.streams as u64;
        println!("idle         {name}: {each} bytes a stream");
    }
    Ok(())
}
