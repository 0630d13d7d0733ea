//! Which events an application gets.

use asterisk_proto::ari::{AriEvent, model};
use bytes::Bytes;
use http::Method;
use serde_json::{Value, json};

use crate::client::Client;
use crate::request::{Draft, Operation, Request};
use crate::rest::macros::awaits_output;

/// Says which types of events an application gets, instead of what was said before; the reply is the
/// application after that. Made by [`Application::filter`](crate::handle::Application::filter).
///
/// Nothing that is disallowed comes, and of the rest, if anything is allowed, only that. Without
/// either all events come again. The filter belongs to the application and not to the connection:
/// it is there as long as the application is.
///
/// ```
/// # use asterisk_sdk_testkit::FakeAsterisk;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let asterisk = FakeAsterisk::start().await?;
/// # let ari = asterisk_sdk_ari::Client::builder(asterisk.ari_url()).app("demo");
/// # let ari = ari.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
/// use asterisk_sdk_ari::event::{ChannelDestroyed, StasisStart};
///
/// let demo = ari.application("demo");
/// demo.filter().allow::<StasisStart>().allow::<ChannelDestroyed>().await?;
/// demo.filter().disallow_named("ChannelVarset").await?;
/// # Ok(())
/// # }
/// ```
///
/// Sends `PUT /applications/{applicationName}/eventFilter`.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent until it is awaited"]
pub struct FilterEvents {
    client: Client,
    name: String,
    allowed: Vec<String>,
    disallowed: Vec<String>,
}

impl FilterEvents {
    pub(crate) fn new(client: Client, name: String) -> Self {
        Self { client, name, allowed: Vec::new(), disallowed: Vec::new() }
    }

    /// Only events of this type, and of others that are allowed.
    ///
    /// What this crate waits for has to be among them: `PlaybackFinished` for playbacks,
    /// `RecordingFinished` and `RecordingFailed` for recordings.
    pub fn allow<E: AriEvent>(self) -> Self {
        self.allow_named(E::NAME)
    }

    /// As [`FilterEvents::allow`], for a type by its name.
    pub fn allow_named(mut self, event: impl Into<String>) -> Self {
        self.allowed.push(event.into());
        self
    }

    /// No events of this type.
    pub fn disallow<E: AriEvent>(self) -> Self {
        self.disallow_named(E::NAME)
    }

    /// As [`FilterEvents::disallow`], for a type by its name.
    pub fn disallow_named(mut self, event: impl Into<String>) -> Self {
        self.disallowed.push(event.into());
        self
    }
}

impl Operation for FilterEvents {
    type Output = model::Application;

    const NAME: &'static str = "PUT /applications/{applicationName}/eventFilter";
    const PARAMETERS: &'static [&'static str] = &["applicationName", "filter"];

    fn request(&self) -> Request {
        let types = |names: &[String]| -> Value {
            names.iter().map(|name| json!({ "type": name })).collect()
        };
        // The body itself is the parameter. A list that is left out would stay as it was.
        let filter =
            json!({"allowed": types(&self.allowed), "disallowed": types(&self.disallowed)});
        let draft = Draft::new(Method::PUT, "/applications/{applicationName}/eventFilter");
        let request = draft.path("applicationName", &self.name).finish();
        Request { body: Some(Bytes::from(filter.to_string())), ..request }
    }
}

awaits_output!(FilterEvents);
