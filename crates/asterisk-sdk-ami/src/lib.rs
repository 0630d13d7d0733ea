//! Asynchronous client for the Asterisk Manager Interface (AMI).
//!
//! ```no_run
//! use asterisk_sdk_ami::action::{CoreShowChannels, Originate};
//! use asterisk_sdk_ami::Manager;
//! use asterisk_sdk_ami::event::Hangup;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let manager = Manager::builder("pbx.example:5038").login("admin", "secret").connect().await?;
//! let mut hangups = manager.events().of::<Hangup>();
//!
//! let call = Originate::to("PJSIP/100").exten("default", "600", 1);
//! let outcome = manager.originate(call).await?;
//! println!("{:?}: {:?}", outcome.channel, outcome.reason);
//!
//! for item in manager.send(CoreShowChannels::new()).await? {
//!     println!("{:?} is {:?}", item.channel.channel, item.channel.state);
//! }
//! if let Some(hangup) = hangups.next().await {
//!     println!("{:?}", hangup?.cause);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # How the data flows
//!
//! ```text
//! socket → decoder → Message → session (in flight? response or item : event)
//!                                 ↓ output                       ↓ event
//!                              whoever sent it        each subscription's own queue
//! ```
//!
//! One task owns the socket and never waits for a user. Events are shared, not copied, and typed
//! when they are taken. [`action`] holds what can be asked, [`event`] what is told.
//!
//! # Cancel safety
//!
//! Dropping the future of an action leaves the connection clean and does not undo the action: once
//! it was sent, Asterisk acts on it.

pub mod action;
mod builder;
mod codec;
mod driver;
mod error;
mod id;
mod login;
mod manager;
mod session;
mod subscription;

pub use asterisk_proto::ami::event;
pub use asterisk_proto::ami::{AmiEvent, Event, Message, Response, TypedEvent};
pub use builder::Builder;
pub use error::{ActionError, ConnectError, InvalidAction, Stage};
pub use login::LoginMethod;
pub use manager::{CloseReason, Manager, Send};
pub use subscription::{EventStream, Missed, Subscribe};
