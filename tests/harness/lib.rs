//! What the tests share: scripted peers, and the way to a real Asterisk.

pub mod agi_caller;
pub mod agi_menu;
pub mod agi_program;
pub mod ami_peer;
pub mod ari_peer;
pub mod ari_socket;
pub mod ari_surface;
pub mod ari_tap;
pub mod cancel;
pub mod conversation;
#[cfg(doctest)]
mod guide;
pub mod live;
pub mod media_peer;
pub mod surface;

use std::future::Future;
use std::time::Duration;

use asterisk_sdk::agi::{Call, Service, ServiceBuilder};
use tokio::sync::mpsc;

/// Waits for what has to come soon, so that a broken client fails its test instead of stopping it.
///
/// # Panics
///
/// When it does not come within 20 seconds.
pub async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("it comes in time")
}

/// A service that hands its calls to the test.
pub fn handed_over() -> (ServiceBuilder, mpsc::Receiver<Call>) {
    let (sender, calls) = mpsc::channel(10);
    let service = Service::builder().fallback(move |call: Call| {
        let sender = sender.clone();
        async move {
            // The test owns the call from here on, and may be over already.
            let _ = sender.send(call).await;
        }
    });
    (service, calls)
}
