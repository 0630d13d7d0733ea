//! The state of a channel, the same in all three protocols.

use crate::open_enum::open_enum;

open_enum!(
    /// The state of a channel.
    ///
    /// AMI and AGI number the states ([`ChannelState::from_code`]), ARI and AMI's
    /// `ChannelStateDesc` name them.
    pub enum ChannelState {
        /// The channel is down and available.
        #[wire("Down")]
        Down,
        /// The channel is down, but reserved.
        #[wire("Rsrvd")]
        Reserved,
        /// The channel is off hook.
        #[wire("OffHook")]
        OffHook,
        /// Digits (or equivalent) have been dialled.
        #[wire("Dialing")]
        Dialing,
        /// The line is ringing: an incoming call that nobody answered yet.
        #[wire("Ring")]
        Ring,
        /// The remote end is ringing.
        #[wire("Ringing")]
        Ringing,
        /// The line is up.
        #[wire("Up")]
        Up,
        /// The line is busy.
        #[wire("Busy")]
        Busy,
        /// Digits have been dialled while off hook.
        #[wire("Dialing Offhook")]
        DialingOffHook,
        /// The channel has detected an incoming call and waits for the ring.
        #[wire("Pre-ring")]
        PreRing,
        /// Do not transmit voice data.
        #[wire("Mute")]
        Mute,
        /// Asterisk itself says that it does not know.
        #[wire("Unknown")]
        Unknown,
    }
);

impl ChannelState {
    /// The state behind the number that AMI's `ChannelState` and AGI's `CHANNEL STATUS` give, or
    /// `None` for a number that Asterisk does not define.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Down,
            1 => Self::Reserved,
            2 => Self::OffHook,
            3 => Self::Dialing,
            4 => Self::Ring,
            5 => Self::Ringing,
            6 => Self::Up,
            7 => Self::Busy,
            8 => Self::DialingOffHook,
            9 => Self::PreRing,
            10 => Self::Mute,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ChannelState;

    #[test]
    fn words_numbers_and_the_unknown() {
        assert_eq!(ChannelState::from("Up"), ChannelState::Up);
        assert_eq!(ChannelState::from_code(6), Some(ChannelState::Up));
        assert_eq!(ChannelState::from_code(11), None);
        let odd = ChannelState::from("Levitating");
        assert_eq!(odd.as_str(), "Levitating");
        assert_eq!(odd, ChannelState::Other("Levitating".into()));
    }
}
