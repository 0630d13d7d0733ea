//! What a stream and the task that owns its socket share.

mod user;

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::direct::{Bell, Direct};
use crate::error::{End, MediaError};
use crate::event::{Direction, MediaEvent, Reached, Statistics, Status};
use crate::format::Format;
use crate::incoming::Incoming;
use crate::keying::{self, Keying, Tone};
use crate::options::Options;
use crate::outgoing::{Available, Cut, Outgoing};
use crate::pace::Pace;

/// How many control messages may wait to be written.
const SAYINGS: usize = 128;

/// How early a frame may go where Asterisk plays it at once: what comes in unevenly from somewhere else, and is
/// sent on, need not wait for the clock.
const EARLY: Duration = Duration::from_millis(10);

/// How many frames may be sent ahead where Asterisk has a queue. It asks for a pause at 900, and what is on the way then
/// must fit below the 1,000 at which it discards audio.
const AHEAD: u32 = 500;

/// What a transport can do.
#[derive(Debug, Clone)]
pub(crate) struct Nature {
    pub(crate) format: Format,
    /// How long a whole frame sounds.
    pub(crate) ptime: Duration,
    /// The bytes of a whole frame; nothing where each write is one.
    pub(crate) frame: Option<usize>,
    /// Whether Asterisk keeps a queue, which is flushed, paused and marked by messages.
    pub(crate) remote_queue: bool,
    /// Whether there are control messages in text, and whether they are JSON.
    pub(crate) control: Option<Style>,
    /// Whether the channel can be hung up.
    pub(crate) hangup: bool,
    /// The payload type of keys, where they can be sent.
    pub(crate) keys: Option<u8>,
    /// Whether Asterisk takes audio of this format.
    pub(crate) writable: bool,
    /// The largest message of audio.
    pub(crate) max_message: usize,
}

/// The form of control messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Json,
}

/// A control message to Asterisk.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Saying {
    Answer,
    Direction(Direction),
    Flush,
    Hangup,
    Key(Tone),
    Mark(u64),
    Pause,
    Pong(Vec<u8>),
    ReportDrained,
    Resume,
    Status,
    Text(String),
}

/// What is to be done once the audio before it is sent.
#[derive(Debug)]
enum Point {
    Mark(oneshot::Sender<Reached>),
    Drained(oneshot::Sender<Reached>),
}

/// What the task does next.
#[derive(Debug)]
pub(crate) enum Step {
    Say(Saying),
    /// Send this first: what is left of a message that a writer has begun.
    Rest(Vec<u8>),
    /// Send what was taken out; a tail is less than a frame.
    Audio {
        tail: bool,
    },
    /// Wait to be woken, and no longer than this.
    Wait(Option<Instant>),
    Close,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) nature: Nature,
    state: Mutex<State>,
    /// Something came.
    readable: Notify,
    /// The stream has ended.
    over: Notify,
    /// There is room for audio again.
    room: Notify,
    /// There is something to do for the task.
    work: Bell,
}

/// How far the end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// Asterisk is being told to end it.
    HangingUp,
    /// This side says goodbye.
    ClosingHere,
    /// The other side has.
    ClosingThere,
}

#[derive(Debug)]
struct State {
    incoming: Incoming,
    outgoing: Outgoing<Point>,
    pace: Pace,
    keying: Keying,
    sayings: VecDeque<Saying>,
    /// Marks that Asterisk knows of.
    marks: VecDeque<(u64, oneshot::Sender<Reached>)>,
    next_mark: u64,
    drains: Vec<oneshot::Sender<Reached>>,
    statuses: VecDeque<oneshot::Sender<Status>>,
    /// Asterisk wants no more for now.
    xoff: bool,
    /// Playing is paused here.
    paused: bool,
    phase: Phase,
    /// The task waits for audio, and has to be told of it, if the writer doesn't send it himself.
    wake_on_write: bool,
    /// How writers send, if the transport lets them.
    direct: Option<Direct>,
    /// What the socket did not take of it.
    rest: Vec<u8>,
    end: Option<End>,
    statistics: Statistics,
}

