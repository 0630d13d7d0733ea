//! Text that shares the buffer of the message it came in.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use bytes::Bytes;

/// UTF-8 text that shares the buffer it was received in: cloning costs a reference count.
///
/// It dereferences to `str`. Bytes that are not UTF-8 were replaced by U+FFFD when it was made.
#[derive(Clone, Default, PartialOrd, Ord)]
pub struct Text(Bytes);

impl Text {
    /// Text over a received value; only a value that is not UTF-8 is copied.
    #[must_use]
    pub fn from_bytes(bytes: Bytes) -> Self {
        match String::from_utf8_lossy(&bytes) {
            std::borrow::Cow::Borrowed(_) => Self(bytes),
            std::borrow::Cow::Owned(text) => Self(Bytes::from(text)),
        }
    }

    /// The text as `&str`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // It was checked when it was made, so the default is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The text's buffer.
    #[must_use]
    pub fn as_bytes(&self) -> &Bytes {
        &self.0
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Bytes::from(text))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()))
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.as_str().to_owned()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl serde::Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::from)
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // As `str` hashes, because `Borrow<str>` promises it.
        self.as_str().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_shares_its_buffer() {
        let buffer = Bytes::from_static(b"Local/100@sdk;1");
        let text = Text::from_bytes(buffer.clone());
        assert_eq!(text, "Local/100@sdk;1");
        assert_eq!(text.as_bytes().as_ptr(), buffer.as_ptr());
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced() {
        let text = Text::from_bytes(Bytes::from_static(b"Jos\xe9"));
        assert_eq!(text, "Jos\u{fffd}");
    }
}
