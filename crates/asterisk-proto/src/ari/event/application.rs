//! What happens to the application's own connection.

use super::macros::ari_event;

ari_event!(
    /// Another connection has taken over the application: this one gets no more of its events, but
    /// stays open. Which application it is says the event itself.
    ///
    /// Whoever connects again takes the application back, and the other does the same: treat it as
    /// final.
    #[event("ApplicationReplaced")]
    pub struct ApplicationReplaced {}
);
