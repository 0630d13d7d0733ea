//! The listening side that servers of all kinds share.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream, ToSocketAddrs, lookup_host};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use crate::board::Board;
use crate::error::ConnectError;
use crate::options::Options;

/// As many connections may wait to be accepted: a burst of calls is not refused.
const BACKLOG: u32 = 4_096;

/// How long to pause when a connection cannot be accepted for want of resources.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A listening socket whose connections come to a board. Dropping it closes the socket; streams go on.
#[derive(Debug)]
pub(crate) struct Listening<T> {
    pub(crate) board: Arc<Board<T>>,
    pub(crate) local_addr: SocketAddr,
    pub(crate) options: Options,
    task: AbortHandle,
}

impl<T> Drop for Listening<T> {
    fn drop(&mut self) {
        self.task.abort();
        self.board.close();
    }
}

impl<T: Send + 'static> Listening<T> {
    /// Listens; `greet` reads the beginning of a connection and tells its name.
    pub(crate) async fn bind<F, G>(
        address: impl ToSocketAddrs,
        options: Options,
        greet: G,
    ) -> io::Result<Self>
    where
        G: Fn(TcpStream) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(String, T), ConnectError>> + Send + 'static,
    {
        let listener = listen(address).await?;
        let local_addr = listener.local_addr()?;
        let board = Arc::new(Board::new(options.unclaimed));
        let task = tokio::spawn(serve(listener, Arc::clone(&board), options.clone(), greet));
        Ok(Self { board, local_addr, options, task: task.abort_handle() })
    }
}

async fn serve<T, F, G>(listener: TcpListener, board: Arc<Board<T>>, options: Options, greet: G)
where
    T: Send + 'static,
    G: Fn(TcpStream) -> F + Send + Sync + 'static,
    F: Future<Output = Result<(String, T), ConnectError>> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(options.connections));
    loop {
        // It is never closed.
        let Ok(permit) = Arc::clone(&slots).acquire_owned().await else { return };
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            // The peer gave up while it waited.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection, trying again");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let greeting = timeout(options.handshake_timeout, greet(stream));
        let board = Arc::downgrade(&board);
        let patience = options.claim_timeout;
        tokio::spawn(async move {
            match greeting.await {
                Ok(Ok((name, value))) => {
                    let Some(board) = board.upgrade() else { return };
                    board.admit(name, value, permit, patience).await;
                }
                Ok(Err(error)) => tracing::warn!(%peer, %error, "a connection is turned away"),
                Err(_) => tracing::warn!(%peer, "a connection says nothing; it is turned away"),
            }
        });
    }
}

async fn listen(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
    let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the name has no address");
    for address in lookup_host(address).await? {
        let listening = || {
            let socket = match address {
                SocketAddr::V4(_) => TcpSocket::new_v4()?,
                SocketAddr::V6(_) => TcpSocket::new_v6()?,
            };
            // A restart must not wait for the old connections to be forgotten.
            socket.set_reuseaddr(true)?;
            // Accepted sockets inherit both. Audio must not wait for acknowledgements.
            socket.set_nodelay(true)?;
            // A peer that vanished ends its stream some day.
            socket.set_keepalive(true)?;
            socket.bind(address)?;
            socket.listen(BACKLOG)
        };
        match listening() {
            Ok(listener) => return Ok(listener),
            Err(error) => last = error,
        }
    }
    Err(last)
}
