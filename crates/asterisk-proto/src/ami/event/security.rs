//! Security events: who came in, who was turned away and why (class `security`).
//!
//! The manager interface, PJSIP and `chan_sip` raise them; ARI does not. Sessions receive them only if
//! their user may read `security`.

use std::net::IpAddr;

use super::super::field::word_fields;
use super::super::{Field, Message};
use super::macros::ami_event;
use crate::open_enum::open_enum;
use crate::{Text, Timestamp};

/// Declares a security event: the fields that all of them have, and its own.
macro_rules! security_event {
    (
        $(#[doc = $doc:expr])+
        $(#[doc(alias = $alias:literal)])?
        #[event($wire:literal)]
        pub struct $name:ident { $($own:tt)* }
    ) => {
        ami_event!(
            $(#[doc = $doc])+
            $(#[doc(alias = $alias)])?
            #[event($wire)]
            pub struct $name {
                /// When it happened, by the server's clock.
                #[header("EventTV")]
                pub event_time: Option<Timestamp>,
                /// How bad it is.
                #[header("Severity")]
                pub severity: Option<SecuritySeverity>,
                /// Which part of Asterisk was spoken to: `AMI`, `PJSIP` or `SIP`.
                #[header("Service")]
                pub service: Option<Text>,
                /// The version of the event's layout, a number for each kind of event.
                #[header("EventVersion")]
                pub event_version: Option<u32>,
                /// The account as the client named it, existing or not. Empty where none was named or
                /// the check came before; PJSIP has `<unknown>`, read as `None`.
                #[header("AccountID")]
                pub account_id: Option<Text>,
                /// What tells the session from others: of PJSIP the `Call-ID`, of the others an address
                /// in the server's memory.
                #[header("SessionID")]
                pub session_id: Option<Text>,
                /// The server's side of the connection.
                #[header("LocalAddress")]
                pub local_address: Option<SecurityAddress>,
                /// The client's side of the connection.
                #[header("RemoteAddress")]
                pub remote_address: Option<SecurityAddress>,
                /// The module that reports it; none of the packaged ones names itself.
                #[header("Module")]
                pub module: Option<Text>,
                /// When the session was authenticated; the manager interface writes the beginning of
                /// 1970 for one that is not, PJSIP writes nothing.
                #[header("SessionTV")]
                pub session_time: Option<Timestamp>,
                $($own)*
            }
        );
    };
}

security_event!(
    /// A client tried a way of authentication that is not allowed.
    ///
    /// No part of Asterisk 16 or 22 raises it.
    #[event("AuthMethodNotAllowed")]
    pub struct AuthMethodNotAllowed {
        /// The way that was tried.
        #[header("AuthMethod")]
        pub auth_method: Option<Text>,
    }
);

security_event!(
    /// A client answered a challenge wrongly: a bad password with MD5 login, or with SIP digest.
    #[event("ChallengeResponseFailed")]
    pub struct ChallengeResponseFailed {
        /// The challenge: of SIP the nonce.
        #[header("Challenge")]
        pub challenge: Option<Text>,
        /// The client's answer to it.
        #[header("Response")]
        pub response: Option<Text>,
        /// The right answer, where it is known; PJSIP leaves it empty. It is worth as much as the
        /// password as long as the challenge lasts.
        #[header("ExpectedResponse")]
        pub expected_response: Option<Text>,
    }
);

security_event!(
    /// A SIP client was sent a challenge, which is how each authentication begins.
    ///
    /// The challenges of the manager interface are not reported.
    #[event("ChallengeSent")]
    pub struct ChallengeSent {
        /// The challenge; PJSIP leaves it empty.
        #[header("Challenge")]
        pub challenge: Option<Text>,
    }
);

security_event!(
    /// A client was turned away because of its address, or of what it wanted to register for.
    #[doc(alias = "FailedACL")]
    #[event("FailedACL")]
    pub struct FailedAcl {
        /// The rule that was hit, such as `not_match_endpoint_acl` (PJSIP) or `peer_not_dynamic`
        /// (`chan_sip`); the manager interface leaves the header out.
        #[header("ACLName")]
        pub acl_name: Option<Text>,
    }
);

security_event!(
    /// A client named an account that does not exist.
    #[event("InvalidAccountID")]
    pub struct InvalidAccountID {}
);

security_event!(
    /// A client gave a wrong password in plain, or with `chan_sip` a wrong digest.
    #[event("InvalidPassword")]
    pub struct InvalidPassword {
        /// The challenge, where there was one (`chan_sip`).
        #[header("Challenge")]
        pub challenge: Option<Text>,
        /// The challenge that the client answered (`chan_sip`).
        #[header("ReceivedChallenge")]
        pub received_challenge: Option<Text>,
        /// The digest that the client sent (`chan_sip`).
        #[header("ReceivedHash")]
        pub received_hash: Option<Text>,
    }
);

security_event!(
    /// A client came over a transport that its account does not allow (`chan_sip`).
    #[event("InvalidTransport")]
    pub struct InvalidTransport {
        /// The transport that was tried, such as `UDP`.
        #[header("AttemptedTransport")]
        pub attempted_transport: Option<Text>,
    }
);

security_event!(
    /// A request was refused because the machine was too busy.
    ///
    /// No part of Asterisk 16 or 22 raises it.
    #[event("LoadAverageLimit")]
    pub struct LoadAverageLimit {}
);

security_event!(
    /// A request was refused for want of memory.
    #[event("MemoryLimit")]
    pub struct MemoryLimit {}
);

security_event!(
    /// A request could not be understood, such as an unknown action of the manager interface.
    #[event("RequestBadFormat")]
    pub struct RequestBadFormat {
        /// What was asked for: of the manager interface `Action: <name>`, of PJSIP a word for the
        /// check that failed.
        #[header("RequestType")]
        pub request_type: Option<Text>,
        /// The parameters of the request, where the service gives them.
        #[header("RequestParams")]
        pub request_parameters: Option<Text>,
    }
);

security_event!(
    /// A request was refused that the account may not make, or that came before the login.
    #[event("RequestNotAllowed")]
    pub struct RequestNotAllowed {
        /// What was asked for: of the manager interface `Action: <name>`, of PJSIP a word for the
        /// check that failed.
        #[header("RequestType")]
        pub request_type: Option<Text>,
        /// The parameters of the request, where the service gives them.
        #[header("RequestParams")]
        pub request_parameters: Option<Text>,
    }
);

security_event!(
    /// A request was refused because the server does not do such things, such as a registration with a
    /// PJSIP endpoint whose contacts are fixed.
    #[event("RequestNotSupported")]
    pub struct RequestNotSupported {
        /// What was asked for: of the manager interface `Action: <name>`, of PJSIP a word for the
        /// check that failed.
        #[header("RequestType")]
        pub request_type: Option<Text>,
    }
);

security_event!(
    /// A login was refused because the account is in use and may be so only once.
    #[event("SessionLimit")]
    pub struct SessionLimit {}
);

security_event!(
    /// A client authenticated; your own login raises one.
    #[event("SuccessfulAuth")]
    pub struct SuccessfulAuth {
        /// Whether a password was used. The manager interface says no even if one was.
        #[header("UsingPassword")]
        pub using_password: Option<bool>,
    }
);

security_event!(
    /// A client came from another address than the one that its session belongs to.
    ///
    /// No part of Asterisk 16 or 22 raises it.
    #[event("UnexpectedAddress")]
    pub struct UnexpectedAddress {
        /// The address that the session belongs to.
        #[header("ExpectedAddress")]
        pub expected_address: Option<SecurityAddress>,
    }
);

open_enum! {
    /// How bad a security event is.
    pub enum SecuritySeverity {
        /// Nothing to worry about.
        #[wire("Informational")]
        Informational,
        /// Somebody was turned away.
        #[wire("Error")]
        Error,
    }
}

open_enum! {
    /// The transport of a connection in a security event.
    pub enum SecurityTransport {
        /// UDP.
        #[wire("UDP")]
        Udp,
        /// TCP.
        #[wire("TCP")]
        Tcp,
        /// TLS over TCP.
        #[wire("TLS")]
        Tls,
        /// A WebSocket.
        #[wire("WS")]
        WebSocket,
        /// A WebSocket over TLS.
        #[wire("WSS")]
        SecureWebSocket,
    }
}

word_fields!(SecuritySeverity);

/// One side of a connection, as security events write it: `IPV4/TCP/127.0.0.1/5038`.
///
/// The text is kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecurityAddress(Text);

impl SecurityAddress {
    /// The text that the server wrote.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `IPV4`, `IPV6` or `UNKN`.
    #[must_use]
    pub fn family(&self) -> Option<&str> {
        self.part(0)
    }

    /// What carries the connection.
    #[must_use]
    pub fn transport(&self) -> Option<SecurityTransport> {
        self.part(1).map(SecurityTransport::from)
    }

    /// The host.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        let host = self.part(2)?;
        host.trim_matches(['[', ']']).parse().ok()
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.part(3)?.parse().ok()
    }

    fn part(&self, index: usize) -> Option<&str> {
        self.0.split('/').nth(index)
    }
}

impl From<Text> for SecurityAddress {
    fn from(text: Text) -> Self {
        Self(text)
    }
}

impl Field for Option<SecurityAddress> {
    fn read(message: &Message, name: &str) -> Self {
        message.known(name).filter(|text| !text.is_empty()).map(SecurityAddress)
    }
}

#[cfg(test)]
mod tests {
    use super::{SecurityAddress, SecurityTransport};
    use crate::Text;

    #[test]
    fn addresses() {
        let address = SecurityAddress::from(Text::from("IPV6/TLS/::1/5061"));
        assert_eq!(address.family(), Some("IPV6"));
        assert_eq!(address.transport(), Some(SecurityTransport::Tls));
        assert_eq!(address.address(), Some("::1".parse().unwrap()));
        assert_eq!(address.port(), Some(5061));
        let odd = SecurityAddress::from(Text::from("nowhere"));
        assert_eq!((odd.transport(), odd.address(), odd.port()), (None, None, None));
        assert_eq!(odd.as_str(), "nowhere");
    }
}
