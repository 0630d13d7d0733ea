//! The server itself.

use super::macros::model;
use crate::Text;
use crate::ari::Timestamp;

model!(
    /// What the server says about itself, as far as it was asked.
    #[model("AsteriskInfo")]
    pub struct AsteriskInfo {
        /// How it was built.
        #[json("build")]
        pub build: Option<BuildInfo>,
        /// Version and identity.
        #[json("system")]
        pub system: Option<SystemInfo>,
        /// The main settings.
        #[json("config")]
        pub config: Option<ConfigInfo>,
        /// Since when it runs.
        #[json("status")]
        pub status: Option<StatusInfo>,
    }
);

impl AsteriskInfo {
    /// The version of Asterisk, such as `22.10.1`, when it was asked for.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.system.as_ref().map(|system| system.version.as_str())
    }
}

model!(
    /// How the server was built.
    #[model("BuildInfo")]
    pub struct BuildInfo {
        /// The operating system that it was built on.
        #[json("os")]
        pub os: Text,
        /// The kernel of that system.
        #[json("kernel")]
        pub kernel: Text,
        /// The options of the build.
        #[json("options")]
        pub options: Text,
        /// The machine's architecture.
        #[json("machine")]
        pub machine: Text,
        /// When it was built, in the form that the builder chose.
        #[json("date")]
        pub date: Text,
        /// Who built it.
        #[json("user")]
        pub user: Text,
    }
);

model!(
    /// The server's version and identity.
    #[model("SystemInfo")]
    pub struct SystemInfo {
        /// The version of Asterisk, such as `22.10.1`.
        #[json("version")]
        pub version: Text,
        /// The id that this server has among several (`asterisk_id` in events), often a MAC address.
        #[json("entity_id")]
        pub entity_id: Text,
    }
);

model!(
    /// The server's main settings.
    #[model("ConfigInfo")]
    pub struct ConfigInfo {
        /// The server's name.
        #[json("name")]
        pub name: Text,
        /// The language of prompts when nothing else is said.
        #[json("default_language")]
        pub default_language: Text,
        /// How many channels it allows; absent without a limit.
        #[json("max_channels")]
        pub max_channels: Option<i64>,
        /// How many files it may open; absent without a limit.
        #[json("max_open_files")]
        pub max_open_files: Option<i64>,
        /// The system load above which it takes no calls; absent without a limit.
        #[json("max_load")]
        pub max_load: Option<f64>,
        /// Whom it runs as.
        #[json("setid")]
        pub setid: SetId,
    }
);

model!(
    /// Whom the server runs as.
    #[model("SetId")]
    pub struct SetId {
        /// The user.
        #[json("user")]
        pub user: Text,
        /// The group.
        #[json("group")]
        pub group: Text,
    }
);

model!(
    /// Since when the server runs.
    #[model("StatusInfo")]
    pub struct StatusInfo {
        /// When it was started.
        #[json("startup_time")]
        pub startup_time: Timestamp,
        /// When its configuration was last loaded.
        #[json("last_reload_time")]
        pub last_reload_time: Timestamp,
    }
);

model!(
    /// The answer to a ping.
    #[model("AsteriskPing")]
    pub struct AsteriskPing {
        /// The id that this server has among several.
        #[json("asterisk_id")]
        pub asterisk_id: Text,
        /// Always `pong`.
        #[json("ping")]
        pub ping: Text,
        /// The server's time.
        #[json("timestamp")]
        pub timestamp: Timestamp,
    }
);
