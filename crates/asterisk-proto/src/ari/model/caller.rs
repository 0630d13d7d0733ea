//! Who calls and who is called.

use super::macros::model;
use crate::Text;

model!(
    /// A caller's or a connected party's name and number; both are empty when they are not known.
    #[model("CallerID")]
    pub struct CallerId {
        /// The name.
        #[json("name")]
        pub name: Text,
        /// The number.
        #[json("number")]
        pub number: Text,
    }
);
