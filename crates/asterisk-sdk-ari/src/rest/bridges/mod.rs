//! Bridges: `/bridges`.

mod lifecycle;
mod members;

pub use lifecycle::{CreateBridge, DestroyBridge, GetBridge, ListBridges};
pub use members::{AddChannel, RemoveChannel};

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
