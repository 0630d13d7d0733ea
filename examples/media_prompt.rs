//! Plays a prompt that callers may interrupt, by a key or by speaking: barge-in.
//!
//! ```text
//! cargo run --example media_prompt -- --app demo --prompt menu.wav
//! ```
//!
//! A call comes in by the dialplan: `exten => 100,1,Stasis(demo)`. The prompt is a WAV file with samples of 16
//! bits, mono, at a rate that Asterisk knows; without one it is a scale. Needs Asterisk 22.

mod flags;

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use asterisk_sdk::ari::Client;
use asterisk_sdk::ari::call::{Call, WhenDone};
use asterisk_sdk::call_media::{CallMedia, Transport};
use asterisk_sdk::media::{Format, Frame, MediaEvent, MediaStream};

type Failure = Box<dyn Error + Send + Sync>;

/// How loud a frame of speech is, at least: the mean size of its samples.
const LOUD: u64 = 500;

/// How many such frames in a row are speech, and no click: 100 ms.
const ENOUGH: usize = 5;

/// What is played.
struct Prompt {
    rate: u32,
    samples: Vec<i16>,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt::init();
    let [url, user, password, app, file] = flags::read([
        ("--url", "http://127.0.0.1:8088"),
        ("--user", "asterisk"),
        ("--password", "asterisk"),
        ("--app", "demo"),
        ("--prompt", ""),
    ]);
    let prompt = Arc::new(if file.is_empty() { scale() } else { read(&file)? });
    let transport = Transport::websocket_client(&url);
    let client = Client::builder(url).login(user, password).app(app).connect().await?;
    println!("waiting for calls");
    let serving = client.serve(move |call| serve(call, transport.clone(), Arc::clone(&prompt)));
    let serving = serving.when_done(WhenDone::HangUp);
    let served = serving.until(async { drop(tokio::signal::ctrl_c().await) }).await;
    println!("{served:?}");
    client.close().await;
    Ok(())
}

/// One call: plays the prompt until its end, or until the caller wants to say something.
async fn serve(mut call: Call, transport: Transport, prompt: Arc<Prompt>) -> Result<(), Failure> {
    let name = call.start().channel.name.clone();
    call.channel().answer().await?;
    let format = Format::Linear(prompt.rate);
    let media = call.media(&transport).format(format).bridged().await?;
    let stream = media.stream();
    let begun = Instant::now();
    stream.write_samples(&prompt.samples).await?;
    // The mark stands behind the prompt, and is reached when that was heard.
    let end = stream.mark()?;
    tokio::select! {
        reached = end.reached() => println!("{name}: heard it all: {:?}", reached?),
        why = barge_in(stream) => {
            // What is not played yet is dropped, here and at Asterisk.
            stream.flush()?;
            println!("{name}: interrupted after {} ms by {why}", begun.elapsed().as_millis());
        }
    }
    media.close().await?;
    Ok(())
}

/// Waits until the caller presses a key or speaks.
async fn barge_in(stream: &MediaStream) -> String {
    let mut loud = 0;
    while let Some(event) = stream.next().await {
        match event {
            MediaEvent::Dtmf(key) => return format!("key {key}"),
            MediaEvent::Audio(frame) if loudness(&frame) >= LOUD => loud += 1,
            MediaEvent::Audio(_) => loud = 0,
            _ => {}
        }
        if loud >= ENOUGH {
            return "speech".to_owned();
        }
    }
    "the end of the call".to_owned()
}

fn loudness(frame: &Frame) -> u64 {
    let Some(samples) = frame.samples() else { return 0 };
    let count = samples.len().max(1) as u64;
    samples.map(|sample| u64::from(sample.unsigned_abs())).sum::<u64>() / count
}

fn read(file: &str) -> Result<Prompt, Failure> {
    let mut reader = hound::WavReader::open(file)?;
    let spec = reader.spec();
    if (spec.channels, spec.bits_per_sample) != (1, 16) {
        return Err(format!("{file} is not mono with 16 bits: {spec:?}").into());
    }
    let samples = reader.samples().collect::<Result<_, _>>()?;
    Ok(Prompt { rate: spec.sample_rate, samples })
}

/// Eight tones of half a second.
fn scale() -> Prompt {
    let rate = 16_000;
    let tone = |pitch: u32| {
        // Up and down in halves of a wave.
        (0..rate / 2)
            .map(move |at| if (at * pitch * 2 / rate).is_multiple_of(2) { 4_000 } else { -4_000 })
    };
    let pitches = [262, 294, 330, 349, 392, 440, 494, 523];
    Prompt { rate, samples: pitches.into_iter().flat_map(tone).collect() }
}
