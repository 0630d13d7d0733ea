//! Channels that are in an application with nobody who looks after them.

use asterisk_proto::ari::event::StasisStart;
use asterisk_proto::ari::model::Channel;
use asterisk_proto::ari::{AriEvent, Event, FromJson};
use serde_json::{Value, json};

use crate::client::Client;
use crate::error::RestError;
use crate::events::{EventStream, Offer};

/// Finds those of an application, and subscribes to the events of each.
pub(super) async fn find(
    client: &Client,
    app: &str,
    capacity: usize,
) -> Result<Vec<Offer>, RestError> {
    let ids = match client.application(app).get().await {
        Ok(application) => application.channel_ids,
        // It has never been there.
        Err(error) if error.is_not_found() => Vec::new(),
        Err(error) => return Err(error),
    };
    let mut orphans = Vec::new();
    for id in ids {
        // A call that enters just now is taken as one of them, and not offered as well.
        let Some(mut events) = EventStream::adopt(client, &id, capacity) else { continue };
        let found = start(client, app, &id).await;
        let router = client.router();
        // It may have entered while it was asked for, whatever the answer says: nobody else was told.
        let entered = match &found {
            Ok(Some(_)) => router.has_entered(&id),
            Ok(None) | Err(_) => router.unclaim_unless_entered(&id),
        };
        let entered = if entered { events.skip_to_start().await } else { None };
        let start = match entered {
            Some(start) => Some(start),
            None => found?.map(Box::new),
        };
        orphans.extend(start.map(|start| Offer { start, events }));
    }
    Ok(orphans)
}

/// The event with which the channel would enter the application now, if it is in it.
async fn start(client: &Client, app: &str, id: &str) -> Result<Option<StasisStart>, RestError> {
    let reply = match client.request(http::Method::GET, "/channels").segment(id).await {
        Ok(reply) => reply,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error),
    };
    let decode = |source| RestError::decode(reply.body(), source);
    let channel = Channel::from_json(reply.body()).map_err(decode)?;
    let mut args = channel.dialplan.app_data.split(',');
    if channel.dialplan.app_name != "Stasis" || args.next() != Some(app) {
        // It hears of the channel, but does not control it.
        return Ok(None);
    }
    let json = json!({
        "type": StasisStart::NAME,
        "application": app,
        "args": args.collect::<Vec<_>>(),
        "channel": reply.json().map_err(decode)?,
        "timestamp": Value::Null,
    });
    let event = Event::new(json.to_string().into()).map_err(decode)?;
    Ok(Some(StasisStart::from_event(&event)))
}
