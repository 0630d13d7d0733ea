//! The server's own database: values under a family and a key, kept over restarts.
//!
//! All of it is legal after a hangup. Family and key may hold slashes; a tree of keys is what begins
//! with the same words between them.

use asterisk_proto::Text;
use asterisk_proto::agi::Response;

use super::reply::unknown;
use super::{Command, CommandLine};
use crate::call::{Call, Request};
use crate::error::CommandError;

/// `DATABASE GET`: reads a value. Legal after a hangup.
///
/// The database keeps values under a family and a key, over restarts. The output is `None` if there is
/// no such key, and the empty text if its value is that.
#[derive(Debug, Clone)]
#[must_use]
pub struct DatabaseGet {
    family: String,
    key: String,
}

impl DatabaseGet {
    /// Reads the value of this key.
    pub fn new(family: impl Into<String>, key: impl Into<String>) -> Self {
        Self { family: family.into(), key: key.into() }
    }
}

impl Command for DatabaseGet {
    type Output = Option<Text>;

    fn line(&self) -> CommandLine {
        CommandLine::new("DATABASE GET").arg(&self.family).arg(&self.key)
    }

    fn parse(&self, response: Response) -> Result<Option<Text>, CommandError> {
        match response.code() {
            Some(1) => Ok(Some(response.text.unwrap_or_default())),
            Some(0) => Ok(None),
            _ => Err(unknown("0 or 1 as the result", &response)),
        }
    }
}

/// `DATABASE PUT`: writes a value. Legal after a hangup.
///
/// A refusal is a [`CommandError::Database`].
#[derive(Debug, Clone)]
#[must_use]
pub struct DatabasePut {
    family: String,
    key: String,
    value: String,
}

impl DatabasePut {
    /// Writes this value under this key, in place of the one before.
    pub fn new(
        family: impl Into<String>,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        Self { family: family.into(), key: key.into(), value: value.into() }
    }
}

impl Command for DatabasePut {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("DATABASE PUT").arg(&self.family).arg(&self.key).arg(&self.value)
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        written("DATABASE PUT", &self.family, &self.key, &response)
    }
}

/// `DATABASE DEL`: removes a key. Legal after a hangup.
///
/// That there is no such key is a success, as it is for the server. A refusal is a
/// [`CommandError::Database`].
#[derive(Debug, Clone)]
#[must_use]
pub struct DatabaseDel {
    family: String,
    key: String,
}

impl DatabaseDel {
    /// Removes this key.
    pub fn new(family: impl Into<String>, key: impl Into<String>) -> Self {
        Self { family: family.into(), key: key.into() }
    }
}

impl Command for DatabaseDel {
    type Output = ();

    fn line(&self) -> CommandLine {
        CommandLine::new("DATABASE DEL").arg(&self.family).arg(&self.key)
    }

    fn parse(&self, response: Response) -> Result<(), CommandError> {
        written("DATABASE DEL", &self.family, &self.key, &response)
    }
}

/// `DATABASE DELTREE`: removes a family, or the keys of it in one tree. Legal after a hangup.
///
/// The output says whether anything was removed: `true` for the result 0, and `false` for 1, which
/// the server also gives when its database fails.
#[derive(Debug, Clone)]
#[must_use]
pub struct DatabaseDelTree {
    family: String,
    tree: Option<String>,
}

impl DatabaseDelTree {
    /// Removes all keys of this family.
    pub fn new(family: impl Into<String>) -> Self {
        Self { family: family.into(), tree: None }
    }
}

super::macros::options! { DatabaseDelTree {
    /// Only those in this tree: `a` has `a` and `a/b`, and not `ab`.
    tree(tree: impl Into<String>): |this| this.tree = Some(tree.into());
} }

impl Command for DatabaseDelTree {
    type Output = bool;

    fn line(&self) -> CommandLine {
        CommandLine::new("DATABASE DELTREE").arg(&self.family).args(&self.tree)
    }

    fn parse(&self, response: Response) -> Result<bool, CommandError> {
        match response.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(unknown("0 or 1 as the result", &response)),
        }
    }
}

/// 1 is a success, 0 a refusal.
fn written(
    command: &str,
    family: &str,
    key: &str,
    response: &Response,
) -> Result<(), CommandError> {
    match response.code() {
        Some(1) => Ok(()),
        Some(0) => Err(CommandError::Database { operation: format!("{command} {family}/{key}") }),
        _ => Err(unknown("0 or 1 as the result", response)),
    }
}

impl Call {
    /// Reads a value of the server's database; `None` if there is no such key. Works after a hangup.
    pub fn database_get(
        &mut self,
        family: impl Into<String>,
        key: impl Into<String>,
    ) -> Request<'_, DatabaseGet> {
        self.send(DatabaseGet::new(family, key))
    }

    /// Writes a value into the server's database. Works after a hangup.
    pub fn database_put(
        &mut self,
        family: impl Into<String>,
        key: impl Into<String>,
        value: impl Into<String>,
    ) -> Request<'_, DatabasePut> {
        self.send(DatabasePut::new(family, key, value))
    }

    /// Removes a key of the server's database, if it is there. Works after a hangup.
    pub fn database_del(
        &mut self,
        family: impl Into<String>,
        key: impl Into<String>,
    ) -> Request<'_, DatabaseDel> {
        self.send(DatabaseDel::new(family, key))
    }

    /// Removes a family of the server's database, or one tree of its keys, and tells whether there
    /// was anything. Works after a hangup.
    pub fn database_del_tree(&mut self, family: impl Into<String>) -> Request<'_, DatabaseDelTree> {
        self.send(DatabaseDelTree::new(family))
    }
}
