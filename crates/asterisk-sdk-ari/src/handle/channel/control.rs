//! The life of a channel, and where it goes.

use super::Channel;
use crate::rest::channels::{
    Answer, Continue, Dial, Hangup, MoveTo, Progress, Redirect, Ring, StopRing, TransferProgress,
    TransferState,
};
use crate::rest::events::ClaimChannel;

impl Channel {
    /// Answers it. While something is played to it, the reply waits for that to end.
    pub fn answer(&self) -> Answer {
        Answer::new(self.client.clone(), self.id.clone())
    }

    /// Hangs it up.
    pub fn hangup(&self) -> Hangup {
        Hangup::new(self.client.clone(), self.id.clone())
    }

    /// Tells the caller that the call makes progress. Asterisk 22.
    pub fn progress(&self) -> Progress {
        Progress::new(self.client.clone(), self.id.clone())
    }

    /// Tells the caller that the callee's phone rings.
    pub fn ring(&self) -> Ring {
        Ring::new(self.client.clone(), self.id.clone())
    }

    /// Ends the ringing.
    pub fn stop_ring(&self) -> StopRing {
        StopRing::new(self.client.clone(), self.id.clone())
    }

    /// Calls the endpoint of a channel that was made by
    /// [`create`](crate::rest::channels::Channels::create).
    pub fn dial(&self) -> Dial {
        Dial::new(self.client.clone(), self.id.clone())
    }

    /// Lets it go on in the dialplan: behind the `Stasis()` that it came from, or at the place that
    /// is named.
    pub fn continue_in_dialplan(&self) -> Continue {
        Continue::new(self.client.clone(), self.id.clone())
    }

    /// Hands it over to another application.
    pub fn move_to(&self, app: impl Into<String>) -> MoveTo {
        MoveTo::new(self.client.clone(), self.id.clone(), app.into())
    }

    /// Sends the caller elsewhere, by the means of the channel's own protocol: `PJSIP/200`.
    pub fn redirect(&self, endpoint: impl Into<String>) -> Redirect {
        Redirect::new(self.client.clone(), self.id.clone(), endpoint.into())
    }

    /// Tells the one who asked for a transfer how it goes. Asterisk 22.
    pub fn transfer_progress(&self, state: TransferState) -> TransferProgress {
        TransferProgress::new(self.client.clone(), self.id.clone(), state)
    }

    /// Takes the call for an application, when it is offered to all. Asterisk 22.
    pub fn claim(&self, app: impl Into<String>) -> ClaimChannel {
        ClaimChannel::new(self.client.clone(), self.id.clone(), app.into())
    }
}
