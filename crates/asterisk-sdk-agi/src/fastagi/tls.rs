//! FastAGI over TLS.

use std::future::Future;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor, rustls};
use tracing::{debug, warn};

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
