//! Asterisk's own database, astdb: values by family and key.

use asterisk_proto::ami::event::{DbGetResponse, DbGetTreeResponse};
use asterisk_proto::ami::{Event, Response};

use super::Aggregate;
use super::macros::ami_action;
use super::output::{aggregate, incomplete, response};

ami_action!(
    /// Deletes an entry (privilege `system`). One that does not exist is refused.
    #[doc(alias = "DBDel")]
    #[action("DBDel")]
    pub struct DbDel {
        #[required("Family")]
        /// The family.
        family: String,
        #[required("Key")]
        /// The key within the family.
        key: String,
    },
    Response,
    response
);

ami_action!(
    /// Deletes a family, or what is below a key of it (privilege `system`). It is refused if there is
    /// nothing: `Database entry not found`.
    #[doc(alias = "DBDelTree")]
    #[action("DBDelTree")]
    pub struct DbDelTree {
        #[required("Family")]
        /// The family.
        family: String,
        #[optional("Key")]
        /// Only entries whose path goes on with this key.
        key: String,
    },
    Response,
    response
);

ami_action!(
    /// Asks for the value of an entry (privilege `system` or `reporting`). One that does not exist is
    /// refused: `Database entry not found`.
    #[doc(alias = "DBGet")]
    #[action("DBGet")]
    pub struct DbGet {
        #[required("Family")]
        /// The family.
        family: String,
        #[required("Key")]
        /// The key within the family.
        key: String,
    },
    String,
    |reply| {
        let entry = reply.items.first().and_then(Event::decode::<DbGetResponse>);
        let value = entry.and_then(|entry| entry.value);
        let value = value.map(|value| value.as_str().to_owned());
        value.ok_or_else(|| incomplete(&reply, "the value"))
    }
);

ami_action!(
    /// Asks for the entries of a family, or for all there are (privilege `system` or `reporting`). A
    /// family that does not exist gives an empty list.
    ///
    /// Asterisk 16 counts its items wrong, so [`Aggregate::valid`] says nothing here.
    #[doc(alias = "DBGetTree")]
    #[action("DBGetTree")]
    pub struct DbGetTree {
        #[optional("Family")]
        /// The family; all entries if it is not given.
        family: String,
        #[optional("Key")]
        /// Only entries whose path goes on with this key; the server ignores it without a family.
        key: String,
    },
    Aggregate<DbGetTreeResponse>,
    aggregate
);

ami_action!(
    /// Writes an entry, in place of one that exists (privilege `system`).
    #[doc(alias = "DBPut")]
    #[action("DBPut")]
    pub struct DbPut {
        #[required("Family")]
        /// The family; slashes in it make families of families.
        family: String,
        #[required("Key")]
        /// The key within the family.
        key: String,
        #[optional("Val")]
        /// The value, blanks at its end included; empty if it is not given.
        value: String,
    },
    Response,
    response
);
