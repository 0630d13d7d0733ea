//! The three protocols.

use std::fmt;

/// One of the protocols that Asterisk speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// The manager interface.
    Ami,
    /// FastAGI: Asterisk is the one who connects.
    Agi,
    /// REST and the event WebSocket.
    Ari,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ami => "AMI",
            Self::Agi => "AGI",
            Self::Ari => "ARI",
        })
    }
}
