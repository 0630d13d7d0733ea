//! Variables, and the settings of configured objects.

use std::collections::BTreeMap;

use super::macros::model;
use crate::Text;

model!(
    /// The value of one variable of a channel or of the server.
    #[model("Variable")]
    pub struct Variable {
        /// The value. A global variable that nobody set is empty; one of a channel is a refusal.
        #[json("value")]
        pub value: Text,
    }
);

model!(
    /// The values of several variables of a channel. Asterisk 22.
    #[model("Variables")]
    pub struct Variables {
        /// The values by name.
        #[json("variables")]
        pub variables: BTreeMap<Text, Text>,
    }
);

model!(
    /// One setting of an object in a dynamic configuration, such as an endpoint of `res_pjsip`.
    #[model("ConfigTuple")]
    pub struct ConfigTuple {
        /// The setting's name.
        #[json("attribute")]
        pub attribute: Text,
        /// Its value.
        #[json("value")]
        pub value: Text,
    }
);
