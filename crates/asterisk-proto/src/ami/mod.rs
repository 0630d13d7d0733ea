//! Manager messages: responses and events as blocks of header lines.
//!
//! ```text
//! Event: Hangup                       the first line says what it is
//! Privilege: call,all
//! Channel: Local/wait@sdk-00000000;1
//! Uniqueid: 1795247806.3
//! Cause: 16
//! Cause-txt: Normal Clearing
//!                                     an empty line ends it
//! ```
//!
//! A [`Message`] is such a block with nothing lost. [`Response`] and [`Event`] are its two kinds,
//! and [`event`] holds a type for each event.

mod bridge;
pub mod event;
mod field;
mod local_time;
mod message;
mod response;
mod scanner;
mod snapshot;
mod variables;

pub use bridge::BridgeSnapshot;
pub use event::{AmiEvent, Event, EventType, FieldType, TypedEvent};
pub use field::{ChannelVariable, Field};
pub use local_time::LocalDateTime;
pub(crate) use message::Index;
pub use message::{Header, Kind, Message};
pub use response::{Response, Status};
pub use scanner::Scanner;
pub use snapshot::{ChannelSnapshot, Party};
pub use variables::ChannelVariables;
