//! Call records.

use asterisk_proto::ami::Response;

use super::macros::ami_action;
use super::output::response;

ami_action!(
    /// Sets the user field of a call record. Asterisk 16 and 22 do not have it; set
    /// `CDR(userfield)` with [`Setvar`](super::Setvar) instead.
    #[doc(alias = "SetCDRUserField")]
    #[action("SetCDRUserField")]
    pub struct SetCdrUserField {
        #[optional("Channel")]
        /// The channel's name.
        channel: String,
        #[optional("UserField")]
        /// The text.
        user_field: String,
        #[optional("Append", one_zero)]
        /// Whether to put it behind what is there, instead of in its place.
        append: bool,
    },
    Response,
    response
);
