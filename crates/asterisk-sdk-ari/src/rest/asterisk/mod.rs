//! The server itself: `/asterisk`.

mod config;
mod logging;
mod modules;
mod variables;

use asterisk_proto::ari::model;
pub use config::{Config, DeleteConfigObject, GetConfigObject, UpdateConfigObject};
pub use logging::{AddLogChannel, DeleteLogChannel, ListLogChannels, Logging, RotateLogChannel};
pub use modules::{GetModule, ListModules, LoadModule, Modules, ReloadModule, UnloadModule};
pub use variables::{GetGlobalVariable, GlobalVariables, SetGlobalVariable};

use super::macros::{awaits_output, operation, words};
use crate::client::Client;

/// Operations on the server itself.
#[derive(Debug, Clone, Copy)]
pub struct Asterisk<'a>(pub(crate) &'a Client);

impl<'a> Asterisk<'a> {
    /// Reads version, build and main settings.
    pub fn info(&self) -> Info {
        Info::new(self.0.clone())
    }

    /// Asks for an answer and nothing else.
    pub fn ping(&self) -> Ping {
        Ping::new(self.0.clone())
    }

    /// Its modules.
    #[must_use]
    pub fn modules(&self) -> Modules<'a> {
        Modules(self.0)
    }

    /// Its log files.
    #[must_use]
    pub fn logging(&self) -> Logging<'a> {
        Logging(self.0)
    }

    /// What is configured dynamically.
    #[must_use]
    pub fn config(&self) -> Config<'a> {
        Config(self.0)
    }

    /// Its global variables.
    #[must_use]
    pub fn variables(&self) -> GlobalVariables<'a> {
        GlobalVariables(self.0)
    }
}

operation!(
    /// Reads version, build and main settings of the server.
    #[request(GET, "/asterisk/info", model::AsteriskInfo)]
    pub struct Info {
        /// Only these parts. All when none is named.
        #[optional(list, "only")]
        only: InfoPart,
    }
);

operation!(
    /// Asks the server for an answer: it says its id and the time.
    #[request(GET, "/asterisk/ping", model::AsteriskPing)]
    pub struct Ping {}
);

awaits_output!(Info, Ping);

words!(
    /// A part of what the server says about itself.
    pub enum InfoPart {
        /// How it was built.
        #[wire("build")]
        Build,
        /// Version and identity.
        #[wire("system")]
        System,
        /// The main settings.
        #[wire("config")]
        Config,
        /// Since when it runs.
        #[wire("status")]
        Status,
    }
);
