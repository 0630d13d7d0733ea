//! A level meter for the caller's audio: once a second it leaves the level in a channel variable and on
//! Asterisk's console, until nothing is heard for a while or the caller hangs up.
//!
//! ```text
//! cargo build --release --example eagi_meter
//! cp target/release/examples/eagi_meter /var/lib/asterisk/agi-bin/    # Asterisk's astagidir
//! ```
//!
//! In Asterisk's extensions.conf, with the seconds of silence after which it ends (5 without):
//!
//! ```text
//! exten => 600,1,Answer()
//!  same => n,EAGI(eagi_meter,3)
//!  same => n,NoOp(the last level was ${LEVEL} dBFS)
//! ```
//!
//! It takes `EAGI`: `AGI` gives no audio, and neither does a network.

use std::time::Duration;

use asterisk_sdk::agi::extract::Args;
use asterisk_sdk::agi::{self, Call, stdio};
use tokio::time::{MissedTickBehavior, interval};

/// What counts as silence, in dBFS: the noise of a line is below it, speech is not.
const SILENCE: f64 = -50.0;

/// The level of these samples in dBFS: 0 is a square wave as loud as can be, and -96 is nothing.
fn level(squares: f64, count: u32) -> f64 {
    if squares == 0.0 {
        return -96.0;
    }
    let full = f64::from(i16::MAX);
    (10.0 * (squares / f64::from(count) / (full * full)).log10()).max(-96.0)
}

async fn meter(mut call: Call, Args(arguments): Args) -> agi::Result {
    let patience: u32 = arguments.first().and_then(|seconds| seconds.parse().ok()).unwrap_or(5);
    let mut audio = stdio::audio(&call)?;
    let mut samples = [0; 320];
    let (mut squares, mut count, mut quiet) = (0.0, 0_u32, 0);
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    seconds.tick().await;
    while quiet < patience {
        tokio::select! {
            read = audio.read_samples(&mut samples) => {
                let heard = &samples[..read?];
                if heard.is_empty() {
                    // The caller has hung up.
                    break;
                }
                squares += heard.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>();
                count = count.saturating_add(heard.len().try_into()?);
            }
            // A caller may send nothing at all: the seconds are not counted by what was heard.
            _ = seconds.tick() => {
                let level = level(squares, count);
                quiet = if level < SILENCE { quiet + 1 } else { 0 };
                (squares, count) = (0.0, 0);
                call.set_variable("LEVEL", format!("{level:.1}")).await?;
                call.verbose(format!("{level:.1} dBFS")).level(3).await?;
            }
        }
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> agi::Result {
    stdio::run(meter).await
}
