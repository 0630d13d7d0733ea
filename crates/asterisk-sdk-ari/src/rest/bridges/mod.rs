//! Bridges: `/bridges`.
//!
//! Where nothing else is said, an operation on a bridge is refused with 404 when there is no such
//! bridge (any more). What Asterisk 16 does not have (variables) is refused with 404 as well, with
//! the message `Resource not found`.

mod lifecycle;
mod media;
mod members;
mod variables;
mod video;

pub use lifecycle::{CreateBridge, DestroyBridge, GetBridge, ListBridges};
pub use media::{Play, Record, StartMoh, StopMoh};
pub use members::{AddChannel, RemoveChannel};
pub use variables::{GetVariable, GetVariables, SetVariable, SetVariables};
pub use video::{ClearVideoSource, SetVideoSource};

use crate::client::Client;

/// Operations on all bridges.
#[derive(Debug, Clone, Copy)]
pub struct Bridges<'a>(pub(crate) &'a Client);

impl Bridges<'_> {
    /// Lists the bridges that there are.
    pub fn list(&self) -> ListBridges {
        ListBridges::new(self.0.clone())
    }

    /// Makes a bridge.
    pub fn create(&self) -> CreateBridge {
        CreateBridge::new(self.0.clone())
    }
}
