//! States of devices, and mailboxes.

use super::macros::model;
use crate::{DeviceState, Text};

model!(
    /// A device and its state.
    ///
    /// The devices of applications have names that begin with `Stasis:`, and only those can be set.
    #[model("DeviceState")]
    pub struct Device {
        /// The device's name: `PJSIP/100`, `Stasis:lamp`.
        #[json("name")]
        pub name: Text,
        /// Its state.
        #[json("state")]
        pub state: DeviceState,
    }
);

model!(
    /// A mailbox and how many messages are in it. Module `res_stasis_mailbox`.
    #[model("Mailbox")]
    pub struct Mailbox {
        /// The mailbox, `100@default`.
        #[json("name")]
        pub name: Text,
        /// Messages that were listened to.
        #[json("old_messages")]
        pub old_messages: u64,
        /// Messages that were not.
        #[json("new_messages")]
        pub new_messages: u64,
    }
);
