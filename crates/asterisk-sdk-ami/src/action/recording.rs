//! Recording calls: `MixMonitor`, and `Monitor` of older servers.

use asterisk_proto::ami::Response;

use super::macros::{ami_action, words};
use super::output::response;

ami_action!(
    /// Records from now on into another file (privilege `call`, module `res_monitor`, Asterisk 20 and
    /// older).
    ///
    /// A channel that is not recorded is no error.
    #[action("ChangeMonitor")]
    pub struct ChangeMonitor {
        #[required("Channel")]
        /// The channel's name.
        channel: String,
        #[required("File")]
        /// The file, without its ending, relative to the folder `monitor`.
        file: String,
    },
    Response,
    response
);

ami_action!(
    /// Records what both sides of a channel say into one file (privilege `system`, module
    /// `app_mixmonitor`). Several recordings may run on one channel.
    ///
    /// [`MixMonitorStart`](asterisk_proto::ami::event::MixMonitorStart) follows. Without a file, and
    /// without files for both directions in the options, it is refused
    /// (`Could not start monitoring channel`).
    ///
    /// The output is the recording's id, for [`StopMixMonitor`] and [`MixMonitorMute`]; the server
    /// only tells it if the options have `i(<variable>)`.
    #[action("MixMonitor")]
    pub struct MixMonitor {
        #[required("Channel")]
        /// The channel's name.
        channel: String,
        #[optional("File")]
        /// The file; its ending chooses the format. Relative to the folder `monitor`.
        file: String,
        #[optional("options")]
        /// Options of the application, as in `i(ID)r(caller.wav)t(callee.wav)`.
        options: String,
        #[optional("Command")]
        /// A program that the server runs when the recording has ended.
        command: String,
    },
    Option<String>,
    |reply| Ok(reply.response.message().get("MixMonitorID").map(std::borrow::Cow::into_owned))
);

ami_action!(
    /// Records silence for a while, or the call again (privilege `call` or `system`, module
    /// `app_mixmonitor`).
    ///
    /// [`MixMonitorMute`](asterisk_proto::ami::event::MixMonitorMute) follows, also when nothing
    /// records the channel.
    #[action("MixMonitorMute")]
    pub struct MixMonitorMute {
        #[required("Channel")]
        /// The channel's name.
        channel: String,
        #[required("Direction")]
        /// Whose voice.
        direction: MixMonitorDirection,
        #[required("State", one_zero)]
        /// Whether to mute it.
        muted: bool,
        #[optional("MixMonitorID")]
        /// Only this recording (Asterisk 22). One that does not exist is refused. Older servers take
        /// no notice of it and mute all.
        mix_monitor_id: String,
    },
    Response,
    response
);

words!(
    /// Whose voice [`MixMonitorMute`] mutes.
    pub enum MixMonitorDirection {
        /// What the channel's party says.
        Read = "read",
        /// What the channel's party hears.
        Write = "write",
        /// Both.
        Both = "both",
    }
);

ami_action!(
    /// Records the two sides of a channel into a file each (privilege `call`, module `res_monitor`,
    /// Asterisk 20 and older; use [`MixMonitor`]).
    ///
    /// [`MonitorStart`](asterisk_proto::ami::event::MonitorStart) follows. On a channel that is
    /// recorded already it succeeds, and does nothing.
    #[action("Monitor")]
    pub struct Monitor {
        #[required("Channel")]
        /// The channel's name.
        channel: String,
        #[optional("File")]
        /// The files' name without `-in` and `-out` and the ending; made from the channel's name if it
        /// is not given.
        file: String,
        #[optional("Format")]
        /// The format, `wav` if it is not given.
        format: String,
        #[optional("Mix")]
        /// Whether to make one file of both at the end, by a program of the server.
        mix: bool,
    },
    Response,
    response
);

ami_action!(
    /// Leaves out what is said from now on (privilege `call`, module `res_monitor`, Asterisk 20 and
    /// older). A channel that is not recorded is no error.
    #[action("PauseMonitor")]
    pub struct PauseMonitor {
        #[required("Channel")]
        /// The channel's name.
        channel: String,
    },
    Response,
    response
);

ami_action!(
    /// Stops a recording (privilege `call` or `system`, module `app_mixmonitor`).
    ///
    /// [`MixMonitorStop`](asterisk_proto::ami::event::MixMonitorStop) follows. A channel without a
    /// recording is refused.
    #[action("StopMixMonitor")]
    pub struct StopMixMonitor {
        #[required("Channel")]
        /// The channel's name.
        channel: String,
        #[optional("MixMonitorID")]
        /// Which recording, as [`MixMonitor`] told; some one of them if it is not given.
        mix_monitor_id: String,
    },
    Response,
    response
);

ami_action!(
    /// Ends a recording (privilege `call`, module `res_monitor`, Asterisk 20 and older).
    ///
    /// [`MonitorStop`](asterisk_proto::ami::event::MonitorStop) follows. A channel that is not
    /// recorded is no error, and raises nothing.
    #[action("StopMonitor")]
    pub struct StopMonitor {
        #[required("Channel")]
        /// The channel's name.
        channel: String,
    },
    Response,
    response
);

ami_action!(
    /// Records again what [`PauseMonitor`] left out (privilege `call`, module `res_monitor`, Asterisk
    /// 20 and older).
    #[action("UnpauseMonitor")]
    pub struct UnpauseMonitor {
        #[required("Channel")]
        /// The channel's name.
        channel: String,
    },
    Response,
    response
);
