//! AMI over TLS.

use std::io;
use std::net::Ipv6Addr;
use std::pin::Pin;
use std::task::{Context, Poll};

use asterisk_sdk_tls::{Connector, HandshakeError, Tls, TlsError};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::error::{ConnectError, Stage};

/// Reads what is needed for a handshake with the server at `address`.
pub(crate) async fn prepare(tls: &Tls, address: &str) -> Result<Connector, TlsError> {
    Connector::new(tls, host(address)).await
}

pub(crate) async fn connect(
    connector: &Connector,
    stream: TcpStream,
) -> Result<impl AsyncRead + AsyncWrite + use<>, ConnectError> {
    connector.connect(stream).await.map(TlsLink).map_err(|error| match error {
        HandshakeError::Closed(source) => {
            ConnectError::Closed { stage: Stage::Tls, source: Some(source) }
        }
        HandshakeError::Refused(error) => error.into(),
        error => ConnectError::Closed { stage: Stage::Tls, source: Some(io::Error::other(error)) },
    })
}

/// The host of `host:port`, an IPv6 address without its brackets.
fn host(address: &str) -> &str {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    bare.filter(|host| host.parse::<Ipv6Addr>().is_ok()).unwrap_or(host)
}

/// A TLS connection that behaves like the TCP connection below it.
struct TlsLink<S>(S);

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
}
