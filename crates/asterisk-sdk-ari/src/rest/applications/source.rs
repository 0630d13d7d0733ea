//! Where events come from.

use std::fmt;

use asterisk_proto::{BridgeId, ChannelId};

/// What an application can be subscribed to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventSource(String);

impl EventSource {
    /// All channels.
    pub const ALL_CHANNELS: &'static str = "channel:";

    /// All bridges.
    pub const ALL_BRIDGES: &'static str = "bridge:";

    /// All endpoints.
    pub const ALL_ENDPOINTS: &'static str = "endpoint:";

    /// The states of all devices.
    pub const ALL_DEVICE_STATES: &'static str = "deviceState:";

    /// One channel.
    pub fn channel(id: impl Into<ChannelId>) -> Self {
        Self(format!("channel:{}", id.into()))
    }

    /// One bridge.
    pub fn bridge(id: impl Into<BridgeId>) -> Self {
        Self(format!("bridge:{}", id.into()))
    }

    /// One endpoint: `PJSIP`, `100`.
    #[must_use]
    pub fn endpoint(technology: &str, resource: &str) -> Self {
        Self(format!("endpoint:{technology}/{resource}"))
    }

    /// All endpoints of a technology, such as `PJSIP`.
    #[must_use]
    pub fn technology(technology: &str) -> Self {
        Self(format!("endpoint:{technology}"))
    }

    /// The state of one device: `PJSIP/100`, `Custom:lamp`.
    #[must_use]
    pub fn device_state(device: &str) -> Self {
        Self(format!("deviceState:{device}"))
    }

    /// As the server writes it: `channel:1763715600.12`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Any source as the server writes it: a kind, a colon, and the name of one object or nothing.
impl<T: Into<String>> From<T> for EventSource {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
