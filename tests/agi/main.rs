//! The FastAGI server against a scripted Asterisk.

// Handlers and helpers here are not test functions themselves.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests state what they expect")]

mod cancel;
mod commands;
mod end_at_hangup;
mod facts;
mod families;
mod handlers;
mod hangup;
mod hostile;
mod server;
mod storms;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use asterisk_sdk::agi::Call;
use asterisk_sdk::agi::fastagi::Server;
use asterisk_sdk::agi::{Drained, ServiceBuilder};
use harness::agi_caller::{AgiCaller, Capture};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a port of its own.
struct Running {
    addr: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Drained>,
}

impl Running {
    async fn new(builder: ServiceBuilder) -> Self {
        let server = builder.bind("127.0.0.1:0").await.unwrap();
        let addr = server.local_addr();
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.serve_with_shutdown(async {
            // A dropped sender is a test that ended.
            let _ = stopped.await;
        }));
        Self { addr, stop, task }
    }

    /// Stops it and waits until it has stopped.
    async fn stop(self) -> Drained {
        let _ = self.stop.send(());
        timeout(PATIENCE, self.task).await.unwrap().unwrap()
    }
}

/// Where the handlers of a test leave what they saw.
struct Seen<T>(mpsc::Receiver<T>);

impl<T> Seen<T> {
    fn new() -> (mpsc::Sender<T>, Self) {
        let (sender, receiver) = mpsc::channel(100);
        (sender, Self(receiver))
    }

    async fn next(&mut self) -> T {
        timeout(PATIENCE, self.0.recv()).await.unwrap().unwrap()
    }
}

/// Runs a script on a captured session, and gives what the script returns. Every line that it
/// writes must be the captured one.
async fn replay<F, Fut, T>(name: &str, version: u32, script: F) -> T
where
    F: Fn(Call) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = T> + Send,
    T: Send + 'static,
{
    let (sender, mut seen) = Seen::new();
    let running = Running::new(Server::builder().fallback(move |call| {
        let (sender, script) = (sender.clone(), script.clone());
        async move {
            let _ = sender.send(script(call).await).await;
        }
    }))
    .await;
    AgiCaller::replay(running.addr, &Capture::load(name, version)).await;
    seen.next().await
}
