//! Voicemail boxes and message waiting.

use asterisk_proto::ami::Response;
use asterisk_proto::ami::event;

use super::macros::ami_action;
use super::output::{aggregate, incomplete, response, value};
use super::{Aggregate, Reply};
use crate::error::ActionError;

ami_action!(
    /// Counts the messages of a mailbox (privilege `call` or `reporting`).
    ///
    /// A mailbox that does not exist has none.
    #[action("MailboxCount")]
    pub struct MailboxCount {
        #[required("Mailbox")]
        /// the mailbox, as `number@context`; without a context it is `default`.
        mailbox: String,
    },
    MessageCount,
    |reply| {
        Ok(MessageCount {
            urgent: number(&reply, "UrgMessages")?,
            new: number(&reply, "NewMessages")?,
            old: number(&reply, "OldMessages")?,
        })
    }
);

/// How many messages a mailbox holds; the output of [`MailboxCount`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MessageCount {
    /// New messages that are marked as urgent.
    pub urgent: u32,
    /// Other new messages.
    pub new: u32,
    /// Messages that were heard.
    pub old: u32,
}

fn number(reply: &Reply, header: &'static str) -> Result<u32, ActionError> {
    value(reply, header)?.trim().parse().map_err(|_| incomplete(reply, header))
}

ami_action!(
    /// Asks whether a mailbox holds new messages (privilege `call` or `reporting`).
    ///
    /// A mailbox that does not exist has none.
    #[action("MailboxStatus")]
    pub struct MailboxStatus {
        #[required("Mailbox")]
        /// the mailbox, as `number@context`; several with commas between.
        mailbox: String,
    },
    bool,
    |reply| Ok(number(&reply, "Waiting")? > 0)
);

ami_action!(
    /// Forgets a mailbox whose messages are counted elsewhere (privilege `call`,
    /// `res_mwi_external_ami`, which does not go together with `app_voicemail`).
    #[doc(alias = "MWIDelete")]
    #[action("MWIDelete")]
    pub struct MwiDelete {
        #[required("Mailbox")]
        /// the mailbox, as `MwiUpdate` named it, or a regular expression between slashes.
        mailbox: String,
    },
    Response,
    response
);

ami_action!(
    /// Lists mailboxes whose messages are counted elsewhere (privilege `call` or `reporting`,
    /// `res_mwi_external_ami`, which does not go together with `app_voicemail`).
    #[doc(alias = "MWIGet")]
    #[action("MWIGet")]
    pub struct MwiGet {
        #[required("Mailbox")]
        /// the mailbox, as `MwiUpdate` named it, or a regular expression between slashes.
        mailbox: String,
    },
    Aggregate<event::MwiGet>,
    aggregate
);

ami_action!(
    /// Tells how many messages a mailbox holds that are kept outside of Asterisk (privilege `call`,
    /// `res_mwi_external_ami`, which does not go together with `app_voicemail`).
    ///
    /// A [`MessageWaiting`](asterisk_proto::ami::event::MessageWaiting) follows.
    #[doc(alias = "MWIUpdate")]
    #[action("MWIUpdate")]
    pub struct MwiUpdate {
        #[required("Mailbox")]
        /// the mailbox; any name will do.
        mailbox: String,
        #[optional("OldMessages")]
        /// How many messages were heard; 0 by default.
        old_messages: u32,
        #[optional("NewMessages")]
        /// How many messages are new; 0 by default.
        new_messages: u32,
    },
    Response,
    response
);

ami_action!(
    /// Lists the messages of a mailbox (privilege `call` or `reporting`, Asterisk 22,
    /// `app_voicemail`).
    ///
    /// A mailbox that does not exist is no error: there is no list then, and the response says so.
    #[action("VoicemailBoxSummary")]
    pub struct VoicemailBoxSummary {
        #[required("Context")]
        /// the voicemail context, often `default`.
        context: String,
        #[required("Mailbox")]
        /// the mailbox's number.
        mailbox: String,
    },
    Aggregate<event::VoicemailBoxDetail>,
    aggregate
);

