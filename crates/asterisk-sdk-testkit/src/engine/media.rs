//! Playbacks and recordings that ARI orders. Those of one channel or bridge run one behind the other.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Core;
use crate::model::World;
use crate::model::happening::What;
use crate::model::media::{Playback, PlaybackView, Recording, RecordingView, Target};

fn line<'a>(world: &'a mut World, target: &Target) -> Option<&'a mut VecDeque<String>> {
    match target {
        Target::Channel(id) => world.channels.get_mut(id).map(|channel| &mut channel.media),
        Target::Bridge(id) => world.bridges.get_mut(id).map(|bridge| &mut bridge.media),
    }
}

pub(crate) fn touch(world: &World, target: &Target) {
    match target {
        Target::Channel(id) => world.touch(id),
        Target::Bridge(id) => {
            if let Some(bridge) = world.bridges.get(id) {
                bridge.changed.notify_waiters();
            }
        }
    }
}

/// Waits until it is its turn; false if the target ends before.
async fn turn(core: &Core, target: &Target, ticket: &str) -> bool {
    let front = |world: &mut World| {
        if over(world, target) {
            return Some(false);
        }
        (line(world, target)?.front().map(String::as_str) == Some(ticket)).then_some(true)
    };
    core.wait_on(target, front).await.unwrap_or(false)
}

/// Whether nothing is played to this any more.
fn over(world: &World, target: &Target) -> bool {
    match target {
        Target::Channel(id) => world
            .channels
            .get(id)
            .is_none_or(|channel| channel.ending.is_some() || channel.staged.is_none()),
        Target::Bridge(id) => !world.bridges.contains_key(id),
    }
}

fn done(world: &mut World, target: &Target, ticket: &str) {
    if let Some(line) = line(world, target) {
        line.retain(|other| other != ticket);
    }
    touch(world, target);
}

/// Orders a playback; gives what the reply shows. The id must be free.
pub(crate) fn play(
    core: &Arc<Core>,
    world: &mut World,
    target: Target,
    id: String,
    media: Vec<String>,
) -> PlaybackView {
    let mut media: VecDeque<String> = media.into();
    let view = PlaybackView {
        id: id.clone(),
        media: media.pop_front().unwrap_or_default(),
        next_media: media.front().cloned(),
        target: target.uri(),
        language: "en".into(),
        state: "queued",
    };
    let playback = Playback { view: view.clone(), stopped: false, paused: false };
    world.playbacks.insert(id.clone(), playback);
    if let Some(line) = line(world, &target) {
        line.push_back(id.clone());
    }
    let shared = Arc::clone(core);
    core.spawn(async move {
        let state = playing(&shared, &target, &id, media).await;
        shared.with(|world| {
            done(world, &target, &id);
            let Some(playback) = world.playbacks.remove(&id) else { return };
            let playback = PlaybackView { state, ..playback.view };
            world.emit(What::Playback { stage: "Finished", playback });
        });
    });
    view
}

