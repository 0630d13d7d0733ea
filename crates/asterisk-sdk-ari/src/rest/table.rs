//! What the crate can ask, as a table.

/// An entry of the table of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationType {
    /// The method and path, as ARI's inventory has them: `POST /channels/{channelId}/answer`.
    pub name: &'static str,
    /// The names of all parameters, as they are sent.
    pub parameters: &'static [&'static str],
}

/// Implemented by the table: whatever is an operation stands in it.
pub trait Listed {}
