//! The server itself: its start and end, modules, log files.

use std::fmt;
use std::time::Duration;

use super::super::field::word_fields;
use super::super::{ChannelSnapshot, Field, Message};
use super::macros::ami_event;
use crate::Text;
use crate::open_enum::open_enum;

ami_event!(
    /// A lock has been waited for so long that the server seems to be stuck (class `system`,
    /// Asterisk 22 built with `DETECT_DEADLOCKS`).
    #[event("DeadlockStart")]
    pub struct DeadlockStart {
        /// The lock's name in Asterisk's source code.
        #[header("Mutex")]
        pub mutex: Option<Text>,
    }
);

ami_event!(
    /// Asterisk has loaded everything (class `system`).
    ///
    /// A session that may read `system` events gets it right after its login, or when a server that
    /// still boots is ready. Other sessions never see it.
    #[event("FullyBooted")]
    pub struct FullyBooted {
        /// The server's words: `Fully Booted`.
        #[header("Status")]
        pub status: Option<Text>,
        /// How long the server has been up, to the second.
        #[header("Uptime", seconds)]
        pub uptime: Option<Duration>,
        /// How long ago the last reload was, to the second; the start counts as one.
        #[header("LastReload", seconds)]
        pub last_reload: Option<Duration>,
    }
);

ami_event!(
    /// Somebody tried to load a module (class `system`); not sent for a file that does not exist.
    #[event("Load")]
    pub struct Load {
        /// The module as it was asked for: `app_queue.so`, or without the ending.
        #[header("Module")]
        pub module: Option<Text>,
        /// How it came out.
        #[header("Status")]
        pub status: Option<ModuleStatus>,
    }
);

ami_event!(
    /// Asterisk stopped writing to a log file, or began again (class `system`).
    ///
    /// It stops when the file cannot be written to, and tries again at the next reload or rotation of
    /// the logs.
    #[event("LogChannel")]
    pub struct LogChannel {
        /// The file.
        #[header("Channel")]
        pub channel: Option<Text>,
        /// Whether it is written to from now on.
        #[header("Enabled")]
        pub enabled: Option<bool>,
        /// Why not: an error of the operating system, as in `28 - No space left on device`.
        #[header("Reason")]
        pub reason: Option<Text>,
    }
);

ami_event!(
    /// A module was asked to read its configuration again (class `system`).
    ///
    /// It comes for failures too, and once with the module `All` when everything was reloaded.
    #[event("Reload")]
    pub struct Reload {
        /// The module as it was asked for, or `All`.
        #[header("Module")]
        pub module: Option<Text>,
        /// How it came out.
        #[header("Status")]
        pub status: Option<ReloadStatus>,
    }
);

ami_event!(
    /// A call of `chan_sip` ends because nothing came from the other side (class `call`, Asterisk 16;
    /// newer servers lack that module).
    #[event("SessionTimeout")]
    pub struct SessionTimeout {
        /// The channel that is about to be hung up.
        #[channel("")]
        pub channel: ChannelSnapshot,
        /// What ran out.
        #[header("Source")]
        pub source: Option<SessionTimeoutSource>,
    }
);

ami_event!(
    /// Asterisk ends (class `system`); the connection closes after it.
    #[event("Shutdown")]
    pub struct Shutdown {
        /// Whether its modules ended in order.
        #[header("Shutdown")]
        pub manner: Option<ShutdownManner>,
        /// Whether it starts again.
        #[header("Restart")]
        pub restart: Option<bool>,
    }
);

ami_event!(
    /// A module was unloaded (class `system`).
    #[event("Unload")]
    pub struct Unload {
        /// The module as it was asked for.
        #[header("Module")]
        pub module: Option<Text>,
        /// Always success; an unload that fails raises no event.
        #[header("Status")]
        pub status: Option<ModuleStatus>,
    }
);

open_enum!(
    /// How loading or unloading a module came out.
    pub enum ModuleStatus {
        /// It is done.
        #[wire("Success")]
        Success,
        /// It could not start.
        #[wire("Failure")]
        Failure,
        /// It does not want to run here: a wrong or missing configuration, or somebody excluded it.
        #[wire("Decline")]
        Decline,
        /// It was passed over, without complaint.
        #[wire("Skip")]
        Skip,
    }
);

open_enum!(
    /// How Asterisk ends.
    pub enum ShutdownManner {
        /// All modules are unloaded.
        #[wire("Cleanly")]
        Cleanly,
        /// It just ends, or some module cannot be unloaded.
        #[wire("Uncleanly")]
        Uncleanly,
    }
);

open_enum!(
    /// What a `chan_sip` call waited for in vain.
    pub enum SessionTimeoutSource {
        /// Media: `rtptimeout` or `rtpholdtimeout` ran out.
        #[wire("RTPTimeout")]
        RtpTimeout,
        /// The refresh of the SIP session.
        #[wire("SIPSessionTimer")]
        SipSessionTimer,
    }
);

word_fields!(ModuleStatus, ShutdownManner, SessionTimeoutSource);

/// How a reload came out (`Status` of [`Reload`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReloadStatus {
    /// 0: the module has read its configuration.
    Success,
    /// 1: the server still boots and will do it afterwards.
    Queued,
    /// 2: there is no such module.
    NotFound,
    /// 3: the module reported an error.
    Error,
    /// 4: another reload has not ended yet.
    InProgress,
    /// 5: the module has not been started.
    Uninitialized,
    /// 6: the module cannot reload.
    NotImplemented,
    /// A number that this version of the crate has no name for.
    Other(u32),
}

impl From<u32> for ReloadStatus {
    fn from(code: u32) -> Self {
        match code {
            0 => Self::Success,
            1 => Self::Queued,
            2 => Self::NotFound,
            3 => Self::Error,
            4 => Self::InProgress,
            5 => Self::Uninitialized,
            6 => Self::NotImplemented,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for ReloadStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Success => "success",
            Self::Queued => "queued",
            Self::NotFound => "not found",
            Self::Error => "error",
            Self::InProgress => "in progress",
            Self::Uninitialized => "uninitialized",
            Self::NotImplemented => "not implemented",
            Self::Other(code) => return write!(f, "status {code}"),
        })
    }
}

impl Field for Option<ReloadStatus> {
    fn read(message: &Message, name: &str) -> Self {
        Option::<u32>::read(message, name).map(ReloadStatus::from)
    }
}
