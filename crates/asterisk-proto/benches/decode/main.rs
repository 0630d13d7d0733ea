//! What it costs to make typed events of messages that are there.
//!
//! ```text
//! cargo bench -p asterisk-proto --bench decode
//! cargo bench -p asterisk-proto --bench decode -- --rounds 1000000 QueueMember
//! ```
//!
//! The messages in `events.txt` are captured of Asterisk 22. Figures are in `docs/performance.md`.

use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use asterisk_proto::ami::{Event, EventType, Scanner};

/// How often each event is measured; the best counts.
const TURNS: u32 = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut rounds, mut wanted) = (100_000, String::new());
    // Cargo adds `--bench`.
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    while let Some(argument) = arguments.next() {
        if argument == "--rounds" {
            rounds = arguments.next().ok_or("--rounds needs a number")?.parse()?;
        } else {
            wanted = argument;
        }
    }
    println!("{:28} {:>7} {:>7} {:>8}", "event", "headers", "ns", "ns/field");
    let mut rest = &include_bytes!("events.txt")[..];
    let mut scanner = Scanner::default();
    while let Some(end) = scanner.scan(rest) {
        let event = Event::new(scanner.take(&rest[..end])?).map_err(|_| "not an event")?;
        rest = &rest[end + 2..];
        if !event.name().contains(&wanted) {
            continue;
        }
        let turns = (0..TURNS).map(|_| decode(&event, rounds));
        let nanoseconds = turns.min().unwrap_or_default().as_secs_f64() * 1e9 / f64::from(rounds);
        let headers = event.message().headers().len();
        let name = event.name();
        assert!(EventType::of(&name).is_some(), "{name} has no type");
        #[expect(clippy::cast_precision_loss, reason = "printed with one digit")]
        let each = nanoseconds / headers as f64;
        println!("{name:28} {headers:7} {nanoseconds:7.0} {each:8.1}");
    }
    Ok(())
}

/// How long it takes to make and drop the typed event so often.
fn decode(event: &Event, rounds: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..rounds {
        black_box(black_box(event).typed());
    }
    start.elapsed()
}
