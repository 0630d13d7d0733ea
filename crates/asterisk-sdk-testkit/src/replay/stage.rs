//! How far a trace was played.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::compare::{Difference, compare};
use super::ids::Ids;
use crate::record::{Entry, Trace, What};
use crate::wire::{Frame, later};
use crate::{Protocol, Side};

/// How much of a message an error quotes.
const QUOTED: usize = 400;

/// Where the application did not say what was recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct Mismatch {
    /// The line of the trace, as it is written to a file, where what was expected begins.
    pub line: usize,
    /// The time of what was expected.
    pub at: Duration,
    /// Its connection in the trace.
    pub connection: usize,
    /// What was expected: the part that differs.
    pub expected: String,
    /// What came instead.
    pub got: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, at, connection, expected, got } = self;
        write!(
            f,
            "line {line} of the trace (connection {connection}, {:.6} s)\n  expected: {expected}\n       got: {got}",
            at.as_secs_f64()
        )
    }
}

/// What all connections of a play share.
#[derive(Debug)]
pub(super) struct Stage {
    entries: Vec<Entry>,
    protocols: Vec<Option<Protocol>>,
    lines: Vec<usize>,
    factor: f64,
    patience: Duration,
    state: Mutex<State>,
    /// The first entry that is not done, or that there is nothing more to do.
    cursor: watch::Sender<Cursor>,
}

#[derive(Debug, Clone, Copy)]
struct Cursor {
    next: usize,
    since: Instant,
    failed: bool,
}

#[derive(Debug)]
struct State {
    done: Vec<bool>,
    /// How many AMI connections were made.
    accepted: usize,
    ids: Ids,
    mismatch: Option<Mismatch>,
}

impl Stage {
    pub(super) fn new(trace: Trace, factor: f64, patience: Duration) -> Self {
        let lines = trace.lines();
        let last = trace.entries.iter().map(|entry| entry.connection + 1).max().unwrap_or(0);
        let known = trace.protocols();
        let protocols: Vec<_> = (0..last).map(|number| known.get(&number).copied()).collect();
        let entries = trace.entries;
        let mut sockets = vec![false; last];
        for entry in &entries {
            sockets[entry.connection] |= accepts(entry);
        }
        // What is not played: whoever opens or leaves a connection does it when it likes, and HTTP
        // connections and pings are the business of libraries.
        let done: Vec<bool> = entries
            .iter()
            .map(|entry| {
                let ari = protocols[entry.connection] == Some(Protocol::Ari);
                match &entry.what {
                    What::Opened(_) | What::Ended(Side::Application) => true,
                    What::Ended(Side::Asterisk) => ari && !sockets[entry.connection],
                    What::Said(..) => ari && is_control(entry),
                }
            })
            .collect();
        let next = done.iter().position(|done| !done).unwrap_or(done.len());
        let state = State { done, accepted: 0, ids: Ids::default(), mismatch: None };
        let cursor = Cursor { next, since: Instant::now(), failed: false };
        Self {
            entries,
            protocols,
            lines,
            factor,
            patience,
            state: Mutex::new(state),
            cursor: watch::Sender::new(cursor),
        }
    }

    /// The connections of a protocol.
    pub(super) fn connections(&self, protocol: Protocol) -> Vec<usize> {
        let numbers = self.protocols.iter().enumerate();
        numbers.filter(|(_, of)| **of == Some(protocol)).map(|(number, _)| number).collect()
    }

    /// The next AMI connection of the trace, for one that was made.
    pub(super) fn accept(&self) -> Option<usize> {
        let number = self.lock(|state| {
            state.accepted += 1;
            state.accepted - 1
        });
        self.connections(Protocol::Ami).get(number).copied()
    }

    /// What Asterisk says next on a connection.
    pub(super) fn next_said(&self, connection: usize) -> Option<usize> {
        self.next(connection, |what| {
            matches!(what, What::Said(Side::Asterisk, _) | What::Ended(Side::Asterisk))
        })
    }

