//! AMI over TLS.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::net::Ipv6Addr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore, crypto};

use crate::error::{ConnectError, Stage};

type Source = Box<dyn StdError + Send + Sync>;

/// How to connect over TLS, for [`Builder::tls`](crate::Builder::tls).
///
/// The server's certificate is always checked: against the system's authorities or a private one,
/// and against the name that was connected to or another one. TLS 1.2 and 1.3 are spoken. The
/// system's authorities are read anew for each connection.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use asterisk_sdk_ami::{Manager, Tls};
///
/// let tls = Tls::new().private_ca(std::fs::read("/etc/pbx/ca.pem")?).server_name("pbx");
/// let manager = Manager::builder("10.0.0.7:5039").login("admin", "secret").tls(tls);
/// let manager = manager.connect().await?;
/// # Ok(())
/// # }
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
        let authorities = self.authorities.get_or_insert_default();
        authorities.extend_from_slice(pem.as_ref());
        authorities.push(b'\n');
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

    /// Reads what is needed for a handshake with the server at `address`.
    pub(crate) async fn prepare(&self, address: &str) -> Result<Handshake, TlsError> {
        let name = self.server_name.as_deref().unwrap_or_else(|| host(address));
        let server_name = ServerName::try_from(name.to_owned())
            .map_err(|error| TlsError::invalid("server name", error))?;
        let tls = self.clone();
        // The system's authorities are many files.
        let config = tokio::task::spawn_blocking(move || tls.config()).await;
        // It fails only with the whole runtime, or by a panic in the parser.
        let config = config.map_err(|error| TlsError::Failed { source: error.into() })??;
        Ok(Handshake { server_name, connector: Arc::new(config).into() })
    }

    fn config(&self) -> Result<ClientConfig, TlsError> {
        let roots = match &self.authorities {
            Some(pem) => private_roots(pem)?,
            None => system_roots()?,
        };
        // Named, so that it does not depend on what else in the process uses rustls.
        let provider = Arc::new(crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Failed { source: error.into() })?
            .with_root_certificates(roots);
        let Some(client) = &self.client else { return Ok(config.with_no_client_auth()) };
        let (chain, key) = (&client.0, &client.1);
        let what = "client certificate";
        let chain = certificates(what, chain)?;
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| TlsError::invalid("client key", error))?;
        config.with_client_auth_cert(chain, key).map_err(|error| TlsError::invalid(what, error))
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

fn private_roots(pem: &[u8]) -> Result<RootCertStore, TlsError> {
    let what = "private authority";
    let mut roots = RootCertStore::empty();
    for authority in certificates(what, pem)? {
        roots.add(authority).map_err(|error| TlsError::invalid(what, error))?;
    }
    Ok(roots)
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

/// The host of `host:port`, an IPv6 address without its brackets.
fn host(address: &str) -> &str {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    bare.filter(|host| host.parse::<Ipv6Addr>().is_ok()).unwrap_or(host)
}

/// All that a handshake needs.
pub(crate) struct Handshake {
    server_name: ServerName<'static>,
    connector: TlsConnector,
}

impl Handshake {
    pub(crate) async fn run(
        self,
        stream: TcpStream,
    ) -> Result<TlsLink<TlsStream<TcpStream>>, ConnectError> {
        let name = self.server_name.to_str().into_owned();
        match self.connector.connect(self.server_name, stream).await {
            Ok(stream) => Ok(TlsLink(stream)),
            Err(error) => Err(refused(error, name)),
        }
    }
}

fn refused(error: io::Error, name: String) -> ConnectError {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    let Some(cause) = cause.cloned() else {
        return ConnectError::Closed { stage: Stage::Tls, source: Some(error) };
    };
    let refused = match &cause {
        rustls::Error::InvalidMessage(_) => TlsError::NotTls { source: cause.into() },
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            TlsError::UnknownAuthority { source: cause.into() }
        }
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => TlsError::WrongName { name, source: cause.into() },
        rustls::Error::InvalidCertificate(_) => TlsError::BadCertificate { source: cause.into() },
        _ => TlsError::Failed { source: cause.into() },
    };
    refused.into()
}

/// A TLS connection that behaves like the TCP connection below it.
pub(crate) struct TlsLink<S>(S);

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsLink<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // What was taken from a writer while the socket was full does not leave by itself, and the
        // writer, who sees it written, has no reason to ask again. A failure is seen by reading.
        let _ = Pin::new(&mut self.0).poll_flush(context);
        match Pin::new(&mut self.0).poll_read(context, buffer) {
            // The end without TLS's own goodbye: a server that was killed. Messages have an end of
            // their own, so nobody can pass off a part as the whole.
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Poll::Ready(Ok(()))
            }
            read => read,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TlsLink<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

/// Why there is no TLS connection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A setting of [`Tls`] cannot be used. Nothing was sent.
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
    /// What listens there does not speak TLS. A plain manager interface does not.
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
    /// The server's certificate is for another name ([`Tls::server_name`]).
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
    fn invalid(what: &'static str, source: impl Into<Source>) -> Self {
        Self::Invalid { what, source: source.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, BufWriter};

    #[test]
    fn the_name_is_the_host_of_the_address() {
        for (address, expected) in [
            ("pbx.example:5039", "pbx.example"),
            ("10.0.0.7:5039", "10.0.0.7"),
            ("[::1]:5039", "::1"),
            ("[fe80::1]:5039", "fe80::1"),
            ("[pbx]:5039", "[pbx]"),
            ("pbx", "pbx"),
        ] {
            assert_eq!(host(address), expected, "{address}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_used_is_told_before_anything_is_sent() {
        let what = async |tls: Tls| match tls.prepare("pbx:5039").await.err() {
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

    #[tokio::test]
    async fn what_is_left_behind_by_a_write_leaves_while_reading() {
        let (client, mut server) = tokio::io::duplex(64);
        // It holds what is written until it is flushed, as TLS does when the socket is full.
        let mut link = TlsLink(BufWriter::new(client));
        link.write_all(b"Action: Ping").await.unwrap();
        let mut seen = [0; 12];
        let mut answer = [0; 1];
        let exchange = async {
            tokio::join!(link.read(&mut answer), async {
                server.read_exact(&mut seen).await.unwrap();
                server.write_all(b"x").await.unwrap();
            })
        };
        let (read, ()) = tokio::time::timeout(Duration::from_secs(5), exchange).await.unwrap();
        assert_eq!((read.unwrap(), &seen), (1, b"Action: Ping"));
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