impl Shared {
    pub(crate) fn new(nature: Nature, options: &Options) -> Self {
        let sample = nature.format.sample_bytes().unwrap_or(1);
        let cut = nature.frame.map(|frame| Cut { frame, sample, patience: nature.ptime });
        let lead = options.lead.min(if nature.remote_queue { nature.ptime * AHEAD } else { EARLY });
        let state = State {
            incoming: Incoming::new(options.incoming_frames),
            outgoing: Outgoing::new(options.outgoing_bytes, cut),
            pace: Pace::new(lead, options.catch_up),
            keying: Keying::default(),
            sayings: VecDeque::new(),
            marks: VecDeque::new(),
            next_mark: 1,
            drains: Vec::new(),
            statuses: VecDeque::new(),
            xoff: false,
            paused: false,
            phase: Phase::Open,
            wake_on_write: false,
            direct: None,
            rest: Vec::new(),
            end: None,
            statistics: Statistics::default(),
        };
        Self {
            nature,
            state: Mutex::new(state),
            readable: Notify::new(),
            over: Notify::new(),
            room: Notify::new(),
            work: Bell::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<MutexGuard<'_, State>, MediaError> {
        let state = self.state();
        match &state.end {
            Some(end) => Err(MediaError::Closed(end.clone())),
            None => Ok(state),
        }
    }

    // ---- for the task: what came --------------------------------------------------------------

    pub(crate) fn push(&self, item: MediaEvent) {
        let mut state = self.state();
        let State { incoming, statistics, .. } = &mut *state;
        incoming.push(item, statistics);
        drop(state);
        self.readable.notify_one();
    }

    pub(crate) fn mark_reached(&self, mark: u64) {
        let mut state = self.state();
        // One that a flush has given up may be told of all the same.
        if let Some(at) = state.marks.iter().position(|(id, _)| *id == mark)
            && let Some((_, tell)) = state.marks.remove(at)
        {
            let _ = tell.send(Reached::Played);
        }
    }

    pub(crate) fn queue_drained(&self) {
        for tell in self.state().drains.drain(..) {
            let _ = tell.send(Reached::Played);
        }
    }

    pub(crate) fn tell_status(&self, status: Status) {
        if let Some(tell) = self.state().statuses.pop_front() {
            let _ = tell.send(status);
        }
    }

    pub(crate) fn xoff(&self, xoff: bool) {
        let mut state = self.state();
        state.statistics.xoffs += u64::from(xoff && !state.xoff);
        state.xoff = xoff;
        state.pace.starve();
        drop(state);
        self.work.ring();
    }

    pub(crate) fn pong(&self, payload: Vec<u8>) {
        // A peer that floods with pings gets fewer answers.
        let _ = self.say(Saying::Pong(payload));
    }

    pub(crate) fn count(&self, count: impl FnOnce(&mut Statistics)) {
        count(&mut self.state().statistics);
    }

    /// Lets writers send frames themselves while the task has nothing else to do.
    pub(crate) fn let_writers_send(&self, direct: Direct) {
        self.state().direct = Some(direct);
    }

    // ---- for the task: what goes --------------------------------------------------------------

    /// What is to be done next. Audio is put into `audio`.
    pub(crate) fn step(&self, audio: &mut Vec<u8>) -> Step {
        let now = Instant::now();
        let mut state = self.state();
        let (step, room) = state.step(&self.nature, now, audio);
        drop(state);
        if room {
            self.room.notify_waiters();
        }
        step
    }

    pub(crate) async fn work(&self) {
        self.work.rung().await;
    }

    pub(crate) async fn until_closing(&self) {
        while !matches!(self.state().phase, Phase::ClosingHere | Phase::ClosingThere) {
            self.work().await;
        }
    }

    /// The other side has ended it: what is left to do is to say goodbye.
    pub(crate) fn closing(&self) {
        let mut state = self.state();
        state.phase = match state.phase {
            Phase::Open | Phase::ClosingThere => Phase::ClosingThere,
            Phase::HangingUp | Phase::ClosingHere => Phase::ClosingHere,
        };
        drop(state);
        self.work.ring();
    }

    pub(crate) fn finish(&self, end: End) {
        let mut state = self.state();
        let local = matches!(state.phase, Phase::HangingUp | Phase::ClosingHere);
        let end = if local { End::Local } else { end };
        tracing::debug!(%end, "media stream");
        state.end = Some(end);
        state.marks.clear();
        state.drains.clear();
        state.statuses.clear();
        state.sayings.clear();
        state.direct = None;
        drop(state.outgoing.flush());
        drop(state);
        self.readable.notify_waiters();
        self.over.notify_waiters();
        self.room.notify_waiters();
    }
}

impl State {
    fn step(&mut self, nature: &Nature, now: Instant, audio: &mut Vec<u8>) -> (Step, bool) {
        self.wake_on_write = false;
        if !self.rest.is_empty() {
            return (Step::Rest(std::mem::take(&mut self.rest)), false);
        }
        if let Some(saying) = self.sayings.pop_front() {
            return (Step::Say(saying), false);
        }
        if matches!(self.phase, Phase::ClosingHere | Phase::ClosingThere) {
            return (Step::Close, false);
        }
        if !self.keying.is_idle() {
            let (due, moved) = self.pace.due(now);
            self.statistics.clock_moved += u64::from(!moved.is_zero());
            if due > now {
                return (Step::Wait(Some(due)), false);
            }
            if let Some(tone) = self.keying.next(nature.ptime) {
                let pause = if tone.last { keying::PAUSE } else { Duration::ZERO };
                self.pace.sent(nature.ptime + pause);
                return (Step::Say(Saying::Key(tone)), false);
            }
        }
        while let Some(point) = self.outgoing.reached() {
            match point {
                Point::Mark(tell) if nature.remote_queue => {
                    let id = self.next_mark;
                    self.next_mark += 1;
                    self.marks.push_back((id, tell));
                    return (Step::Say(Saying::Mark(id)), false);
                }
                Point::Drained(tell) if nature.remote_queue => {
                    self.drains.push(tell);
                    return (Step::Say(Saying::ReportDrained), false);
                }
                Point::Mark(tell) | Point::Drained(tell) => {
                    let _ = tell.send(Reached::Played);
                }
            }
        }
        if self.xoff || self.paused {
            return (Step::Wait(None), false);
        }
        let (length, tail) = match self.outgoing.available(now) {
            Available::Frame(length) => (length, false),
            Available::Tail(length) => (length, true),
            Available::Nothing => {
                self.pace.starve();
                self.wake_on_write = true;
                return (Step::Wait(None), false);
            }
            Available::Later(at) => {
                self.pace.starve();
                self.wake_on_write = true;
                return (Step::Wait(Some(at)), false);
            }
        };
        if let Err(due) = self.take(nature, now, length, audio) {
            return (Step::Wait(Some(due)), false);
        }
        (Step::Audio { tail }, self.outgoing.has_room())
    }

