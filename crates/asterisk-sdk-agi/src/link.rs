//! What a session runs over.

use std::any::Any;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;

/// What is as good as a connection.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for S {}

/// The stream of a session. It has no type parameter, so that a handler is written once for all of them.
pub(crate) enum Link {
    /// Most calls come over TCP, which is spared the box and can be asked without waiting.
    Tcp(TcpStream),
    Other(Box<dyn Stream>),
}

impl Link {
    pub(crate) fn new<S: Stream + 'static>(stream: S) -> Self {
        let mut stream = Some(stream);
        let any: &mut dyn Any = &mut stream;
        let tcp = any.downcast_mut::<Option<TcpStream>>().and_then(Option::take);
        match (tcp, stream) {
            (Some(tcp), _) => Self::Tcp(tcp),
            (None, Some(other)) => Self::Other(Box::new(other)),
            (None, None) => Self::gone(),
        }
    }

    /// What stands for a stream that was taken away.
    pub(crate) fn gone() -> Self {
        Self::Other(Box::new(tokio::io::empty()))
    }

    /// Whether nothing has come that was not read, nor the end, as far as that is known without asking
    /// the system; `false` where it cannot be told. (A new connection counts as one to be read.)
    pub(crate) fn is_quiet(&self) -> bool {
        match self {
            Self::Tcp(tcp) => tcp.try_io(Interest::READABLE, || Ok(())).is_err(),
            Self::Other(_) => false,
        }
    }
}

impl AsyncRead for Link {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_read(context, buffer),
            Self::Other(other) => Pin::new(other).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Link {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_write(context, bytes),
            Self::Other(other) => Pin::new(other).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_flush(context),
            Self::Other(other) => Pin::new(other).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_shutdown(context),
            Self::Other(other) => Pin::new(other).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    async fn readable(link: &Link) {
        match link {
            Link::Tcp(tcp) => tcp.readable().await.unwrap(),
            Link::Other(_) => panic!("TCP was put in a box"),
        }
    }

    #[tokio::test]
    async fn tcp_is_known_as_such_and_knows_when_it_is_quiet() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut peer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut link = Link::new(listener.accept().await.unwrap().0);
        peer.write_all(b"HANGUP\n").await.unwrap();
        readable(&link).await;
        assert!(!link.is_quiet());
        // Asking takes nothing away.
        assert!(!link.is_quiet());
        assert_eq!(link.read(&mut [0; 8]).await.unwrap(), 7);
        assert!(link.is_quiet());
        drop(peer);
        readable(&link).await;
        assert!(!link.is_quiet());

        let (other, _peer) = tokio::io::duplex(1);
        assert!(!Link::new(other).is_quiet());
    }
}
