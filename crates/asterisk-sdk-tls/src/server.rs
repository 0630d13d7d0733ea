//! TLS from the side that is connected to.

use std::fmt;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::server::WebPkiClientVerifier;

use crate::error::TlsError;
use crate::pem;

/// How a server speaks TLS with those who connect to it: with Asterisk, or what stands before it. TLS
/// 1.2 and 1.3 are spoken.
///
/// ```
/// use asterisk_sdk_tls::ServerTls;
///
/// # let (chain, key, ca) = ("", "", "");
/// let tls = ServerTls::new(chain, key).client_ca(ca);
/// ```
#[derive(Clone)]
#[must_use]
pub struct ServerTls {
    chain: Vec<u8>,
    key: Vec<u8>,
    clients: Option<Vec<u8>>,
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ServerTls");
        shown.field("client_ca", &self.clients.is_some()).finish_non_exhaustive()
    }
}

impl ServerTls {
    /// TLS with a certificate: the chain, the server's own certificate first, and its private key, both
    /// in PEM.
    pub fn new(chain_pem: impl AsRef<[u8]>, key_pem: impl AsRef<[u8]>) -> Self {
        let (chain, key) = (chain_pem.as_ref().to_vec(), key_pem.as_ref().to_vec());
        Self { chain, key, clients: None }
    }

    /// Takes only connections that show a certificate which one of these authorities has signed:
    /// certificates in PEM. Calling it again adds to them. (Asterisk shows the one that `cert_file` and
    /// `priv_key_file` name in `websocket_client.conf`.)
    pub fn client_ca(mut self, pem: impl AsRef<[u8]>) -> Self {
        pem::add(&mut self.clients, pem.as_ref());
        self
    }
}

/// Reads what is needed for handshakes with clients.
///
/// # Errors
///
/// The certificate, the key or the authorities cannot be used.
pub fn acceptor(tls: &ServerTls) -> Result<TlsAcceptor, TlsError> {
    let provider = pem::provider();
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::setup)?;
    let config = match &tls.clients {
        None => config.with_no_client_auth(),
        Some(clients) => {
            let what = "client authority";
            let roots = Arc::new(pem::roots(what, clients)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build();
            let verifier = verifier.map_err(|error| TlsError::invalid(what, error))?;
            config.with_client_cert_verifier(verifier)
        }
    };
    let what = "certificate";
    let config =
        config.with_single_cert(pem::certificates(what, &tls.chain)?, pem::key("key", &tls.key)?);
    Ok(Arc::new(config.map_err(|error| TlsError::invalid(what, error))?).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_key() {
        let tls = ServerTls::new("chain", "hunter2").client_ca("ca");
        assert_eq!(format!("{tls:?}"), "ServerTls { client_ca: true, .. }");
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        let broken = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
        let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in ["", "no certificate", broken] {
            match acceptor(&ServerTls::new(pem, "")).err() {
                Some(TlsError::Invalid { what, .. }) => assert_eq!(what, "certificate", "{pem}"),
                other => panic!("{other:?}"),
            }
        }
        for pem in ["", broken, empty] {
            match acceptor(&ServerTls::new("", "").client_ca(pem)).err() {
                Some(TlsError::Invalid { what, .. }) => {
                    assert_eq!(what, "client authority", "{pem}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
