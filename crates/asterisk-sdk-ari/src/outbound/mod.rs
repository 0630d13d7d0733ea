//! Outbound WebSockets: Asterisk connects to us. Asterisk 22 (`res_websocket_client`).
//!
//! ```no_run
//! use asterisk_sdk_ari::call::{Call, CallError};
//! use asterisk_sdk_ari::outbound::Server;
//!
//! async fn menu(call: Call) -> Result<(), CallError> {
//!     call.channel().answer().await?;
//!     call.play("sound:hello-world").await?.finished().await?;
//!     Ok(())
//! }
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::builder().login("pbx", "secret").bind("0.0.0.0:8765").await?;
//! server.serve(|connection| connection.client.serve(menu)).await;
//! # Ok(())
//! # }
//! ```
//!
//! Asterisk needs a connection in `websocket_client.conf`
//!
//! ```text
//! [sdk]
//! type = websocket_client
//! connection_type = persistent
//! uri = ws://10.0.0.7:8765/menu
//! protocols = ari
//! username = pbx
//! password = secret
//! ```
//!
//! and its applications in `ari.conf`
//!
//! ```text
//! [sdk]
//! type = outbound_websocket
//! websocket_client_id = sdk
//! apps = menu
//! local_ari_user = ari
//! ```
//!
//! where `local_ari_user` is a user of the same file, whose rights requests have.
//!
//! # What is different
//!
//! - Requests go over the socket, as with
//!   [`rest_over_websocket`](crate::Builder::rest_over_websocket), and there is no other way: downloads
//!   and requests over 64 KiB fail as [`RestError::InvalidRequest`](crate::RestError::InvalidRequest).
//! - The server works requests off one by one. One that waits for its channel to be free (`answer`,
//!   setting variables of a channel, adding channels to a bridge) while something is played to it holds
//!   back all others on the connection, and their timeouts run. So answer and set variables first, and
//!   stop what plays before adding channels; or have a connection for each call.
//! - What the server says before anybody asked is not lost: events wait for the first who
//!   [serves](crate::Client::serve) or asks for all events or for
//!   [`StasisStart`](crate::event::StasisStart); up to 4,096 of them, of which the oldest make room. A
//!   persistent connection begins with what has happened since Asterisk last had it.
//! - A lost connection is the end of its [`Client`]: Asterisk makes a new one, at once or after its
//!   `reconnect_interval`, which is accepted as another client. The channels stay in the application;
//!   [`Orphans::Adopt`](crate::call::Orphans::Adopt) takes them over.
//!
//! # Persistent and per call
//!
//! With `connection_type = persistent` there is one connection for all calls of its applications. With
//! `per_call_config` each call opens its own when it enters the application, and half a second later
//! there is the `StasisStart`. The name of the application is then that of the configuration and that of
//! the channel, `menu:PJSIP/100-00000001`, in all events and for all requests ([`Client::apps`]). Asterisk
//! closes such a connection some seconds after the call has left; if nobody accepts it, the dialplan goes
//! on with `STASISSTATUS=FAILED`.
//!
//! # Calls that are offered to all
//!
//! A call that is broadcast is told to every application, and belongs to the first that claims it:
//!
//! ```no_run
//! # async fn example(mut accepted: asterisk_sdk_ari::outbound::Accepted) -> Result<(), Box<dyn std::error::Error>> {
//! use asterisk_sdk_ari::event::CallBroadcast;
//!
//! let ari = accepted.client;
//! let app = ari.apps().swap_remove(0);
//! let mut offered = ari.events().of::<CallBroadcast>();
//! while let Some(offer) = offered.next().await {
//!     match ari.channel(&offer?.channel).claim(&*app).await {
//!         // It enters the application now.
//!         Ok(()) => {}
//!         Err(error) if error.is_conflict() || error.is_not_found() => println!("too late"),
//!         Err(error) => return Err(error.into()),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Restarting a program
//!
//! [`Server::serve_with_shutdown`] stops listening, lets sessions finish, and closes each connection
//! properly when its sessions are over. Asterisk connects again at once: to the successor, if that listens
//! at the same address by then (behind a balancer, or because the old one has stopped listening). Calls
//! that enter a persistent connection meanwhile are refused as
//! [`Serve::refusal`](crate::call::Serve::refusal) says; per-call connections go to the successor at once.

mod handshake;
mod server;

#[cfg(feature = "tls")]
pub use asterisk_sdk_tls::ServerTls;
pub(crate) use server::AcceptLimits;
pub use server::{Accepted, BindError, Server, ServerBuilder};

#[cfg(doc)]
use crate::Client;