    /// Takes a frame out, if it is due.
    fn take(
        &mut self,
        nature: &Nature,
        now: Instant,
        length: usize,
        audio: &mut Vec<u8>,
    ) -> Result<(), Instant> {
        let (due, moved) = self.pace.due(now);
        self.statistics.clock_moved += u64::from(!moved.is_zero());
        if due > now {
            return Err(due);
        }
        self.outgoing.take(length, audio);
        let sounds = nature.frame.and_then(|_| nature.format.length_of(length));
        self.pace.sent(sounds.unwrap_or(nature.ptime));
        self.statistics.frames_sent += 1;
        self.statistics.bytes_sent += length as u64;
        Ok(())
    }

    /// Sends the whole frames that are due while the task waits for audio; tells whether it may go on waiting.
    fn send_here(&mut self, nature: &Nature, now: Instant) -> bool {
        let idle = self.phase == Phase::Open
            && !(self.xoff || self.paused)
            && self.sayings.is_empty()
            && self.keying.is_idle()
            && self.rest.is_empty()
            && self.outgoing.has_no_points();
        self.wake_on_write = false;
        let Some(mut direct) = self.direct.take_if(|_| idle) else { return false };
        loop {
            match self.outgoing.available(now) {
                Available::Frame(length) => {
                    if self.take(nature, now, length, &mut direct.audio).is_err() {
                        break;
                    }
                    let rest = direct.send();
                    if !rest.is_empty() {
                        self.rest = rest.to_vec();
                        break;
                    }
                }
                Available::Nothing => {
                    self.pace.starve();
                    self.wake_on_write = true;
                    break;
                }
                Available::Tail(_) | Available::Later(_) => break,
            }
        }
        self.direct = Some(direct);
        self.wake_on_write
    }
}
