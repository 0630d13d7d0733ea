//! ActionIDs that no other session can have.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

use asterisk_proto::ActionId;

/// Makes the ids of one connection.
///
/// Events with an ActionID go to every session of the server, so ids differ between processes and
/// connections: each source has a random part of 64 bits.
#[derive(Debug)]
pub(crate) struct IdSource {
    prefix: u64,
    next: AtomicU64,
}

impl IdSource {
    pub(crate) fn new() -> Self {
        // The standard library seeds each process from the system and makes each state another.
        let prefix = RandomState::new().hash_one(std::process::id());
        Self { prefix, next: AtomicU64::new(1) }
    }

    pub(crate) fn next(&self) -> ActionId {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        ActionId::from(format!("{:016x}-{number}", self.prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::IdSource;
    use std::collections::HashSet;

    #[test]
    fn ids_differ_within_and_between_connections() {
        let sources: Vec<_> = (0..100).map(|_| IdSource::new()).collect();
        let ids: HashSet<_> = sources.iter().flat_map(|s| (0..100).map(|_| s.next())).collect();
        assert_eq!(ids.len(), 10_000);
    }
}
