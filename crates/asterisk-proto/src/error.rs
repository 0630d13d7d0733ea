//! The words that the errors of all three protocols share.

use std::fmt;

/// What is known about a request that got no answer.
///
/// A caller that gets [`Delivery::NotSent`] may try again without doing a thing twice; with
/// [`Delivery::Unknown`] it has to look at the server first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// Not one byte of the request was written: Asterisk cannot have acted on it.
    NotSent,
    /// Some or all of the request was written, so Asterisk may or may not have acted on it.
    Unknown,
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "it was not sent",
            Self::Unknown => "it was sent, its outcome is unknown",
        })
    }
}

/// Bytes that are not what the protocol says at this place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found {found:?}")]
#[non_exhaustive]
pub struct ParseError {
    /// What belongs here, as a phrase: "an AGI status code".
    pub expected: &'static str,
    /// The beginning of what stood there instead, at most [`ParseError::FOUND_LIMIT`] characters;
    /// bytes that are not UTF-8 are replaced.
    pub found: String,
}

impl ParseError {
    /// How many characters of the offending input an error keeps.
    pub const FOUND_LIMIT: usize = 120;

    /// An error that quotes the beginning of `found`.
    #[must_use]
    pub fn new(expected: &'static str, found: &[u8]) -> Self {
        // Four bytes a character at the most, so that hostile input is not copied whole.
        let head = &found[..found.len().min(4 * Self::FOUND_LIMIT)];
        let found = String::from_utf8_lossy(head).chars().take(Self::FOUND_LIMIT).collect();
        Self { expected, found }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parse_error_quotes_only_the_beginning() {
        let error = ParseError::new("a reply", &vec![b'x'; 1_000_000]);
        assert_eq!(error.found.len(), ParseError::FOUND_LIMIT);
        assert_eq!(
            ParseError::new("a reply", b"a\xff").to_string(),
            "expected a reply, found \"a\u{fffd}\""
        );
    }
}
