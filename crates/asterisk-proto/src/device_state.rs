//! The state of a device, the same in AMI and ARI.

use crate::open_enum::open_enum;

open_enum!(
    /// The state of a device: of a phone, a queue, a parking place, or a custom one that the dialplan
    /// sets.
    ///
    /// AMI's `DeviceStateChange` and ARI name the states, queue members number them
    /// ([`DeviceState::from_code`]).
    pub enum DeviceState {
        /// Nobody has said anything about the device.
        #[wire("UNKNOWN")]
        Unknown,
        /// It is idle.
        #[wire("NOT_INUSE")]
        NotInUse,
        /// It is in a call.
        #[wire("INUSE")]
        InUse,
        /// It takes no further call.
        #[wire("BUSY")]
        Busy,
        /// No such device exists.
        #[wire("INVALID")]
        Invalid,
        /// It exists, and cannot be reached: not registered, not logged in.
        #[wire("UNAVAILABLE")]
        Unavailable,
        /// It rings.
        #[wire("RINGING")]
        Ringing,
        /// It is in a call, and another one rings.
        #[wire("RINGINUSE")]
        RingInUse,
        /// Its calls are on hold.
        #[wire("ONHOLD")]
        OnHold,
    }
);

impl DeviceState {
    /// The state behind the number that queues give their members as `Status`, or `None` for a
    /// number that Asterisk does not define.
    #[must_use]
    pub fn from_code(code: u32) -> Option<Self> {
        Some(match code {
            0 => Self::Unknown,
            1 => Self::NotInUse,
            2 => Self::InUse,
            3 => Self::Busy,
            4 => Self::Invalid,
            5 => Self::Unavailable,
            6 => Self::Ringing,
            7 => Self::RingInUse,
            8 => Self::OnHold,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::DeviceState;

    #[test]
    fn words_and_numbers() {
        assert_eq!(DeviceState::from("not_inuse"), DeviceState::NotInUse);
        assert_eq!(DeviceState::from_code(1), Some(DeviceState::NotInUse));
        assert_eq!(DeviceState::from_code(8), Some(DeviceState::OnHold));
        assert_eq!(DeviceState::from_code(9), None);
        assert_eq!(DeviceState::from("MELTED").as_str(), "MELTED");
    }
}
