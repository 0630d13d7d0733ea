//! An action on its way out and its answer on the way back.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use asterisk_proto::ActionId;
use asterisk_proto::ami::Event;
use asterisk_proto::error::Delivery;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tracing::Instrument;

use crate::action::{self, Action};
use crate::driver::{Lasting, Request};
use crate::error::{ActionError, InvalidAction};
use crate::manager::Shared;
use crate::session::{Failure, Items, Outcome};

/// An action that the connection's task has taken.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) outcome: oneshot::Receiver<Outcome>,
    #[cfg(feature = "live")]
    pub(crate) id: ActionId,
    timeout: Duration,
    at: Instant,
    pub(crate) deadline: Instant,
}

impl Sent {
    /// No outcome by the deadline: the connection's task may have taken the action, or be about to.
    pub(crate) fn late(&self) -> ActionError {
        ActionError::TimedOut { delivery: Delivery::Unknown, after: self.timeout }
    }

    /// What an outcome means for whoever sent the action.
    pub(crate) fn read(
        &self,
        outcome: Result<Outcome, oneshot::error::RecvError>,
    ) -> Result<action::Reply, ActionError> {
        // The task is gone without a word: the runtime has stopped it.
        let outcome =
            outcome.map_err(|_| ActionError::Disconnected { delivery: Delivery::Unknown })?;
        let mut reply = outcome.map_err(|failure| match failure {
            Failure::TimedOut(delivery) => ActionError::TimedOut { delivery, after: self.timeout },
            Failure::Disconnected(delivery) => ActionError::Disconnected { delivery },
            Failure::TooManyItems(limit) => ActionError::TooLarge { limit, unit: "items" },
            Failure::TooManyBytes(limit) => ActionError::TooLarge { limit, unit: "bytes" },
            Failure::IdInUse(id) => InvalidAction::IdInUse { id: id.as_str().to_owned() }.into(),
        })?;
        if reply.response.is_error() {
            return Err(ActionError::Refused { response: Box::new(reply.response) });
        }
        reply.round_trip = self.at.elapsed();
        Ok(reply)
    }
}

impl Shared {
    /// Gives an action to the connection's task.
    pub(crate) async fn hand_over<A: Action>(
        &self,
        action: &A,
        id: ActionId,
        timeout: Duration,
        items: Items,
    ) -> Result<Sent, ActionError> {
        let text = action::encode(action, &id)?;
        let (ticket, outcome) = oneshot::channel();
        // The task keeps the deadline, because it knows how much was written.
        let at = Instant::now();
        let deadline = at + timeout;
        let lasting = Lasting::new(action.name(), &text);
        let expect = action.expect();
        let sent = Sent {
            outcome,
            #[cfg(feature = "live")]
            id: id.clone(),
            timeout,
            at,
            deadline,
        };
        let request = Request::Send { id, text, expect, items, lasting, deadline, ticket };
        // Mostly there is room, and no need of a timer.
        let handed_over = match self.requests.try_send(request) {
            Err(TrySendError::Full(request)) => {
                // In a box, so that all others need no room for it.
                Box::pin(tokio::time::timeout_at(deadline, self.requests.send(request))).await
            }
            Err(TrySendError::Closed(request)) => Ok(Err(mpsc::error::SendError(request))),
            Ok(()) => Ok(Ok(())),
        };
        match handed_over {
            Ok(Ok(())) => Ok(sent),
            Ok(Err(_)) => Err(ActionError::Disconnected { delivery: Delivery::NotSent }),
            Err(_) => Err(ActionError::TimedOut { delivery: Delivery::NotSent, after: timeout }),
        }
    }
}

/// An action about to be sent; made by [`Manager::send`](crate::Manager::send), sent by `.await`.
#[derive(Debug)]
#[must_use = "an action is sent when it is awaited"]
pub struct Send<'a, A> {
    shared: &'a Arc<Shared>,
    action: A,
    id: Option<ActionId>,
    timeout: Duration,
    items: Items,
    headers: Vec<(String, String)>,
}

