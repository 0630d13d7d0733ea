//! The ARI client against a scripted server whose replies and events were captured from Asterisk.
//!
//! What real servers do and documents do not say, and the tests that hold it (`live` is the target in
//! `tests/live`):
//!
//! | fact | tests |
//! |---|---|
//! | Basic credentials in a header; a wrong one is 401, a reader who writes 403, a server that starts 503 | `connect::the_server_is_asked_for_its_version_and_then_for_events`, `a_wrong_password_is_typed_and_seen_at_once`, `a_refused_event_connection_says_why`, `errors::the_servers_reason_is_read_from_json_and_html` |
//! | errors are `{"message"}`, `{"error"}`, HTML or nothing | `errors::the_servers_reason_is_read_from_json_and_html`, `each_status_is_an_error_whatever_its_body`, `facts::a_failed_originate_is_an_error_of_another_form` |
//! | every status that was seen, and those that were not | `errors::each_status_is_an_error_whatever_its_body`, `facts::a_status_of_201_or_202_is_success_as_well` |
//! | 4,095 bytes a line | `facts::a_line_over_4095_bytes_is_refused_so_long_parameters_go_into_the_body` |
//! | `+` in a path is a blank, slashes are encoded | `facts::a_plus_in_a_path_is_a_blank_so_it_is_encoded`, unit tests of `encode.rs` |
//! | lists joined by commas, or arrays | `facts::list_parameters_are_joined_by_commas_or_sent_as_an_array_when_an_item_holds_one` |
//! | only text in `variables` | `facts::numbers_are_refused_in_variables_so_they_are_sent_as_text` |
//! | idle connections are closed after 15 s | `connections::asterisk_closes_idle_connections_after_15_seconds_so_none_is_used_after_10`, `errors::a_connection_closed_while_idle_is_replaced` |
//! | `Expect` is not answered | `facts::the_server_does_not_answer_expect_so_it_is_not_sent` |
//! | a recording's file has type and length | `download` |
//! | events may overtake the reply; ids are chosen here | `events::events_that_overtake_the_reply_of_an_originate_are_kept`, `playback::an_end_that_overtakes_the_reply_is_seen`, `rest::ids_are_chosen_here_and_differ` |
//! | requests that wait for the channel | `live::ari` |
//! | a playback that fails, is gone, or never ends | `playback::failure_timeout_and_loss_are_told_apart` |
//! | one `app` with commas; the subprotocol | `connect::the_server_is_asked_for_its_version_and_then_for_events` |
//! | the order of members is not fixed; types and members that are new | unit tests of `raw.rs`, `events::an_unknown_event_keeps_its_json` |
//! | an offset without a colon | `facts::the_offset_of_a_timestamp_has_no_colon` |
//! | no pings from the server, which answers ours; a close is answered | `events::pings_are_answered`, `a_server_that_does_not_answer_pings_is_lost`, `the_end_of_the_connection_has_a_reason` |
//! | over 65,535 bytes in a frame of ours | `facts::the_server_closes_over_a_frame_of_65535_bytes_and_ours_are_short` |
//! | an application that another connection takes over | `events::a_taken_over_application_is_seen` |
//! | a reader that is too slow is cut off inside a frame | `hostile::a_connection_cut_in_the_middle_of_an_event_ends` |
//! | requests over the WebSocket: no leading slash, ids as text, replies in order, 16 ignores them | `rest_socket`, `live::ari_transports` |
//! | Asterisk connects: Basic credentials, `ari`, the names of its applications first | `outbound`, `live::ari_transports` |
//! | a thousand calls at once over each transport, and what is left of them | `crowds` |
//! | what no server sends | `hostile`, `errors`, `connections` |

mod callbacks;
mod calls;
mod cancel;
mod connect;
mod connections;
mod crowds;
mod decode;
mod download;
mod errors;
mod events;
mod facts;
mod faults;
mod hostile;
mod outbound;
mod playback;
mod reconnect;
mod recording;
mod replies;
mod rest;
mod rest_socket;
mod tls;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use asterisk_sdk::ari::{Builder, Client};
use harness::ari_peer::{AriPeer, Exchange, Socket};

/// A captured reply of Asterisk 22.
macro_rules! capture {
    ($name:literal) => {
        include_bytes!(concat!("captures/22/", $name, ".http"))
    };
}
use capture;

/// A captured reply of Asterisk 22 over its WebSocket, to request 1.
macro_rules! frame {
    ($name:literal) => {
        include_str!(concat!("captures/22/socket/", $name, ".json"))
    };
}
use frame;

/// The captured events of one call on Asterisk 22.
const EVENTS_22: &str = include_str!("captures/22/events.jsonl");

/// Those that go on: all but the last, which says that there will be no more.
fn events_22() -> impl Iterator<Item = &'static str> {
    EVENTS_22.lines().filter(|line| !line.contains("ApplicationReplaced"))
}

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The captured event with this type.
fn event(name: &str) -> &'static str {
    let wanted = format!(r#""type":"{name}""#);
    EVENTS_22.lines().find(|line| line.contains(&wanted)).expect("it was captured")
}

/// An event that differs from all others in the time when it happened, as it does on a server: what
/// comes twice in the same words is a repetition.
fn fresh(event: &str) -> String {
    static EVENTS: AtomicUsize = AtomicUsize::new(0);
    let (head, rest) = event.split_once(r#""timestamp":""#).expect("it was captured");
    let (_, rest) = rest.split_once('"').expect("the end of the time");
    let number = EVENTS.fetch_add(1, Ordering::Relaxed);
    format!(r#"{head}"timestamp":"2026-11-21T{number:09}+0000"{rest}"#)
}

fn builder(peer: &AriPeer) -> Builder {
    Client::builder(peer.url()).login("app", "s3cret").no_reconnect()
}

/// A client without events, and its server.
async fn rest_only(settings: impl FnOnce(Builder) -> Builder) -> (Client, AriPeer) {
    let mut peer = AriPeer::bind().await;
    let connecting = settings(builder(&peer)).connect();
    let info = async { peer.expect("GET /ari/asterisk/info").await.reply(capture!("info")).await };
    let (client, ()) = tokio::join!(connecting, info);
    (client.expect("a client"), peer)
}

/// A client of application `capture`, its server and its event connection.
async fn connected(settings: impl FnOnce(Builder) -> Builder) -> (Client, AriPeer, Socket) {
    let mut peer = AriPeer::bind().await;
    let connecting = settings(builder(&peer).app("capture")).connect();
    let (client, (socket, _)) = tokio::join!(connecting, accept(&mut peer));
    (client.expect("a client"), peer, socket)
}

/// Plays the server's part of connecting.
async fn accept(peer: &mut AriPeer) -> (Socket, harness::ari_peer::Request) {
    peer.expect("GET /ari/asterisk/info").await.reply(capture!("info")).await;
    let exchange: Exchange = peer.next().await;
    let request = exchange.request.clone();
    (exchange.upgrade(capture!("websocket-101")).await, request)
}

/// Waits for what must come.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it comes in time")
}