    /// What the application says next on a connection.
    fn next_heard(&self, connection: usize) -> Option<usize> {
        self.next(connection, |what| matches!(what, What::Said(Side::Application, _)))
    }

    /// The connection of an entry.
    pub(super) fn connection(&self, index: usize) -> usize {
        self.entries[index].connection
    }

    /// What Asterisk says behind an entry of the same connection, before the application says more.
    pub(super) fn reply(&self, index: usize) -> Option<usize> {
        let connection = self.connection(index);
        let mut entries = self.entries.iter().enumerate().skip(index + 1);
        let next = entries.find(|(_, entry)| entry.connection == connection)?;
        matches!(next.1.what, What::Said(Side::Asterisk, _)).then_some(next.0)
    }

    fn next(&self, connection: usize, wanted: impl Fn(&What) -> bool) -> Option<usize> {
        // Everything before is done.
        let from = self.cursor.borrow().next;
        self.lock(|state| {
            let mut entries = self.entries.iter().enumerate().skip(from);
            let found = entries.find(|(index, entry)| {
                entry.connection == connection && !state.done[*index] && wanted(&entry.what)
            });
            found.map(|(index, _)| index)
        })
    }

    /// Waits until everything before an entry is done, and its time has come; gives what Asterisk says
    /// there, or nothing where it ends.
    pub(super) async fn turn(&self, index: usize) -> Option<Vec<u8>> {
        let mut cursor = self.cursor.subscribe();
        // It fails only without a sender, which is in `self`.
        let reached = cursor.wait_for(|cursor| cursor.next == index && !cursor.failed).await;
        let since = reached.map_or_else(|_| Instant::now(), |cursor| cursor.since);
        let pause = self.pause(index);
        if !pause.is_zero() {
            sleep_until(later(since, pause)).await;
        }
        match &self.entries[index].what {
            What::Said(_, bytes) => {
                let protocol = self.protocols[self.entries[index].connection];
                Some(self.lock(|state| state.ids.apply(protocol, bytes)))
            }
            _ => None,
        }
    }

    /// How long after what stands before it an entry is due.
    fn pause(&self, index: usize) -> Duration {
        let before = index.checked_sub(1).map_or(Duration::ZERO, |before| self.entries[before].at);
        let pause = self.entries[index].at.saturating_sub(before);
        Duration::try_from_secs_f64(pause.as_secs_f64() * self.factor).unwrap_or(Duration::MAX)
    }

    /// Notes that an entry is done.
    pub(super) fn done(&self, index: usize) {
        let from = self.cursor.borrow().next;
        let next = self.lock(|state| {
            state.done[index] = true;
            let later = state.done.iter().skip(from);
            later.take_while(|done| **done).count() + from
        });
        self.cursor.send_if_modified(|cursor| {
            let moved = next > cursor.next;
            if moved {
                (cursor.next, cursor.since) = (next, Instant::now());
            }
            moved
        });
    }

    /// Compares what the application says with what is next on its connection. It is not to go on if that
    /// is something else.
    pub(super) fn heard(&self, connection: usize, bytes: &[u8]) -> bool {
        let Some(index) = self.next_heard(connection) else {
            return self.surplus(connection, &quote(bytes));
        };
        match self.match_entry(index, bytes) {
            Ok(()) => {
                self.done(index);
                true
            }
            Err(difference) => self.fail(index, difference),
        }
    }

    /// The request of the trace that this one is, which nobody else gets. It is noted as done.
    pub(super) fn requested(&self, bytes: &[u8]) -> Option<usize> {
        let mut first = None;
        let from = self.cursor.borrow().next;
        for (index, entry) in self.entries.iter().enumerate().skip(from) {
            let is_request = self.protocols[entry.connection] == Some(Protocol::Ari)
                && matches!(&entry.what, What::Said(Side::Application, recorded)
                    if recorded.first().is_some_and(u8::is_ascii_uppercase));
            if !is_request || self.lock(|state| state.done[index]) {
                continue;
            }
            match self.match_entry(index, bytes) {
                Ok(()) => {
                    self.done(index);
                    return Some(index);
                }
                Err(difference) => {
                    first.get_or_insert((index, difference));
                }
            }
        }
        match first {
            Some((index, difference)) => self.fail(index, difference),
            None => self.surplus(0, &quote(bytes)),
        };
        None
    }

