//! What a channel hears, says and signals.

use super::Channel;
use crate::rest::channels::{
    Hold, Mute, MuteDirection, Play, Record, SendDtmf, Snoop, StartMoh, StartSilence, StopMoh,
    StopSilence, Unhold, Unmute,
};

impl Channel {
    /// Plays media to it: `sound:hello-world`, `recording:name`, `number:42`, `digits:42`,
    /// `characters:abc`, `tone:ring`.
    pub fn play(&self, media: impl Into<String>) -> Play {
        Play::new(self.client.clone(), self.id.clone()).media([media])
    }

    /// Records what comes from it under this name, in this format: `wav`, `gsm`.
    pub fn record(&self, name: impl Into<String>, format: impl Into<String>) -> Record {
        Record::new(self.client.clone(), self.id.clone(), name.into(), format.into())
    }

    /// Sends digits to it: `0` to `9`, `A` to `D`, `*` and `#`.
    pub fn send_dtmf(&self, digits: impl Into<String>) -> SendDtmf {
        SendDtmf::new(self.client.clone(), self.id.clone(), digits.into())
    }

    /// Plays music on hold to it.
    pub fn start_moh(&self) -> StartMoh {
        StartMoh::new(self.client.clone(), self.id.clone())
    }

    /// Ends music on hold.
    pub fn stop_moh(&self) -> StopMoh {
        StopMoh::new(self.client.clone(), self.id.clone())
    }

    /// Sends silence to it.
    pub fn start_silence(&self) -> StartSilence {
        StartSilence::new(self.client.clone(), self.id.clone())
    }

    /// Ends the silence.
    pub fn stop_silence(&self) -> StopSilence {
        StopSilence::new(self.client.clone(), self.id.clone())
    }

    /// Mutes it.
    pub fn mute(&self, direction: MuteDirection) -> Mute {
        Mute::new(self.client.clone(), self.id.clone(), direction)
    }

    /// Ends the muting.
    pub fn unmute(&self, direction: MuteDirection) -> Unmute {
        Unmute::new(self.client.clone(), self.id.clone(), direction)
    }

    /// Tells its device that it is on hold.
    pub fn hold(&self) -> Hold {
        Hold::new(self.client.clone(), self.id.clone())
    }

    /// Tells its device that it is not on hold any more.
    pub fn unhold(&self) -> Unhold {
        Unhold::new(self.client.clone(), self.id.clone())
    }

    /// Makes a channel that hears this one or whispers to it, for an application.
    pub fn snoop(&self, app: impl Into<String>) -> Snoop {
        Snoop::new(self.client.clone(), self.id.clone(), app.into())
    }
}
