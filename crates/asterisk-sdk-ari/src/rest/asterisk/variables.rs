//! Global variables: `/asterisk/variable`.

use asterisk_proto::ari::model;

use crate::client::Client;
use crate::rest::macros::{awaits_output, operation};

/// Operations on the server's global variables.
#[derive(Debug, Clone, Copy)]
pub struct GlobalVariables<'a>(pub(super) &'a Client);

impl GlobalVariables<'_> {
    /// Reads a variable.
    pub fn get(&self, name: impl Into<String>) -> GetGlobalVariable {
        GetGlobalVariable::new(self.0.clone(), name.into())
    }

    /// Sets a variable.
    pub fn set(&self, name: impl Into<String>, value: impl Into<String>) -> SetGlobalVariable {
        SetGlobalVariable::new(self.0.clone(), name.into(), value.into())
    }
}

operation!(
    /// Reads a global variable. One that nobody has set is empty, and so is a function without a
    /// channel: nothing is refused with 404.
    #[request(GET, "/asterisk/variable", model::Variable)]
    pub struct GetGlobalVariable {
        #[required(query, "variable")]
        variable: String,
    }
);

operation!(
    /// Sets a global variable; an empty value removes it.
    ///
    /// Functions are accepted and do nothing, such as `DB(family/key)` where `asterisk.conf` has
    /// `live_dangerously = no`.
    #[request(POST, "/asterisk/variable", ())]
    pub struct SetGlobalVariable {
        #[required(query, "variable")]
        variable: String,
        #[required(query, "value")]
        value: String,
    }
);

awaits_output!(GetGlobalVariable, SetGlobalVariable);