/// Plays one sound after the other; the state in which it ends.
async fn playing(
    core: &Core,
    target: &Target,
    id: &str,
    mut media: VecDeque<String>,
) -> &'static str {
    if !turn(core, target, id).await {
        return "failed";
    }
    let mut first = true;
    loop {
        let started = core.with(|world| {
            let length = world.sound_length;
            let missing = world.missing_sounds.clone();
            let playback = world.playbacks.get_mut(id)?;
            if playback.stopped {
                return None;
            }
            if !first {
                let next = media.pop_front()?;
                playback.view.media = next;
                playback.view.next_media = media.front().cloned();
                playback.view.state = "continuing";
                let continuing = playback.view.clone();
                world.emit(What::Playback { stage: "Continuing", playback: continuing });
            }
            let playback = world.playbacks.get_mut(id)?;
            playback.view.state = "playing";
            let view = playback.view.clone();
            let (scheme, name) = view.media.split_once(':')?;
            let name = name.to_owned();
            let known = ["sound", "recording", "number", "digits", "characters", "tone"];
            let endless = !known.contains(&scheme)
                || (scheme == "recording" && !world.stored.contains_key(&name));
            world.emit(What::Playback { stage: "Started", playback: view });
            Some((length, endless, missing.contains(&name)))
        });
        let Some((length, endless, missing)) = started else { return "done" };
        first = false;
        if missing {
            return "failed";
        }
        // Asterisk never says that something is over that it cannot play.
        let mut left = if endless { None } else { Some(length) };
        loop {
            let began = Instant::now();
            let paused = core.with(|world| world.playbacks.get(id).is_some_and(|it| it.paused));
            let changed = |world: &mut World| {
                let playback = world.playbacks.get(id)?;
                if playback.stopped {
                    return Some(Some("done"));
                }
                if over(world, target) {
                    return Some(Some("failed"));
                }
                (playback.paused != paused).then_some(None)
            };
            let limit = if paused { None } else { left };
            let found = match limit {
                Some(limit) => {
                    match tokio::time::timeout(limit, core.wait_on(target, changed)).await {
                        Ok(found) => found.unwrap_or(Some("failed")),
                        Err(_) => break,
                    }
                }
                None => core.wait_on(target, changed).await.unwrap_or(Some("failed")),
            };
            if let Some(state) = found {
                return state;
            }
            if !paused {
                left = left.map(|left| left.saturating_sub(began.elapsed()));
            }
        }
        if media.is_empty() {
            return "done";
        }
    }
}

/// An order to record.
#[derive(Debug)]
pub(crate) struct RecordOrder {
    pub(crate) name: String,
    pub(crate) format: String,
    pub(crate) max: Option<Duration>,
    pub(crate) terminate_on: String,
}

/// Orders a recording; gives what the reply shows. The name must be free.
pub(crate) fn record(
    core: &Arc<Core>,
    world: &mut World,
    target: Target,
    order: RecordOrder,
) -> RecordingView {
    let view = RecordingView {
        name: order.name.clone(),
        format: order.format,
        state: "queued",
        target: target.uri(),
        duration: None,
    };
    let recording = Recording {
        view: view.clone(),
        stopped: false,
        discard: false,
        terminate_on: order.terminate_on,
    };
    world.recordings.insert(order.name.clone(), recording);
    // A playback may have the same id.
    let ticket = format!("recording {}", order.name);
    if let Some(line) = line(world, &target) {
        line.push_back(ticket.clone());
    }
    let shared = Arc::clone(core);
    core.spawn(async move {
        let name = order.name;
        let length = recording_time(&shared, &target, &ticket, &name, order.max).await;
        shared.with(|world| {
            done(world, &target, &ticket);
            let Some(recording) = world.recordings.remove(&name) else { return };
            let mut view = RecordingView { state: "done", ..recording.view };
            view.duration = Some(length.map_or(0, |length| length.as_secs()));
            if length.is_none() {
                view.state = "failed";
            } else if !recording.discard {
                world.stored.insert(name, view.format.clone());
            }
            world.emit(What::Recording { stage: "Finished", recording: view });
        });
    });
    view
}

/// Waits until a recording is over; how long it is, if it was begun.
async fn recording_time(
    core: &Core,
    target: &Target,
    ticket: &str,
    name: &str,
    max: Option<Duration>,
) -> Option<Duration> {
    if !turn(core, target, ticket).await {
        return None;
    }
    let began = Instant::now();
    core.with(|world| {
        let Some(recording) = world.recordings.get_mut(name) else { return };
        recording.view.state = "recording";
        let recording = recording.view.clone();
        world.emit(What::Recording { stage: "Started", recording });
    });
    let stopped = |world: &mut World| {
        let stopped = world.recordings.get(name)?.stopped;
        (stopped || over(world, target)).then_some(())
    };
    let stopped = core.wait_on(target, stopped);
    match max {
        Some(max) => drop(tokio::time::timeout(max, stopped).await),
        None => drop(stopped.await),
    }
    Some(began.elapsed())
}
