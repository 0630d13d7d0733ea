//! Sounds, pauses and digits.

use std::time::Duration;

use tokio::time::Instant;

use super::{Core, Waited};
use crate::model::World;

/// How many samples a second has, in which AGI counts.
const SAMPLES_PER_MILLI: u128 = 8;

/// How a sound ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Played {
    ToTheEnd,
    /// By a key of those that may do it.
    Key(char),
    Interrupted,
    Missing,
}

/// A sound's end, and how much of it was heard.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sound {
    pub(crate) end: Played,
    pub(crate) heard: Duration,
}

impl Sound {
    pub(crate) fn samples(self) -> u128 {
        self.heard.as_millis() * SAMPLES_PER_MILLI
    }
}

/// Plays a sound. Other keys than those that end it wait for somebody who reads them.
pub(crate) async fn play(core: &Core, id: &str, sound: &str, keys: &str) -> Sound {
    let (there, length) = core.with(|world| (world.has_sound(sound), world.sound_length));
    if !there {
        return Sound { end: Played::Missing, heard: Duration::ZERO };
    }
    let began = Instant::now();
    let stop = |world: &mut World| {
        let channel = world.channels.get_mut(id)?;
        if channel.interrupted() {
            return Some(Played::Interrupted);
        }
        let digit = channel.digits.front().copied().filter(|digit| keys.contains(*digit))?;
        channel.digits.pop_front();
        Some(Played::Key(digit))
    };
    let (end, heard) = match core.wait_for(id, length, stop).await {
        Waited::Found(end) => (end, began.elapsed().min(length)),
        Waited::TimedOut => (Played::ToTheEnd, length),
        Waited::Gone => (Played::Interrupted, began.elapsed().min(length)),
    };
    Sound { end, heard }
}

/// How a pause ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    Over,
    Key(char),
    Interrupted,
}

/// Waits for a key, without a limit for ever.
pub(crate) async fn key(core: &Core, id: &str, limit: Option<Duration>) -> Pause {
    let stop = |world: &mut World| {
        let channel = world.channels.get_mut(id)?;
        if channel.interrupted() {
            return Some(Pause::Interrupted);
        }
        channel.digits.pop_front().map(Pause::Key)
    };
    match limit {
        None => core.wait(id, stop).await.unwrap_or(Pause::Interrupted),
        Some(limit) => match core.wait_for(id, limit, stop).await {
            Waited::Found(end) => end,
            Waited::TimedOut => Pause::Over,
            Waited::Gone => Pause::Interrupted,
        },
    }
}

/// Does nothing for a while; true if it came to its end.
pub(crate) async fn pause(core: &Core, id: &str, length: Duration) -> bool {
    tokio::time::timeout(length, core.interrupted(id)).await.is_err()
}

/// Why digits ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Full,
    Terminator,
    Timeout,
    Interrupted,
}

/// Reads digits, each of which may take so long; `#` ends them.
pub(crate) async fn collect(
    core: &Core,
    id: &str,
    max: usize,
    limit: Option<Duration>,
) -> (String, End) {
    let mut digits = String::new();
    loop {
        if digits.len() >= max {
            return (digits, End::Full);
        }
        match key(core, id, limit).await {
            Pause::Key('#') => return (digits, End::Terminator),
            Pause::Key(digit) => digits.push(digit),
            Pause::Over => return (digits, End::Timeout),
            Pause::Interrupted => return (digits, End::Interrupted),
        }
    }
}

/// Plays a sound that any key ends, and does not take the key.
pub(crate) async fn prompt(core: &Core, id: &str, sound: &str) -> Played {
    let (there, length) = core.with(|world| (world.has_sound(sound), world.sound_length));
    if !there || sound.is_empty() {
        return Played::Missing;
    }
    let stop = |world: &mut World| {
        let channel = world.channels.get(id)?;
        if channel.interrupted() {
            return Some(Played::Interrupted);
        }
        channel.digits.front().copied().map(Played::Key)
    };
    match core.wait_for(id, length, stop).await {
        Waited::Found(end) => end,
        Waited::TimedOut => Played::ToTheEnd,
        Waited::Gone => Played::Interrupted,
    }
}
