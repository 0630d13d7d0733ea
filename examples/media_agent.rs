//! The skeleton of a voice agent: speech to text, an answer, text to speech, with barge-in.
//!
//! ```text
//! cargo run --example media_agent -- --app demo
//! ```
//!
//! A call comes in by the dialplan: `exten => 100,1,Stasis(demo)`. Two traits are what a service for speech has
//! to do. Those here need none: the ear only tells how long somebody spoke, the voice makes a tone for each
//! letter. Needs Asterisk 22.

mod flags;

use std::error::Error;
use std::future::{Future, ready};

use asterisk_sdk::ari::Client;
use asterisk_sdk::ari::call::{Call, WhenDone};
use asterisk_sdk::call_media::{CallMedia, Transport};
use asterisk_sdk::media::{Format, MediaEvent, MediaStream};
use tokio::sync::mpsc;

type Failure = Box<dyn Error + Send + Sync>;

/// Samples in a second, of what is heard and said.
const RATE: u32 = 16_000;

/// What an ear makes of the audio so far.
enum Heard {
    /// Nothing new.
    Nothing,
    /// Somebody begins to speak.
    Beginning,
    /// Somebody has said this.
    Utterance(String),
}

/// Makes text of speech.
trait SpeechToText {
    /// Hears the next samples.
    fn hear(&mut self, samples: &[i16]) -> impl Future<Output = Result<Heard, Failure>> + Send;
}

/// Makes speech of text.
trait TextToSpeech {
    /// Says something, in samples.
    fn say(&mut self, text: &str) -> impl Future<Output = Result<Vec<i16>, Failure>> + Send;
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    tracing_subscriber::fmt::init();
    let [url, user, password, app] = flags::read([
        ("--url", "http://127.0.0.1:8088"),
        ("--user", "asterisk"),
        ("--password", "asterisk"),
        ("--app", "demo"),
    ]);
    let transport = Transport::websocket_client(&url);
    let client = Client::builder(url).login(user, password).app(app).connect().await?;
    println!("waiting for calls");
    let serving = client.serve(move |call| serve(call, transport.clone()));
    let serving = serving.when_done(WhenDone::HangUp);
    let served = serving.until(async { drop(tokio::signal::ctrl_c().await) }).await;
    println!("{served:?}");
    client.close().await;
    Ok(())
}

/// One call.
async fn serve(mut call: Call, transport: Transport) -> Result<(), Failure> {
    call.channel().answer().await?;
    let media = call.media(&transport).format(Format::Linear(RATE)).bridged().await?;
    converse(media.stream(), Loudness::default(), Tones).await
}

/// Listens and speaks, side by side: whoever speaks into an answer cuts it off.
async fn converse(
    stream: &MediaStream,
    mut ear: impl SpeechToText,
    mut voice: impl TextToSpeech,
) -> Result<(), Failure> {
    let (ask, mut asked) = mpsc::channel(1);
    let listening = async move {
        while let Some(event) = stream.next().await {
            let MediaEvent::Audio(frame) = event else { continue };
            let samples: Vec<_> = frame.samples().into_iter().flatten().collect();
            match ear.hear(&samples).await? {
                Heard::Nothing => {}
                Heard::Beginning => stream.flush()?,
                Heard::Utterance(text) => {
                    println!("heard: {text}");
                    // While an answer is still being made, what is said meanwhile is let go.
                    let _ = ask.try_send(text);
                }
            }
        }
        // Drops `ask`, which ends the speaking.
        Ok::<_, Failure>(())
    };
    let speaking = async {
        while let Some(text) = asked.recv().await {
            let answer = answer(&text);
            println!("say: {answer}");
            let speech = voice.say(&answer).await?;
            stream.write_samples(&speech).await?;
        }
        Ok(())
    };
    tokio::try_join!(listening, speaking)?;
    Ok(())
}

/// Where a language model would stand.
fn answer(text: &str) -> String {
    format!("so you spoke for {text}")
}

/// An ear that knows speech from silence by its loudness, and nothing else.
#[derive(Default)]
struct Loudness {
    /// Samples of speech so far.
    speech: usize,
    /// Samples of silence behind it.
    silence: usize,
}

/// From which mean of the samples' sizes on it is speech.
const LOUD: usize = 500;

/// How many samples of speech are no click: 100 ms.
const SPEECH: usize = RATE as usize / 10;

/// How many samples of silence end an utterance: 400 ms.
const SILENCE: usize = RATE as usize * 4 / 10;

impl SpeechToText for Loudness {
    fn hear(&mut self, samples: &[i16]) -> impl Future<Output = Result<Heard, Failure>> + Send {
        let sum: usize = samples.iter().map(|sample| usize::from(sample.unsigned_abs())).sum();
        let spoken_before = self.speech;
        if sum > LOUD * samples.len() {
            self.speech += samples.len();
            self.silence = 0;
        } else {
            self.silence += samples.len();
        }
        let heard = if spoken_before < SPEECH && self.speech >= SPEECH {
            Heard::Beginning
        } else if self.silence >= SILENCE && self.speech > 0 {
            let length = std::mem::take(&mut self.speech);
            let text = format!("{} ms", length * 1_000 / RATE as usize);
            if length >= SPEECH { Heard::Utterance(text) } else { Heard::Nothing }
        } else {
            Heard::Nothing
        };
        ready(Ok(heard))
    }
}

/// A voice that buzzes a tone for each letter.
struct Tones;

impl TextToSpeech for Tones {
    fn say(&mut self, text: &str) -> impl Future<Output = Result<Vec<i16>, Failure>> + Send {
        let mut samples = Vec::new();
        for letter in text.bytes() {
            let pitch = 100 + u32::from(letter) * 2;
            let loudness = if letter == b' ' { 0 } else { 4_000 };
            // 60 ms, up and down in halves of a wave.
            samples.extend((0..RATE * 6 / 100).map(|at| {
                if (at * pitch * 2 / RATE).is_multiple_of(2) { loudness } else { -loudness }
            }));
        }
        ready(Ok(samples))
    }
}
