//! Values of variables that are set together with something else.

use serde_json::{Value, json};

/// The value of a variable, in the operations that set several: text, or text that is to be
/// reported.
///
/// ```
/// # use asterisk_sdk_testkit::FakeAsterisk;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let asterisk = FakeAsterisk::start().await?;
/// # let ari = asterisk_sdk_ari::Client::builder(asterisk.ari_url()).app("demo");
/// # let ari = ari.login(FakeAsterisk::USER, FakeAsterisk::PASSWORD).connect().await?;
/// # asterisk.endpoint("PJSIP/100");
/// use asterisk_sdk_ari::rest::VariableValue;
///
/// ari.channels()
///     .create("PJSIP/100", "demo")
///     .variable("CUSTOMER", "42")
///     .variable("STAGE", VariableValue::reported("greeting"))
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableValue {
    text: String,
    reported: bool,
}

impl VariableValue {
    /// A value whose variable the events of its channel or bridge carry from now on
    /// (`channelvars`, `bridgevars`),
    /// until it is set without that. Asterisk 22; 16 refuses the request.
    pub fn reported(text: impl Into<String>) -> Self {
        Self { text: text.into(), reported: true }
    }
}

impl<T: Into<String>> From<T> for VariableValue {
    fn from(text: T) -> Self {
        Self { text: text.into(), reported: false }
    }
}

impl From<VariableValue> for Value {
    fn from(value: VariableValue) -> Self {
        if value.reported {
            json!({"value": value.text, "report_events": true})
        } else {
            value.text.into()
        }
    }
}
