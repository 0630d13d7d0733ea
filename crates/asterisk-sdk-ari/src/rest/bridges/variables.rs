//! The variables of a bridge. Asterisk 22.

use asterisk_proto::BridgeId;
use asterisk_proto::ari::model;

use crate::rest::VariableValue;
use crate::rest::macros::{awaits_output, operation};

operation!(
    /// Reads a variable of a bridge. Asterisk 22.
    ///
    /// Refused with 404 when there is no such variable, as when there is no such bridge.
    #[request(GET, "/bridges/{bridgeId}/variable", model::Variable)]
    pub struct GetVariable {
        #[required(path, "bridgeId")]
        id: BridgeId,
        #[required(query, "variable")]
        variable: String,
    }
);

operation!(
    /// Sets a variable of a bridge; an empty value removes it. Asterisk 22.
    #[request(POST, "/bridges/{bridgeId}/variable", ())]
    pub struct SetVariable {
        #[required(path, "bridgeId")]
        id: BridgeId,
        // Asterisk 22 dies of a request without it.
        #[required(query, "variable")]
        variable: String,
        #[required(query, "value")]
        value: String,
        /// Whether the bridge's events carry it from now on (`bridgevars`), until it is set without
        /// that.
        #[optional(value, "report_events")]
        report_events: bool,
    }
);

operation!(
    /// Reads several variables of a bridge at once. Asterisk 22.
    ///
    /// Refused with 404 when one of them does not exist, and with 400 when none is named.
    #[request(GET, "/bridges/{bridgeId}/variables", model::Variables)]
    pub struct GetVariables {
        #[required(path, "bridgeId")]
        id: BridgeId,
        /// More variables to read.
        #[optional(list, "variables")]
        variables: String,
    }
);

operation!(
    /// Sets several variables of a bridge at once. Asterisk 22.
    ///
    /// Refused with 400 when none is named.
    #[request(POST, "/bridges/{bridgeId}/variables", ())]
    pub struct SetVariables {
        #[required(path, "bridgeId")]
        id: BridgeId,
        /// A variable to set.
        #[optional(map, "variables")]
        variable: VariableValue,
    }
);

awaits_output!(GetVariable, SetVariable, GetVariables, SetVariables);
