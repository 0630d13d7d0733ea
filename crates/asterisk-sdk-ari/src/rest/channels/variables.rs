//! The variables of a channel.

use asterisk_proto::ChannelId;
use asterisk_proto::ari::model;

use crate::rest::VariableValue;
use crate::rest::macros::{awaits_output, operation};

operation!(
    /// Reads a variable or a function of a channel, whether or not it is in an application.
    ///
    /// Refused with 404 when there is no such variable, as when there is no such channel (the
    /// message differs), and with 500 for a function that is unknown or cannot be read.
    #[request(GET, "/channels/{channelId}/variable", model::Variable)]
    pub struct GetVariable {
        #[required(path, "channelId")]
        id: ChannelId,
        #[required(query, "variable")]
        variable: String,
    }
);

operation!(
    /// Sets a variable or a function of a channel.
    ///
    /// Asterisk 22 replies when it is set, and while something is played to the channel that is at
    /// its end. Asterisk 16 replies at once: a [`GetVariable`] right after it may not find it yet.
    #[request(POST, "/channels/{channelId}/variable", ())]
    pub struct SetVariable {
        #[required(path, "channelId")]
        id: ChannelId,
        #[required(query, "variable")]
        variable: String,
        #[required(query, "value")]
        value: String,
        /// Whether the channel's events carry it from now on (`channelvars`), until it is set
        /// without that. Asterisk 22.
        #[optional(value, "report_events")]
        report_events: bool,
    }
);

operation!(
    /// Reads several variables and functions of a channel at once. Asterisk 22.
    ///
    /// Refused with 404 when one of them does not exist, and with 400 when none is named.
    #[request(GET, "/channels/{channelId}/variables", model::Variables)]
    pub struct GetVariables {
        #[required(path, "channelId")]
        id: ChannelId,
        /// More variables to read.
        #[optional(list, "variables")]
        variables: String,
    }
);

operation!(
    /// Sets several variables and functions of a channel at once. Asterisk 22.
    ///
    /// It waits as [`SetVariable`] does. Refused with 400 when none is named.
    #[request(POST, "/channels/{channelId}/variables", ())]
    pub struct SetVariables {
        #[required(path, "channelId")]
        id: ChannelId,
        /// A variable to set.
        #[optional(map, "variables")]
        variable: VariableValue,
    }
);

awaits_output!(GetVariable, SetVariable, GetVariables, SetVariables);
