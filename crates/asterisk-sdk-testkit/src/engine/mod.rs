//! What makes the model move: one task for each call.

pub(crate) mod agi;
mod agi_command;
pub(crate) mod application;
pub(crate) mod call;
pub(crate) mod dial;
pub(crate) mod digits;
pub(crate) mod media;
pub(crate) mod originate;
pub(crate) mod queue;
pub(crate) mod stasis;

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::ami::ManagerSink;
use crate::fault::Faults;
use crate::model::World;
use crate::model::media::Target;

/// What all tasks share.
#[derive(Debug)]
pub(crate) struct Core {
    state: Mutex<State>,
    stop: watch::Sender<bool>,
    /// What goes wrong on connections.
    pub(crate) faults: Option<Faults>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) managers: Vec<ManagerSink>,
    next_session: u64,
}

impl State {
    /// Says what happened since the last time.
    fn flush(&mut self) {
        for happening in std::mem::take(&mut self.world.pending) {
            if !self.managers.is_empty() {
                crate::ami::tell(&mut self.managers, &happening);
            }
            crate::ari::tell(&mut self.world, &happening);
        }
    }

    /// A number for a connection.
    pub(crate) fn session(&mut self) -> u64 {
        self.next_session += 1;
        self.next_session
    }
}

impl Core {
    pub(crate) fn new(world: World, faults: Option<Faults>) -> Arc<Self> {
        let state = Mutex::new(State { world, managers: Vec::new(), next_session: 0 });
        Arc::new(Self { state, stop: watch::Sender::new(false), faults })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world, and says what happened by it.
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        self.with_state(|state| change(&mut state.world))
    }

    /// The same for those who have connections to look after, too.
    pub(crate) fn with_state<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state);
        state.flush();
        result
    }

    /// Runs something until it is done or the server stops.
    pub(crate) fn spawn(self: &Arc<Self>, work: impl Future<Output = ()> + Send + 'static) {
        let mut stop = self.stop.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                // An error means that the server is gone, too.
                _ = stop.wait_for(|stop| *stop) => {}
                () = work => {}
            }
        });
    }

    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until there is an answer, which is looked for whenever something about the channel changes; `None`
    /// once the channel is gone.
    pub(crate) async fn wait<T>(
        &self,
        id: &str,
        poll: impl FnMut(&mut World) -> Option<T>,
    ) -> Option<T> {
        self.wait_on(&Target::Channel(id.to_owned()), poll).await
    }

    /// The same for a bridge, too.
    pub(crate) async fn wait_on<T>(
        &self,
        target: &Target,
        mut poll: impl FnMut(&mut World) -> Option<T>,
    ) -> Option<T> {
        loop {
            let changed = {
                let state = self.lock();
                Arc::clone(match target {
                    Target::Channel(id) => &state.world.channels.get(id)?.changed,
                    Target::Bridge(id) => &state.world.bridges.get(id)?.changed,
                })
            };
            let notified = changed.notified();
            tokio::pin!(notified);
            // From here on no change is missed.
            notified.as_mut().enable();
            if let Some(found) = self.with(&mut poll) {
                return Some(found);
            }
            notified.await;
        }
    }

    /// The same for at most so long.
    pub(crate) async fn wait_for<T>(
        &self,
        id: &str,
        limit: Duration,
        poll: impl FnMut(&mut World) -> Option<T>,
    ) -> Waited<T> {
        match tokio::time::timeout(limit, self.wait(id, poll)).await {
            Ok(Some(found)) => Waited::Found(found),
            Ok(None) => Waited::Gone,
            Err(_) => Waited::TimedOut,
        }
    }

    /// Waits until what runs on a channel has to stop.
    pub(crate) async fn interrupted(&self, id: &str) {
        let interrupted = |world: &mut World| world.channels.get(id)?.interrupted().then_some(());
        self.wait(id, interrupted).await;
    }
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waited<T> {
    Found(T),
    TimedOut,
    /// The channel is gone.
    Gone,
}
