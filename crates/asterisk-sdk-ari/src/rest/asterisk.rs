//! The server itself: `/asterisk`.

use asterisk_proto::ari::model::AsteriskInfo;

use super::macros::{awaits_output, operation};
use crate::client::Client;

/// Operations on the server itself.
#[derive(Debug, Clone, Copy)]
pub struct Asterisk<'a>(pub(crate) &'a Client);

impl Asterisk<'_> {
    /// Reads version, build and main settings.
    pub fn info(&self) -> Info {
        Info::new(self.0.clone())
    }
}

operation!(
    /// Reads version, build and main settings of the server.
    #[request(GET, "/asterisk/info", AsteriskInfo)]
    pub struct Info {
        /// Only these parts: `build`, `system`, `config`, `status`. All when none is named.
        #[optional(list, "only")]
        only: String,
    }
);

awaits_output!(Info);
