//! Connections that are made to us.

use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// Until what the system refuses is tried again.
const PAUSE: Duration = Duration::from_millis(50);

/// The next connection.
///
/// # Cancel safety
///
/// Dropping the future loses nothing.
pub(crate) async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            // The client has gone already, or the process has no files left, which may take a while.
            Err(_) => sleep(PAUSE).await,
        }
    }
}
