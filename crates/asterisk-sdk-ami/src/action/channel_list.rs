//! Which channels there are, and how they are.

use asterisk_proto::ami::event::{self, CoreShowChannel};

use super::Aggregate;
use super::macros::ami_action;
use super::output::aggregate;

ami_action!(
    /// Lists the channels that one is connected with, directly or by way of bridges and Local channels
    /// (privilege `reporting` or `system`, Asterisk 22).
    ///
    /// The list is empty for a channel that talks to nobody. A channel that does not exist is refused.
    #[action("CoreShowChannelMap")]
    pub struct CoreShowChannelMap {
        #[required("Channel")]
        /// The channel's name; a unique id will not do.
        channel: String,
    },
    Aggregate<event::CoreShowChannelMap>,
    aggregate
);

ami_action!(
    /// Lists all channels (privilege `reporting` or `system`).
    #[action("CoreShowChannels")]
    pub struct CoreShowChannels {},
    Aggregate<CoreShowChannel>,
    aggregate
);

ami_action!(
    /// Tells the state of one channel or of all, with media formats and, if wanted, variables
    /// (privilege `call`, `reporting` or `system`).
    ///
    /// A channel that does not exist is refused.
    #[action("Status")]
    pub struct Status {
        #[optional("Channel")]
        /// The channel's name or unique id; without one, all channels are listed.
        channel: String,
        #[optional("Variables")]
        /// The variables and functions to tell of each channel, with commas between:
        /// `DIALSTATUS,CHANNEL(language)`.
        variables: String,
        #[optional("AllVariables")]
        /// Whether to tell all variables that are set; functions are not among them.
        all_variables: bool,
    },
    Aggregate<event::Status>,
    aggregate
);
