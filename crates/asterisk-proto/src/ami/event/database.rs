//! Answers from Asterisk's own database, astdb.

use super::macros::ami_event;
use crate::Text;

ami_event!(
    /// The end of the answer to the action `DBGet`.
    #[doc(alias = "DBGetComplete")]
    #[event("DBGetComplete")]
    pub struct DbGetComplete {
        /// How the list ended: `Complete` or `Cancelled`.
        #[header("EventList")]
        pub event_list: Option<Text>,
        /// How many items the server says it sent: 1.
        #[header("ListItems")]
        pub list_items: Option<u32>,
    }
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

ami_event!(
    /// The end of the list that the action `DBGetTree` asks for.
    #[doc(alias = "DBGetTreeComplete")]
    #[event("DBGetTreeComplete")]
    pub struct DbGetTreeComplete {
        /// How the list ended: `Complete` or `Cancelled`.
        #[header("EventList")]
        pub event_list: Option<Text>,
        /// How many items the server says it sent; Asterisk 16 says 1 whatever it sent.
        #[header("ListItems")]
        pub list_items: Option<u32>,
    }
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
