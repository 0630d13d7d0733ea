//! Call sessions: one async function for each call that enters the application.
//!
//! ```no_run
//! use asterisk_sdk_ari::Client;
//! use asterisk_sdk_ari::call::{Call, CallError};
//!
//! async fn menu(mut call: Call) -> Result<(), CallError> {
//!     call.channel().answer().await?;
//!     let choice = call.dtmf().prompt("sound:vm-enter-num-to-call").max_digits(1).await?;
//!     if choice.digits == "1" {
//!         let agent = call.dial("PJSIP/100").await?;
//!         call.bridge_with(&agent).await?;
//!     }
//!     Ok(())
//! }
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let ari = Client::builder("http://pbx:8088").login("app", "secret").app("menu").connect().await?;
//! ari.serve(menu).await;
//! # Ok(())
//! # }
//! ```
//!
//! # What is kept in order
//!
//! A session gets the events of its channel in the order in which the server sent them, and misses none
//! behind its `StasisStart`: the subscription begins there, in the task that reads the socket. Sessions
//! run side by side; one that is slow delays no other.
//!
//! # The end of the call
//!
//! When the channel leaves the application, [`Call::next_event`] gives that event and then nothing, and
//! whatever waits for the channel fails with [`CallError::HungUp`]. The function goes on until it
//! returns. If the event connection is lost and made again, the session is told
//! ([`Missed::Gap`]); its channel may have left meanwhile, which counts as the end then.
//!
//! # Cleaning up
//!
//! Whatever was made with the session's own [client](Call::client), or with handles that came from it, goes
//! when the session ends, however it ends: bridges are destroyed, originated channels, snoops and
//! external media hung up, playbacks and recordings stopped. [`Call::keep`] excepts an object, and
//! [`Call::hand_over`] all. The channel itself then goes on in the dialplan behind `Stasis()`, unless
//! [`Serve::when_done`] says otherwise.

mod bridge;
mod dial;
mod dtmf;
mod orphans;
mod scope;
mod serve;

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use asterisk_proto::ari::Event;
use asterisk_proto::ari::event::{ChannelDestroyed, ChannelHangupRequest, StasisEnd, StasisStart};
use asterisk_proto::{ChannelId, Text};
use futures_core::Stream;

pub use bridge::{BridgeEnd, BridgeWith};
pub use dial::{Dial, DialError, Leg};
pub use dtmf::{Digits, DigitsEnd, Dtmf};
pub use scope::Made;
pub(crate) use scope::Scope;
pub use serve::{Orphans, Refusal, Serve, Served, WhenDone};

use crate::client::Client;
use crate::error::{PlaybackError, RestError};
use crate::events::{CloseReason, EventStream, Gap, Missed, Offer};
use crate::handle::{Channel, Playback};

/// Why a session cannot go on as it wants to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The channel has left the application: it was hung up, or moved.
    #[error("the channel has left the application")]
    HungUp,
    /// The event connection has ended, so that nothing can be waited for.
    #[error("the event connection has ended: {0}")]
    Disconnected(CloseReason),
    /// A request failed.
    #[error(transparent)]
    Rest(#[from] RestError),
    /// A playback did not come to its end.
    #[error(transparent)]
    Playback(#[from] PlaybackError),
    /// Somebody could not be reached.
    #[error(transparent)]
    Dial(#[from] DialError),
}

impl CallError {
    /// Whether it is that the channel has left.
    #[must_use]
    pub fn is_hung_up(&self) -> bool {
        matches!(self, Self::HungUp)
    }
}

/// One call in the application: its channel, its events, and what can be done with them.
pub struct Call {
    client: Client,
    channel: Channel,
    start: Box<StasisStart>,
    events: EventStream<Event>,
    /// Events that came while something else was waited for, for [`Call::next_event`].
    aside: VecDeque<Result<Event, Missed>>,
    /// How many of them there was no room for; they are older than the others.
    lost: u64,
    capacity: usize,
    over: Option<Over>,
    shared: Arc<Shared>,
}

/// What the session's task wants to know of its call.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    /// The channel is not the session's any more: it has left, or was handed over.
    released: AtomicBool,
}

/// Why there are no more events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Left,
    Disconnected,
}

impl Call {
    pub(crate) fn new(client: Client, offer: Offer, capacity: usize, shared: Arc<Shared>) -> Self {
        Self {
            channel: client.channel(offer.start.channel.id.clone()),
            start: offer.start,
            events: offer.events,
            aside: VecDeque::new(),
            lost: 0,
            capacity,
            over: None,
            shared,
            client,
        }
    }

    /// The client of this session. What is made with it goes when the session ends.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The channel.
    #[must_use]
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// The event with which the channel entered the application.
    #[must_use]
    pub fn start(&self) -> &StasisStart {
        &self.start
    }

    /// The arguments that the dialplan's `Stasis()` or the originate gave.
    #[must_use]
    pub fn args(&self) -> &[Text] {
        &self.start.args
    }

    /// The application that the channel is in.
    #[must_use]
    pub fn application(&self) -> &str {
        self.start.event.application()
    }

