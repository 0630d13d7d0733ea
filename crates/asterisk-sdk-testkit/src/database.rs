//! The server's own database, as tests see it.

use std::sync::Arc;

use crate::engine::Core;
use crate::model::expand::database_key;

/// The database (AstDB) of a [`FakeAsterisk`](crate::FakeAsterisk).
#[derive(Debug, Clone)]
pub struct Database {
    pub(crate) core: Arc<Core>,
}

impl Database {
    /// What is kept under a key.
    #[must_use]
    pub fn get(&self, family: &str, key: &str) -> Option<String> {
        let key = database_key(&format!("{family}/{key}"));
        self.core.with(|world| world.database.get(&key).cloned())
    }

    /// Keeps something under a key, in place of what was there.
    pub fn put(&self, family: &str, key: &str, value: &str) {
        let key = database_key(&format!("{family}/{key}"));
        self.core.with(|world| world.database.insert(key, value.to_owned()));
    }

    /// Forgets what is kept under a key.
    pub fn delete(&self, family: &str, key: &str) {
        let key = database_key(&format!("{family}/{key}"));
        self.core.with(|world| world.database.remove(&key));
    }
}
