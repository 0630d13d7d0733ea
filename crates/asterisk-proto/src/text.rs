//! Text that shares the buffer of the message it came in.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU64;
use std::ops::{Deref, Range};
use std::sync::Arc;

use bytes::Bytes;

use crate::ami::Index;

/// UTF-8 text that shares the buffer it was received in: cloning costs a reference count.
///
/// It dereferences to `str`. Bytes that are not UTF-8 were replaced by U+FFFD when it was made.
// A typed event has dozens of these, so they are small: 16 bytes, also as an `Option`. Two words travel in
// registers, while three fields would go through memory at each step. Empty text has no buffer, because much
// of what servers send is empty.
#[derive(Clone)]
pub struct Text {
    buffer: Option<Arc<Buffer>>,
    /// Where it begins, and in the upper half where it ends, which is never at 0; [`WHOLE`] for all of the
    /// buffer.
    place: NonZeroU64,
}

/// Lets one text be longer than its place can say.
const WHOLE: NonZeroU64 = NonZeroU64::MAX;

/// What texts share; of a manager message, all of it, and behind its text where its lines are.
pub(crate) struct Buffer {
    pub(crate) content: Content,
    /// What is where in a manager message. It lives here so that the message and its texts have one
    /// reference count.
    pub(crate) index: Index,
}

/// UTF-8 is checked once, so that taking a part of it costs nothing.
pub(crate) enum Content {
    Str(Box<str>),
    /// Not UTF-8.
    Raw(Box<[u8]>),
}

impl Content {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Str(text) => text.as_bytes(),
            Self::Raw(bytes) => bytes,
        }
    }

    /// A part as text. Outside of the content it is empty.
    pub(crate) fn text(&self, range: Range<usize>) -> Cow<'_, str> {
        match self {
            Self::Str(text) => Cow::Borrowed(text.get(range).unwrap_or_default()),
            Self::Raw(bytes) => String::from_utf8_lossy(bytes.get(range).unwrap_or_default()),
        }
    }
}

impl Text {
    /// Text over received bytes. Those that nobody else holds are not copied, if they are UTF-8.
    #[must_use]
    pub fn from_bytes(bytes: Bytes) -> Self {
        match String::from_utf8(bytes.into()) {
            Ok(text) => Self::from(text),
            Err(error) => Self::from(String::from_utf8_lossy(error.as_bytes()).into_owned()),
        }
    }

    /// A part of a buffer.
    pub(crate) fn part(buffer: &Arc<Buffer>, range: Range<usize>) -> Self {
        if range.is_empty() {
            return Self::default();
        }
        if let (Ok(start), Ok(end), Content::Str(_)) =
            (u32::try_from(range.start), u32::try_from(range.end), &buffer.content)
            && end != u32::MAX
            && let Some(place) = NonZeroU64::new(u64::from(end) << 32 | u64::from(start))
        {
            return Self { buffer: Some(Arc::clone(buffer)), place };
        }
        Self::from(buffer.content.text(range).into_owned())
    }

    /// Where it is in its buffer, which has this length.
    #[expect(clippy::cast_possible_truncation, reason = "the halves are what counts")]
    fn range(&self, length: usize) -> Range<usize> {
        if self.place == WHOLE {
            return 0..length;
        }
        let place = self.place.get();
        let (start, end) = (place as u32, (place >> 32) as u32);
        start as usize..end as usize
    }

    /// A part of this text that shares its buffer, found by its address; text from elsewhere is
    /// copied.
    #[must_use]
    pub fn share(&self, part: &str) -> Self {
        let whole = self.as_str();
        if let Some(buffer) = &self.buffer
            && let Some(at) = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)
            && at + part.len() <= whole.len()
        {
            let start = self.range(whole.len()).start + at;
            return Self::part(buffer, start..start + part.len());
        }
        Self::from(part)
    }

    /// The text as `&str`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self.buffer.as_ref().map(|buffer| &buffer.content) {
            // It was cut between characters, so the default is never taken.
            Some(Content::Str(text)) => text.get(self.range(text.len())).unwrap_or_default(),
            Some(Content::Raw(_)) | None => "",
        }
    }

    /// The text's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.as_str().as_bytes()
    }
}

impl Default for Text {
    fn default() -> Self {
        Self { buffer: None, place: WHOLE }
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
        if text.is_empty() {
            return Self::default();
        }
        let content = Content::Str(text.into_boxed_str());
        let buffer = Arc::new(Buffer { content, index: Index::default() });
        Self { buffer: Some(buffer), place: WHOLE }
    }
}

impl From<&Text> for Text {
    fn from(text: &Text) -> Self {
        text.clone()
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.as_str().to_owned()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
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
    fn parts_share_the_buffer() {
        let buffer = Bytes::from(b"Channel: Local/100@sdk;1".to_vec());
        let address = buffer.as_ptr();
        let text = Text::from_bytes(buffer);
        assert_eq!(text.as_bytes().as_ptr(), address);
        let part = text.share(&text[9..]).share(&text[15..18]);
        assert_eq!(part, "100");
        assert_eq!(part.as_bytes().as_ptr(), text[15..].as_ptr());
        let elsewhere = String::from("100");
        assert_eq!(text.share(&elsewhere), "100");
        assert_eq!(size_of::<Option<Text>>(), 16);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced() {
        let text = Text::from_bytes(Bytes::from_static(b"Jos\xe9"));
        assert_eq!(text, "Jos\u{fffd}");
        assert_eq!(Text::default(), "");
    }
}
