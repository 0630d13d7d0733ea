//! The one place through which every connection goes.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::Protocol;
use crate::fault::{self, Faults};

/// Either a connection itself or what faults make of it.
pub(crate) trait Link: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Link for S {}

/// A connection of this server, as its peer is to see it.
pub(crate) fn wrap(
    stream: TcpStream,
    protocol: Protocol,
    faults: Option<&Faults>,
) -> Box<dyn Link> {
    match faults {
        None => Box::new(stream),
        Some(faults) => Box::new(fault::wrap(stream, protocol, faults)),
    }
}
