//! TLS from the side that connects.

use std::fmt;
use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore};

use crate::error::TlsError;
use crate::pem;

/// How to connect over TLS.
///
/// The server's certificate is always checked: against the system's authorities or a private one, and
/// against the name that was connected to or another one. TLS 1.2 and 1.3 are spoken.
///
/// ```
/// use asterisk_sdk_tls::Tls;
///
/// # let ca = "";
/// let tls = Tls::new().private_ca(ca).server_name("pbx");
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Tls {
    authorities: Option<Vec<u8>>,
    client: Option<Arc<(Vec<u8>, Vec<u8>)>>,
    server_name: Option<String>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("private_ca", &self.authorities.is_some())
            .field("client_certificate", &self.client.is_some())
            .field("server_name", &self.server_name)
            .finish()
    }
}

impl Tls {
    /// TLS with the system's authorities and the host of the address as the server's name.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts these authorities instead of the system's: certificates in PEM. Calling it again adds
    /// to them.
    pub fn private_ca(mut self, pem: impl AsRef<[u8]>) -> Self {
        pem::add(&mut self.authorities, pem.as_ref());
        self
    }

    /// Shows the server a certificate: the chain, the client's own certificate first, and its
    /// private key, both in PEM.
    ///
    /// The manager interface of Asterisk 22 never asks for one, not even with `tlsverifyclient = yes`;
    /// what stands before it and ends TLS may.
    pub fn client_certificate(
        mut self,
        chain_pem: impl AsRef<[u8]>,
        key_pem: impl AsRef<[u8]>,
    ) -> Self {
        self.client = Some(Arc::new((chain_pem.as_ref().to_vec(), key_pem.as_ref().to_vec())));
        self
    }

    /// The name or address that the server's certificate has to be for, where it is another than
    /// the host that is connected to.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    fn config(&self) -> Result<ClientConfig, TlsError> {
        let roots = match &self.authorities {
            Some(pem) => pem::roots("private authority", pem)?,
            None => system_roots()?,
        };
        let config = ClientConfig::builder_with_provider(pem::provider())
            .with_safe_default_protocol_versions()
            .map_err(TlsError::setup)?
            .with_root_certificates(roots);
        let Some(client) = &self.client else { return Ok(config.with_no_client_auth()) };
        let (chain, key) = (&client.0, &client.1);
        let what = "client certificate";
        let chain = pem::certificates(what, chain)?;
        let key = pem::key("client key", key)?;
        config.with_client_auth_cert(chain, key).map_err(|error| TlsError::invalid(what, error))
    }
}

fn system_roots() -> Result<RootCertStore, TlsError> {
    let mut found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Systems hold some that are of no use; only having none at all is an error.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let source = found.errors.pop().map(Into::into);
        return Err(TlsError::NoSystemAuthorities { source });
    }
    Ok(roots)
}

/// All that handshakes with one server need. Clones share it.
#[derive(Clone)]
pub struct Connector {
    server_name: ServerName<'static>,
    connector: TlsConnector,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("server_name", &self.server_name).finish_non_exhaustive()
    }
}

impl Connector {
    /// Reads authorities and certificates, for handshakes with the server at this host: a name or an
    /// address without a port.
    ///
    /// # Errors
    ///
    /// What was given cannot be used, or there are no authorities. Nothing is sent.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves nothing behind but a thread that reads files.
    pub async fn new(tls: &Tls, host: &str) -> Result<Self, TlsError> {
        let name = tls.server_name.as_deref().unwrap_or(host);
        let server_name = ServerName::try_from(name.to_owned())
            .map_err(|error| TlsError::invalid("server name", error))?;
        let tls = tls.clone();
        // The system's authorities are many files.
        let config = tokio::task::spawn_blocking(move || tls.config()).await;
        // It fails only with the whole runtime, or by a panic in the parser.
        let config = config.map_err(TlsError::setup)??;
        Ok(Self { server_name, connector: Arc::new(config).into() })
    }

    /// Shakes hands.
    ///
    /// # Errors
    ///
    /// [`HandshakeError`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection.
    pub async fn connect(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, HandshakeError> {
        let handshake = self.connector.connect(self.server_name.clone(), stream);
        handshake.await.map_err(|error| self.failed(error))
    }

    fn failed(&self, error: io::Error) -> HandshakeError {
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
        let Some(cause) = cause.cloned() else { return HandshakeError::Closed(error) };
        HandshakeError::Refused(match &cause {
            rustls::Error::InvalidMessage(_) => TlsError::NotTls { source: cause.into() },
            rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
                TlsError::UnknownAuthority { source: cause.into() }
            }
            rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            ) => {
                let name = self.server_name.to_str().into_owned();
                TlsError::WrongName { name, source: cause.into() }
            }
            rustls::Error::InvalidCertificate(_) => {
                TlsError::BadCertificate { source: cause.into() }
            }
            _ => TlsError::Failed { source: cause.into() },
        })
    }
}

/// Why a handshake came to nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// One of the two sides does not want the other.
    #[error(transparent)]
    Refused(#[from] TlsError),
    /// The connection ended before they agreed.
    #[error("the connection ended in the TLS handshake")]
    Closed(#[source] io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_cannot_be_used_is_told_before_anything_is_sent() {
        let what = async |tls: Tls| match Connector::new(&tls, "pbx").await.err() {
            Some(TlsError::Invalid { what, .. }) => what,
            other => panic!("{other:?}"),
        };
        let broken = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
        let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in ["", "no certificate", broken, empty] {
            assert_eq!(what(Tls::new().private_ca(pem)).await, "private authority", "{pem}");
        }
        assert_eq!(what(Tls::new().server_name("a b")).await, "server name");
    }

    #[test]
    fn debug_shows_no_key() {
        let tls = Tls::new().client_certificate("chain", "hunter2");
        assert_eq!(
            format!("{tls:?}"),
            "Tls { private_ca: false, client_certificate: true, server_name: None }"
        );
    }
}
