//! Mailboxes that other programs keep: no package has the modules for them.

use super::{Stage, refuses};

/// The operations of this family.
pub(super) const OPERATIONS: &[&str] = &[
    "DELETE /mailboxes/{mailboxName}",
    "GET /mailboxes",
    "GET /mailboxes/{mailboxName}",
    "PUT /mailboxes/{mailboxName}",
];

pub(super) async fn missing(stage: &Stage) {
    let mailbox = stage.ari.mailbox("100@default");
    refuses!(stage.ari.mailboxes().list(), 404, "Resource not found");
    refuses!(mailbox.get(), 404, "Resource not found");
    refuses!(mailbox.update(1, 2), 404, "Resource not found");
    refuses!(mailbox.delete(), 404, "Resource not found");
}
