//! The life of a channel.

use super::super::ChannelSnapshot;
use super::macros::ami_event;
use super::{AmiEvent, Event, Field};
use crate::{HangupCause, Text};

ami_event!(
    /// A channel was created (class `call`).
    #[event("Newchannel")]
    pub struct Newchannel {
        /// The new channel.
        #[header("")]
        pub channel: ChannelSnapshot,
    }
);

ami_event!(
    /// A channel entered a step of the dialplan (class `dialplan`).
    #[event("Newexten")]
    pub struct Newexten {
        /// The channel.
        #[header("")]
        pub channel: ChannelSnapshot,
        /// The extension that runs; the same as the snapshot's.
        #[header("Extension")]
        pub extension: Option<Text>,
        /// The application that runs.
        #[header("Application")]
        pub application: Option<Text>,
        /// What the application was called with.
        #[header("AppData")]
        pub app_data: Option<Text>,
    }
);

ami_event!(
    /// A channel was hung up and is gone (class `call`).
    #[event("Hangup")]
    pub struct Hangup {
        /// The channel.
        #[header("")]
        pub channel: ChannelSnapshot,
        /// Why it was hung up.
        #[header("Cause")]
        pub cause: Option<HangupCause>,
        /// The cause in the server's words.
        #[header("Cause-txt")]
        pub cause_text: Option<Text>,
        /// The cause in the words of the channel's technology, such as a SIP code (Asterisk 22).
        #[header("TechCause")]
        pub tech_cause: Option<Text>,
    }
);
