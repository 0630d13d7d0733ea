//! Outbound connections over TLS.

use std::fmt;
use std::sync::Arc;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{ServerConfig, crypto};

use crate::tls::{TlsError, certificates, private_roots};

/// How a server speaks TLS with Asterisk (`uri = wss://…` and `tls_enabled = yes`), for
/// [`Server::tls`](super::Server::tls). TLS 1.2 and 1.3 are spoken.
///
/// Asterisk wants a certificate for the host in `uri`, which has to be a name: it does not look for
/// addresses in certificates. Authorities other than the system's are named in `ca_list_file`.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use asterisk_sdk_ari::outbound::{Server, Tls};
/// use std::fs::read;
///
/// let tls = Tls::new(read("/etc/menu/chain.pem")?, read("/etc/menu/key.pem")?);
/// let server = Server::builder().login("pbx", "secret").bind("0.0.0.0:8765").await?.tls(&tls)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Tls {
    chain: Vec<u8>,
    key: Vec<u8>,
    clients: Option<Vec<u8>>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("client_ca", &self.clients.is_some()).finish_non_exhaustive()
    }
}

impl Tls {
    /// TLS with a certificate: the chain, the server's own certificate first, and its private key, both
    /// in PEM.
    pub fn new(chain_pem: impl AsRef<[u8]>, key_pem: impl AsRef<[u8]>) -> Self {
        let (chain, key) = (chain_pem.as_ref().to_vec(), key_pem.as_ref().to_vec());
        Self { chain, key, clients: None }
    }

    /// Takes only connections that show a certificate which one of these authorities has signed
    /// (`cert_file` and `priv_key_file` in `websocket_client.conf`): certificates in PEM. Calling it again
    /// adds to them.
    pub fn client_ca(mut self, pem: impl AsRef<[u8]>) -> Self {
        let clients = self.clients.get_or_insert_default();
        clients.extend_from_slice(pem.as_ref());
        clients.push(b'\n');
        self
    }

    pub(super) fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        // Named, so that it does not depend on what else in the process uses rustls.
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Failed { source: error.into() })?;
        let config = match &self.clients {
            None => config.with_no_client_auth(),
            Some(pem) => {
                let roots = Arc::new(private_roots(pem)?);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider).build();
                let verifier =
                    verifier.map_err(|error| TlsError::invalid("client authority", error))?;
                config.with_client_cert_verifier(verifier)
            }
        };
        let chain = certificates("certificate", &self.chain)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|error| TlsError::invalid("key", error))?;
        let config = config.with_single_cert(chain, key);
        Ok(Arc::new(config.map_err(|error| TlsError::invalid("certificate", error))?).into())
    }
}
