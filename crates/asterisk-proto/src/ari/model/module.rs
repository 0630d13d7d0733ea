//! Modules and logs of the server.

use super::macros::model;
use crate::Text;
use crate::ari::field::words;
use crate::open_enum::open_enum;

model!(
    /// A loaded module.
    #[model("Module")]
    pub struct Module {
        /// Its name, `res_ari.so`. Some that are built in have no ending.
        #[json("name")]
        pub name: Text,
        /// What it is for, in the words of its authors.
        #[json("description")]
        pub description: Text,
        /// How many others, or channels, use it now.
        #[json("use_count")]
        pub use_count: i64,
        /// Whether it runs.
        #[json("status")]
        pub status: ModuleState,
        /// Who looks after it.
        #[json("support_level")]
        pub support_level: SupportLevel,
    }
);

open_enum!(
    /// Whether a module runs.
    pub enum ModuleState {
        /// It does.
        #[wire("Running")]
        Running,
        /// It was loaded and did not start.
        #[wire("Not Running")]
        NotRunning,
    }
);

open_enum!(
    /// Who looks after a module.
    pub enum SupportLevel {
        /// The project itself.
        #[wire("core")]
        Core,
        /// The community.
        #[wire("extended")]
        Extended,
        /// Nobody: there is something better.
        #[wire("deprecated")]
        Deprecated,
        /// Its authors do not say.
        #[wire("unknown")]
        Unknown,
    }
);

model!(
    /// A place that the server logs to.
    #[model("LogChannel")]
    pub struct LogChannel {
        /// The file with its folder; `console`, or the name that syslog knows.
        #[json("channel")]
        pub channel: Text,
        /// What kind of place it is.
        #[json("type")]
        pub log_type: LogType,
        /// Whether it is written to.
        #[json("status")]
        pub status: LogStatus,
        /// The levels that are written, `WARNING ERROR `: a space follows each.
        #[json("configuration")]
        pub configuration: Text,
    }
);

open_enum!(
    /// What kind of place a log goes to.
    pub enum LogType {
        /// The console.
        #[wire("Console")]
        Console,
        /// A file.
        #[wire("File")]
        File,
        /// The system's log.
        #[wire("Syslog")]
        Syslog,
    }
);

open_enum!(
    /// Whether a log is written.
    pub enum LogStatus {
        /// It is.
        #[wire("Enabled")]
        Enabled,
        /// It is not: it was turned off, or could not be opened.
        #[wire("Disabled")]
        Disabled,
    }
);

words!(LogStatus, LogType, ModuleState, SupportLevel);
