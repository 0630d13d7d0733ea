//! The state of one device.

use asterisk_proto::Text;
use asterisk_proto::ari::event::DeviceStateChanged;

use crate::client::Client;
use crate::events::EventStream;
use crate::rest::device_states::{DeleteDeviceState, GetDeviceState, SetDeviceState};

/// The state of one device, by its name. That of any device can be read (`PJSIP/100`); those of
/// applications (`Stasis:lamp`) can be set, and dialplan hints and phones' lamps can follow them.
#[derive(Debug, Clone)]
pub struct DeviceState {
    client: Client,
    device: Text,
}

impl DeviceState {
    pub(crate) fn new(client: Client, device: Text) -> Self {
        Self { client, device }
    }

    /// The device's name.
    #[must_use]
    pub fn device(&self) -> &str {
        &self.device
    }

    /// The client that it belongs to.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Subscribes to its changes, from now on: if the application is
    /// [subscribed](super::Application::subscribe) to them.
    pub fn events(&self) -> EventStream<DeviceStateChanged> {
        self.client.events().device(&self.device).of()
    }

    /// Reads it.
    pub fn get(&self) -> GetDeviceState {
        GetDeviceState::new(self.client.clone(), self.device.to_string())
    }

    /// Sets it.
    pub fn set(&self, state: asterisk_proto::DeviceState) -> SetDeviceState {
        SetDeviceState::new(self.client.clone(), self.device.to_string(), state)
    }

    /// Forgets it.
    pub fn delete(&self) -> DeleteDeviceState {
        DeleteDeviceState::new(self.client.clone(), self.device.to_string())
    }
}
