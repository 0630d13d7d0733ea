//! All that can go wrong with the connections of one test, and what did.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::rule::{Fault, FaultKind};
use crate::wire::later;
use crate::{Message, Protocol, Side};

/// How many of the things that happened are kept.
const MAX_HAPPENED: usize = 10_000;

/// What goes wrong with the connections that are made through it. Clones are the same.
#[derive(Clone)]
pub struct Faults(Arc<Inner>);

struct Inner {
    seed: u64,
    rules: Vec<Fault>,
    connections: AtomicUsize,
    state: Mutex<State>,
    /// How often all connections ended, and until when there are no new ones.
    restarts: watch::Sender<(u64, Option<Instant>)>,
    count: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    /// For each rule how many messages it fitted, and how often it happened.
    counts: Vec<(u64, u64)>,
    happened: Vec<Happened>,
}

/// One thing that went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Happened {
    /// What it was.
    pub fault: FaultKind,
    /// On which connection, counted from 0 in the order in which they were made.
    pub connection: usize,
    /// To whose words.
    pub side: Side,
    /// How many messages the side had said on the connection before.
    pub message: u64,
    /// At which of the side's bytes on the connection it began.
    pub byte: u64,
}

impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, connection, side, message, byte } = self;
        write!(f, "{fault} on connection {connection}: message {message} of {side}, byte {byte}")
    }
}

impl Faults {
    /// These, with a seed of its own if one of them goes by [chance](Fault::chance): the number in the
    /// environment's `FAULT_SEED`, or else a new one. It is printed to standard error, so that a test
    /// that fails can be repeated.
    pub fn new(faults: impl IntoIterator<Item = Fault>) -> Self {
        let given = std::env::var("FAULT_SEED").ok().and_then(|seed| seed.trim().parse().ok());
        // The standard library seeds each of these from the system's randomness.
        let seed = given.unwrap_or_else(|| RandomState::new().hash_one("faults"));
        Self::seeded(seed, faults)
    }

    /// These, with this seed. It is printed to standard error if one of them goes by
    /// [chance](Fault::chance).
    pub fn seeded(seed: u64, faults: impl IntoIterator<Item = Fault>) -> Self {
        let rules: Vec<_> = faults.into_iter().collect();
        if rules.iter().any(|rule| rule.chance.is_some()) {
            eprintln!("faults by seed {seed}; FAULT_SEED={seed} repeats them");
        }
        let state = State { counts: vec![(0, 0); rules.len()], happened: Vec::new() };
        Self(Arc::new(Inner {
            seed,
            rules,
            connections: AtomicUsize::new(0),
            state: Mutex::new(state),
            restarts: watch::Sender::new((0, None)),
            count: watch::Sender::new(0),
        }))
    }

    /// The seed.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.0.seed
    }

    /// What has gone wrong by now, in its order; of more than 10,000 the first ones.
    #[must_use]
    pub fn happened(&self) -> Vec<Happened> {
        self.lock(|state| state.happened.clone())
    }

    /// Waits until something has gone wrong so many times since these were made.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn until_happened(&self, times: u64) {
        let mut count = self.0.count.subscribe();
        // It fails only without a sender, which is in `self`.
        let _ = count.wait_for(|count| *count >= times).await;
    }

    /// Ends all connections now and takes no new ones for so long, as [`Fault::restart`] does.
    pub fn restart(&self, down: Duration) {
        let up = later(Instant::now(), down);
        self.0.restarts.send_modify(|(count, until)| (*count, *until) = (*count + 1, Some(up)));
    }

    /// Numbers a connection.
    pub(super) fn connected(&self) -> usize {
        self.0.connections.fetch_add(1, Ordering::Relaxed)
    }

    /// Sees restarts from now on.
    pub(super) fn restarts(&self) -> watch::Receiver<(u64, Option<Instant>)> {
        self.0.restarts.subscribe()
    }

    /// Until when there are no new connections.
    pub(super) fn down_until(&self) -> Option<Instant> {
        self.0.restarts.borrow().1.filter(|until| *until > Instant::now())
    }

    /// What happens to bytes of one side, those up to `bytes` of its first `start`: the first fault that
    /// falls there, and at which of the bytes.
    pub(super) fn at_bytes(&self, place: Place, bytes: u64) -> Option<(&Fault, u64)> {
        let rules = self.0.rules.iter().enumerate();
        let found = rules
            .filter(|(_, rule)| rule.is_at_byte() && place.fits(rule))
            .filter_map(|(index, rule)| {
                let after = rule.after?;
                let here = place.byte < after && after <= place.byte + bytes;
                (here || (after == 0 && place.byte == 0)).then_some((index, rule, after))
            })
            .min_by_key(|(.., after)| *after);
        let (index, rule, after) = found?;
        let at = after - place.byte;
        self.happens(index, rule, Place { byte: after, ..place }).then_some((rule, at))
    }

    /// What happens to a message.
    pub(super) fn on_message(&self, place: Place, message: &Message<'_>) -> Option<&Fault> {
        for (index, rule) in self.0.rules.iter().enumerate() {
            let fits = !rule.is_at_byte()
                && place.fits(rule)
                && rule.after.is_none_or(|after| place.byte >= after)
                && (rule.kind != FaultKind::RefuseLogin || super::refusal::is_login(message))
                && rule.on.as_ref().is_none_or(|on| on(message));
            if fits && self.happens(index, rule, place) {
                return Some(rule);
            }
        }
        None
    }

    /// Whether a rule that fits is due, and if so, notes it.
    fn happens(&self, index: usize, rule: &Fault, place: Place) -> bool {
        if rule.chance.is_some_and(|chance| self.roll(index, place) >= chance) {
            return false;
        }
        let happens = self.lock(|state| {
            let (fitted, happened) = &mut state.counts[index];
            *fitted += 1;
            let happens = *fitted > rule.skip && *happened < rule.times;
            if happens {
                *happened += 1;
                if state.happened.len() < MAX_HAPPENED {
                    let Place { connection, side, message, byte, .. } = place;
                    let fault = rule.kind;
                    state.happened.push(Happened { fault, connection, side, message, byte });
                }
            }
            happens
        });
        if happens {
            self.0.count.send_modify(|count| *count += 1);
            if rule.kind == FaultKind::Restart {
                self.restart(rule.time);
            }
        }
        happens
    }

    /// A number from 0 to just under 1 that depends on nothing but the seed and the place.
    fn roll(&self, index: usize, place: Place) -> f64 {
        let side = u64::from(place.side == Side::Asterisk);
        let parts = [index as u64, place.connection as u64, side, place.message];
        let mixed = parts.iter().fold(mix(self.0.seed), |state, part| mix(state ^ mix(*part)));
        // 32 of the bits are exact in any floating point number.
        f64::from((mixed >> 32) as u32) / (f64::from(u32::MAX) + 1.0)
    }

    fn lock<T>(&self, then: impl FnOnce(&mut State) -> T) -> T {
        then(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Faults");
        debug.field("seed", &self.0.seed).field("rules", &self.0.rules).finish_non_exhaustive()
    }
}

/// SplitMix64: each bit of the result depends on each of the number.
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Where a side is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) protocol: Protocol,
    pub(super) connection: usize,
    pub(super) side: Side,
    /// The messages before.
    pub(super) message: u64,
    /// The bytes before.
    pub(super) byte: u64,
}

impl Place {
    fn fits(self, rule: &Fault) -> bool {
        rule.side.is_none_or(|side| side == self.side)
            && rule.connection.is_none_or(|connection| connection == self.connection)
    }
}