    fn match_entry(&self, index: usize, bytes: &[u8]) -> Result<(), Difference> {
        let Entry { connection, what, .. } = &self.entries[index];
        let What::Said(_, recorded) = what else { return Ok(()) };
        let Some(protocol) = self.protocols[*connection] else { return Ok(()) };
        self.lock(|state| {
            let ids = compare(protocol, recorded, bytes, &state.ids)?;
            state.ids = ids;
            Ok(())
        })
    }

    /// The application has left a connection. If it had more to say there, that is a mismatch; what
    /// Asterisk had still to say there has nobody to hear it.
    pub(super) fn left(&self, connection: usize) {
        if let Some(index) = self.next_heard(connection) {
            let expected = self.quoted(index);
            let got = "the end of the connection".to_owned();
            self.fail(index, Difference { expected, got });
        }
        while let Some(index) = self.next_said(connection) {
            self.done(index);
        }
    }

    /// Something that the trace does not have; what comes behind its end does not matter.
    pub(super) fn surplus(&self, connection: usize, got: &str) -> bool {
        let next = self.cursor.borrow().next;
        if next < self.entries.len() {
            let last = self.entries.iter().rposition(|entry| entry.connection == connection);
            let expected = "nothing more of that".to_owned();
            self.fail(last.unwrap_or(next), Difference { expected, got: got.to_owned() });
        }
        false
    }

    fn fail(&self, index: usize, difference: Difference) -> bool {
        let Entry { at, connection, .. } = self.entries[index];
        let Difference { expected, got } = difference;
        let line = self.lines[index];
        self.lock(|state| {
            let mismatch = Mismatch { line, at, connection, expected, got };
            state.mismatch.get_or_insert(mismatch);
        });
        self.cursor.send_modify(|cursor| cursor.failed = true);
        false
    }

    /// Waits for the end of the play.
    pub(super) async fn finished(&self) -> Result<(), Mismatch> {
        let mut changes = self.cursor.subscribe();
        loop {
            let cursor = *changes.borrow_and_update();
            if let Some(mismatch) = self.lock(|state| state.mismatch.clone()) {
                return Err(mismatch);
            }
            if cursor.next == self.entries.len() {
                return Ok(());
            }
            let patience = self.patience.saturating_add(self.pause(cursor.next));
            let limit = later(cursor.since, patience);
            if timeout_at(limit, changes.changed()).await.is_err() {
                let entry = &self.entries[cursor.next];
                let expected = match &entry.what {
                    What::Said(Side::Application, _) => self.quoted(cursor.next),
                    _ => "a connection on which Asterisk can go on".to_owned(),
                };
                let got = format!("nothing for {:?}", self.patience);
                self.fail(cursor.next, Difference { expected, got });
            }
        }
    }

    fn quoted(&self, index: usize) -> String {
        match &self.entries[index].what {
            What::Said(_, bytes) => quote(bytes),
            _ => String::new(),
        }
    }

    fn lock<T>(&self, then: impl FnOnce(&mut State) -> T) -> T {
        then(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The beginning of a message, for people.
pub(super) fn quote(bytes: &[u8]) -> String {
    let frame = Frame::read(bytes);
    let bytes = frame.as_ref().map_or(bytes, |frame| &frame.payload);
    let text = String::from_utf8_lossy(bytes);
    let text: String = text.trim_end().chars().take(QUOTED).collect();
    format!("{text:?}")
}

/// Whether a connection becomes a WebSocket here.
fn accepts(entry: &Entry) -> bool {
    matches!(&entry.what, What::Said(_, bytes) if bytes.starts_with(b"HTTP/1.1 101"))
}

fn is_control(entry: &Entry) -> bool {
    matches!(&entry.what, What::Said(_, bytes)
        if Frame::read(bytes).is_some_and(|frame| frame.is_control()))
}
