//! Two channels that talk to each other.

use std::future::IntoFuture;
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{Call, CallError, Leg, Made};
use crate::handle::Bridge;
use crate::transport::BoxFuture;

/// How long after a refusal it may take to hear that one of the two has left.
const LEAVING: Duration = Duration::from_secs(1);

/// Who left a bridge of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BridgeEnd {
    /// The call itself is gone; the leg was hung up.
    Call,
    /// The leg is gone; the call is alone again.
    Leg,
}

/// Connects a call with a leg until one of them leaves; made by [`Call::bridge_with`].
///
/// The bridge is made for the two, and destroyed when they are done. The leg joins it first, and the call by a
/// request of its own: while something plays to the call or is recorded of it, that waits, and the leg hears nothing.
/// Stop it first if the two are to talk at once. Who leaves meanwhile is told at once.
///
/// # Errors
///
/// A request failed, though neither of the two has left, or the event connection ended. One that waits longer than
/// [`Builder::request_timeout`](crate::Builder::request_timeout) fails.
///
/// # Cancel safety
///
/// Dropping the future leaves the two connected; the bridge goes with the session.
#[derive(Debug)]
#[must_use = "nobody is connected until it is awaited"]
pub struct BridgeWith<'a> {
    call: &'a mut Call,
    leg: &'a Leg,
    bridge_type: String,
}

impl<'a> BridgeWith<'a> {
    pub(super) fn new(call: &'a mut Call, leg: &'a Leg) -> Self {
        Self { call, leg, bridge_type: "mixing".to_owned() }
    }

    /// What the bridge can do, separated by commas; `mixing` without it. `mixing,dtmf_events` tells of
    /// digits that are pressed while the two talk.
    pub fn bridge_type(mut self, types: impl Into<String>) -> Self {
        self.bridge_type = types.into();
        self
    }

    async fn run(self) -> Result<BridgeEnd, CallError> {
        let Self { call, leg, bridge_type } = self;
        let bridge = call.client.bridges().create().bridge_type(bridge_type).await?;
        let end = connect(call, leg, &bridge).await;
        destroy(&bridge).await?;
        let _ = call.keep(&Made::Bridge(bridge.id().clone()));
        if matches!(end, Ok(BridgeEnd::Call)) {
            super::dial::hang_up(leg.channel()).await?;
        }
        end
    }
}

/// Puts both into the bridge, and waits until one of them leaves.
async fn connect(call: &mut Call, leg: &Leg, bridge: &Bridge) -> Result<BridgeEnd, CallError> {
    let mut events = leg.events.lock().await;
    let (first, second) = (leg.channel().id().clone(), call.channel.id().clone());
    // A request each: one that waits for the caller's playback holds all channels that it names, and a leg that is
    // hung up meanwhile would not go before the playback is over.
    let joining = async {
        bridge.add_channel(first).await?;
        bridge.add_channel(second).await
    };
    let mut joining = pin!(joining);
    let mut joined = None;
    let mut deadline = None;
    loop {
        tokio::select! {
            result = &mut joining, if joined.is_none() => {
                if let Err(error) = &result {
                    // Only what the server says may be because one of them has left.
                    let patience = error.status().map_or(Duration::ZERO, |_| LEAVING);
                    deadline = Some(Instant::now() + patience);
                }
                joined = Some(result);
            }
            item = events.next() => if item.is_none() {
                return match call.client.close_reason() {
                    None => Ok(BridgeEnd::Leg),
                    Some(reason) => Err(CallError::Disconnected(reason)),
                };
            },
            item = call.expect() => match item {
                Ok(item) => call.put_aside(item),
                Err(CallError::HungUp) => return Ok(BridgeEnd::Call),
                Err(error) => return Err(error),
            },
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                if let Some(Err(error)) = joined {
                    return Err(error.into());
                }
            }
        }
    }
}

/// Destroys a bridge that may be gone.
async fn destroy(bridge: &Bridge) -> Result<(), CallError> {
    match bridge.destroy().await {
        Err(error) if !error.is_not_found() => Err(error.into()),
        _ => Ok(()),
    }
}

impl<'a> IntoFuture for BridgeWith<'a> {
    type Output = Result<BridgeEnd, CallError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
