//! Calling somebody for a call.

use std::future::IntoFuture;
use std::time::Duration;

use asterisk_proto::ari::event::{self, ChannelDestroyed, DialStatus, StasisEnd, StasisStart};
use asterisk_proto::ari::{Event, Resource};
use asterisk_proto::{ChannelId, HangupCause, Text};

use super::{Call, CallError};
use crate::events::{EventStream, Missed};
use crate::handle::Channel;
use crate::transport::BoxFuture;

/// Somebody who was called for a call, and answered.
///
/// It belongs to the session: it is hung up with it, unless it is [kept](Call::keep).
#[derive(Debug)]
pub struct Leg {
    channel: Channel,
    pub(super) events: tokio::sync::Mutex<LegEvents>,
}

/// The events of a leg, until it is gone.
#[derive(Debug)]
pub(super) struct LegEvents {
    id: ChannelId,
    stream: EventStream<Event>,
    over: bool,
}

impl LegEvents {
    /// The next event; `None` when the leg is gone, or the event connection.
    pub(super) async fn next(&mut self) -> Option<Result<Event, Missed>> {
        if self.over {
            return None;
        }
        let item = self.stream.next().await;
        self.over = match &item {
            Some(Ok(event)) => event.is::<StasisEnd>() || event.is::<ChannelDestroyed>(),
            Some(Err(Missed::Gap(gap))) => gap.is_gone(Resource::Channel, self.id.as_str()),
            Some(Err(_)) => false,
            None => true,
        };
        item
    }
}

impl Leg {
    /// Its channel, which is in the same application as the call's.
    #[must_use]
    pub fn channel(&self) -> &Channel {
        &self.channel
    }
}

/// Why somebody could not be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DialError {
    /// The endpoint is busy.
    #[error("busy")]
    Busy,
    /// Nobody answered in time.
    #[error("no answer")]
    NoAnswer,
    /// There is no way to the endpoint just now.
    #[error("congestion")]
    Congestion,
    /// The endpoint refused the call.
    #[error("rejected")]
    Rejected,
    /// It ended while the event connection was lost, so nobody knows why.
    #[error("gone while the connection was lost")]
    Unknown,
    /// It ended in another way.
    #[error("not reached: {text} ({})", cause.code())]
    #[non_exhaustive]
    Other {
        /// The cause.
        cause: HangupCause,
        /// The cause in the server's words.
        text: Text,
    },
}

impl DialError {
    /// Why a leg has ended: `status` is the last that was told while it was called, which says more than
    /// the cause of a Local channel.
    fn new(status: Option<&DialStatus>, end: ChannelDestroyed) -> Self {
        match status {
            Some(DialStatus::Busy) => return Self::Busy,
            Some(DialStatus::NoAnswer) => return Self::NoAnswer,
            Some(DialStatus::Congestion | DialStatus::ChannelUnavailable) => {
                return Self::Congestion;
            }
            // Asterisk 16 gives no cause when the time is over.
            Some(DialStatus::Ringing) if end.cause == HangupCause::NotDefined => {
                return Self::NoAnswer;
            }
            _ => {}
        }
        match end.cause {
            HangupCause::UserBusy => Self::Busy,
            HangupCause::NoAnswer | HangupCause::NoUserResponse => Self::NoAnswer,
            HangupCause::NormalCircuitCongestion | HangupCause::SwitchCongestion => {
                Self::Congestion
            }
            HangupCause::CallRejected => Self::Rejected,
            cause => Self::Other { cause, text: end.cause_txt },
        }
    }
}

/// Calls somebody for a call; made by [`Call::dial`].
///
/// Gives the leg when it has answered. It is in the application then and hears nothing: connect the two
/// by [`Call::bridge_with`].
///
/// # Errors
///
/// [`CallError::Dial`] tells why nobody answered. If the call is hung up first, that is
/// [`CallError::HungUp`], and the leg is hung up as well.
///
/// # Cancel safety
///
/// Dropping the future lets it ring on; the leg is hung up with the session.
#[derive(Debug)]
#[must_use = "nobody is called until it is awaited"]
pub struct Dial<'a> {
    call: &'a mut Call,
    endpoint: String,
    caller_id: Option<String>,
    timeout: Duration,
    variables: Vec<(String, String)>,
}

impl<'a> Dial<'a> {
    /// How long it may ring when nothing else is said.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

    pub(super) fn new(call: &'a mut Call, endpoint: String) -> Self {
        Self {
            call,
            endpoint,
            caller_id: None,
            timeout: Self::DEFAULT_TIMEOUT,
            variables: Vec::new(),
        }
    }

    /// Who calls, as the endpoint sees it: `Ana <100>`. Without it, the call's own caller.
    pub fn caller_id(mut self, caller: impl Into<String>) -> Self {
        self.caller_id = Some(caller.into());
        self
    }

    /// How long it may ring, in whole seconds; see [`Dial::DEFAULT_TIMEOUT`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets a variable of the new channel.
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    async fn run(self) -> Result<Leg, CallError> {
        let Self { call, endpoint, caller_id, timeout, variables, .. } = self;
        if call.is_hung_up() {
            return Err(CallError::HungUp);
        }
        let caller = &call.start.channel.caller;
        let caller_id =
            caller_id.unwrap_or_else(|| format!("\"{}\" <{}>", caller.name, caller.number));
        let seconds = i64::try_from(timeout.as_secs().max(1)).unwrap_or(i64::MAX);
        let mut originate = call
            .client
            .channels()
            .originate(endpoint)
            .app(call.application())
            .caller_id(caller_id)
            .originator(call.channel.id().clone())
            .timeout(seconds);
        for (name, value) in variables {
            originate = originate.variable(name, value);
        }
        let channel = originate.await?;
        let mut stream = channel.events();
        let mut status = None;
        loop {
            tokio::select! {
                item = stream.next() => match item {
                    Some(Ok(event)) if event.is::<StasisStart>() => {
                        let events = LegEvents { id: channel.id().clone(), stream, over: false };
                        return Ok(Leg { channel, events: events.into() });
                    }
                    Some(Ok(event)) => {
                        if let Some(dial) = event.decode::<event::Dial>()
                            && dial.peer.id == *channel.id()
                        {
                            status = dial.dial_status;
                        } else if let Some(end) = event.decode::<ChannelDestroyed>() {
                            call.forget(channel.id().clone());
                            return Err(DialError::new(status.as_ref(), end).into());
                        }
                    }
                    Some(Err(Missed::Gap(gap)))
                        if gap.is_gone(Resource::Channel, channel.id().as_str()) =>
                    {
                        call.forget(channel.id().clone());
                        return Err(DialError::Unknown.into());
                    }
                    Some(Err(_)) => {}
                    None => return Err(CallError::Disconnected(call.close_reason())),
                },
                item = call.expect() => match item {
                    Ok(item) => {
                        call.put_aside(item);
                        if call.is_hung_up() {
                            hang_up(&channel).await?;
                            return Err(CallError::HungUp);
                        }
                    }
                    Err(error) => return Err(error),
                },
            }
        }
    }
}

/// Hangs up a channel that may be gone.
pub(super) async fn hang_up(channel: &Channel) -> Result<(), CallError> {
    match channel.hangup().await {
        Err(error) if !error.is_not_found() => Err(error.into()),
        _ => Ok(()),
    }
}

impl<'a> IntoFuture for Dial<'a> {
    type Output = Result<Leg, CallError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
