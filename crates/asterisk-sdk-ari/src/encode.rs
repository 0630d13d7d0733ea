//! How text is written into a URL.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands for itself in a part of a path. Asterisk reads `+` as a blank, so it is encoded.
const SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b';').remove(b':');

/// What stands for itself in a query.
const QUERY: &AsciiSet = &SEGMENT.remove(b'/').remove(b',').remove(b'@');

/// Writes one part of a path; a slash inside it is encoded.
pub(crate) fn segment(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, SEGMENT).into()
}

/// Writes a name or value of a query.
pub(crate) fn query(text: &str) -> impl std::fmt::Display {
    utf8_percent_encode(text, QUERY)
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths() {
        assert_eq!(super::segment("1763715600.12;2"), "1763715600.12;2");
        assert_eq!(super::segment("a/b c+d%e?f#g&h"), "a%2Fb%20c%2Bd%25e%3Ff%23g%26h");
        assert_eq!(super::segment("Ärger☎"), "%C3%84rger%E2%98%8E");
        assert_eq!(super::segment("a\r\nb\0"), "a%0D%0Ab%00");
    }

    #[test]
    fn queries() {
        let text = |text| super::query(text).to_string();
        assert_eq!(text("sound:a,sound:b"), "sound:a,sound:b");
        assert_eq!(text("Local/600@sdk"), "Local/600@sdk");
        assert_eq!(text("a=b&c+d \"e\" <1>"), "a%3Db%26c%2Bd%20%22e%22%20%3C1%3E");
    }
}
