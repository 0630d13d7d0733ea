//! What the tests share: scripted peers, and the way to a real Asterisk.

pub mod agi_caller;
pub mod agi_menu;
pub mod agi_program;
pub mod ami_peer;
pub mod ari_peer;
pub mod cancel;
pub mod live;
pub mod surface;

use std::future::Future;
use std::time::Duration;

/// Waits for what has to come soon, so that a broken client fails its test instead of stopping it.
///
/// # Panics
///
/// When it does not come within 20 seconds.
pub async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("it comes in time")
}
