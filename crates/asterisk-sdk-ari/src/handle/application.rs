//! One application.

use asterisk_proto::Text;

use crate::client::Client;
use crate::rest::EventSource;
use crate::rest::applications::{
    FilterEvents, GetApplication, SubscribeApplication, UnsubscribeApplication,
};
use crate::rest::events::UserEvent;

/// One application, by its name.
///
/// ```
/// # use asterisk_sdk_testkit::FakeAsterisk;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let asterisk = FakeAsterisk::start().await?;
/// # let ari = asterisk_sdk_ari::Client::builder(asterisk.ari_url()).app("demo");
/// # let ari = ari.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
/// # asterisk.endpoint("PJSIP/100");
/// use asterisk_sdk_ari::rest::EventSource;
///
/// let demo = ari.application("demo");
/// demo.subscribe([EventSource::endpoint("PJSIP", "100")]).await?;
/// demo.user_event("lunch").variable("until", 13).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Application {
    client: Client,
    name: Text,
}

impl Application {
    pub(crate) fn new(client: Client, name: Text) -> Self {
        Self { client, name }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The client that it belongs to.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Reads what it is subscribed to, and its filter.
    pub fn get(&self) -> GetApplication {
        GetApplication::new(self.client.clone(), self.name.to_string())
    }

    /// Subscribes it to events of objects that are not its own.
    pub fn subscribe(
        &self,
        sources: impl IntoIterator<Item = impl Into<EventSource>>,
    ) -> SubscribeApplication {
        SubscribeApplication::new(self.client.clone(), self.name.to_string()).sources(sources)
    }

    /// Ends subscriptions.
    pub fn unsubscribe(
        &self,
        sources: impl IntoIterator<Item = impl Into<EventSource>>,
    ) -> UnsubscribeApplication {
        UnsubscribeApplication::new(self.client.clone(), self.name.to_string()).sources(sources)
    }

    /// Says which types of events it gets; all, if nothing else is said.
    pub fn filter(&self) -> FilterEvents {
        FilterEvents::new(self.client.clone(), self.name.to_string())
    }

    /// Sends it an event of this name.
    pub fn user_event(&self, name: impl Into<String>) -> UserEvent {
        UserEvent::new(self.client.clone(), name.into(), self.name.to_string())
    }
}
