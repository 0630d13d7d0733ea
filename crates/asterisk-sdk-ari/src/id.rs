//! Ids that the application chooses, so that it can listen before it asks.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// A source of ids that no other process on the same server makes.
#[derive(Debug)]
pub(crate) struct IdSource {
    prefix: String,
    next: AtomicU64,
}

impl IdSource {
    pub(crate) fn new() -> Self {
        // The standard library seeds each `RandomState` from the system's randomness.
        let random = RandomState::new().hash_one("asterisk-sdk");
        Self { prefix: format!("sdk-{random:016x}"), next: AtomicU64::new(1) }
    }

    pub(crate) fn next(&self) -> String {
        // All of one length: Asterisk takes an id that is the beginning of another channel's for in use.
        format!("{}-{:08x}", self.prefix, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::IdSource;

    #[test]
    fn ids_differ_within_and_between_sources() {
        let (a, b) = (IdSource::new(), IdSource::new());
        assert_ne!(a.next(), a.next());
        assert_ne!(a.next(), b.next());
        let ids: Vec<_> = (0..1000).map(|_| a.next()).collect();
        assert!(ids.iter().all(|id| id.len() == "sdk-0123456789abcdef-00000003".len()));
    }
}