ami_action!(
    /// Copies a message into another mailbox (privilege `user`, Asterisk 22, `app_voicemail`).
    ///
    /// The server calls a failure a success too and tells it by `Message forward failed` alone; the
    /// output of this type is [`ActionError::Refused`] then.
    #[action("VoicemailForward")]
    pub struct VoicemailForward {
        #[required("Context")]
        /// the voicemail context of the message.
        context: String,
        #[required("Mailbox")]
        /// the mailbox of the message.
        mailbox: String,
        #[required("Folder")]
        /// the folder of the message, such as `INBOX`.
        folder: String,
        #[required("ID")]
        /// the message's id, as [`VoicemailBoxSummary`] tells it.
        message_id: String,
        #[required("ToContext")]
        /// the other mailbox's voicemail context.
        to_context: String,
        #[required("ToMailbox")]
        /// the other mailbox's number.
        to_mailbox: String,
        #[required("ToFolder")]
        /// the folder there.
        to_folder: String,
    },
    Response,
    done
);

ami_action!(
    /// Moves a message to another folder of its mailbox (privilege `user`, Asterisk 22,
    /// `app_voicemail`).
    ///
    /// The server calls a failure a success too and tells it by `Message move failed` alone; the
    /// output of this type is [`ActionError::Refused`] then.
    #[action("VoicemailMove")]
    pub struct VoicemailMove {
        #[required("Context")]
        /// the voicemail context.
        context: String,
        #[required("Mailbox")]
        /// the mailbox's number.
        mailbox: String,
        #[required("Folder")]
        /// the folder that the message is in, such as `INBOX`.
        folder: String,
        #[required("ID")]
        /// the message's id, as [`VoicemailBoxSummary`] tells it.
        message_id: String,
        #[required("ToFolder")]
        /// the folder to move it to, such as `Old`.
        to_folder: String,
    },
    Response,
    done
);

ami_action!(
    /// Has mailboxes looked at whose messages something else than Asterisk may have changed
    /// (privilege `user`, `app_voicemail`).
    ///
    /// A [`MessageWaiting`](asterisk_proto::ami::event::MessageWaiting) follows where the number of
    /// messages changed. The answer is the same whether or not there is such a mailbox.
    #[action("VoicemailRefresh")]
    pub struct VoicemailRefresh {
        #[optional("Context")]
        /// The only voicemail context to look at; all by default.
        context: String,
        #[optional("Mailbox")]
        /// The only mailbox to look at; all by default.
        mailbox: String,
    },
    Response,
    response
);

ami_action!(
    /// Deletes a message (privilege `user`, Asterisk 22, `app_voicemail`).
    ///
    /// The server calls a failure a success too and tells it by `Message remove failed` alone; the
    /// output of this type is [`ActionError::Refused`] then.
    #[action("VoicemailRemove")]
    pub struct VoicemailRemove {
        #[required("Context")]
        /// the voicemail context.
        context: String,
        #[required("Mailbox")]
        /// the mailbox's number.
        mailbox: String,
        #[required("Folder")]
        /// the folder that the message is in, such as `INBOX`.
        folder: String,
        #[required("ID")]
        /// the message's id, as [`VoicemailBoxSummary`] tells it.
        message_id: String,
    },
    Response,
    done
);

ami_action!(
    /// Lists all mailboxes with their settings and how many messages they hold (privilege `call` or
    /// `reporting`, `app_voicemail`).
    #[action("VoicemailUsersList")]
    pub struct VoicemailUsersList {},
    Aggregate<event::VoicemailUserEntry>,
    aggregate
);

ami_action!(
    /// Tells a mailbox's settings and how many messages it holds, as a list of one (privilege
    /// `call` or `reporting`, `app_voicemail`).
    ///
    /// A mailbox that does not exist is no error: there is no list then, and the response says so.
    #[action("VoicemailUserStatus")]
    pub struct VoicemailUserStatus {
        #[required("Context")]
        /// the voicemail context, often `default`.
        context: String,
        #[required("Mailbox")]
        /// the mailbox's number.
        mailbox: String,
    },
    Aggregate<event::VoicemailUserDetail>,
    aggregate
);

/// The output of actions on messages: they fail with a word, under the head of a success.
fn done(reply: Reply) -> Result<Response, ActionError> {
    let failed = reply.response.text().is_some_and(|text| text.trim_end().ends_with("failed"));
    let response = reply.response;
    if failed { Err(ActionError::Refused { response: Box::new(response) }) } else { Ok(response) }
}
