//! The clients and the server of the SDK against recordings of a real Asterisk 22, also when something
//! goes wrong on the way.
//!
//! | fault | tests |
//! |---|---|
//! | drop | `ami::an_answer_that_is_lost`, `ami::lost_bytes`, `agi::a_reply_that_is_lost`, `ari::a_reply_that_is_lost` |
//! | delay | `ami::a_late_answer`, `agi::a_late_reply`, `ari::a_late_reply` |
//! | duplicate | `ami::an_answer_that_comes_twice`, `agi::a_variable_that_comes_twice`, `ari::an_event_that_comes_twice` |
//! | reorder | `ami::answers_in_another_order`, `agi::variables_in_another_order`, `ari::events_in_another_order` |
//! | cut | `ami::cut`, `ami::cut_at_every_byte_of_the_login`, `agi::cut`, `ari::a_reply_cut`, `ari::an_event_cut` |
//! | half-open | `ami::half_open`, `agi::half_open`, `ari::half_open` |
//! | refused login | `ami::a_refused_login`, `ami::a_login_refused_after_a_loss`, `ari::a_refused_login` |
//! | restart | `ami::a_restart`, `agi::a_restart`, `ari::a_restart` |
//! | by a seed | `ami::by_a_seed` |

// By this, Clippy knows the functions that a test consists of.
#![cfg(test)]

mod agi;
mod ami;
mod ari;
mod replay;

use std::time::Duration;

use asterisk_sdk_testkit::Protocol;
use asterisk_sdk_testkit::fault::{Faults, Proxy};
use asterisk_sdk_testkit::replay::{Playing, Replay};
use harness::conversation::trace;

/// How long is waited for what does not come.
const LIMIT: Duration = Duration::from_millis(100);
/// How late something comes that is late: long enough on a busy machine as well.
const LATE: Duration = Duration::from_millis(1500);

/// A recorded conversation, with faults on its way to the client.
async fn through(protocol: Protocol, name: &str, faults: &Faults) -> (Playing, Proxy, String) {
    let playing = Replay::new(trace(name)).start().await.unwrap();
    let server = if protocol == Protocol::Ami { playing.ami() } else { playing.ari() };
    let proxy = Proxy::to(protocol, server.to_string(), faults).await.unwrap();
    let address = proxy.address().to_string();
    (playing, proxy, address)
}
