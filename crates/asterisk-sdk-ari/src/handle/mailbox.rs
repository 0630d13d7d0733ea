//! One mailbox that another program keeps.

use asterisk_proto::Text;

use crate::client::Client;
use crate::rest::mailboxes::{DeleteMailbox, GetMailbox, UpdateMailbox};

/// One mailbox that another program keeps, by its name: `100@default`. See
/// [`rest::mailboxes`](crate::rest::mailboxes) for what it needs.
#[derive(Debug, Clone)]
pub struct Mailbox {
    client: Client,
    name: Text,
}

impl Mailbox {
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

    /// Reads how many messages it has.
    pub fn get(&self) -> GetMailbox {
        GetMailbox::new(self.client.clone(), self.name.to_string())
    }

    /// Says how many messages it has: those that were listened to, and the new ones.
    pub fn update(&self, old_messages: u32, new_messages: u32) -> UpdateMailbox {
        let name = self.name.to_string();
        UpdateMailbox::new(self.client.clone(), name, old_messages, new_messages)
    }

    /// Forgets it.
    pub fn delete(&self) -> DeleteMailbox {
        DeleteMailbox::new(self.client.clone(), self.name.to_string())
    }
}
