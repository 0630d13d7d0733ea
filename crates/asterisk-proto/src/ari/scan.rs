//! Goes through JSON text without building anything of it.
//!
//! Every event is gone through once before anybody asks for it, so this is faster than skipping with
//! `serde_json`. What is rare and intricate is left to that: escapes, long numbers, exponents. What is
//! accepted is the same as there.

use std::borrow::Cow;

/// How many values may be within each other, as in `serde_json`, which is to decode them.
const DEPTH: u8 = 127;

/// The text is no JSON. The scanner is of no use after that.
#[derive(Debug, Clone, Copy)]
pub(super) struct NotJson;

pub(super) type Scanned<T> = Result<T, NotJson>;

/// A place in a text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: u8,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    /// The byte that is next, behind white space.
    pub(super) fn next(&mut self) -> Scanned<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at).ok_or(NotJson)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(byte);
            }
            self.at += 1;
        }
    }

    /// Goes through an object. Whoever is told the name of a member reads or skips its value.
    pub(super) fn members(
        &mut self,
        mut member: impl FnMut(&mut Self, &[u8]) -> Scanned<()>,
    ) -> Scanned<()> {
        self.enter(b'{')?;
        if self.next()? != b'}' {
            loop {
                self.take(b'"')?;
                let begin = self.at;
                let decoded = self.string()?;
                let name = self.text.as_bytes().get(begin..self.at - 1).unwrap_or_default();
                self.take(b':')?;
                member(self, decoded.as_ref().map_or(name, String::as_bytes))?;
                if self.next()? != b',' {
                    break;
                }
                self.at += 1;
            }
        }
        self.leave(b'}')
    }

    /// Reads text, and skips anything else.
    pub(super) fn text(&mut self) -> Scanned<Option<Cow<'a, str>>> {
        if self.next()? != b'"' {
            self.skip()?;
            return Ok(None);
        }
        self.at += 1;
        let begin = self.at;
        let decoded = self.string()?;
        let text = || self.text.get(begin..self.at - 1).map(Cow::Borrowed);
        Ok(decoded.map(Cow::Owned).or_else(text))
    }

    pub(super) fn skip(&mut self) -> Scanned<()> {
        match self.next()? {
            b'"' => {
                self.at += 1;
                self.string().map(drop)
            }
            b'{' => self.members(|scanner, _| scanner.skip()),
            b'[' => self.items(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number(),
        }
    }

    /// That nothing follows.
    pub(super) fn end(mut self) -> Scanned<()> {
        if self.next().is_ok() { Err(NotJson) } else { Ok(()) }
    }

    fn items(&mut self) -> Scanned<()> {
        self.enter(b'[')?;
        if self.next()? != b']' {
            loop {
                self.skip()?;
                if self.next()? != b',' {
                    break;
                }
                self.at += 1;
            }
        }
        self.leave(b']')
    }

    fn enter(&mut self, bracket: u8) -> Scanned<()> {
        if self.depth == DEPTH {
            return Err(NotJson);
        }
        self.depth += 1;
        self.take(bracket)
    }

    fn leave(&mut self, bracket: u8) -> Scanned<()> {
        self.depth -= 1;
        self.take(bracket)
    }

    fn take(&mut self, byte: u8) -> Scanned<()> {
        if self.next()? != byte {
            return Err(NotJson);
        }
        self.at += 1;
        Ok(())
    }

    /// Goes to behind a string whose first quote was taken, and decodes it if it has escapes.
    fn string(&mut self) -> Scanned<Option<String>> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let (words, tail) = rest.as_chunks();
        let mut length = 0;
        for word in words {
            let special = special(u64::from_le_bytes(*word));
            if special != 0 {
                length += special.trailing_zeros() as usize / 8;
                return self.string_until(length);
            }
            length += word.len();
        }
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
        self.string_until(length + tail.iter().position(is_special).ok_or(NotJson)?)
    }

    /// A string of which so many bytes are plain.
    fn string_until(&mut self, length: usize) -> Scanned<Option<String>> {
        if self.text.as_bytes().get(self.at + length) != Some(&b'"') {
            return self.escaped();
        }
        self.at += length + 1;
        Ok(None)
    }

    #[cold]
    fn escaped(&mut self) -> Scanned<Option<String>> {
        let begin = self.at - 1;
        let text = self.text.get(begin..).ok_or(NotJson)?;
        let mut strings = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let string = strings.next().and_then(Result::ok).ok_or(NotJson)?;
        self.at = begin + strings.byte_offset();
        Ok(Some(string))
    }

    fn word(&mut self, word: &str) -> Scanned<()> {
        let rest = self.text.get(self.at..).ok_or(NotJson)?;
        if !rest.starts_with(word) {
            return Err(NotJson);
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Scanned<()> {
        let rest = self.text.as_bytes().get(self.at..).ok_or(NotJson)?;
        let is_other = |byte: &u8| !matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let number = rest.split(is_other).next().unwrap_or_default();
        let is_plain = match number {
            [b'0'..=b'9'] => true,
            [b'1'..=b'9', rest @ ..] => rest.len() < 18 && rest.iter().all(u8::is_ascii_digit),
            _ => false,
        };
        if !is_plain && serde_json::from_slice::<f64>(number).is_err() {
            return Err(NotJson);
        }
        self.at += number.len();
        Ok(())
    }
}

/// Finds what ends a string or asks for a closer look: quotes, backslashes and control characters. The lowest
/// bit that is set is the highest one of the first such byte.
// Eight bytes at once: most strings of events are that short.
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHS: u64 = ONES << 7;
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (is(b'"') | is(b'\\') | below(word, 0x20)) & HIGHS
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn is_json(text: &str) -> bool {
        let mut scanner = Scanner::new(text);
        scanner.skip().and_then(|()| scanner.end()).is_ok()
    }

    fn same(text: &str) {
        let expected = serde_json::from_str::<Value>(text);
        assert_eq!(is_json(text), expected.is_ok(), "{text:?}: {expected:?}");
    }

    #[test]
    fn what_is_json_is_what_can_be_decoded() {
        let texts = [
            r#""\ud83d\ude00""#,
            r#""\ud83d""#,
            r#""\ud83d\u0041""#,
            r#""\u00e9\/\b""#,
            r#""\u00g9""#,
            r#""\"#,
            "\"\u{7f}é\u{2028}\"",
            "\"\u{1f}\"",
            "1e308",
            "1e309",
            "-1e-400",
            "-",
            "-0",
            "-01",
            "+1",
            ".5",
            "5.",
            "1.5e+",
            "1-2",
            "18446744073709551616",
            "123456789012345678901",
            "nul",
            "nullnull",
            "\u{feff}1",
            "\u{a0}1",
            "[1,]",
            "{,}",
            r#"{"a":1,}"#,
            "{1:1}",
            r#"{"a":1"b":2}"#,
        ];
        for text in texts {
            same(text);
        }
        for nines in [308, 309, 1000] {
            same(&"9".repeat(nines));
        }
        for depth in [126, 127, 128, 10_000] {
            same(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
            same(&format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth)));
        }
    }

    #[test]
    fn strings_end_where_they_end() {
        for filler in ["x", "!", "#", "[", "]", "\u{7f}", "é", "\u{80}"] {
            for byte in "\0\u{1}\n\u{1f} !\"#[\\]\u{7f}é".chars() {
                for before in 0..18 {
                    let (before, behind) = (filler.repeat(before), filler.repeat(17 - before));
                    let text = format!("\"{before}{byte}{behind}\"");
                    same(&text);
                    let read = Scanner::new(&text).text().ok().flatten();
                    let expected = serde_json::Deserializer::from_str(&text).into_iter().next();
                    assert_eq!(
                        read.map(Cow::into_owned),
                        expected.and_then(Result::ok),
                        "{text:?}"
                    );
                }
            }
        }
    }

    /// Takes a byte out of a text, puts one in, or another for it, at each place.
    #[test]
    fn a_slip_anywhere_is_seen() {
        let text = "{ \"a\\u0041\\n\":[0,-1.5e3,10,{}],\"b\" :{\"c\":null,\"é\":true},\t\"d\":\"x\",\
            \"e\":[ ],\"f\":false}";
        same(text);
        assert!(is_json(text));
        let mut refused = 0;
        for (at, old) in text.char_indices() {
            let (before, behind) = text.split_at(at);
            let rest = behind.get(old.len_utf8()..).unwrap_or_default();
            for new in ["", " ", "\n", "\u{b}", "\0", "0", "1", "-", "+", ".", "e", "u", "é"]
                .into_iter()
                .chain(["\"", "\\", "/", ",", ":", "{", "}", "[", "]"])
            {
                for slip in [format!("{before}{new}{rest}"), format!("{before}{new}{behind}")] {
                    same(&slip);
                    refused += usize::from(!is_json(&slip));
                }
            }
        }
        assert!(refused > 1000, "{refused}");
    }
}
