//! A limit for the whole script.

use std::time::Duration;

use super::{Layer, Next};
use crate::call::Call;
use crate::handler::BoxFuture;

/// Ends scripts that run too long: the handler is dropped at an await point, and the dialplan goes on.
/// The call itself is not hung up.
#[derive(Debug, Clone, Copy)]
pub struct Timeout(Duration);

impl Timeout {
    /// How long a script may run, from the time when its variables have been read.
    #[must_use]
    pub fn new(limit: Duration) -> Self {
        Self(limit)
    }
}

/// A script ran longer than its [`Timeout`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the script was still running after {limit:?}")]
#[non_exhaustive]
pub struct CallTimeout {
    /// How long it could run.
    pub limit: Duration,
}

impl Layer for Timeout {
    fn handle(&self, call: Call, next: Next) -> BoxFuture<crate::Result> {
        let limit = self.0;
        Box::pin(async move {
            tokio::time::timeout(limit, next.run(call))
                .await
                .unwrap_or_else(|_| Err(CallTimeout { limit }.into()))
        })
    }
}
