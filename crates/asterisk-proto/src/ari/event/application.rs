//! What happens to the application and its connections.

use super::macros::ari_event;
use crate::Text;
use crate::ari::model::Channel;

ari_event!(
    /// Another connection has taken over the application: this one gets no more of its events, but
    /// stays open. Which application it is says the event itself.
    ///
    /// Whoever connects again takes the application back, and the other does the same: treat it as
    /// final.
    #[event("ApplicationReplaced")]
    pub struct ApplicationReplaced {}
);

ari_event!(
    /// The server knows the application now: it says so on connections that it opened itself. Its
    /// time stamp is that of the registration. Asterisk 22.
    #[event("ApplicationRegistered")]
    pub struct ApplicationRegistered {}
);

ari_event!(
    /// The server does not know the application any more. Asterisk 22.
    #[event("ApplicationUnregistered")]
    pub struct ApplicationUnregistered {}
);

ari_event!(
    /// A channel was to move to another application, which nobody listens for. It stays in none and
    /// goes on in the dialplan.
    #[event("ApplicationMoveFailed")]
    pub struct ApplicationMoveFailed {
        /// The channel.
        #[json("channel")]
        pub channel: Channel,
        /// The application that it was to move to.
        #[json("destination")]
        pub destination: Text,
        /// The arguments for that application.
        #[json("args")]
        pub args: Vec<Text>,
    }
);

ari_event!(
    /// A connection was asked for without what it needs. It says so in place of events.
    #[event("MissingParams")]
    pub struct MissingParams {
        /// The parameters that are missing.
        #[json("params")]
        pub params: Vec<Text>,
    }
);
