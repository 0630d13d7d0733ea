//! Bytes as lines of text, and back.

use std::fmt::Write;

/// Adds bytes to a text, a line for each that they have, each behind a bar. A line that does not end
/// with LF ends with a backslash.
pub(super) fn write_lines(bytes: &[u8], text: &mut String) {
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        text.push('|');
        let content = line.strip_suffix(b"\n");
        escape(content.unwrap_or(line), text);
        text.push_str(if content.is_some() { "\n" } else { "\\\n" });
    }
}

fn escape(bytes: &[u8], text: &mut String) {
    let hex = |bytes: &[u8], text: &mut String| {
        for byte in bytes {
            // Writing to a string never fails.
            let _ = write!(text, "\\x{byte:02x}");
        }
    };
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' => text.push_str("\\\\"),
                '\r' => text.push_str("\\r"),
                '\t' => text.push_str("\\t"),
                // What editors take for an end of a line must not be one here.
                '\u{2028}' | '\u{2029}' => hex(character.encode_utf8(&mut [0; 4]).as_bytes(), text),
                _ if character.is_control() => {
                    hex(character.encode_utf8(&mut [0; 4]).as_bytes(), text);
                }
                _ => text.push(character),
            }
        }
        hex(chunk.invalid(), text);
    }
}

/// Adds the bytes of one line, without its bar; none if it is not written as above.
pub(super) fn read_line(line: &str, bytes: &mut Vec<u8>) -> Option<()> {
    let mut rest = line;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        bytes.extend(plain.as_bytes());
        let mut characters = escaped.chars();
        match characters.next() {
            // It does not end with LF.
            None => return Some(()),
            Some('\\') => bytes.push(b'\\'),
            Some('r') => bytes.push(b'\r'),
            Some('t') => bytes.push(b'\t'),
            Some('x') => {
                bytes.push(u8::from_str_radix(escaped.get(1..3)?, 16).ok()?);
                characters = escaped[3..].chars();
            }
            Some(_) => return None,
        }
        rest = characters.as_str();
    }
    bytes.extend(rest.as_bytes());
    bytes.push(b'\n');
    Some(())
}

#[cfg(test)]
mod tests {
    use super::{read_line, write_lines};

    fn round_trip(bytes: &[u8]) -> String {
        let mut text = String::new();
        write_lines(bytes, &mut text);
        let mut read = Vec::new();
        for line in text.lines() {
            read_line(line.strip_prefix('|').unwrap(), &mut read).unwrap();
        }
        assert_eq!(read, bytes, "{text}");
        text
    }

    #[test]
    fn bytes_are_readable_and_come_back() {
        assert_eq!(round_trip(b"Action: Ping\r\n\r\n"), "|Action: Ping\\r\n|\\r\n");
        assert_eq!(round_trip("Zoë\t\\x41".as_bytes()), "|Zoë\\t\\\\x41\\\n");
        assert_eq!(round_trip(b"\0\xff\x1b[a\\\n"), "|\\x00\\xff\\x1b[a\\\\\n");
        assert_eq!(round_trip("\u{2028}\u{85}x".as_bytes()), "|\\xe2\\x80\\xa8\\xc2\\x85x\\\n");
        assert_eq!(round_trip(b""), "");
        round_trip(&(0..=255).collect::<Vec<u8>>());
    }

    #[test]
    fn other_escapes_are_refused() {
        for line in ["\\n", "\\x", "\\x1", "\\xzz", "\\xéé"] {
            assert_eq!(read_line(line, &mut Vec::new()), None, "{line}");
        }
    }
}
