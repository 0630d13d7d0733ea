//! Actions of the session and the server itself.

use std::borrow::Cow;
use std::time::Duration;

use asterisk_proto::Secret;
use asterisk_proto::ami::Response;

use super::macros::{ami_action, words};
use super::output::{response, value};
use super::{EventMask, Reply};
use crate::error::ActionError;

ami_action!(
    /// Logs in; [`Manager::builder`](crate::Manager::builder) does it for you.
    #[action("Login")]
    pub struct Login {
        #[required("Username")]
        /// The user of manager.conf; case does not matter.
        username: String,
        #[optional("AuthType")]
        /// `MD5` when `key` is given.
        auth_type: String,
        #[optional("Secret")]
        /// The password, for a plain login.
        secret: Secret,
        #[optional("Key")]
        /// The MD5 sum of challenge and password in lower-case hex.
        key: Secret,
        #[optional("Events")]
        /// Which events the session gets.
        events: EventMask,
    },
    Response,
    response
);

ami_action!(
    /// Asks for the challenge of an MD5 login.
    #[action("Challenge")]
    pub struct Challenge {
        #[required("AuthType")]
        /// `MD5`, the only kind.
        auth_type: String,
    },
    String,
    |reply| {
        let challenge = reply.response.message().get("Challenge").map(Cow::into_owned);
        challenge.ok_or_else(|| ActionError::Incomplete {
            lacks: "a challenge",
            response: Box::new(reply.response),
        })
    }
);

ami_action!(
    /// Ends the session; [`Manager::close`](crate::Manager::close) does it for you.
    #[action("Logoff")]
    pub struct Logoff {},
    Response,
    response
);

ami_action!(
    /// Asks the server for a sign of life.
    #[action("Ping")]
    pub struct Ping {},
    Pong,
    |reply| {
        let timestamp = reply.response.message().get("Timestamp");
        let timestamp = timestamp.and_then(|seconds| seconds.trim().parse().ok());
        Ok(Pong { timestamp, round_trip: reply.round_trip })
    }
);

/// The answer to a [`Ping`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Pong {
    /// The server's clock, in seconds since 1970.
    pub timestamp: Option<f64>,
    /// How long the answer took.
    pub round_trip: Duration,
}

ami_action!(
    /// Runs a command of the server's command line (privilege `command`).
    ///
    /// A command that the command line refuses or that does not exist is
    /// [`ActionError::Refused`], whose response holds what was printed.
    #[action("Command")]
    pub struct Command {
        #[required("Command")]
        /// The command, such as `core show version`.
        command: String,
    },
    CommandOutput,
    |reply| Ok(CommandOutput(reply.response))
);

/// What a command of the server's command line printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandOutput(Response);

impl CommandOutput {
    /// The lines in order, empty ones included.
    pub fn lines(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.output()
    }

    /// The response that carried them.
    #[must_use]
    pub fn response(&self) -> &Response {
        &self.0
    }
}

ami_action!(
    /// Asks how the server is set up (privilege `system` or `reporting`).
    #[action("CoreSettings")]
    pub struct CoreSettings {},
    ServerSettings,
    |reply| {
        let text = |header| value(&reply, header);
        let number = |header| text(header).ok()?.trim().parse::<u64>().ok();
        Ok(ServerSettings {
            ami_version: text("AMIversion")?,
            asterisk_version: text("AsteriskVersion")?,
            system_name: named(&reply, "SystemName"),
            max_calls: number("CoreMaxCalls").filter(|calls| *calls > 0),
            max_load_average: text("CoreMaxLoadAvg")
                .ok()
                .and_then(|load| load.trim().parse().ok())
                .filter(|load| *load > 0.0),
            run_user: named(&reply, "CoreRunUser"),
            run_group: named(&reply, "CoreRunGroup"),
            max_file_handles: number("CoreMaxFilehandles").filter(|files| *files > 0),
            realtime: yes(&reply, "CoreRealTimeEnabled"),
            cdr: yes(&reply, "CoreCDRenabled"),
            http: yes(&reply, "CoreHTTPenabled"),
            custom_sounds: yes(&reply, "SoundsSearchCustomDir"),
        })
    }
);

/// How the server is set up; the answer to [`CoreSettings`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ServerSettings {
    /// The version of the manager interface, as in its greeting: `11.0.0`.
    pub ami_version: String,
    /// The version of Asterisk; distributions add to it.
    pub asterisk_version: String,
    /// `systemname` of asterisk.conf, where there is one.
    pub system_name: Option<String>,
    /// The most calls at a time, where there is a limit.
    pub max_calls: Option<u64>,
    /// The load of the machine above which calls are refused, where there is a limit.
    pub max_load_average: Option<f64>,
    /// The user that asterisk.conf or the command line tells the server to run as.
    pub run_user: Option<String>,
    /// The same of its group.
    pub run_group: Option<String>,
    /// The most open files, where asterisk.conf sets it.
    pub max_file_handles: Option<u64>,
    /// Whether some configuration is read from a database.
    pub realtime: Option<bool>,
    /// Whether call records are kept.
    pub cdr: Option<bool>,
    /// Whether the HTTP server runs.
    pub http: Option<bool>,
    /// Whether sounds are looked for in `custom` first (Asterisk 22).
    pub custom_sounds: Option<bool>,
}

/// A text that may be empty, which is none.
fn named(reply: &Reply, header: &'static str) -> Option<String> {
    value(reply, header).ok().filter(|text| !text.is_empty())
}

