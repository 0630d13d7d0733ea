//! Two channels that talk to each other.

use std::future::IntoFuture;

use super::{Call, CallError, Leg, Made};
use crate::handle::Bridge;
use crate::transport::BoxFuture;

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
/// The bridge is made for the two, and destroyed when they are done.
///
/// # Errors
///
/// A request failed, or the event connection ended.
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
        let mut events = leg.events.lock().await;
        let bridge = call.client.bridges().create().bridge_type(bridge_type).await?;
        let joined =
            bridge.add_channel(call.channel.id().clone()).channels([leg.channel().id().clone()]);
        let end = match joined.await {
            Ok(()) => loop {
                tokio::select! {
                    item = events.next() => if item.is_none() {
                        break Ok(BridgeEnd::Leg);
                    },
                    item = call.expect() => match item {
                        Ok(item) => call.put_aside(item),
                        Err(CallError::HungUp) => break Ok(BridgeEnd::Call),
                        Err(error) => break Err(error),
                    },
                }
            },
            // One of them was faster.
            Err(error) => Err(error.into()),
        };
        destroy(&bridge).await?;
        let _ = call.keep(&Made::Bridge(bridge.id().clone()));
        if matches!(end, Ok(BridgeEnd::Call)) {
            super::dial::hang_up(leg.channel()).await?;
        }
        end
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
