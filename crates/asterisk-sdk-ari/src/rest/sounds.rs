//! Sounds that the server has: `/sounds`.

use asterisk_proto::ari::model;

use super::macros::{awaits_output, operation};
use crate::client::Client;

/// Operations on the server's sounds.
#[derive(Debug, Clone, Copy)]
pub struct Sounds<'a>(pub(crate) &'a Client);

impl Sounds<'_> {
    /// Lists the sounds that there are.
    pub fn list(&self) -> ListSounds {
        ListSounds::new(self.0.clone())
    }

    /// Looks up a sound by its id, `digits/1`: what stands behind `sound:` when it is played.
    pub fn get(&self, id: impl Into<String>) -> GetSound {
        GetSound::new(self.0.clone(), id.into())
    }
}

operation!(
    /// Lists the sounds that there are, of all languages and formats: hundreds.
    ///
    /// Refused with 404 when there is none in the language or format.
    #[request(GET, "/sounds", Vec<model::Sound>)]
    pub struct ListSounds {
        /// Only in this language, `en`.
        #[optional(text, "lang")]
        language: String,
        /// Only in this format, `gsm`.
        #[optional(text, "format")]
        format: String,
    }
);

operation!(
    /// Looks up a sound. Refused with 404 when there is none.
    #[request(GET, "/sounds/{soundId}", model::Sound)]
    pub struct GetSound {
        #[required(path, "soundId")]
        id: String,
    }
);

awaits_output!(ListSounds, GetSound);
