//! One thing that goes wrong, and when.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{Message, Side};

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// The connection ended, in the middle of a message as a rule.
    Cut,
    /// A message came late, and what follows it too.
    Delay,
    /// A message or some bytes were lost.
    Drop,
    /// A message came twice.
    Duplicate,
    /// Nothing goes through any more, and nobody is told.
    HalfOpen,
    /// A login was refused.
    RefuseLogin,
    /// A message came behind the next one.
    Reorder,
    /// All connections ended, and no new ones are taken for a while.
    Restart,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cut => "cut",
            Self::Delay => "delay",
            Self::Drop => "drop",
            Self::Duplicate => "duplicate",
            Self::HalfOpen => "half-open",
            Self::RefuseLogin => "refuse login",
            Self::Reorder => "reorder",
            Self::Restart => "restart",
        })
    }
}

type Test = Arc<dyn Fn(&Message<'_>) -> bool + Send + Sync>;

/// Something that goes wrong, on the messages for which all of its conditions hold.
///
/// Without conditions that is every message of either side. Where several faults fit a message, the
/// first in [`Faults`](super::Faults) happens to it and the others do not. A message that is longer
/// than 1 MiB, or that stops for 50 ms before it is complete, goes through in parts; parts are no
/// messages, and only what happens at a byte ([`after_bytes`](Self::after_bytes)) happens to them.
#[derive(Clone)]
#[must_use = "it happens only as one of `Faults`"]
pub struct Fault {
    pub(super) kind: FaultKind,
    /// The delay, or how long a restart takes.
    pub(super) time: Duration,
    /// How many bytes are lost; none for whole messages.
    pub(super) lost: Option<u64>,
    pub(super) side: Option<Side>,
    pub(super) connection: Option<usize>,
    pub(super) after: Option<u64>,
    pub(super) on: Option<Test>,
    pub(super) chance: Option<f64>,
    pub(super) skip: u64,
    pub(super) times: u64,
}

impl Fault {
    fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            time: Duration::ZERO,
            lost: None,
            side: None,
            connection: None,
            after: None,
            on: None,
            chance: None,
            skip: 0,
            times: u64::MAX,
        }
    }

    /// Loses messages.
    pub fn drop() -> Self {
        Self::new(FaultKind::Drop)
    }

    /// Loses so many bytes, wherever messages end: those behind [`after_bytes`](Self::after_bytes), or from
    /// the beginning of a message that is chosen by [`on`](Self::on), or else the first.
    pub fn drop_bytes(count: u64) -> Self {
        Self { lost: Some(count), after: Some(0), ..Self::new(FaultKind::Drop) }
    }

    /// Holds messages up for so long. What the same side says afterwards waits behind them.
    pub fn delay(time: Duration) -> Self {
        Self { time, ..Self::new(FaultKind::Delay) }
    }

    /// Passes messages on twice.
    pub fn duplicate() -> Self {
        Self::new(FaultKind::Duplicate)
    }

    /// Passes messages on behind the next one of the same side, or after a second if there is none.
    pub fn reorder() -> Self {
        Self::new(FaultKind::Reorder)
    }

    /// Ends the connection after half of a message, or exactly after the bytes of
    /// [`after_bytes`](Self::after_bytes). Both sides see an ordinary end.
    pub fn cut() -> Self {
        Self::new(FaultKind::Cut)
    }

    /// Lets nothing through any more, in either direction, and closes nothing: as if the cable were
    /// pulled. The message that it happens on is the first that is missing.
    pub fn half_open() -> Self {
        Self::new(FaultKind::HalfOpen)
    }

    /// Answers the login in the place of the server, which does not hear of it: with AMI a `Login` is
    /// refused as for a wrong password, and the connection ends (without the second for which a real
    /// server lets wait); with ARI every request and the event connection are answered by 401. AGI has no
    /// login, so nothing happens there.
    pub fn refuse_login() -> Self {
        Self { side: Some(Side::Application), ..Self::new(FaultKind::RefuseLogin) }
    }

    /// Ends all connections of these [`Faults`](super::Faults), as a server does that is started again,
    /// and takes no new ones for so long: a [`Proxy`](super::Proxy) does not listen meanwhile, a
    /// [wrapped](super::wrap) connection ends at once. The message that it happens on is lost.
    pub fn restart(down: Duration) -> Self {
        Self { time: down, ..Self::new(FaultKind::Restart) }
    }

    /// Only what Asterisk says.
    pub fn from_asterisk(self) -> Self {
        Self { side: Some(Side::Asterisk), ..self }
    }

    /// Only what the application says.
    pub fn from_application(self) -> Self {
        Self { side: Some(Side::Application), ..self }
    }

    /// Only on this connection, counted from 0 in the order in which they were made.
    pub fn connection(self, number: usize) -> Self {
        Self { connection: Some(number), ..self }
    }

    /// Only after a side has said so many bytes on the connection.
    ///
    /// A cut, a half-open connection and lost bytes ([`drop_bytes`](Self::drop_bytes)) without
    /// [`on`](Self::on) happen exactly there, once on each connection, in the middle of a message as it
    /// may be. Everything else happens to messages that begin there or later.
    pub fn after_bytes(self, count: u64) -> Self {
        Self { after: Some(count), ..self }
    }

    /// Only messages that this is true of. It is asked by the task of the connection, so it must not block.
    pub fn on(self, test: impl Fn(&Message<'_>) -> bool + Send + Sync + 'static) -> Self {
        Self { on: Some(Arc::new(test)), ..self }
    }

    /// Only a part of the messages, from 0.0 (none) to 1.0 (all). The seed, and the message's number,
    /// side and connection decide, so the same seed chooses the same messages of the same conversation,
    /// however fast it goes.
    pub fn chance(self, part: f64) -> Self {
        let part = if part.is_nan() { 0.0 } else { part };
        Self { chance: Some(part), ..self }
    }

    /// Not the first so many messages for which the other conditions hold, on all connections together.
    pub fn skip(self, count: u64) -> Self {
        Self { skip: count, ..self }
    }

    /// At most so many times, on all connections together.
    pub fn times(self, count: u64) -> Self {
        Self { times: count, ..self }
    }

    /// Whether it happens at a byte and not to a message.
    pub(super) fn is_at_byte(&self) -> bool {
        let kind = matches!(self.kind, FaultKind::Cut | FaultKind::HalfOpen) || self.lost.is_some();
        kind && self.after.is_some() && self.on.is_none()
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fault").field("kind", &self.kind).finish_non_exhaustive()
    }
}
