//! What Asterisk says over AGI: the environment that opens a session, and the replies to commands.
//!
//! ```text
//! agi_network: yes                      ┐
//! agi_network_script: demo/600          │ Environment, ended by an empty line
//! agi_channel: PJSIP/100-00000001       │
//! …                                     ┘
//! 200 result=0                            Reply to a command
//! HANGUP                                  Incoming::Hangup, whenever the channel is hung up
//! ```
//!
//! Lines end with a single LF. The commands themselves are in the crate `asterisk-sdk-agi`.

mod environment;
mod reply;

pub use environment::Environment;
pub use reply::{Incoming, Reply, ReplyDecoder, Response};
