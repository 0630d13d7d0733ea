//! Brings together connections that come in and those who wait for them, by a name.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, oneshot};
use tokio::time::{sleep, timeout};

use crate::error::ConnectError;

/// Who waits, who runs, and which connections nobody waits for.
#[derive(Debug)]
pub(crate) struct Board<T> {
    inner: Mutex<Inner<T>>,
    arrived: Notify,
    max_unclaimed: usize,
}

#[derive(Debug)]
struct Inner<T> {
    expected: HashMap<String, (u64, oneshot::Sender<Arrived<T>>)>,
    running: HashSet<String>,
    unclaimed: VecDeque<(u64, Arrived<T>)>,
    next: u64,
    gone: bool,
}

/// A connection, and its place among those that run.
#[derive(Debug)]
pub(crate) struct Arrived<T> {
    pub(crate) value: T,
    pub(crate) place: Place<T>,
}

/// Keeps a name taken as long as its stream runs.
#[derive(Debug)]
pub(crate) struct Place<T> {
    board: Weak<Board<T>>,
    name: String,
    _permit: OwnedSemaphorePermit,
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        if let Some(board) = self.board.upgrade() {
            board.inner().running.remove(&self.name);
        }
    }
}

/// Somebody who waits for a name. Dropping it ends the waiting.
#[derive(Debug)]
pub(crate) struct Waiting<T> {
    board: Weak<Board<T>>,
    name: String,
    number: u64,
    told: oneshot::Receiver<Arrived<T>>,
}

impl<T> Board<T> {
    pub(crate) fn new(max_unclaimed: usize) -> Self {
        let inner = Inner {
            expected: HashMap::new(),
            running: HashSet::new(),
            unclaimed: VecDeque::new(),
            next: 0,
            gone: false,
        };
        Self { inner: Mutex::new(inner), arrived: Notify::new(), max_unclaimed }
    }

    fn inner(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a name from now on. A connection of that name which waits already is taken.
    pub(crate) fn expect(self: &Arc<Self>, name: String) -> Result<Waiting<T>, ConnectError> {
        let mut inner = self.inner();
        let held = inner.unclaimed.iter().position(|(_, arrived)| arrived.place.name == name);
        let held = held.and_then(|at| inner.unclaimed.remove(at));
        if held.is_none() && (inner.expected.contains_key(&name) || inner.running.contains(&name)) {
            return Err(ConnectError::Taken);
        }
        let (tell, told) = oneshot::channel();
        let number = inner.number();
        if let Some((_, arrived)) = held {
            drop(inner);
            // It cannot fail: the receiver is here.
            drop(tell.send(arrived));
        } else {
            inner.expected.insert(name.clone(), (number, tell));
        }
        Ok(Waiting { board: Arc::downgrade(self), name, number, told })
    }

    /// The next connection that nobody waits for by its name. Cancel safe.
    pub(crate) async fn accept(&self) -> Result<Arrived<T>, ConnectError> {
        loop {
            let arrived = self.arrived.notified();
            {
                let mut inner = self.inner();
                if let Some((_, arrived)) = inner.unclaimed.pop_front() {
                    if !inner.unclaimed.is_empty() {
                        self.arrived.notify_one();
                    }
                    return Ok(arrived);
                }
                if inner.gone {
                    return Err(ConnectError::Gone);
                }
            }
            arrived.await;
        }
    }

    /// Gives a connection to whoever waits for it, and holds it a while if nobody does.
    pub(crate) async fn admit(
        self: Arc<Self>,
        name: String,
        value: T,
        permit: OwnedSemaphorePermit,
        patience: Duration,
    ) {
        let number = {
            let mut inner = self.inner();
            if !inner.running.insert(name.clone()) {
                drop(inner);
                tracing::warn!(name, "a second connection of a stream is turned away");
                return;
            }
            let place = Place { board: Arc::downgrade(&self), name: name.clone(), _permit: permit };
            let mut arrived = Arrived { value, place };
            if let Some((_, tell)) = inner.expected.remove(&name) {
                match tell.send(arrived) {
                    Ok(()) => return,
                    // It was given up in this very moment.
                    Err(back) => arrived = back,
                }
            }
            if inner.gone || inner.unclaimed.len() >= self.max_unclaimed {
                drop(inner);
                tracing::warn!(name, "too many streams that nobody waits for; one is turned away");
                return;
            }
            let number = inner.number();
            inner.unclaimed.push_back((number, arrived));
            number
        };
        self.arrived.notify_one();
        // Who takes it meanwhile must not be kept from the rest of the board.
        let board = Arc::downgrade(&self);
        drop(self);
        sleep(patience).await;
        let Some(board) = board.upgrade() else { return };
        let expired = {
            let mut inner = board.inner();
            let at = inner.unclaimed.iter().position(|(held, _)| *held == number);
            at.and_then(|at| inner.unclaimed.remove(at))
        };
        if expired.is_some() {
            tracing::warn!(name, "nobody waits for a stream; it is turned away");
        }
    }

    /// The server is gone: whoever waits is told.
    pub(crate) fn close(&self) {
        let (expected, unclaimed) = {
            let mut inner = self.inner();
            inner.gone = true;
            (std::mem::take(&mut inner.expected), std::mem::take(&mut inner.unclaimed))
        };
        // Their places look at the board, so it must not be locked.
        drop((expected, unclaimed));
        self.arrived.notify_waiters();
    }
}

impl<T> Inner<T> {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}

impl<T> Waiting<T> {
    pub(crate) async fn arrived(mut self, limit: Duration) -> Result<Arrived<T>, ConnectError> {
        match timeout(limit, &mut self.told).await {
            Ok(Ok(arrived)) => Ok(arrived),
            Ok(Err(_)) => Err(ConnectError::Gone),
            Err(_) => Err(ConnectError::Timeout(limit)),
        }
    }
}

impl<T> Drop for Waiting<T> {
    fn drop(&mut self) {
        let Some(board) = self.board.upgrade() else { return };
        let mut inner = board.inner();
        if inner.expected.get(&self.name).is_some_and(|(number, _)| *number == self.number) {
            inner.expected.remove(&self.name);
        }
    }
}
