//! Log files: `/asterisk/logging`.

use asterisk_proto::ari::model;

use crate::client::Client;
use crate::rest::macros::{awaits_output, operation};

/// Operations on the server's log channels: files, mostly.
#[derive(Debug, Clone, Copy)]
pub struct Logging<'a>(pub(super) &'a Client);

impl Logging<'_> {
    /// Lists the log channels.
    pub fn list(&self) -> ListLogChannels {
        ListLogChannels::new(self.0.clone())
    }

    /// Begins a log file of these levels, separated by commas: `notice,warning,error`.
    pub fn add(&self, name: impl Into<String>, levels: impl Into<String>) -> AddLogChannel {
        AddLogChannel::new(self.0.clone(), name.into(), levels.into())
    }

    /// Begins a new file for a log channel. Those that were added through ARI cease.
    pub fn rotate(&self, name: impl Into<String>) -> RotateLogChannel {
        RotateLogChannel::new(self.0.clone(), name.into())
    }

    /// Ends a log channel.
    pub fn delete(&self, name: impl Into<String>) -> DeleteLogChannel {
        DeleteLogChannel::new(self.0.clone(), name.into())
    }
}

operation!(
    /// Lists the log channels. Files are named with their whole path.
    #[request(GET, "/asterisk/logging", Vec<model::LogChannel>)]
    pub struct ListLogChannels {}
);

operation!(
    /// Begins a log channel: a file in the server's log folder, or one anywhere by its whole path.
    ///
    /// Levels that do not exist are ignored. Refused with 400 for no levels, and with 409 when there
    /// is such a channel.
    #[request(POST, "/asterisk/logging/{logChannelName}", ())]
    pub struct AddLogChannel {
        #[required(path, "logChannelName")]
        name: String,
        #[required(query, "configuration")]
        levels: String,
    }
);

operation!(
    /// Begins a new file for a log channel; the old one is kept under another name.
    ///
    /// Refused with 404 when there is no such channel.
    #[request(PUT, "/asterisk/logging/{logChannelName}/rotate", ())]
    pub struct RotateLogChannel {
        #[required(path, "logChannelName")]
        name: String,
    }
);

operation!(
    /// Ends a log channel. Its file is kept.
    ///
    /// Refused with 404 when there is no such channel.
    #[request(DELETE, "/asterisk/logging/{logChannelName}", ())]
    pub struct DeleteLogChannel {
        #[required(path, "logChannelName")]
        name: String,
    }
);

awaits_output!(ListLogChannels, AddLogChannel, RotateLogChannel, DeleteLogChannel);
