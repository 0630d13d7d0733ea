//! Objects that are configured dynamically: `/asterisk/config/dynamic`.

use asterisk_proto::ari::model;
use http::Method;
use serde_json::json;

use crate::client::Client;
use crate::request::{Draft, Operation, Request};
use crate::rest::macros::{awaits_output, operation};

/// Operations on objects that are configured dynamically: those of modules that use Asterisk's
/// sorcery, such as `res_pjsip`, in places that can be written (`sorcery.conf`).
#[derive(Debug, Clone, Copy)]
pub struct Config<'a>(pub(super) &'a Client);

impl Config<'_> {
    /// Reads an object: of `res_pjsip`, an `endpoint`, an `aor` …
    pub fn get(
        &self,
        class: impl Into<String>,
        object_type: impl Into<String>,
        id: impl Into<String>,
    ) -> GetConfigObject {
        GetConfigObject::new(self.0.clone(), class.into(), object_type.into(), id.into())
    }

    /// Makes an object, or changes one. A PJSIP endpoint needs a codec (`allow`): without one it is
    /// made, and can neither be read nor deleted any more.
    pub fn update(
        &self,
        class: impl Into<String>,
        object_type: impl Into<String>,
        id: impl Into<String>,
    ) -> UpdateConfigObject {
        let (class, object_type, id) = (class.into(), object_type.into(), id.into());
        UpdateConfigObject { client: self.0.clone(), class, object_type, id, fields: Vec::new() }
    }

    /// Deletes an object.
    pub fn delete(
        &self,
        class: impl Into<String>,
        object_type: impl Into<String>,
        id: impl Into<String>,
    ) -> DeleteConfigObject {
        DeleteConfigObject::new(self.0.clone(), class.into(), object_type.into(), id.into())
    }
}

operation!(
    /// Reads all settings of an object, with those that it did not set itself.
    ///
    /// Refused with 404 for an unknown class, type or id.
    #[request(
        GET,
        "/asterisk/config/dynamic/{configClass}/{objectType}/{id}",
        Vec<model::ConfigTuple>
    )]
    pub struct GetConfigObject {
        #[required(path, "configClass")]
        class: String,
        #[required(path, "objectType")]
        object_type: String,
        #[required(path, "id")]
        id: String,
    }
);

operation!(
    /// Deletes an object.
    ///
    /// Refused with 404 for an unknown class, type or id, and with 403 when it stands in a place
    /// that cannot be written, such as a file.
    #[request(
        DELETE,
        "/asterisk/config/dynamic/{configClass}/{objectType}/{id}",
        ()
    )]
    pub struct DeleteConfigObject {
        #[required(path, "configClass")]
        class: String,
        #[required(path, "objectType")]
        object_type: String,
        #[required(path, "id")]
        id: String,
    }
);

/// Makes an object, or changes one; the reply is all its settings.
///
/// Refused with 400 for an unknown setting or a wrong value, 403 when no place for such objects can
/// be written, and 404 for an unknown class or type. An endpoint that is refused may be listed among
/// the endpoints all the same until the server is restarted.
///
/// Sends `PUT /asterisk/config/dynamic/{configClass}/{objectType}/{id}`.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent until it is awaited"]
pub struct UpdateConfigObject {
    client: Client,
    class: String,
    object_type: String,
    id: String,
    fields: Vec<(String, String)>,
}

impl UpdateConfigObject {
    /// A setting, sent in this order.
    ///
    /// Parameter: `fields`.
    pub fn field(mut self, attribute: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push((attribute.into(), value.into()));
        self
    }
}

impl Operation for UpdateConfigObject {
    type Output = Vec<model::ConfigTuple>;

    const NAME: &'static str = "PUT /asterisk/config/dynamic/{configClass}/{objectType}/{id}";
    const PARAMETERS: &'static [&'static str] = &["configClass", "objectType", "id", "fields"];

    fn request(&self) -> Request {
        let fields = self.fields.iter();
        let fields = fields.map(|(name, value)| json!({"attribute": name, "value": value}));
        Draft::new(Method::PUT, "/asterisk/config/dynamic/{configClass}/{objectType}/{id}")
            .path("configClass", &self.class)
            .path("objectType", &self.object_type)
            .path("id", &self.id)
            .body("fields", fields.collect())
            .finish()
    }
}

awaits_output!(GetConfigObject, UpdateConfigObject, DeleteConfigObject);
