//! Faults between a client and a server.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::faults::Faults;
use super::relay::relay;
use crate::Protocol;
use crate::record::Recording;
use crate::wire::accept;

/// How many connections there may be at a time; more wait in the listen queue.
const MAX_CONNECTIONS: usize = 1024;
/// How long the server may take to be reached.
const PATIENCE: Duration = Duration::from_secs(10);
/// Until the port is tried again.
const PAUSE: Duration = Duration::from_millis(50);

/// Stands between a client and a server and lets things go wrong: a program of yours and a real or played
/// Asterisk, or a real Asterisk and your FastAGI server. It listens on a free port of loopback. Dropping
/// it closes the port and all connections.
///
/// What it carries is not decrypted, so behind TLS only faults at a byte
/// ([`Fault::after_bytes`](super::Fault::after_bytes)), a half-open connection and a restart make sense.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Proxy {
    /// Listens, for the server at this address (`host:port`).
    ///
    /// # Errors
    ///
    /// When the system has no port. A server that cannot be reached within 10 seconds shows when a client
    /// connects: its connection ends.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the port.
    pub async fn to(
        protocol: Protocol,
        server: impl Into<String>,
        faults: &Faults,
    ) -> io::Result<Self> {
        Self::recorded(protocol, server.into(), faults, None).await
    }

    /// The same, with what passes in a recording.
    pub(crate) async fn recorded(
        protocol: Protocol,
        server: String,
        faults: &Faults,
        recording: Option<Arc<Recording>>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let route = Route { protocol, server, faults: faults.clone(), recording };
        let serving = tokio::spawn(route.serve(listener, address));
        Ok(Self { address, serving })
    }

    /// Where to connect to instead of the server.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[derive(Clone)]
struct Route {
    protocol: Protocol,
    server: String,
    faults: Faults,
    recording: Option<Arc<Recording>>,
}

impl Route {
    async fn serve(self, mut listener: TcpListener, address: SocketAddr) {
        let mut connections = JoinSet::new();
        let mut restarts = self.faults.restarts();
        loop {
            while connections.try_join_next().is_some() {}
            let full = connections.len() >= MAX_CONNECTIONS;
            let client = tokio::select! {
                biased;
                until = restarted(&mut restarts) => {
                    drop(listener);
                    sleep_until(until).await;
                    let Some(again) = listen_again(address).await else { return };
                    listener = again;
                    continue;
                }
                _ = connections.join_next(), if full => continue,
                client = accept(&listener), if !full => client,
            };
            connections.spawn(self.clone().carry(client));
        }
    }

    async fn carry(self, client: TcpStream) {
        let server = match timeout(PATIENCE, TcpStream::connect(&self.server)).await {
            Ok(Ok(server)) => server,
            Ok(Err(error)) => {
                tracing::debug!(server = self.server, %error, "the server cannot be reached");
                return;
            }
            Err(_elapsed) => {
                tracing::debug!(server = self.server, "the server cannot be reached in time");
                return;
            }
        };
        // What the system does not do does no harm: messages only wait for each other.
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let Self { protocol, faults, recording, .. } = self;
        match protocol {
            Protocol::Agi => relay(client, server, protocol, &faults, recording).await,
            _ => relay(server, client, protocol, &faults, recording).await,
        }
    }
}

/// Until when there are no connections, once that is so.
async fn restarted(restarts: &mut watch::Receiver<(u64, Option<Instant>)>) -> Instant {
    loop {
        // It fails only without a sender, and the route holds one.
        let _ = restarts.changed().await;
        if let Some(until) = restarts.borrow_and_update().1 {
            return until;
        }
    }
}

/// Takes the port again, which somebody else may have for a moment.
async fn listen_again(address: SocketAddr) -> Option<TcpListener> {
    for _ in 0..100 {
        match TcpListener::bind(address).await {
            Ok(listener) => return Some(listener),
            Err(_) => sleep(PAUSE).await,
        }
    }
    tracing::warn!(%address, "the port is not free any more");
    None
}
