//! Mailboxes that other programs keep: `/mailboxes`.
//!
//! They are not those of Asterisk's own voicemail: this tells Asterisk how many messages a mailbox
//! has, so that phones show it. It needs the modules `res_mwi_external` and `res_ari_mailboxes`,
//! which Debian leaves out, and the first of which replaces `app_voicemail`; without them all is
//! refused with 404 (`Resource not found`). Operations on one mailbox are those of
//! [`Mailbox`](crate::handle::Mailbox).

use asterisk_proto::ari::model;

use super::macros::{awaits_output, operation};
use crate::client::Client;

/// Operations on all mailboxes.
#[derive(Debug, Clone, Copy)]
pub struct Mailboxes<'a>(pub(crate) &'a Client);

impl Mailboxes<'_> {
    /// Lists the mailboxes that there are.
    pub fn list(&self) -> ListMailboxes {
        ListMailboxes::new(self.0.clone())
    }
}

operation!(
    /// Lists the mailboxes that there are.
    #[request(GET, "/mailboxes", Vec<model::Mailbox>)]
    pub struct ListMailboxes {}
);

operation!(
    /// Reads how many messages a mailbox has. Refused with 404 when there is no such mailbox.
    #[request(GET, "/mailboxes/{mailboxName}", model::Mailbox)]
    pub struct GetMailbox {
        #[required(path, "mailboxName")]
        name: String,
    }
);

operation!(
    /// Says how many messages a mailbox has; it need not exist before.
    #[request(PUT, "/mailboxes/{mailboxName}", ())]
    pub struct UpdateMailbox {
        #[required(path, "mailboxName")]
        name: String,
        #[required(query, "oldMessages")]
        old_messages: u32,
        #[required(query, "newMessages")]
        new_messages: u32,
    }
);

operation!(
    /// Forgets a mailbox. Refused with 404 when there is no such mailbox.
    #[request(DELETE, "/mailboxes/{mailboxName}", ())]
    pub struct DeleteMailbox {
        #[required(path, "mailboxName")]
        name: String,
    }
);

awaits_output!(ListMailboxes, GetMailbox, UpdateMailbox, DeleteMailbox);
