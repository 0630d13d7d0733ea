//! Voicemail boxes and the lamps that show waiting messages (`app_voicemail` and its kin,
//! `res_mwi_external_ami`, `app_minivm`).

use std::time::Duration;

use super::super::ChannelSnapshot;
use super::macros::{ami_event, list_end};
use crate::Text;

/// Declares an event that tells all of a mailbox.
macro_rules! mailbox_event {
    (
        $(#[doc = $doc:expr])+
        #[event($wire:literal)]
        pub struct $name:ident {}
    ) => {
        ami_event!(
            $(#[doc = $doc])+
            #[event($wire)]
            pub struct $name {
                /// The voicemail context, often `default`.
                #[header("VMContext")]
                pub context: Option<Text>,
                /// The mailbox's number.
                #[header("VoiceMailbox")]
                pub mailbox: Option<Text>,
                /// The name of who owns it.
                #[header("Fullname")]
                pub full_name: Option<Text>,
                /// Where messages are mailed to; empty for nowhere.
                #[header("Email")]
                pub email: Option<Text>,
                /// Where short notes are mailed to; empty for nowhere.
                #[header("Pager")]
                pub pager: Option<Text>,
                /// The sender of that mail.
                #[header("ServerEmail")]
                pub server_email: Option<Text>,
                /// The sender's name of that mail, empty for the default (not in early releases).
                #[header("FromString")]
                pub from_string: Option<Text>,
                /// The program that sends mail.
                #[header("MailCommand")]
                pub mail_command: Option<Text>,
                /// The language of the prompts; empty for the channel's own.
                #[header("Language")]
                pub language: Option<Text>,
                /// The time zone in which the time of messages is told; empty for the server's.
                #[header("TimeZone")]
                pub time_zone: Option<Text>,
                /// The context in which the sender of a message can be called back; empty if none.
                #[header("Callback")]
                pub callback: Option<Text>,
                /// The context in which the owner can dial out; empty if none.
                #[header("Dialout")]
                pub dial_out: Option<Text>,
                /// What a database calls the mailbox, no channel's id; empty without one.
                #[header("UniqueID")]
                pub unique_id: Option<Text>,
                /// The context to which a caller can leave by `*` or `0`; empty if none.
                #[header("ExitContext")]
                pub exit_context: Option<Text>,
                /// From which length on a message's duration is told, in whole minutes.
                #[header("SayDurationMinimum", minutes)]
                pub say_duration_minimum: Option<Duration>,
                /// Whether a message's time is told before it is played.
                #[header("SayEnvelope")]
                pub say_envelope: Option<bool>,
                /// Whether a message's caller is told before it is played.
                #[header("SayCID")]
                pub say_caller_id: Option<bool>,
                /// Whether mail has the message attached.
                #[header("AttachMessage")]
                pub attach_message: Option<bool>,
                /// The format of what is attached; empty for the first that is recorded.
                #[header("AttachmentFormat")]
                pub attachment_format: Option<Text>,
                /// Whether a message is deleted once it is mailed.
                #[header("DeleteMessage")]
                pub delete_message: Option<bool>,
                /// How much louder the mailed message is made, in decibels.
                #[header("VolumeGain")]
                pub volume_gain: Option<f64>,
                /// Whether callers can listen to their message before they leave it.
                #[header("CanReview")]
                pub can_review: Option<bool>,
                /// Whether callers who review can mark their message as urgent (Asterisk 22).
                #[header("CanMarkUrgent")]
                pub can_mark_urgent: Option<bool>,
                /// Whether callers can get to an operator by `0`.
                #[header("CallOperator")]
                pub call_operator: Option<bool>,
                /// How many messages a folder takes.
                #[header("MaxMessageCount")]
                pub max_message_count: Option<u32>,
                /// How long a message can be, in whole seconds; zero for any length.
                #[header("MaxMessageLength", seconds)]
                pub max_message_length: Option<Duration>,
                /// How many new messages there are.
                #[header("NewMessageCount")]
                pub new_message_count: Option<u32>,
                /// How many old messages there are.
                #[header("OldMessageCount")]
                pub old_message_count: Option<u32>,
                /// The IMAP user; this and what follows only where messages are kept by IMAP.
                #[header("IMAPUser")]
                pub imap_user: Option<Text>,
                /// The IMAP server.
                #[header("IMAPServer")]
                pub imap_server: Option<Text>,
                /// Its port.
                #[header("IMAPPort")]
                pub imap_port: Option<Text>,
                /// The flags of the connection to it.
                #[header("IMAPFlags")]
                pub imap_flags: Option<Text>,
            }
        );
    };
}

ami_event!(
    /// The messages in a mailbox changed in number: a lamp may have to go on or off (class `call`).
    ///
    /// Any source of messages causes it, not only `app_voicemail`.
    #[event("MessageWaiting")]
    pub struct MessageWaiting {
        /// The channel that left the message; empty when something else changed the count.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// The mailbox, as `number@context`.
        #[header("Mailbox")]
        pub mailbox: Option<Text>,
        /// Whether there are new messages.
        #[header("Waiting")]
        pub waiting: Option<bool>,
        /// How many messages are new.
        #[header("New")]
        pub new_messages: Option<u32>,
        /// How many messages are old; absent when the count is not known.
        #[header("Old")]
        pub old_messages: Option<u32>,
    }
);

ami_event!(
    /// A message was mailed by the application `MinivmNotify` (class `call`, `app_minivm`).
    ///
    /// Asterisk 16 raises it; 22.10 was seen not to.
    #[event("MiniVoiceMail")]
    pub struct MiniVoiceMail {
        /// The caller's channel.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// What was done: `SentNotification`.
        #[header("Action")]
        pub action: Option<Text>,
        /// The account, as `user@domain`.
        #[header("Mailbox")]
        pub mailbox: Option<Text>,
        /// What the variable `MVM_COUNTER` held; empty without it.
        #[header("Counter")]
        pub counter: Option<Text>,
    }
);

ami_event!(
    /// A mailbox in the list of the action `MWIGet` (`res_mwi_external_ami`).
    #[doc(alias = "MWIGet")]
    #[event("MWIGet")]
    pub struct MwiGet {
        /// The mailbox, as the action `MWIUpdate` named it.
        #[header("Mailbox")]
        pub mailbox: Option<Text>,
        /// How many messages are old.
        #[header("OldMessages")]
        pub old_messages: Option<u32>,
        /// How many messages are new.
        #[header("NewMessages")]
        pub new_messages: Option<u32>,
    }
);

list_end!(
    /// The end of the list of the action `MWIGet`.
    #[doc(alias = "MWIGetComplete")]
    #[event("MWIGetComplete")]
    pub struct MwiGetComplete {}
);

ami_event!(
    /// A message in the list of the action `VoicemailBoxSummary` (Asterisk 22).
    #[event("VoicemailBoxDetail")]
    pub struct VoicemailBoxDetail {
        /// The folder, such as `INBOX` or `Old`.
        #[header("Folder")]
        pub folder: Option<Text>,
        /// Who left it, as `"Name" <number>` with a backslash before quotes in the name.
        #[header("CallerID")]
        pub caller_id: Option<Text>,
        /// When it was left, in the server's words and time zone.
        #[header("Date")]
        pub date: Option<Text>,
        /// How long it is, in whole seconds.
        #[header("Duration", seconds)]
        pub duration: Option<Duration>,
        /// `Urgent`, or empty.
        #[header("Flag")]
        pub flag: Option<Text>,
        /// What the actions on messages take; it goes with the message from folder to folder.
        #[header("ID")]
        pub message_id: Option<Text>,
    }
);

list_end!(
    /// The end of the list of the action `VoicemailBoxSummary`.
    #[event("VoicemailBoxDetailComplete")]
    pub struct VoicemailBoxDetailComplete {}
);

ami_event!(
    /// The owner of a mailbox changed the password by telephone (classes `system` and `user`,
    /// Asterisk 22).
    #[event("VoicemailPasswordChange")]
    pub struct VoicemailPasswordChange {
        /// The voicemail context.
        #[header("Context")]
        pub context: Option<Text>,
        /// The mailbox's number.
        #[header("Mailbox")]
        pub mailbox: Option<Text>,
        /// The new password, in clear: take care where such events are logged.
        #[header("NewPassword")]
        pub new_password: Option<Text>,
    }
);

mailbox_event!(
    /// The mailbox that the action `VoicemailUserStatus` asked for.
    #[event("VoicemailUserDetail")]
    pub struct VoicemailUserDetail {}
);

list_end!(
    /// The end of the list of the action `VoicemailUserStatus`.
    #[event("VoicemailUserDetailComplete")]
    pub struct VoicemailUserDetailComplete {}
);

mailbox_event!(
    /// A mailbox in the list of the action `VoicemailUsersList`.
    #[event("VoicemailUserEntry")]
    pub struct VoicemailUserEntry {}
);

list_end!(
    /// The end of the list of the action `VoicemailUsersList`.
    #[event("VoicemailUserEntryComplete")]
    pub struct VoicemailUserEntryComplete {}
);