    /// The next event about the channel, in order; the last one is that it left the application, and then
    /// there are none. What was waited for by other methods meanwhile is here as well, except for
    /// digits that [`dtmf`](Self::dtmf) has given.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn next_event(&mut self) -> Option<Result<Event, Missed>> {
        if self.lost > 0 {
            return Some(Err(Missed::Lagged(std::mem::take(&mut self.lost))));
        }
        match self.aside.pop_front() {
            Some(event) => Some(event),
            None => self.receive().await,
        }
    }

    /// Waits until the channel has left the application.
    ///
    /// # Errors
    ///
    /// The event connection ended first.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing.
    pub async fn hung_up(&mut self) -> Result<(), CloseReason> {
        loop {
            match self.over {
                Some(Over::Left) => return Ok(()),
                Some(Over::Disconnected) => return Err(self.close_reason()),
                None => {
                    if let Some(event) = self.receive().await {
                        self.put_aside(event);
                    }
                }
            }
        }
    }

    /// Whether the channel is known to have left the application.
    #[must_use]
    pub fn is_hung_up(&self) -> bool {
        self.over == Some(Over::Left)
    }

    /// Plays media to the channel, and gives the playback when it was accepted.
    ///
    /// # Errors
    ///
    /// The server refused it, or cannot be reached.
    pub async fn play(&self, media: impl Into<String>) -> Result<Playback, RestError> {
        self.channel.play(media).await
    }

    /// Prepares to collect digits.
    pub fn dtmf(&mut self) -> Dtmf<'_> {
        Dtmf::new(self)
    }

    /// Prepares to call somebody for this call.
    pub fn dial(&mut self, endpoint: impl Into<String>) -> Dial<'_> {
        Dial::new(self, endpoint.into())
    }

    /// Prepares to connect the call with another one, until one of them leaves.
    pub fn bridge_with<'a>(&'a mut self, leg: &'a Leg) -> BridgeWith<'a> {
        BridgeWith::new(self, leg)
    }

    /// Excepts an object from being cleaned up with the session; tells whether it would have been.
    #[must_use]
    pub fn keep(&self, made: &Made) -> bool {
        let made_here = self.scope().is_some_and(|scope| scope.remove(made));
        if let (true, Made::Channel(channel)) = (made_here, made) {
            self.client.router().release(channel.as_str());
        }
        made_here
    }

    /// Ends the session's care for the channel and all that it made: nothing is cleaned up, and the
    /// channel stays in the application when the session ends. Somebody else has to look after it.
    pub fn hand_over(&self) {
        if let Some(scope) = self.scope() {
            for channel in scope.forget() {
                self.client.router().release(channel.as_str());
            }
        }
        self.shared.released.store(true, Ordering::Relaxed);
    }

    /// A channel that was made is gone.
    fn forget(&self, channel: ChannelId) {
        self.client.router().unclaim(channel.as_str());
        let _ = self.keep(&Made::Channel(channel));
    }

    fn scope(&self) -> Option<&Arc<Scope>> {
        self.client.scope()
    }

    fn close_reason(&self) -> CloseReason {
        self.client.close_reason().unwrap_or(CloseReason::Local)
    }

    /// The next event of the subscription.
    async fn receive(&mut self) -> Option<Result<Event, Missed>> {
        if self.over.is_some() {
            return None;
        }
        let item = self.events.next().await;
        self.see(item.as_ref());
        item
    }

    /// Notes what an event, or the end of them, says about the channel.
    fn see(&mut self, item: Option<&Result<Event, Missed>>) {
        match item {
            Some(Ok(event)) if event.is::<StasisEnd>() || event.is::<ChannelDestroyed>() => {
                self.over = Some(Over::Left);
                self.shared.released.store(true, Ordering::Relaxed);
            }
            Some(Err(Missed::Gap(gap))) if self.has_left(gap) => {
                self.over = Some(Over::Left);
                self.shared.released.store(true, Ordering::Relaxed);
            }
            Some(_) => {}
            None => self.over = Some(Over::Disconnected),
        }
    }

    /// Whether the channel left the application while the connection was lost.
    fn has_left(&self, gap: &Gap) -> bool {
        let channel = gap.channel(self.channel.id().as_str());
        gap.found.is_some() && channel.is_none_or(|channel| channel.dialplan.app_name != "Stasis")
    }

    /// The next event if it is there already.
    async fn receive_now(&mut self) -> Option<Result<Event, Missed>> {
        let mut receive = pin!(self.receive());
        poll_fn(|context| match receive.as_mut().poll(context) {
            Poll::Ready(item) => Poll::Ready(item),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    /// The next event, or why there is none.
    async fn expect(&mut self) -> Result<Result<Event, Missed>, CallError> {
        match self.receive().await {
            Some(item) => Ok(item),
            None => Err(self.gone()),
        }
    }

    fn gone(&self) -> CallError {
        match self.over {
            Some(Over::Disconnected) => CallError::Disconnected(self.close_reason()),
            _ => CallError::HungUp,
        }
    }

    fn put_aside(&mut self, item: Result<Event, Missed>) {
        if self.aside.len() >= self.capacity {
            self.lost += match self.aside.pop_front() {
                Some(Err(Missed::Lagged(lost))) => lost,
                _ => 1,
            };
        }
        self.aside.push_back(item);
    }
}

impl Drop for Call {
    /// A session that fails because its caller has gone, such as in a playback, has not seen yet that this
    /// is so. The server announces it before anything fails by it, so it is among what waits here.
    fn drop(&mut self) {
        let mut going = self.aside.iter().any(is_hangup);
        let mut context = Context::from_waker(Waker::noop());
        while !going
            && self.over.is_none()
            && let Poll::Ready(item) = Pin::new(&mut self.events).poll_next(&mut context)
        {
            self.see(item.as_ref());
            going = item.as_ref().is_some_and(is_hangup);
        }
        if going {
            self.shared.released.store(true, Ordering::Relaxed);
        }
    }
}

/// Whether the channel was told to hang up; that it left follows.
fn is_hangup(item: &Result<Event, Missed>) -> bool {
    item.as_ref().is_ok_and(Event::is::<ChannelHangupRequest>)
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("channel", self.channel.id())
            .field("application", &self.application())
            .field("over", &self.over)
            .finish_non_exhaustive()
    }
}
