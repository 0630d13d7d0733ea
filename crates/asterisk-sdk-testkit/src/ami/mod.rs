//! The manager interface.

pub(crate) mod action;
pub(crate) mod block;
pub(crate) mod class;
mod filter;
pub(crate) mod render;
mod request;
pub(crate) mod session;

use std::sync::Arc;

use tokio::sync::{Notify, mpsc};

use filter::Filters;

use crate::model::happening::Happening;

/// How many messages a session may be behind before it is cut off, as Asterisk does with one that does not read.
const BACKLOG: usize = 10_000;

/// Where the messages of a session go.
#[derive(Debug)]
pub(crate) struct ManagerSink {
    session: u64,
    messages: mpsc::Sender<String>,
    /// Which events it gets; none before it has logged in.
    mask: u32,
    filters: Filters,
    cut: Arc<Notify>,
}

impl ManagerSink {
    fn send(&self, message: String) {
        if self.messages.try_send(message).is_err() {
            self.cut.notify_one();
        }
    }
}

/// Tells all sessions what happened.
pub(crate) fn tell(managers: &mut [ManagerSink], happening: &Happening) {
    let Some((class, block)) = render::event(happening) else { return };
    for manager in managers {
        if manager.mask & class != 0 && manager.filters.pass(block.text()) {
            manager.send(block.clone().finish());
        }
    }
}
