//! Answers from Asterisk's own database, astdb.

use super::macros::{ami_event, list_end};
use crate::Text;

list_end!(
    /// The end of the answer to the action `DBGet`.
    #[doc(alias = "DBGetComplete")]
    #[event("DBGetComplete")]
    pub struct DbGetComplete {}
);

ami_event!(
    /// The entry that the action `DBGet` asks for.
    #[doc(alias = "DBGetResponse")]
    #[event("DBGetResponse")]
    pub struct DbGetResponse {
        /// The family, as it was asked for.
        #[header("Family")]
        pub family: Option<Text>,
        /// The key within the family.
        #[header("Key")]
        pub key: Option<Text>,
        /// The value as it is stored, not escaped.
        #[header("Val")]
        pub value: Option<Text>,
    }
);

list_end!(
    /// The end of the list that the action `DBGetTree` asks for.
    #[doc(alias = "DBGetTreeComplete")]
    #[event("DBGetTreeComplete")]
    pub struct DbGetTreeComplete {}
);

ami_event!(
    /// One entry of the list that the action `DBGetTree` asks for.
    #[doc(alias = "DBGetTreeResponse")]
    #[event("DBGetTreeResponse")]
    pub struct DbGetTreeResponse {
        /// The whole path, as in `/family/key`; family and key may hold slashes too.
        #[header("Key")]
        pub key: Option<Text>,
        /// The value as it is stored, not escaped.
        #[header("Val")]
        pub value: Option<Text>,
    }
);
