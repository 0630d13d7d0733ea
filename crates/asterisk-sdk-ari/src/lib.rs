//! Asynchronous client for the Asterisk REST Interface (ARI): requests over HTTP, events over a
//! WebSocket, and handles that join the two.
//!
//! ```
//! # use asterisk_sdk_testkit::FakeAsterisk;
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let asterisk = FakeAsterisk::builder().dialplan("[default]\nexten = 600,1,Stasis(demo)");
//! # let asterisk = asterisk.login("app", "secret").start().await?;
//! # let url = asterisk.ari_url();
//! use asterisk_sdk_ari::Client;
//! use asterisk_sdk_ari::event::StasisStart;
//!
//! // The URL is that of Asterisk's HTTP server: http://pbx.example:8088.
//! let ari = Client::builder(url).login("app", "secret").app("demo").connect().await?;
//! let mut calls = ari.events().of::<StasisStart>();
//! # let caller = asterisk.place_call("600")?;
//! while let Some(call) = calls.next().await {
//!     let channel = ari.channel(&call?.channel);
//!     channel.answer().await?;
//!     channel.play("sound:hello-world").await?.finished().await?;
//!     channel.hangup().await?;
//!     # assert_eq!(caller.ended().await, asterisk_proto::HangupCause::NormalClearing);
//!     # ari.close().await;
//! }
//! println!("{}", ari.closed().await);
//! # Ok(())
//! # }
//! ```
//!
//! # How the data flows
//!
//! ```text
//! operation → Request → transport → Response → model or handle
//!
//! socket → Event → router → each subscription's own queue → typed event
//! ```
//!
//! An operation is a builder ([`rest`]) that is sent when it is awaited; building the request is a
//! function without a connection ([`Operation`]). Operations on one object are the methods of its
//! [`handle`], those on all of a kind stand at the [`Client`] in groups: `ari.channels()`,
//! `ari.asterisk().modules()`. One task owns the event socket and never waits for
//! a user. An [`Event`] is the shared JSON text; it is typed ([`event`]) for those who ask.
//!
//! # Requests and events race
//!
//! They travel on different connections: the events that a request causes may arrive before its
//! reply. So ids of channels, bridges and playbacks are chosen here, and whoever starts one is
//! subscribed to its events before the request is sent.
//!
//! # Cancel safety
//!
//! Dropping the future of an operation closes its connection and does not undo the operation: once
//! it was sent, Asterisk acts on it. Dropping the future of [`EventStream::next`] loses nothing.

mod builder;
pub mod call;
mod client;
mod download;
mod encode;
mod error;
mod events;
pub mod handle;
mod id;
pub mod outbound;
mod request;
pub mod rest;
mod transport;

/// Compiles the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use asterisk_proto::Reconnect;
pub use asterisk_proto::ari::{
    AriEvent, Event, Resource, Schema, Subject, TypedEvent, event, model,
};
#[cfg(feature = "tls")]
pub use asterisk_sdk_tls::{Tls, TlsError};
pub use builder::Builder;
pub use client::Client;
pub use download::Download;
pub use error::{ConnectError, PlaybackError, RecordingError, RestError};
pub use events::{
    Asynchronous, Callback, Callbacks, CloseReason, ConnectionState, EventStream, Found, Gap,
    Missed, Outcome, Plain, Registration, StateWatch, Subscribe,
};
pub use request::{Operation, Request, Response};
