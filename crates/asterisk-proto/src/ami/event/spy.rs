//! Listening in on calls.

use super::super::ChannelSnapshot;
use super::macros::ami_event;

ami_event!(
    /// A channel began to listen to another, as by the application `ChanSpy` (class `call`).
    #[event("ChanSpyStart")]
    pub struct ChanSpyStart {
        /// Who listens.
        #[channel("Spyer")]
        pub spyer: ChannelSnapshot,
        /// Who is listened to.
        #[channel("Spyee")]
        pub spyee: ChannelSnapshot,
    }
);

ami_event!(
    /// A channel listens to another no more (class `call`).
    ///
    /// It comes when the listener next reads the other's media, which is never where none flows.
    #[event("ChanSpyStop")]
    pub struct ChanSpyStop {
        /// Who listened.
        #[channel("Spyer")]
        pub spyer: ChannelSnapshot,
        /// Who was listened to; all fields are absent when it is gone already.
        #[channel("Spyee")]
        pub spyee: ChannelSnapshot,
    }
);
