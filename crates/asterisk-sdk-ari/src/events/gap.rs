//! What is known about a time without events.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use asterisk_proto::ari::model::{Bridge, Channel};
use asterisk_proto::ari::{FromJson, Resource, Subject};
use http::{Method, StatusCode};
use tokio::time::{Instant, timeout_at};

use super::Router;
use super::state::CloseReason;
use crate::error::RestError;
use crate::request::{Draft, Response};
use crate::transport::Transport;

/// How long reading back the state may take. Events of the new connection wait meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);

/// A time without an event connection.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Gap {
    /// When the connection was found lost.
    pub from: SystemTime,
    /// When the new one was ready.
    pub to: SystemTime,
    /// Why the connection was lost.
    pub cause: CloseReason,
    /// What there is at the end of it, read back before the first event of the new connection is given
    /// out; `None` if the server did not tell in time.
    pub found: Option<Arc<Found>>,
}

/// What there is at the end of a gap.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Found {
    /// All channels of the server.
    pub channels: Vec<Channel>,
    /// All bridges of the server.
    pub bridges: Vec<Bridge>,
    /// The objects with a subscription of their own that are not there any more: channels, bridges,
    /// playbacks and recordings.
    pub gone: HashSet<Subject>,
}

impl Gap {
    /// The channel as it is at the end of the gap, if it is there.
    #[must_use]
    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.found.as_ref()?.channels.iter().find(|channel| channel.id == *id)
    }

    /// The bridge as it is at the end of the gap, if it is there.
    #[must_use]
    pub fn bridge(&self, id: &str) -> Option<&Bridge> {
        self.found.as_ref()?.bridges.iter().find(|bridge| bridge.id == *id)
    }

    /// Whether an object that somebody subscribed to by its id has gone meanwhile. `false` as well for
    /// objects without such a subscription, and if nothing is known.
    #[must_use]
    pub fn is_gone(&self, resource: Resource, id: &str) -> bool {
        let subject = Subject::new(resource, id);
        self.found.as_ref().is_some_and(|found| found.gone.contains(&subject))
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.to.duration_since(self.from).unwrap_or_default();
        write!(f, "events of {length:.1?} are missing because of the connection: {}", self.cause)
    }
}

/// Reads back what there is; `None`, and a line in the log, if that does not work.
pub(super) async fn read_back(transport: &dyn Transport, router: &Router) -> Option<Arc<Found>> {
    let deadline = Instant::now() + PATIENCE;
    let reading = async {
        let channels: Vec<Channel> = list(transport, "/channels").await?;
        let bridges: Vec<Bridge> = list(transport, "/bridges").await?;
        let there: HashSet<_> = channels
            .iter()
            .map(|channel| Subject::new(Resource::Channel, channel.id.as_str()))
            .chain(bridges.iter().map(|bridge| Subject::new(Resource::Bridge, bridge.id.as_str())))
            .collect();
        let mut gone = HashSet::new();
        for subject in router.subjects() {
            let path = match subject.resource {
                Resource::Channel | Resource::Bridge if !there.contains(&subject) => "",
                Resource::Playback => "/playbacks/{id}",
                Resource::Recording => "/recordings/live/{id}",
                _ => continue,
            };
            if path.is_empty() || !is_there(transport, path, &subject.id).await? {
                gone.insert(subject);
            }
        }
        Ok::<_, RestError>(Arc::new(Found { channels, bridges, gone }))
    };
    match timeout_at(deadline, reading).await {
        Ok(Ok(found)) => Some(found),
        Ok(Err(error)) => {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "the state after a gap cannot be read");
            None
        }
        Err(_) => {
            tracing::warn!("the state after a gap could not be read in time");
            None
        }
    }
}

async fn get(transport: &dyn Transport, path: &str, id: &str) -> Result<Response, RestError> {
    transport.send(Draft::new(Method::GET, path).path("id", id).finish()).await
}

async fn list<T>(transport: &dyn Transport, path: &str) -> Result<Vec<T>, RestError>
where
    Vec<T>: FromJson,
{
    let reply = get(transport, path, "").await?;
    if !reply.status().is_success() {
        return Err(RestError::from_response(&reply));
    }
    FromJson::from_json(reply.body()).map_err(|source| RestError::decode(reply.body(), source))
}

async fn is_there(transport: &dyn Transport, path: &str, id: &str) -> Result<bool, RestError> {
    Ok(get(transport, path, id).await?.status() != StatusCode::NOT_FOUND)
}
