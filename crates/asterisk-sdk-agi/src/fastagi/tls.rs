//! FastAGI over TLS.

use std::error::Error as StdError;
use std::fmt;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig, crypto};
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};
use tracing::{debug, warn};

type Source = Box<dyn StdError + Send + Sync>;

/// How a server speaks TLS, for [`Server::tls`](super::Server::tls). TLS 1.2 and 1.3 are spoken.
///
/// Asterisk itself speaks plain FastAGI only: this is for a tunnel that stands between, such as
/// `stunnel` as a client on Asterisk's machine, where the dialplan calls `agi://127.0.0.1/…`. With
/// [`client_ca`](Self::client_ca), nobody else gets as far as pretending to be a call.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use asterisk_sdk_agi::{Call, fastagi::{Server, Tls}};
/// use std::fs::read;
///
/// let tls = Tls::new(read("/etc/agi/chain.pem")?, read("/etc/agi/key.pem")?)
///     .client_ca(read("/etc/agi/pbx-ca.pem")?);
/// let server = Server::builder().fallback(|call: Call| async move { drop(call) });
/// let server = server.bind("0.0.0.0:4574").await?.tls(&tls)?;
/// server.serve().await;
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

    /// Takes only connections that show a certificate which one of these authorities has signed:
    /// certificates in PEM. Calling it again adds to them.
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
                let what = "client authority";
                let mut roots = RootCertStore::empty();
                for authority in certificates(what, pem)? {
                    roots.add(authority).map_err(|error| TlsError::invalid(what, error))?;
                }
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                let verifier = verifier.map_err(|error| TlsError::invalid(what, error))?;
                config.with_client_cert_verifier(verifier)
            }
        };
        let what = "certificate";
        let chain = certificates(what, &self.chain)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|error| TlsError::invalid("key", error))?;
        let config = config.with_single_cert(chain, key);
        let config = config.map_err(|error| TlsError::invalid(what, error))?;
        Ok(Arc::new(config).into())
    }
}

fn certificates(what: &'static str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|error| TlsError::invalid(what, error))?;
    if found.is_empty() {
        return Err(TlsError::invalid(what, "there is no certificate in it"));
    }
    Ok(found)
}

/// Why a server cannot speak TLS.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A setting of [`Tls`] cannot be used.
    #[error("unusable {what}")]
    Invalid {
        /// Which one.
        what: &'static str,
        /// What is wrong with it.
        source: Source,
    },
    /// The library cannot do what is needed.
    #[error("TLS cannot be set up")]
    Failed {
        /// The reason.
        source: Source,
    },
}

impl TlsError {
    fn invalid(what: &'static str, source: impl Into<Source>) -> Self {
        Self::Invalid { what, source: source.into() }
    }
}

/// A connection that shakes hands when it is first read: in the task of its call, and within the time
/// that the call's variables may take.
pub(super) struct TlsLink {
    state: State,
    peer: SocketAddr,
}

enum State {
    Shaking(Box<Accept<TcpStream>>),
    Open(Box<TlsStream<TcpStream>>),
    Failed,
}

impl TlsLink {
    pub(super) fn new(acceptor: &TlsAcceptor, stream: TcpStream, peer: SocketAddr) -> Self {
        Self { state: State::Shaking(Box::new(acceptor.accept(stream))), peer }
    }

    fn poll_open(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<&mut TlsStream<TcpStream>>> {
        if let State::Shaking(accept) = &mut self.state {
            match ready!(Pin::new(accept).poll(context)) {
                Ok(stream) => self.state = State::Open(Box::new(stream)),
                Err(error) => {
                    self.state = State::Failed;
                    let peer = self.peer;
                    // One that just went away is a port scan or a health check, and no news.
                    let cause = error.get_ref();
                    if cause.and_then(|cause| cause.downcast_ref::<rustls::Error>()).is_some() {
                        warn!(%peer, %error, "the TLS handshake failed");
                    } else {
                        debug!(%peer, %error, "the TLS handshake broke off");
                    }
                    return Poll::Ready(Err(error));
                }
            }
        }
        Poll::Ready(match &mut self.state {
            State::Open(stream) => Ok(stream),
            State::Shaking(_) | State::Failed => Err(io::ErrorKind::NotConnected.into()),
        })
    }
}

impl AsyncRead for TlsLink {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(ready!(self.poll_open(context))?).poll_read(context, buffer)
    }
}

impl AsyncWrite for TlsLink {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(ready!(self.poll_open(context))?).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(ready!(self.poll_open(context))?).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(ready!(self.poll_open(context))?).poll_shutdown(context)
    }
}

impl Drop for TlsLink {
    /// A script ends by dropping its call. Without TLS's own goodbye that would look like a connection
    /// that broke, which a tunnel may pass on as such.
    fn drop(&mut self) {
        if let State::Open(stream) = &mut self.state {
            let (stream, connection) = stream.get_mut();
            connection.send_close_notify();
            // A few bytes: if there is no room for them, the peer has other troubles.
            let _ = connection.write_tls(&mut WithoutWaiting(stream));
        }
    }
}

/// Writes as much as there is room for.
struct WithoutWaiting<'a>(&'a TcpStream);

impl Write for WithoutWaiting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_key() {
        let tls = Tls::new("chain", "hunter2").client_ca("ca");
        assert_eq!(format!("{tls:?}"), "Tls { client_ca: true, .. }");
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        let broken = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
        let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in ["", "no certificate", broken] {
            match Tls::new(pem, "").acceptor().err() {
                Some(TlsError::Invalid { what, .. }) => assert_eq!(what, "certificate", "{pem}"),
                other => panic!("{other:?}"),
            }
        }
        for pem in ["", broken, empty] {
            match Tls::new("", "").client_ca(pem).acceptor().err() {
                Some(TlsError::Invalid { what, .. }) => {
                    assert_eq!(what, "client authority", "{pem}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
