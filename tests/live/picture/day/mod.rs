//! A scripted day: hundreds of calls of all kinds at once, and at moments that nobody has chosen the
//! picture equals the lists, after connections that broke too. At the end each call equals its records.
//!
//! `PICTURE_SECONDS` says how long it lasts, `PICTURE_SEED` which day it is.

mod dice;
mod handing;
mod meeting;
mod places;
mod script;
mod serving;
mod talking;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use asterisk_sdk::ami::Manager;
use harness::live::{OwnServer, server};
use tokio::sync::RwLock;
use tokio::time::{Instant, sleep_until};

use self::dice::Dice;
use self::watch::{Break, Watcher};
use super::faults;
use super::records::Records;

/// How many things happen: one to three calls each.
const SCENES: usize = 225;
/// How many of them at once.
const AT_ONCE: usize = 14;
/// How often the picture is compared at a random moment.
const MOMENTS: usize = 50;
/// How often its connection is broken, of each kind.
const BREAKS: [Break; 6] = [
    Break::Cut,
    Break::Kick,
    Break::CutInTheMidst,
    Break::Reload,
    Break::Kick,
    Break::CutInTheMidst,
];
/// How long the script lasts, unless said otherwise, beside the time that comparisons take.
const SECONDS: u64 = 20;
const SEED: u64 = 20_261_121;

/// What all who take part share.
struct Day {
    manager: Manager,
    sip: String,
    /// Nobody does anything while the picture is compared.
    stage: RwLock<()>,
    /// How long a talk lasts at most.
    talk: Duration,
}

fn number(variable: &str, default: u64) -> u64 {
    let given = std::env::var(variable).ok();
    given.map_or(default, |given| given.trim().parse().expect("a number"))
}

#[tokio::test]
async fn a_day_equals_lists_and_records() {
    let Some(server) = server() else { return };
    let length = Duration::from_secs(number("PICTURE_SECONDS", SECONDS));
    let seed = number("PICTURE_SEED", SEED);
    println!("PICTURE_SECONDS={} PICTURE_SEED={seed}", length.as_secs());
    let server = OwnServer::start(&server);
    places::prepare(&server);
    let (scene, relay) = faults::over_relay(server, places::PICTURE).await;
    places::staff(&scene.manager).await;
    let records = Records::begin(&scene);
    let pace = length / u32::try_from(SCENES).unwrap();
    let day = Arc::new(Day {
        manager: crate::calls::manager(&scene.server).await,
        sip: scene.server.sip.clone(),
        stage: RwLock::new(()),
        talk: (pace * 8).clamp(Duration::from_millis(600), Duration::from_secs(15)),
    });
    let mut dice = Dice::new(seed);
    let mut watcher = Watcher::new(scene, relay, Arc::clone(&day));
    let begin = Instant::now();
    let script = tokio::spawn(script::play(day, dice.split(), pace));
    for (moment, broken) in moments(&mut dice, length) {
        sleep_until(begin + moment).await;
        match broken {
            Some(how) => watcher.after(how).await,
            None => watcher.compare("at a moment").await,
        }
    }
    script.await.expect("all goes as written");
    watcher.end().await;
    let statistics = watcher.scene().live.statistics();
    assert_eq!((statistics.gaps, statistics.corrections), (watcher.gaps().len() as u64, 0));
    let (calls, details) = records.all(watcher.gaps()).await;
    let unsure = calls.iter().filter(|call| call.gaps).count();
    assert!(calls.len() >= 200, "{}", calls.len());
    println!("{} calls, {unsure} of them with gaps, fit {details} records", calls.len());
    watcher.report();
}

/// When to look, in order, and whether after something was broken.
fn moments(dice: &mut Dice, length: Duration) -> Vec<(Duration, Option<Break>)> {
    let mut at = |how| (length.mul_f64(dice.share()), how);
    let mut moments: Vec<_> = (0..MOMENTS).map(|_| at(None)).collect();
    moments.extend(BREAKS.map(|how| at(Some(how))));
    moments.sort_by_key(|(moment, _)| *moment);
    moments
}
