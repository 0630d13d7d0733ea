//! Applications: `/applications`.
//!
//! An application exists while a client has an event connection for it, and after that for as long
//! as it has channels or subscriptions. Operations on one are those of
//! [`Application`](crate::handle::Application); they are refused with 404 when it does not exist.

mod filter;
mod source;

use asterisk_proto::ari::model;
pub use filter::FilterEvents;
pub use source::EventSource;

use super::macros::{awaits_output, operation};
use crate::client::Client;

/// Operations on all applications.
#[derive(Debug, Clone, Copy)]
pub struct Applications<'a>(pub(crate) &'a Client);

impl Applications<'_> {
    /// Lists the applications that there are.
    pub fn list(&self) -> ListApplications {
        ListApplications::new(self.0.clone())
    }
}

operation!(
    /// Lists the applications that there are.
    #[request(GET, "/applications", Vec<model::Application>)]
    pub struct ListApplications {}
);

operation!(
    /// Reads what an application is subscribed to, and its filter.
    #[request(GET, "/applications/{applicationName}", model::Application)]
    pub struct GetApplication {
        #[required(path, "applicationName")]
        name: String,
    }
);

operation!(
    /// Subscribes an application to events of objects that are not its own; the reply is the
    /// application after that. What it is subscribed to already is accepted.
    ///
    /// An event that several subscriptions bring comes several times.
    ///
    /// Refused with 400 for what is no source of events, and with 422 when there is no such object:
    /// what was named before that one is subscribed to all the same. Device states need not exist.
    #[request(POST, "/applications/{applicationName}/subscription", model::Application)]
    pub struct SubscribeApplication {
        #[required(path, "applicationName")]
        name: String,
        /// More sources of events.
        #[optional(list, "eventSource")]
        sources: EventSource,
    }
);

operation!(
    /// Ends subscriptions of an application; the reply is the application after that. It has to be
    /// ended as often as it was subscribed to.
    ///
    /// Refused with 400 for what is no source of events, and with 422 for one that the application
    /// is not subscribed to.
    #[request(DELETE, "/applications/{applicationName}/subscription", model::Application)]
    pub struct UnsubscribeApplication {
        #[required(path, "applicationName")]
        name: String,
        /// More sources of events.
        #[optional(list, "eventSource")]
        sources: EventSource,
    }
);

awaits_output!(ListApplications, GetApplication, SubscribeApplication, UnsubscribeApplication);
