//! Lists whose items are taken as they come.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use asterisk_proto::ami::{Event, Response};
use futures_core::Stream;
use tokio::time::{Sleep, sleep_until};

use crate::action::{Action, ListItem};
use crate::error::ActionError;
use crate::manager::Shared;
use crate::queue::Queue;
use crate::send::Sent;
use crate::session::Items;
use crate::subscription::Overflow;

/// The items of a list as they come; made by [`Manager::stream`](crate::Manager::stream).
///
/// It ends with the list. An error, if there is one, is its last item.
#[derive(Debug)]
#[must_use = "the list waits for somebody to take its items"]
pub struct ListStream<T> {
    queue: Arc<Queue<Event>>,
    /// Gone once its outcome is known.
    sent: Option<Sent>,
    /// The connection's task ends a list that is late, once it has taken the request.
    late: Pin<Box<Sleep>>,
    response: Option<Response>,
    complete: Option<Event>,
    shared: Arc<Shared>,
    item: std::marker::PhantomData<fn() -> T>,
}

impl<T: ListItem> ListStream<T> {
    /// How many items may wait to be taken.
    pub const CAPACITY: usize = 256;
    /// How long the reader waits for the next item to be taken.
    pub const PATIENCE: Duration = Duration::from_secs(5);

    pub(crate) async fn open<A: Action>(
        shared: &Arc<Shared>,
        action: &A,
    ) -> Result<Self, ActionError> {
        let overflow = Overflow::Wait { deadline: Self::PATIENCE };
        let queue = Arc::new(Queue::new(Self::CAPACITY, overflow));
        let items = Items::Stream(Arc::clone(&queue));
        let timeout = shared.action_timeout;
        let sent = shared.hand_over(action, shared.ids.next(), timeout, items).await?;
        Ok(Self {
            queue,
            late: Box::pin(sleep_until(sent.deadline)),
            sent: Some(sent),
            response: None,
            complete: None,
            shared: Arc::clone(shared),
            item: std::marker::PhantomData,
        })
    }

    /// The next item; `None` at the end of the list.
    ///
    /// # Errors
    ///
    /// As for [`Manager::send`](crate::Manager::send), and [`ActionError::TooSlow`]. Items that came
    /// before the error were real, but the list is not whole.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Result<T, ActionError>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The response that announced the list; known at its end.
    #[must_use]
    pub fn response(&self) -> Option<&Response> {
        self.response.as_ref()
    }

    /// The event that ended the list; known at its end.
    #[must_use]
    pub fn complete(&self) -> Option<&Event> {
        self.complete.as_ref()
    }
}

impl<T: ListItem> Stream for ListStream<T> {
    type Item = Result<T, ActionError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let (item, room) = self.queue.poll_pop(context);
            if room {
                self.shared.hub.notify_room();
            }
            let Poll::Ready(item) = item else {
                if self.sent.is_none() || self.late.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                self.queue.close(None);
                let late = self.sent.take().map(|sent| Err(sent.late()));
                return Poll::Ready(late);
            };
            match item {
                Some(Ok(event)) => {
                    // Other items of a mixed list are for those who ask for them.
                    if let Ok(item) = T::from_item(event) {
                        return Poll::Ready(Some(Ok(item)));
                    }
                }
                Some(Err(_)) => {
                    self.sent = None;
                    return Poll::Ready(Some(Err(ActionError::TooSlow)));
                }
                None => break,
            }
        }
        let Some(mut sent) = self.sent.take() else { return Poll::Ready(None) };
        let Poll::Ready(outcome) = Pin::new(&mut sent.outcome).poll(context) else {
            self.sent = Some(sent);
            return Poll::Pending;
        };
        match sent.read(outcome) {
            Ok(reply) => {
                self.response = Some(reply.response);
                self.complete = reply.complete;
                Poll::Ready(None)
            }
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }
}

impl<T> Drop for ListStream<T> {
    fn drop(&mut self) {
        // What is still to come of the list is thrown away, and holds nobody.
        self.queue.close(None);
        self.shared.hub.notify_room();
    }
}
