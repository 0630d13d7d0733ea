//! Certificates and keys as they stand in files.

use std::sync::Arc;

use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::error::TlsError;

/// Named, so that it does not depend on what else in the process uses rustls.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

pub(crate) fn certificates(
    what: &'static str,
    pem: &[u8],
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|error| TlsError::invalid(what, error))?;
    if found.is_empty() {
        return Err(TlsError::invalid(what, "there is no certificate in it"));
    }
    Ok(found)
}

pub(crate) fn key(what: &'static str, pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| TlsError::invalid(what, error))
}

pub(crate) fn roots(what: &'static str, pem: &[u8]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(what, pem)? {
        roots.add(authority).map_err(|error| TlsError::invalid(what, error))?;
    }
    Ok(roots)
}

/// Adds certificates to those that were named before.
pub(crate) fn add(authorities: &mut Option<Vec<u8>>, pem: &[u8]) {
    let authorities = authorities.get_or_insert_default();
    authorities.extend_from_slice(pem);
    authorities.push(b'\n');
}
