//! What a call session has made, and what has to go with it.

use std::collections::{HashSet, VecDeque};
use std::future::IntoFuture;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use asterisk_proto::{BridgeId, ChannelId, PlaybackId, Text};
use tokio::time::timeout;

use crate::client::Client;
use crate::error::RestError;

/// How long each object may take to be cleaned up.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something that a session has made.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Made {
    /// A bridge; it is destroyed.
    Bridge(BridgeId),
    /// A channel that was originated, created, a snoop or external media; it is hung up.
    Channel(ChannelId),
    /// A playback; it is stopped.
    Playback(PlaybackId),
    /// A recording that is being made, by its name; it is stopped, and kept.
    LiveRecording(Text),
}

/// How many playbacks are kept in mind: they are played one after the other, so the oldest of more are
/// over.
const PLAYBACKS: usize = 32;

/// Keeps account of what is made with a session's client.
#[derive(Debug, Default)]
pub(crate) struct Scope(Mutex<Account>);

#[derive(Debug, Default)]
struct Account {
    made: HashSet<Made>,
    playbacks: VecDeque<PlaybackId>,
}

impl Scope {
    fn account(&self) -> std::sync::MutexGuard<'_, Account> {
        // Nothing that panics runs under this lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, made: Made) {
        let mut account = self.account();
        let Made::Playback(id) = made else {
            account.made.insert(made);
            return;
        };
        if account.playbacks.len() >= PLAYBACKS {
            account.playbacks.pop_front();
        }
        account.playbacks.push_back(id);
    }

    pub(crate) fn remove(&self, made: &Made) -> bool {
        let mut account = self.account();
        match made {
            Made::Playback(id) => {
                let at = account.playbacks.iter().position(|other| other == id);
                at.is_some_and(|at| account.playbacks.remove(at).is_some())
            }
            made => account.made.remove(made),
        }
    }

    /// Forgets all of it, and tells which channels were among it.
    pub(crate) fn forget(&self) -> Vec<ChannelId> {
        let Account { made, .. } = std::mem::take(&mut *self.account());
        let channels = made.into_iter().filter_map(|made| match made {
            Made::Channel(id) => Some(id),
            _ => None,
        });
        channels.collect()
    }

    /// Removes what is left, the channels first: a bridge that goes before its channels would leave them
    /// in the application for a moment.
    pub(crate) async fn clean_up(&self, client: &Client) {
        let Account { made, playbacks } = std::mem::take(&mut *self.account());
        let mut made: Vec<_> = made.into_iter().collect();
        made.extend(playbacks.into_iter().rev().map(Made::Playback));
        made.sort_by_key(|made| !matches!(made, Made::Channel(_)));
        for object in made {
            match &object {
                Made::Channel(id) => gone(&object, client.channel(id.clone()).hangup()).await,
                Made::Bridge(id) => gone(&object, client.bridge(id.clone()).destroy()).await,
                Made::Playback(id) => gone(&object, client.playback(id.clone()).stop()).await,
                Made::LiveRecording(name) => {
                    gone(&object, client.live_recording(name.clone()).stop()).await;
                }
            }
            if let Made::Channel(id) = &object {
                client.router().release(id.as_str());
            }
        }
    }
}

/// Removes an object that may be gone already.
async fn gone<T>(object: &Made, removing: impl IntoFuture<Output = Result<T, RestError>>) {
    match timeout(PATIENCE, removing.into_future()).await {
        Ok(Ok(_)) => tracing::debug!(?object, "cleaned up"),
        Ok(Err(error)) if error.is_not_found() || error.is_conflict() => {}
        Ok(Err(error)) => tracing::warn!(?object, %error, "cannot be cleaned up"),
        Err(_) => tracing::warn!(?object, "was not cleaned up in time"),
    }
}
