//! The state of an extension with a hint.

use std::fmt;

/// The state of an extension, which its hint sums up from the states of devices.
///
/// Asterisk gives it as a number made of bits: in use, busy, unavailable, ringing, on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExtensionState {
    /// -2: the extension was removed from the dialplan.
    Removed,
    /// -1: there is no such extension, or it has no hint (any more).
    Unknown,
    /// 0: all devices are idle.
    Idle,
    /// 1: a device is in a call.
    InUse,
    /// 2: all devices are busy.
    Busy,
    /// 4: no device can be reached.
    Unavailable,
    /// 8: a device rings.
    Ringing,
    /// 9: a device is in a call, and one rings.
    InUseRinging,
    /// 16: all devices hold their calls.
    Hold,
    /// 17: in a call and on hold at once; 16 and 22 say [`InUse`](Self::InUse) for two such devices.
    InUseHold,
    /// A number that this version of the crate has no name for.
    Other(i32),
}

impl ExtensionState {
    /// The number on the wire.
    #[must_use]
    pub fn code(self) -> i32 {
        match self {
            Self::Removed => -2,
            Self::Unknown => -1,
            Self::Idle => 0,
            Self::InUse => 1,
            Self::Busy => 2,
            Self::Unavailable => 4,
            Self::Ringing => 8,
            Self::InUseRinging => 9,
            Self::Hold => 16,
            Self::InUseHold => 17,
            Self::Other(code) => code,
        }
    }
}

impl From<i32> for ExtensionState {
    fn from(code: i32) -> Self {
        match code {
            -2 => Self::Removed,
            -1 => Self::Unknown,
            0 => Self::Idle,
            1 => Self::InUse,
            2 => Self::Busy,
            4 => Self::Unavailable,
            8 => Self::Ringing,
            9 => Self::InUseRinging,
            16 => Self::Hold,
            17 => Self::InUseHold,
            other => Self::Other(other),
        }
    }
}

impl fmt::Display for ExtensionState {
    /// Asterisk's own word for it, such as `InUse&Ringing`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Removed => "Removed",
            Self::Unknown => "Unknown",
            Self::Idle => "Idle",
            Self::InUse => "InUse",
            Self::Busy => "Busy",
            Self::Unavailable => "Unavailable",
            Self::Ringing => "Ringing",
            Self::InUseRinging => "InUse&Ringing",
            Self::Hold => "Hold",
            Self::InUseHold => "InUse&Hold",
            Self::Other(code) => return write!(f, "state {code}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ExtensionState;

    #[test]
    fn numbers_come_back() {
        for code in -3..=18 {
            assert_eq!(ExtensionState::from(code).code(), code);
        }
        assert_eq!(ExtensionState::from(9).to_string(), "InUse&Ringing");
        assert_eq!(ExtensionState::from(3), ExtensionState::Other(3));
    }
}