impl<'a, A> Send<'a, A> {
    pub(crate) fn new(shared: &'a Arc<Shared>, action: A) -> Self {
        let timeout = shared.action_timeout;
        let headers = Vec::new();
        Self { shared, action, id: None, timeout, items: Items::Collect, headers }
    }

    /// Sends the action under an id of your own choice. It must not be in flight already, and should
    /// not be one that another session might use.
    pub fn action_id(mut self, id: impl Into<ActionId>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Adds a header that the action's type does not know, behind those that it writes. Asterisk takes
    /// the first of a name, save where a parameter may repeat.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// How long to wait for the answer, instead of the connection's action timeout.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Gives the items of the action's list to subscriptions as well. Otherwise only the output has
    /// them, so that nobody takes them for what has just happened.
    pub fn publish_items(mut self) -> Self {
        self.items = Items::Publish;
        self
    }
}

impl<A: Action> Send<'_, A> {
    async fn run(self) -> Result<A::Output, ActionError> {
        let id = self.id.unwrap_or_else(|| self.shared.ids.next());
        let span = tracing::debug_span!("ami_action", name = self.action.name(), %id);
        let action = Extended { action: &self.action, headers: &self.headers };
        let mut collector = match self.items {
            Items::Collect => A::collector(),
            _ => None,
        };
        let (items, mut batches) = match collector {
            Some(_) => {
                let (sender, receiver) = mpsc::unbounded_channel();
                (Items::Batches(sender), Some(receiver))
            }
            None => (self.items, None),
        };
        let exchange = async {
            let mut sent = self.shared.hand_over(&action, id, self.timeout, items).await?;
            let outcome = async {
                loop {
                    tokio::select! {
                        biased;
                        Some(batch) = next(&mut batches), if batches.is_some() => {
                            if let Some(collector) = &mut collector {
                                for event in batch {
                                    collector.item(event);
                                }
                            }
                        }
                        outcome = &mut sent.outcome => return outcome,
                    }
                }
            };
            // The task ends it then too, but may not have taken it yet.
            let Ok(outcome) = tokio::time::timeout_at(sent.deadline, outcome).await else {
                return Err(sent.late());
            };
            let mut reply = sent.read(outcome)?;
            let Some(mut collector) = collector else { return A::output(reply) };
            // What came since the last batch was looked at.
            let rest = std::iter::from_fn(|| batches.as_mut()?.try_recv().ok()).flatten();
            let rest = rest.chain(std::mem::take(&mut reply.items));
            rest.for_each(|event| collector.item(event));
            collector.output(reply)
        };
        exchange.instrument(span).await
    }
}

impl<'a, A> IntoFuture for Send<'a, A>
where
    A: Action + std::marker::Send + Sync + 'a,
    A::Output: 'a,
{
    type Output = Result<A::Output, ActionError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + std::marker::Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// The next items of a list.
async fn next(batches: &mut Option<mpsc::UnboundedReceiver<Vec<Event>>>) -> Option<Vec<Event>> {
    batches.as_mut()?.recv().await
}

/// An action with headers of the caller's own behind its own.
struct Extended<'a, A> {
    action: &'a A,
    headers: &'a [(String, String)],
}

impl<A: Action> Action for Extended<'_, A> {
    type Output = A::Output;

    fn name(&self) -> &str {
        self.action.name()
    }

    fn headers(&self, headers: &mut action::Headers) {
        self.action.headers(headers);
        for (name, value) in self.headers {
            headers.add(name, value);
        }
    }

    fn expect(&self) -> action::Expect {
        self.action.expect()
    }

    fn output(reply: action::Reply) -> Result<A::Output, ActionError> {
        A::output(reply)
    }

    fn collector() -> Option<Box<dyn action::Collect<A::Output>>> {
        A::collector()
    }
}
