//! One endpoint.

use asterisk_proto::Text;
use asterisk_proto::ari::Event;

use crate::client::Client;
use crate::events::EventStream;
use crate::rest::endpoints::{GetEndpoint, ReferEndpoint, SendMessageToEndpoint};

/// One endpoint, by its technology and its name in it: `PJSIP`, `100`.
#[derive(Debug, Clone)]
pub struct Endpoint {
    client: Client,
    technology: Text,
    resource: Text,
}

impl Endpoint {
    pub(crate) fn new(client: Client, technology: Text, resource: Text) -> Self {
        Self { client, technology, resource }
    }

    /// Its technology.
    #[must_use]
    pub fn technology(&self) -> &str {
        &self.technology
    }

    /// Its name in the technology.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The client that it belongs to.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Subscribes to the endpoint's events, from now on: those that the application is
    /// [subscribed](super::Application::subscribe) to. Events of its channels are not among them.
    pub fn events(&self) -> EventStream<Event> {
        self.client.events().endpoint(&self.technology, &self.resource).all()
    }

    /// Reads its state, and the channels that it has.
    pub fn get(&self) -> GetEndpoint {
        let (technology, resource) = (self.technology.to_string(), self.resource.to_string());
        GetEndpoint::new(self.client.clone(), technology, resource)
    }

    /// Sends it a text message.
    pub fn send_message(&self, from: impl Into<String>) -> SendMessageToEndpoint {
        let (technology, resource) = (self.technology.to_string(), self.resource.to_string());
        SendMessageToEndpoint::new(self.client.clone(), technology, resource, from.into())
    }

    /// Asks it to call an address. Asterisk 22.
    pub fn refer(&self, from: impl Into<String>, refer_to: impl Into<String>) -> ReferEndpoint {
        let (technology, resource) = (self.technology.to_string(), self.resource.to_string());
        ReferEndpoint::new(self.client.clone(), technology, resource, from.into(), refer_to.into())
    }
}
