//! What can go wrong.

use std::error::Error as StdError;

pub(crate) type Source = Box<dyn StdError + Send + Sync>;

/// Why there is no TLS connection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A setting of [`Tls`](crate::Tls) or [`ServerTls`](crate::ServerTls) cannot be used. Nothing was
    /// sent.
    #[error("unusable {what}")]
    Invalid {
        /// Which one.
        what: &'static str,
        /// What is wrong with it.
        source: Source,
    },
    /// The system has no authorities, and no private one was given. Nothing was sent.
    #[error("the system has no certificate authorities")]
    NoSystemAuthorities {
        /// What went wrong in reading them, if anything did.
        source: Option<Source>,
    },
    /// The library cannot do what is needed. Nothing was sent.
    #[error("TLS cannot be set up")]
    Setup {
        /// The reason.
        source: Source,
    },
    /// What listens there does not speak TLS. The plain ports of Asterisk do not.
    #[error("the server does not speak TLS")]
    NotTls {
        /// What was not understood.
        source: Source,
    },
    /// No trusted authority has signed the server's certificate.
    #[error("no trusted authority has signed the server's certificate")]
    UnknownAuthority {
        /// The library's words.
        source: Source,
    },
    /// The server's certificate is for another name ([`Tls::server_name`](crate::Tls::server_name)).
    #[error("the server's certificate is not for {name}")]
    WrongName {
        /// The name that it should be for.
        name: String,
        /// The library's words, with the names that it is for.
        source: Source,
    },
    /// The server's certificate is not accepted for another reason, such as its age.
    #[error("the server's certificate is not accepted")]
    BadCertificate {
        /// The reason.
        source: Source,
    },
    /// The two sides did not agree, or the server refused.
    #[error("the TLS handshake failed")]
    Failed {
        /// The reason.
        source: Source,
    },
}

impl TlsError {
    pub(crate) fn invalid(what: &'static str, source: impl Into<Source>) -> Self {
        Self::Invalid { what, source: source.into() }
    }

    pub(crate) fn setup(source: impl Into<Source>) -> Self {
        Self::Setup { source: source.into() }
    }
}
