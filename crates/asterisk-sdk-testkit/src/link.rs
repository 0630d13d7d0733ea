//! The one place through which every connection goes.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::Protocol;

/// A connection of this server, as its peer is to see it.
pub(crate) fn wrap(
    stream: TcpStream,
    _protocol: Protocol,
) -> impl AsyncRead + AsyncWrite + Send + Unpin + 'static {
    stream
}
