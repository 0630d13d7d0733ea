//! What the stream's user does with it.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{Phase, Point, SAYINGS, Saying, Shared, State};
use crate::error::{End, MediaError};
use crate::event::{MediaEvent, Reached, Statistics, Status};

impl Shared {
    pub(crate) async fn next(&self) -> Option<MediaEvent> {
        loop {
            let readable = self.readable.notified();
            {
                let mut state = self.state();
                if let Some(item) = state.incoming.pop() {
                    return Some(item);
                }
                if state.end.is_some() {
                    return None;
                }
            }
            readable.await;
        }
    }

    pub(crate) async fn write(&self, mut audio: &[u8]) -> Result<(), MediaError> {
        if !self.nature.writable {
            return Err(MediaError::Unsupported("sending this format"));
        }
        let limit = self.nature.max_message;
        if self.nature.frame.is_none() && audio.len() > limit {
            return Err(MediaError::TooLong { length: audio.len(), limit });
        }
        // Nobody has to wait for room mostly.
        let mut room = None;
        loop {
            let (taken, wake) = {
                let mut state = self.open()?;
                let now = Instant::now();
                let taken = state.outgoing.write(audio, now);
                let waits = taken > 0 && state.wake_on_write;
                (taken, waits && !state.send_here(&self.nature, now))
            };
            if wake {
                self.work.ring();
            }
            audio = &audio[taken..];
            if audio.is_empty() {
                return Ok(());
            }
            // There may be room again already, if what was taken is sent.
            if taken > 0 {
                continue;
            }
            match room.take() {
                Some(told) => told.await,
                None => room = Some(self.room.notified()),
            }
        }
    }

    pub(crate) fn say(&self, saying: Saying) -> Result<(), MediaError> {
        let mut state = self.open()?;
        if state.sayings.len() >= SAYINGS {
            return Err(MediaError::Busy);
        }
        if saying == Saying::Hangup && state.phase == Phase::Open {
            state.phase = Phase::HangingUp;
        }
        state.sayings.push_back(saying);
        drop(state);
        self.work.ring();
        Ok(())
    }

    pub(crate) fn press(&self, event: u8, length: Duration) -> Result<(), MediaError> {
        if !self.open()?.keying.press(event, length) {
            return Err(MediaError::Busy);
        }
        self.work.ring();
        Ok(())
    }

    pub(crate) fn flush(&self) -> Result<(), MediaError> {
        let mut state = self.open()?;
        let State { outgoing, marks, drains, statistics, pace, sayings, .. } = &mut *state;
        if self.nature.remote_queue && !sayings.contains(&Saying::Flush) {
            if sayings.len() >= SAYINGS {
                return Err(MediaError::Busy);
            }
            sayings.push_back(Saying::Flush);
        }
        let (points, dropped) = outgoing.flush();
        let waiting = points.map(|point| match point {
            Point::Mark(told) | Point::Drained(told) => told,
        });
        let known = marks.drain(..).map(|(_, told)| told);
        for told in known.chain(drains.drain(..)).chain(waiting) {
            // Who does not wait any more need not know.
            let _ = told.send(Reached::Flushed);
        }
        statistics.bytes_flushed += dropped as u64;
        pace.flush();
        drop(state);
        self.work.ring();
        self.room.notify_waiters();
        Ok(())
    }

    pub(crate) fn mark(&self) -> Result<oneshot::Receiver<Reached>, MediaError> {
        self.point(Point::Mark)
    }

    pub(crate) fn drained(&self) -> Result<oneshot::Receiver<Reached>, MediaError> {
        self.point(Point::Drained)
    }

    fn point(
        &self,
        point: fn(oneshot::Sender<Reached>) -> Point,
    ) -> Result<oneshot::Receiver<Reached>, MediaError> {
        let (tell, told) = oneshot::channel();
        let mut state = self.open()?;
        if state.marks.len() + state.drains.len() >= SAYINGS {
            return Err(MediaError::Busy);
        }
        state.outgoing.point(point(tell)).map_err(|_| MediaError::Busy)?;
        drop(state);
        self.work.ring();
        Ok(told)
    }

    pub(crate) fn status(&self) -> Result<oneshot::Receiver<Status>, MediaError> {
        let (tell, told) = oneshot::channel();
        {
            let mut state = self.open()?;
            state.statuses.retain(|waiting| !waiting.is_closed());
            if state.statuses.len() >= SAYINGS {
                return Err(MediaError::Busy);
            }
            state.statuses.push_back(tell);
        }
        self.say(Saying::Status)?;
        Ok(told)
    }

    pub(crate) fn pause(&self, paused: bool) -> Result<(), MediaError> {
        if self.nature.remote_queue {
            return self.say(if paused { Saying::Pause } else { Saying::Resume });
        }
        let mut state = self.open()?;
        state.paused = paused;
        state.pace.starve();
        drop(state);
        self.work.ring();
        Ok(())
    }

    pub(crate) fn statistics(&self) -> Statistics {
        self.state().statistics
    }

    pub(crate) fn end(&self) -> Option<End> {
        self.state().end.clone()
    }

    pub(crate) async fn ended(&self) -> End {
        loop {
            let over = self.over.notified();
            if let Some(end) = self.end() {
                return end;
            }
            over.await;
        }
    }

    /// Nobody has the stream any more.
    pub(crate) fn close(&self) {
        self.state().phase = Phase::ClosingHere;
        self.work.ring();
    }
}
