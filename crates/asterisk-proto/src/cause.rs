//! Why a call ended: the cause numbers of Q.850 and Asterisk's additions.

use std::fmt;

/// Declares the known causes with their numbers.
macro_rules! causes {
    ($($(#[doc = $doc:expr])+ $name:ident = $code:literal,)+) => {
        /// Why a channel was hung up: a Q.850 cause or one of Asterisk's own (0 and above 127).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum HangupCause {
            $($(#[doc = $doc])+ $name,)+
            /// A number that this version of the crate has no name for.
            Other(u32),
        }

        impl HangupCause {
            /// The cause's number.
            #[must_use]
            pub fn code(self) -> u32 {
                match self {
                    $(Self::$name => $code,)+
                    Self::Other(code) => code,
                }
            }
        }

        impl From<u32> for HangupCause {
            fn from(code: u32) -> Self {
                match code {
                    $($code => Self::$name,)+
                    other => Self::Other(other),
                }
            }
        }
    };
}

causes! {
    /// 0: no cause was given.
    NotDefined = 0,
    /// 1: the number is not allocated.
    Unallocated = 1,
    /// 2: no route to the transit network.
    NoRouteTransitNetwork = 2,
    /// 3: no route to the destination.
    NoRouteDestination = 3,
    /// 5: a trunk prefix was dialled by mistake.
    MisdialledTrunkPrefix = 5,
    /// 6: the channel is unacceptable.
    ChannelUnacceptable = 6,
    /// 7: the call was awarded and is delivered on an established channel.
    CallAwardedDelivered = 7,
    /// 8: the call was pre-empted.
    Preempted = 8,
    /// 14: the number was ported.
    NumberPortedNotHere = 14,
    /// 16: the call was cleared normally.
    NormalClearing = 16,
    /// 17: the user is busy.
    UserBusy = 17,
    /// 18: the user's equipment does not respond.
    NoUserResponse = 18,
    /// 19: the user was alerted but did not answer.
    NoAnswer = 19,
    /// 20: the subscriber is absent.
    SubscriberAbsent = 20,
    /// 21: the call was rejected.
    CallRejected = 21,
    /// 22: the number has changed.
    NumberChanged = 22,
    /// 23: the call was redirected to a new destination.
    RedirectedToNewDestination = 23,
    /// 26: the call was answered elsewhere.
    AnsweredElsewhere = 26,
    /// 27: the destination is out of order.
    DestinationOutOfOrder = 27,
    /// 28: the number's format is invalid.
    InvalidNumberFormat = 28,
    /// 29: the facility was rejected.
    FacilityRejected = 29,
    /// 30: an answer to a status enquiry.
    ResponseToStatusEnquiry = 30,
    /// 31: normal, unspecified.
    NormalUnspecified = 31,
    /// 34: no circuit is available.
    NormalCircuitCongestion = 34,
    /// 38: the network is out of order.
    NetworkOutOfOrder = 38,
    /// 41: a temporary failure.
    NormalTemporaryFailure = 41,
    /// 42: the switching equipment is congested.
    SwitchCongestion = 42,
    /// 43: access information was discarded.
    AccessInfoDiscarded = 43,
    /// 44: the requested channel is not available.
    RequestedChannelUnavailable = 44,
    /// 50: the facility is not subscribed.
    FacilityNotSubscribed = 50,
    /// 52: outgoing calls are barred.
    OutgoingCallBarred = 52,
    /// 54: incoming calls are barred.
    IncomingCallBarred = 54,
    /// 57: the bearer capability is not authorised.
    BearerCapabilityNotAuthorized = 57,
    /// 58: the bearer capability is not available now.
    BearerCapabilityNotAvailable = 58,
    /// 65: the bearer capability is not implemented.
    BearerCapabilityNotImplemented = 65,
    /// 66: the channel type is not implemented.
    ChannelNotImplemented = 66,
    /// 69: the facility is not implemented.
    FacilityNotImplemented = 69,
    /// 81: the call reference is invalid.
    InvalidCallReference = 81,
    /// 88: the destination is incompatible.
    IncompatibleDestination = 88,
    /// 95: an invalid message, unspecified.
    InvalidMessageUnspecified = 95,
    /// 96: a mandatory information element is missing.
    MandatoryInformationElementMissing = 96,
    /// 97: the message type does not exist.
    MessageTypeNonexistent = 97,
    /// 98: a wrong message.
    WrongMessage = 98,
    /// 99: an information element does not exist.
    InformationElementNonexistent = 99,
    /// 100: the contents of an information element are invalid.
    InvalidInformationElementContents = 100,
    /// 101: a message in the wrong call state.
    WrongCallState = 101,
    /// 102: recovery after a timer ran out.
    RecoveryOnTimerExpiry = 102,
    /// 103: the length of a mandatory information element is wrong.
    MandatoryInformationElementLength = 103,
    /// 111: a protocol error.
    ProtocolError = 111,
    /// 127: interworking, unspecified.
    Interworking = 127,
}

impl fmt::Display for HangupCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?} ({})", self.code())
    }
}

impl serde::Serialize for HangupCause {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u32(self.code())
    }
}

impl<'de> serde::Deserialize<'de> for HangupCause {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        u32::deserialize(from).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::HangupCause;

    #[test]
    fn numbers_survive_both_ways() {
        for code in 0..300 {
            assert_eq!(HangupCause::from(code).code(), code);
        }
        assert_eq!(HangupCause::from(16), HangupCause::NormalClearing);
        assert_eq!(HangupCause::from(16).to_string(), "NormalClearing (16)");
    }
}
