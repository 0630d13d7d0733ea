//! Records what callers say to WAV files, and draws each as an SVG.
//!
//! ```text
//! cargo run --example media_record -- --app demo --folder recordings
//! ```
//!
//! A call comes in by the dialplan: `exten => 100,1,Stasis(demo)`. The recording goes on until the caller hangs
//! up. Pauses in which Asterisk has nothing to send are not in it. Needs Asterisk 22.

mod flags;

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use asterisk_sdk::ari::Client;
use asterisk_sdk::ari::call::{Call, WhenDone};
use asterisk_sdk::call_media::{CallMedia, Transport};
use asterisk_sdk::media::{Format, MediaEvent};

type Failure = Box<dyn Error + Send + Sync>;

/// Samples in a second.
const RATE: u32 = 8_000;

/// How wide and how high the drawing is.
const SIZE: (usize, i32) = (800, 200);

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt::init();
    let [url, user, password, app, folder] = flags::read([
        ("--url", "http://127.0.0.1:8088"),
        ("--user", "asterisk"),
        ("--password", "asterisk"),
        ("--app", "demo"),
        ("--folder", "."),
    ]);
    std::fs::create_dir_all(&folder)?;
    let transport = Transport::websocket_client(&url);
    let client = Client::builder(url).login(user, password).app(app).connect().await?;
    println!("waiting for calls");
    let serving = client.serve(move |call| {
        let file = Path::new(&folder).join(call.channel().id().as_str().replace('/', "-"));
        serve(call, transport.clone(), file.with_extension("wav"))
    });
    let serving = serving.when_done(WhenDone::HangUp);
    let served = serving.until(async { drop(tokio::signal::ctrl_c().await) }).await;
    println!("{served:?}");
    client.close().await;
    Ok(())
}

/// One call.
async fn serve(mut call: Call, transport: Transport, file: PathBuf) -> Result<(), Failure> {
    call.channel().answer().await?;
    let media = call.media(&transport).format(Format::Linear(RATE)).bridged().await?;
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(&file, spec)?;
    while let Some(event) = media.stream().next().await {
        let MediaEvent::Audio(frame) = event else { continue };
        for sample in frame.samples().into_iter().flatten() {
            wav.write_sample(sample)?;
        }
    }
    wav.finalize()?;
    let drawing = file.with_extension("svg");
    let length = draw(&file, &drawing)?;
    println!("{length:.1?} in {} and {}", file.display(), drawing.display());
    Ok(())
}

/// Draws a recording, and tells how long it is.
fn draw(file: &Path, drawing: &Path) -> Result<Duration, Failure> {
    let mut reader = hound::WavReader::open(file)?;
    let samples = reader.samples::<i16>().collect::<Result<Vec<_>, _>>()?;
    let (width, height) = SIZE;
    let mut path = String::new();
    for (x, part) in samples.chunks(samples.len().div_ceil(width).max(1)).enumerate() {
        // From the highest to the lowest of the samples that fall on this column.
        let y = |sample: Option<&i16>| {
            height / 2 - i32::from(*sample.unwrap_or(&0)) * height / 2 / 32_768
        };
        let (top, bottom) = (y(part.iter().max()), y(part.iter().min()));
        write!(path, "M{x}.5 {top}V{}", bottom + 1)?;
    }
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\">\
         <path d=\"{path}\" stroke=\"#205080\" fill=\"none\"/></svg>\n"
    );
    std::fs::write(drawing, svg)?;
    Ok(Duration::from_secs(samples.len() as u64) / RATE)
}
