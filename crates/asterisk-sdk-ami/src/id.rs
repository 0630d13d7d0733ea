//! ActionIDs that no other session can have.

use std::collections::hash_map::RandomState;
use std::fmt::Write;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

use asterisk_proto::ActionId;

/// Makes the ids of one connection.
///
/// Events with an ActionID go to every session of the server, so ids differ between processes and
/// connections: each source has a random part of 64 bits.
#[derive(Debug)]
pub(crate) struct IdSource {
    prefix: String,
    next: AtomicU64,
}

impl IdSource {
    pub(crate) fn new() -> Self {
        // The standard library seeds each process from the system and makes each state another.
        let prefix = RandomState::new().hash_one(std::process::id());
        Self { prefix: format!("{prefix:016x}-"), next: AtomicU64::new(1) }
    }

    pub(crate) fn next(&self) -> ActionId {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        // Exactly its length, so that it is not moved once it is written.
        let digits = number.checked_ilog10().map_or(1, |digits| digits as usize + 1);
        let mut id = String::with_capacity(self.prefix.len() + digits);
        id.push_str(&self.prefix);
        // Writing to a string never fails.
        let _ = write!(id, "{number}");
        ActionId::from(id)
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
