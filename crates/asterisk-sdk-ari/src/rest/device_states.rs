//! States of devices: `/deviceStates`.
//!
//! Those of all devices can be read. Set and deleted are those of applications, whose names begin
//! with `Stasis:`. Operations on one are those of [`DeviceState`](crate::handle::DeviceState).

use asterisk_proto::DeviceState;
use asterisk_proto::ari::model;

use super::macros::{awaits_output, operation};
use crate::client::Client;

/// Operations on the states of all devices.
#[derive(Debug, Clone, Copy)]
pub struct DeviceStates<'a>(pub(crate) &'a Client);

impl DeviceStates<'_> {
    /// Lists the states that applications have set.
    pub fn list(&self) -> ListDeviceStates {
        ListDeviceStates::new(self.0.clone())
    }
}

operation!(
    /// Lists the states that applications have set, and no others.
    #[request(GET, "/deviceStates", Vec<model::Device>)]
    pub struct ListDeviceStates {}
);

operation!(
    /// Reads the state of any device. One that does not exist has the state `UNKNOWN` or `INVALID`.
    #[request(GET, "/deviceStates/{deviceName}", model::Device)]
    pub struct GetDeviceState {
        #[required(path, "deviceName")]
        name: String,
    }
);

operation!(
    /// Sets the state of a device of an application; it need not exist before. Lists tell only what
    /// follows the last slash of a name, and not its state, so do without slashes.
    ///
    /// Refused with 409 for other devices than `Stasis:…`, and with 500 for a state that cannot be
    /// set: `UNKNOWN`, or one that the server does not know.
    #[request(PUT, "/deviceStates/{deviceName}", ())]
    pub struct SetDeviceState {
        #[required(path, "deviceName")]
        name: String,
        #[required(query, "deviceState")]
        state: DeviceState,
    }
);

operation!(
    /// Forgets the state of a device of an application. Accepted when there is none.
    ///
    /// Refused with 409 for other devices than `Stasis:…`.
    #[request(DELETE, "/deviceStates/{deviceName}", ())]
    pub struct DeleteDeviceState {
        #[required(path, "deviceName")]
        name: String,
    }
);

awaits_output!(ListDeviceStates, GetDeviceState, SetDeviceState, DeleteDeviceState);