fn yes(reply: &Reply, header: &'static str) -> Option<bool> {
    match &*value(reply, header).ok()?.to_ascii_lowercase() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

ami_action!(
    /// Asks since when the server runs and how many calls it has (privilege `system` or `reporting`).
    #[action("CoreStatus")]
    pub struct CoreStatus {},
    ServerStatus,
    |reply| {
        let number = |header| value(&reply, header).ok()?.trim().parse().ok();
        Ok(ServerStatus {
            startup_date: value(&reply, "CoreStartupDate")?,
            startup_time: value(&reply, "CoreStartupTime")?,
            reload_date: value(&reply, "CoreReloadDate")?,
            reload_time: value(&reply, "CoreReloadTime")?,
            current_calls: number("CoreCurrentCalls"),
            processed_calls: number("CoreProcessedCalls"),
        })
    }
);

/// Since when the server runs; the answer to [`CoreStatus`].
///
/// Dates and times are the server's local ones, without a word about its time zone. For spans of time
/// see [`FullyBooted`](asterisk_proto::ami::event::FullyBooted).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerStatus {
    /// The day on which it started, as `yyyy-mm-dd`.
    pub startup_date: String,
    /// The time of that day, as `hh:mm:ss`.
    pub startup_time: String,
    /// The day of the last reload, or of the start if there was none.
    pub reload_date: String,
    /// The time of that day.
    pub reload_time: String,
    /// Calls that run now.
    pub current_calls: Option<u64>,
    /// Calls since the start (Asterisk 22).
    pub processed_calls: Option<u64>,
}

ami_action!(
    /// Asks which actions the session's user may send.
    #[action("ListCommands")]
    pub struct ListCommands {},
    Vec<ListedCommand>,
    |reply| {
        let headers = reply.response.message().headers();
        Ok(headers
            .filter_map(|header| listed(header.name_lossy(), &header.value_lossy()))
            .collect())
    }
);

/// An action that the server has; an item of the answer to [`ListCommands`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedCommand {
    /// The action's name.
    pub name: String,
    /// What it does, in the server's words.
    pub synopsis: String,
    /// The classes of which the user's `write` in manager.conf has to have one, `all` among them;
    /// none if everybody may send it.
    pub privileges: Vec<String>,
}

/// Reads `Ping: Keepalive command.  (Priv: <none>)`. What else the response holds does not end so.
fn listed(name: Cow<'_, str>, value: &str) -> Option<ListedCommand> {
    let (synopsis, privileges) = value.strip_suffix(')')?.rsplit_once("  (Priv: ")?;
    let privileges = privileges.split(',').filter(|name| *name != "<none>");
    Some(ListedCommand {
        name: name.into_owned(),
        synopsis: synopsis.to_owned(),
        privileges: privileges.map(str::to_owned).collect(),
    })
}

ami_action!(
    /// Closes the log files, renames them, and begins new ones (privilege `system` or `reporting`).
    ///
    /// Files that could not be written to are tried again, each with a
    /// [`LogChannel`](asterisk_proto::ami::event::LogChannel).
    #[action("LoggerRotate")]
    pub struct LoggerRotate {},
    Response,
    response
);

ami_action!(
    /// Asks whether a module is loaded (privilege `system`). If not, it is refused:
    /// `Module not loaded`.
    ///
    /// The output is the module's version, which Asterisk 16 and newer leave empty.
    #[action("ModuleCheck")]
    pub struct ModuleCheck {
        #[required("Module")]
        /// The module, with or without `.so`.
        module: String,
    },
    String,
    |reply| value(&reply, "Version")
);

ami_action!(
    /// Loads or unloads a module, or lets it read its configuration again (privilege `system`).
    ///
    /// One of [`Load`](asterisk_proto::ami::event::Load),
    /// [`Unload`](asterisk_proto::ami::event::Unload) and
    /// [`Reload`](asterisk_proto::ami::event::Reload) follows.
    ///
    /// Asterisk 22 takes the file's whole name alone: of `app_queue`, and of parts of the server such
    /// as `cdr` and `logger`, it says `Module not found.`, so send [`Reload`] for those. Without a
    /// module, a load or unload is refused and a reload is one of everything.
    #[action("ModuleLoad")]
    pub struct ModuleLoad {
        #[required("LoadType")]
        /// What to do.
        load_type: LoadType,
        #[optional("Module")]
        /// The module, such as `app_queue.so`.
        module: String,
        #[optional("Recursive")]
        /// Whether to unload the modules that need this one too, and for a refresh to load them again
        /// (Asterisk 22).
        recursive: bool,
    },
    Response,
    response
);

words!(
    /// What [`ModuleLoad`] does.
    pub enum LoadType {
        /// Loads the module.
        Load = "load",
        /// Unloads it; not while something uses it.
        Unload = "unload",
        /// Lets it read its configuration again.
        Reload = "reload",
        /// Unloads it and loads it again (Asterisk 22).
        Refresh = "refresh",
    }
);

ami_action!(
    /// Lets one module, or all, read the configuration again (privilege `system` or `config`).
    ///
    /// A [`Reload`](asterisk_proto::ami::event::Reload) event follows, also when it is refused.
    #[action("Reload")]
    pub struct Reload {
        #[optional("Module")]
        /// The module, with or without `.so`, or a part of the server such as `cdr`, `logger` or
        /// `manager`. All if it is not given.
        module: String,
    },
    Response,
    response
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_from_the_rest_of_the_response() {
        let line = "Wait for an event (or two).  (Priv: <none>)";
        let command = listed("WaitEvent".into(), line).unwrap();
        assert_eq!(command.synopsis, "Wait for an event (or two).");
        assert!(command.privileges.is_empty());
        let command = listed("Reload".into(), "Send a reload event.  (Priv: system,config,all)");
        assert_eq!(command.unwrap().privileges, ["system", "config", "all"]);
        assert_eq!(listed("ActionID".into(), "7"), None);
        assert_eq!(listed("Response".into(), "Success"), None);
    }
}
